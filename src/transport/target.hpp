// The request target: from the bytes of the request line to a decoded path and query (RFC 9112, section 3.2;
// RFC 3986).
//
// The parser is strict, because its result decides which handler runs:
// - every escape must be two hexadecimal digits;
// - the decoded text must be valid UTF-8 without control characters;
// - a path must have only one meaning: dot segments are refused, and escaped slashes are reported. Only the end of some
//   routes may have one (router.hpp).
//
// Pure functions. A failure is `invalid_request`; its detail says what to change.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace belay::transport {

struct Target {
  std::string path;  // decoded, begins with "/"
  // The first place in `path` that was sent as "%2F"; npos: there is none.
  std::size_t escaped_slash = std::string::npos;
  std::vector<std::pair<std::string, std::string>> query;
  std::string authority;  // of an absolute target ("http://host:port/…"), lower-case; else empty
};

// Accepts "/path?query" and "http://host/path?query". Refuses "*", "host:port" and fragments.
Result<Target> parse_target(std::string_view raw, std::size_t max_query_parameters);

// The beginning of the path of a target that was refused, as the client sent it: to find whose form the error gets, and for
// nothing else. Up to 256 visible ASCII characters, and empty if the target is no path.
std::string path_of_refused(std::string_view raw);

// Parses "a=1&b=two+words" in the encoding of HTML forms: `+` is a space.
Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view raw,
                                                                     std::size_t max_parameters);

// Whether `text` is allowed as a Host: "name", "name:port", "192.0.2.1", "[2001:db8::1]:443".
bool is_valid_authority(std::string_view text);
// The host of a valid authority, without port and brackets.
std::string_view host_of(std::string_view authority);

// Whether this host always means this machine: localhost and names below it (RFC 6761, section 6.3),
// 127.0.0.0/8, ::1. `host` is lower-case, as host_of() returns it.
bool is_loopback_host(std::string_view host);

std::string lower_case(std::string_view text);

}  // namespace belay::transport

// The request target: from the bytes of the request line to a decoded path and query (RFC 9112, section 3.2;
// RFC 3986).
//
// Strict, since what is read here decides which handler runs: every escape must be two hexadecimal digits,
// what comes out must be valid UTF-8 without control characters, and a path must mean one thing only: no dot
// segments, no escaped slash. Pure functions; a failure is `invalid_request` with a detail that says what to
// change.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace belay::transport {

struct Target {
  std::string path;  // decoded, begins with "/"
  std::vector<std::pair<std::string, std::string>> query;
  std::string authority;  // of an absolute target ("http://host:port/…"), lower-case; empty otherwise
};

// Takes "/path?query" and "http://host/path?query"; refuses "*", "host:port" and fragments.
Result<Target> parse_target(std::string_view raw, std::size_t most_query_parameters);

// "a=1&b=two+words" in the form of HTML forms: `+` is a space.
Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view raw,
                                                                     std::size_t most_parameters);

// "name", "name:port", "192.0.2.1", "[2001:db8::1]:443": what may stand in Host.
bool is_valid_authority(std::string_view text);
// The name of a valid authority, without port and brackets.
std::string_view host_of(std::string_view authority);

// Whether a name or address, as host_of() gives it in lower case, can mean no machine but this one: localhost
// and names below it (RFC 6761, section 6.3), 127.0.0.0/8, ::1.
bool is_loopback_host(std::string_view host);

std::string lower_case(std::string_view text);

}  // namespace belay::transport

// The rules about a request's head that HTTP/1.1 and HTTP/2 share, and the texts of their refusals.
//
// Each rule refuses what two servers in a row might read differently. Pure functions. A refusal says which
// status to answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/units.hpp"
#include "transport/config.hpp"
#include "transport/message.hpp"
#include "transport/target.hpp"

namespace belay::transport {

struct Refusal {
  Error error;
  int status = 400;
};
Refusal refuse(ErrorCode code, std::string detail, std::string field = {});

Refusal target_too_long(const Config& config);
Refusal too_many_headers(const Config& config);
enum class BodyUse { read, ignored };
Refusal body_too_large(ByteCount max, BodyUse use);

struct RequestHead {
  std::string method;
  Target target;
  // Host, or the authority of an absolute target. Without its port, lower-case.
  std::string host;
  bool http_1_0 = false;
  bool keep_alive = true;
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool expects_continue = false;
  std::vector<Header> headers;
  std::string connect_protocol = {};  // of an extended CONNECT over HTTP/2

  bool has_body() const { return chunked || content_length.value_or(0) != 0; }
};

std::size_t count_headers(const std::vector<Header>& headers, std::string_view name);
// The first value, or empty.
std::string_view header_value(const std::vector<Header>& headers, std::string_view name);

// Sets the length.
std::optional<Refusal> read_content_length(RequestHead& head);
// Sets the host. Host and the target's authority must name the same one, which must be served here.
std::optional<Refusal> check_host(RequestHead& head, const Config& config);
// Sets expects_continue.
std::optional<Refusal> check_expectation(RequestHead& head);
// Some headers have one value only.
std::optional<Refusal> check_single_fields(const RequestHead& head);

}  // namespace belay::transport

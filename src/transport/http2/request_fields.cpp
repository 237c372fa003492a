#include "transport/http2/request_fields.hpp"

#include <utility>

#include <fmt/format.h>

namespace belay::transport {
namespace {

// What a field takes in HTTP/1.1 beside its name and value, so that one limit means the same for both.
constexpr std::size_t kFieldOverhead = 4;
// A client that sends this many times the limit unpacks fields to waste the server's time.
constexpr std::size_t kFloodFactor = 4;
constexpr std::string_view kWebSocket = "websocket";
constexpr int kNotImplemented = 501;

Refusal too_large(const Config& config) {
  Refusal refusal = refuse(
      ErrorCode::headers_too_large,
      fmt::format("The request's headers are larger than {} bytes together.", config.max_header_bytes.value));
  refusal.error.limit = "max_header_bytes";
  return refusal;
}

}  // namespace

bool RequestFields::add(std::string_view name, std::string_view value) {
  bytes_ += name.size() + value.size() + kFieldOverhead;
  if (bytes_ > kFloodFactor * config_.max_header_bytes.value) return false;
  if (!refusal_ && bytes_ > config_.max_header_bytes.value) refusal_ = too_large(config_);
  if (!refusal_) keep(name, value);
  return true;
}

void RequestFields::keep(std::string_view name, std::string_view value) {
  if (name == ":method") {
    head_.method = value;
  } else if (name == ":scheme") {
    scheme_ = value;
  } else if (name == ":path") {
    path_ = value;
  } else if (name == ":protocol") {
    head_.connect_protocol = value;
  } else if (name == ":authority") {
    authority_ = lower_case(value);
  } else if (name == "cookie" && cookie_ != SIZE_MAX) {
    // Clients may send a cookie in pieces (RFC 9113, section 8.2.3).
    head_.headers[cookie_].value += "; ";
    head_.headers[cookie_].value += value;
  } else if (head_.headers.size() == config_.max_headers) {
    refusal_ = too_many_headers(config_);
  } else {
    if (name == "cookie") cookie_ = head_.headers.size();
    head_.headers.push_back({std::string(name), std::string(value)});
  }
}

// RFC 8441: only WebSocket is spoken. Handlers see the request as a GET.
std::optional<Refusal> RequestFields::read_protocol() {
  if (head_.connect_protocol.empty()) return std::nullopt;
  if (head_.method != "CONNECT" || head_.connect_protocol != kWebSocket) {
    Refusal refusal = refuse(ErrorCode::invalid_request,
                             "The only protocol that can be asked for with CONNECT is websocket.");
    refusal.status = kNotImplemented;
    return refusal;
  }
  head_.method = "GET";
  return std::nullopt;
}

std::optional<Refusal> RequestFields::read_target() {
  if (scheme_ != "http" && scheme_ != "https")
    return refuse(ErrorCode::invalid_request, "The request's scheme must be http or https.");
  if (path_.size() > config_.max_target.value) return target_too_long(config_);
  if (!path_.starts_with('/'))
    return refuse(ErrorCode::invalid_request, "The request target must be a path, such as '/healthz'.");
  auto target = parse_target(path_, config_.max_query_parameters);
  if (!target) return Refusal{target.error(), 400};
  head_.target = std::move(*target);
  return std::nullopt;
}

RequestFields::Parsed RequestFields::finish() {
  if (!refusal_) refusal_ = read_protocol();
  if (!refusal_) refusal_ = read_target();
  if (refusal_ && head_.target.path.empty()) head_.target.path = path_of_refused(path_);
  // The authority may stand in place of Host. Handlers find it there.
  head_.target.authority = authority_;
  if (!authority_.empty() && count_headers(head_.headers, "host") == 0)
    head_.headers.push_back({"host", authority_});
  if (!refusal_) refusal_ = read_content_length(head_);
  if (!refusal_) refusal_ = check_host(head_, config_);
  if (!refusal_) refusal_ = check_expectation(head_);
  if (!refusal_) refusal_ = check_single_fields(head_);
  return {std::move(head_), std::move(refusal_)};
}

}  // namespace belay::transport

#include "transport/request_rules.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

#include <fmt/format.h>

#include "transport/problem.hpp"

namespace belay::transport {
namespace {

// Fields that have a single value. If one appears twice, one server may use the first value and the next
// server the last.
constexpr std::string_view kOnce[] = {"authorization", "content-type", "origin", "last-event-id",
                                      "idempotency-key"};

}  // namespace

Refusal refuse(ErrorCode code, std::string detail, std::string field) {
  return {make_error(code, std::move(detail), std::move(field)), http_status(code)};
}

Refusal target_too_long(const Config& config) {
  Refusal refusal = refuse(ErrorCode::uri_too_long, fmt::format("The request target is longer than {} bytes.",
                                                                config.max_target.value));
  refusal.error.limit = "max_target";
  return refusal;
}

Refusal too_many_headers(const Config& config) {
  Refusal refusal = refuse(ErrorCode::headers_too_large,
                           fmt::format("The request has more than {} headers.", config.max_headers));
  refusal.error.limit = "max_headers";
  return refusal;
}

Refusal body_too_large(ByteCount max, BodyUse use) {
  const bool is_ignored = use == BodyUse::ignored;
  std::string text =
      is_ignored ? fmt::format("This path needs no body, and ignores at most {} bytes of one. Leave it out.",
                               max.value)
                 : fmt::format("The body is larger than {} bytes.", max.value);
  Refusal refusal = refuse(ErrorCode::payload_too_large, std::move(text));
  refusal.error.limit = is_ignored ? "max_ignored_body" : "max_body";
  return refusal;
}

std::size_t count_headers(const std::vector<Header>& headers, std::string_view name) {
  return static_cast<std::size_t>(std::count_if(headers.begin(), headers.end(),
                                                [&](const Header& header) { return header.name == name; }));
}

std::string_view header_value(const std::vector<Header>& headers, std::string_view name) {
  const auto found =
      std::find_if(headers.begin(), headers.end(), [&](const Header& header) { return header.name == name; });
  return found == headers.end() ? std::string_view() : std::string_view(found->value);
}

std::optional<Refusal> read_content_length(RequestHead& head) {
  const std::size_t lengths = count_headers(head.headers, "content-length");
  if (lengths > 1)
    return refuse(ErrorCode::invalid_request, "Content-Length stands more than once. Send it once.",
                  "content-length");
  if (lengths == 0) return std::nullopt;
  const std::string_view text = header_value(head.headers, "content-length");
  std::uint64_t length = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc() || rest != text.data() + text.size())
    return refuse(ErrorCode::invalid_request, "Content-Length must be one decimal number.", "content-length");
  head.content_length = length;
  return std::nullopt;
}

std::optional<Refusal> check_host(RequestHead& head, const Config& config) {
  const std::size_t hosts = count_headers(head.headers, "host");
  const std::string host = lower_case(header_value(head.headers, "host"));
  if (hosts > 1)
    return refuse(ErrorCode::invalid_request, "Host stands more than once. Send it once.", "host");
  if (hosts == 0 && !head.http_1_0)
    return refuse(ErrorCode::invalid_request, "Host is missing. HTTP/1.1 asks for it.", "host");
  if (hosts == 1 && !is_valid_authority(host))
    return refuse(ErrorCode::invalid_request, "Host must be a name or an address, with a port if need be.",
                  "host");
  if (hosts == 1 && !head.target.authority.empty() && head.target.authority != host)
    return refuse(ErrorCode::invalid_request, "The request target names another host than Host does.",
                  "host");

  head.host = host_of(hosts == 1 ? std::string_view(host) : std::string_view(head.target.authority));
  if (config.loopback_hosts_only) {
    if (is_loopback_host(head.host)) return std::nullopt;
    return refuse(ErrorCode::forbidden,
                  "This listener answers to localhost, 127.0.0.1 and [::1] only. Ask for it by one of these.",
                  "host");
  }
  const auto& allowed = config.allowed_hosts;
  const auto is_it = [&](const std::string& name) { return lower_case(name) == head.host; };
  if (!allowed.empty() && std::none_of(allowed.begin(), allowed.end(), is_it))
    return refuse(ErrorCode::invalid_request,
                  "This server is not known by the name in Host (see allowed_hosts).", "host");
  return std::nullopt;
}

std::optional<Refusal> check_expectation(RequestHead& head) {
  if (count_headers(head.headers, "expect") == 0 || head.http_1_0) return std::nullopt;
  if (count_headers(head.headers, "expect") == 1 &&
      lower_case(header_value(head.headers, "expect")) == "100-continue") {
    head.expects_continue = true;
    return std::nullopt;
  }
  Refusal refusal = refuse(ErrorCode::invalid_request,
                           "The only expectation that is met here is '100-continue'.", "expect");
  refusal.status = 417;
  return refusal;
}

std::optional<Refusal> check_single_fields(const RequestHead& head) {
  unsigned seen = 0;
  for (const Header& header : head.headers) {
    for (unsigned i = 0; i < std::size(kOnce); ++i) {
      if (header.name != kOnce[i]) continue;
      if (seen & 1u << i)
        return refuse(ErrorCode::invalid_request,
                      fmt::format("The header {} stands more than once. Send it once.", header.name),
                      header.name);
      seen |= 1u << i;
    }
  }
  return std::nullopt;
}

}  // namespace belay::transport

#include "transport/cors.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "transport/problem.hpp"
#include "transport/target.hpp"

namespace belay::transport {
namespace {

// Request headers that Belay's own clients send.
constexpr std::string_view kRequestHeaders =
    "Authorization, Content-Type, Accept, Cache-Control, Last-Event-ID, Idempotency-Key, X-Request-Id, "
    "X-Api-Key";
// The SDKs of language models send many of these, and more with each version. A preflight is allowed those that it
// names.
constexpr std::array<std::string_view, 3> kSdkHeaders = {"x-stainless-", "anthropic-", "openai-"};
constexpr std::size_t kMaxSdkHeaders = 32;
// Response headers that a page may read in addition to the few that the standard always allows.
constexpr std::string_view kResponseHeaders =
    "Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, Content-Disposition, "
    "WWW-Authenticate, "
    "Request-Id, Retry-After-Ms, X-Should-Retry, X-Belay-Run-Id, X-Workflow-Run-Id, "
    "X-Workflow-Stream-Tail-Index, Stream-Next-Offset, Stream-Up-To-Date, Stream-Closed, Stream-Cursor, "
    "Stream-SSE-Data-Encoding, ETag";

bool is_origin(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"})
    if (text.starts_with(scheme)) return is_valid_authority(text.substr(scheme.size()));
  return false;
}

bool is_sdk_header(std::string_view name) {
  return std::any_of(kSdkHeaders.begin(), kSdkHeaders.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); }) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

// ", NAME" for each of an SDK's headers in the list that a preflight sends.
std::string sdk_headers(std::string_view wanted) {
  std::string allowed;
  for (std::size_t count = 0; !wanted.empty() && count < kMaxSdkHeaders;) {
    const std::size_t end = std::min(wanted.find(','), wanted.size());
    std::string name = lower_case(wanted.substr(0, end));
    wanted.remove_prefix(std::min(end + 1, wanted.size()));
    std::erase(name, ' ');
    if (!is_sdk_header(name)) continue;
    allowed.append(", ").append(name);
    ++count;
  }
  return allowed;
}

void add_permission(Response& response, std::string_view origin, bool credentials) {
  response.headers.push_back({"Access-Control-Allow-Origin", std::string(origin)});
  if (credentials) response.headers.push_back({"Access-Control-Allow-Credentials", "true"});
}

void add_vary(Response& response, std::string_view names) {
  for (Header& header : response.headers) {
    if (lower_case(header.name) != "vary") continue;
    header.value += ", ";
    header.value += names;
    return;
  }
  response.headers.push_back({"Vary", std::string(names)});
}

}  // namespace

Result<Cors> Cors::make(const CorsConfig& config) {
  Cors cors;
  for (std::size_t i = 0; i < config.allowed_origins.size(); ++i) {
    const std::string& origin = config.allowed_origins[i];
    // The error does not show the origin: it may contain a password.
    if (!is_origin(origin) || lower_case(origin) != origin)
      return make_error(
          ErrorCode::invalid_request,
          fmt::format("Entry {} is no origin. Write scheme://host[:port] in lower case, without a path: "
                      "https://app.example.com",
                      i + 1),
          "cors.allowed_origins");
    cors.origins_.push_back(origin);
  }
  cors.allow_credentials_ = config.allow_credentials;
  cors.request_headers_ = kRequestHeaders;
  for (const std::string& name : config.extra_request_headers) cors.request_headers_ += ", " + name;
  cors.max_age_ = fmt::to_string(std::chrono::duration_cast<std::chrono::seconds>(config.max_age).count());
  return cors;
}

bool Cors::allows(std::string_view origin) const {
  return std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

std::optional<Response> Cors::preflight(const Request& request, std::string_view methods) const {
  if (!enabled() || request.method != "OPTIONS") return std::nullopt;
  const auto origin = request.header("origin");
  if (!origin || !request.header("access-control-request-method")) return std::nullopt;
  if (!allows(*origin)) {
    const Error error = make_error(
        ErrorCode::forbidden,
        "Pages of this origin may not call this server. Add it to cors.allowed_origins.", "origin");
    return problem(error, request.request_id);
  }
  Response response;
  response.status = 204;
  response.headers = {
      {"Access-Control-Allow-Methods", std::string(methods)},
      {"Access-Control-Allow-Headers",
       request_headers_ + sdk_headers(request.header("access-control-request-headers").value_or(""))},
      {"Access-Control-Max-Age", max_age_}};
  add_vary(response, "Access-Control-Request-Method, Access-Control-Request-Headers");
  return response;
}

void Cors::apply(const Request& request, Response& response) const {
  if (!enabled()) return;
  add_vary(response, "Origin");
  const auto origin = request.header("origin");
  if (!origin || !allows(*origin)) return;
  add_permission(response, *origin, allow_credentials_);
  response.headers.push_back({"Access-Control-Expose-Headers", std::string(kResponseHeaders)});
}

}  // namespace belay::transport

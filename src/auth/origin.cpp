#include "auth/origin.hpp"

#include <algorithm>

namespace belay::auth {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == ':' ||
         c == '[' || c == ']';
}

// Normalises "HOST", "HOST:PORT" or "[v6]:PORT": lower case, without the scheme's default port.
std::optional<std::string> normal_host(std::string_view text, std::string_view scheme) {
  std::string host = lower(text);
  if (host.empty() || host.size() > 300 || !std::all_of(host.begin(), host.end(), is_host_character))
    return std::nullopt;
  const std::string_view own_port = scheme == "https" ? ":443" : ":80";
  if (host.ends_with(own_port)) host.resize(host.size() - own_port.size());
  if (host.empty() || host.front() == ':') return std::nullopt;
  return host;
}

bool is_safe(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

Error refused(std::string detail) {
  return make_error(ErrorCode::forbidden, std::move(detail), "Origin");
}

}  // namespace

std::optional<Origin> parse_origin(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string scheme = lower(text.substr(0, colon));
  if (scheme != "https" && scheme != "http") return std::nullopt;
  auto host = normal_host(text.substr(colon + 3), scheme);
  if (!host) return std::nullopt;
  return Origin{scheme, std::move(*host)};
}

OriginPolicy::OriginPolicy(const Config& config) {
  for (const std::string& text : config.allowed_origins)
    if (auto origin = parse_origin(text)) listed_.push_back(std::move(*origin));
}

bool OriginPolicy::is_allowed(const transport::Request& request, std::string_view text) const {
  const auto origin = parse_origin(text);
  if (!origin) return false;
  if (std::find(listed_.begin(), listed_.end(), *origin) != listed_.end()) return true;
  if (request.secure && origin->scheme != "https") return false;
  const auto host = request.header("host");
  return host && normal_host(*host, origin->scheme) == origin->host;
}

Result<> OriginPolicy::check_cookie_use(const transport::Request& request) const {
  if (const auto origin = request.header("origin")) {
    if (is_allowed(request, *origin)) return {};
    return refused(
        "This site's pages may not use the session cookie. List their origin in auth.allowed_origins.");
  }
  const std::string_view site = request.header("sec-fetch-site").value_or("");
  if (is_safe(request.method)) {
    if (site != "cross-site") return {};
    return refused("Another site's page asked for this. The session cookie is for this server's own pages.");
  }
  if (site == "same-origin") return {};
  return refused(
      "A request that is signed in by the session cookie must say where it comes from: send Origin, or sign "
      "in with an "
      "Authorization header.");
}

}  // namespace belay::auth

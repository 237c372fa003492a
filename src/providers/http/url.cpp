#include "providers/http/url.hpp"

#include <arpa/inet.h>
#include <memory>

#include <curl/curl.h>

namespace belay::providers {
namespace {

std::string part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
  std::string copy = text;
  curl_free(text);
  return copy;
}

bool is_loopback(const std::string& host) {
  if (host == "localhost" || host == "[::1]") return true;
  // Only addresses in 127.0.0.0/8. A host that only begins like one is a name: "127.0.0.1.example.com".
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos;
}

bool is_address(const std::string& host) {
  in6_addr unused{};
  return inet_pton(AF_INET, host.c_str(), &unused) == 1 || inet_pton(AF_INET6, host.c_str(), &unused) == 1;
}

}  // namespace

std::optional<UrlParts> inspect_url(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), curl_url_cleanup);
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK)
    return std::nullopt;
  const std::string scheme = part_of(parsed.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") return std::nullopt;
  if (!part_of(parsed.get(), CURLUPART_FRAGMENT).empty()) return std::nullopt;
  // Names outside ASCII in the form that name servers and certificates use (RFC 5891).
  const std::string host = part_of(parsed.get(), CURLUPART_HOST, CURLU_PUNYCODE);
  const std::string port = part_of(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  if (host.empty() || port.empty()) return std::nullopt;
  UrlParts parts;
  parts.https = scheme == "https";
  parts.loopback = is_loopback(host);
  parts.origin = scheme + "://" + host + ":" + port;
  parts.host = host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
  parts.host_is_address = is_address(parts.host);
  parts.port = static_cast<std::uint16_t>(std::stoul(port));
  parts.authority = port == (parts.https ? "443" : "80") ? host : host + ":" + port;
  parts.target = part_of(parsed.get(), CURLUPART_PATH);
  if (const std::string query = part_of(parsed.get(), CURLUPART_QUERY); !query.empty())
    parts.target += "?" + query;
  return parts;
}

}  // namespace belay::providers

#include "providers/http/http1/request_text.hpp"

#include <algorithm>
#include <array>
#include <strings.h>

namespace belay::providers {
namespace {

bool is_named(std::string_view header, std::string_view name) {
  return header.size() > name.size() && header[name.size()] == ':' &&
         strncasecmp(header.data(), name.data(), name.size()) == 0;
}

bool is_allowed(std::string_view header) {
  constexpr std::array<std::string_view, 4> kOurs{"Host", "Content-Length", "Transfer-Encoding",
                                                  "Connection"};
  const auto is_bad = [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; };
  const std::size_t colon = header.find(':');
  if (colon == 0 || colon == std::string_view::npos) return false;
  if (header.substr(0, colon).find_first_of(" \t") != std::string_view::npos) return false;
  if (std::any_of(header.begin(), header.end(), is_bad)) return false;
  return std::none_of(kOurs.begin(), kOurs.end(),
                      [&](std::string_view name) { return is_named(header, name); });
}

}  // namespace

std::optional<std::string> request_head(const HttpRequest& request, const UrlParts& url) {
  const bool post = request.method == HttpRequest::Method::post;
  bool names_accept = false;
  std::string head = post ? "POST " : "GET ";
  head.append(url.target).append(" HTTP/1.1\r\nHost: ").append(url.authority).append("\r\n");
  const auto add = [&head](std::string_view header) {
    if (!is_allowed(header)) return false;
    head.append(header).append("\r\n");
    return true;
  };
  for (const std::string& header : request.headers) {
    names_accept = names_accept || is_named(header, "Accept");
    if (!add(header)) return std::nullopt;
  }
  if (!request.bearer.empty() && !add("Authorization: Bearer " + request.bearer.reveal()))
    return std::nullopt;
  if (!request.api_key.empty() && !add("x-api-key: " + request.api_key.reveal())) return std::nullopt;
  if (!names_accept) add("Accept: */*");
  // No compression, because compressed streams arrive in bursts.
  add("Accept-Encoding: identity");
  if (post)
    head.append("Content-Length: ")
        .append(std::to_string(request.body ? request.body->size() : 0))
        .append("\r\n");
  head += "\r\n";
  return head;
}

}  // namespace belay::providers

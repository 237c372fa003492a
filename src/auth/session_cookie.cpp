#include "auth/session_cookie.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "auth/origin.hpp"

namespace belay::auth {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

// Whether one of the elements of a header is `wanted`. Elements are separated by any of `separators`; quotes
// and spaces around them are ignored.
bool has_element(std::string_view value, std::string_view separators, std::string_view wanted) {
  const std::string text = lower(value);
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find_first_of(separators, start), text.size());
    std::string element = text.substr(start, end - start);
    std::erase_if(element, [](char c) { return c == ' ' || c == '\t' || c == '"'; });
    if (element == wanted) return true;
    start = end + 1;
  }
  return false;
}

bool proxy_says_tls(const transport::Header& header) {
  for (const std::string_view name :
       {"x-forwarded-proto", "x-forwarded-protocol", "x-forwarded-scheme", "x-url-scheme"})
    if (header.name == name) return has_element(header.value, ",", "https");
  for (const std::string_view name : {"x-forwarded-ssl", "front-end-https"})
    if (header.name == name) return has_element(header.value, ",", "on");
  return header.name == "forwarded" && has_element(header.value, ",;", "proto=https");
}

// For a proxy that terminates TLS and sends no header about it: the browser's Origin shows the scheme.
bool own_origin_is_https(const transport::Request& request) {
  const auto origin = request.header("origin");
  const auto host = request.header("host");
  const auto parsed = origin ? parse_origin(*origin) : std::nullopt;
  return parsed && host && parsed->scheme == "https" &&
         parse_origin(fmt::format("https://{}", *host)) == parsed;
}

}  // namespace

bool is_cookie_value(std::string_view value) {  // RFC 6265, section 4.1.1: cookie-octet
  return std::all_of(value.begin(), value.end(), [](unsigned char c) {
    return c > 0x20 && c < 0x7F && c != '"' && c != ',' && c != ';' && c != '\\';
  });
}

bool loaded_over_tls(const transport::Request& request) {
  return request.secure || own_origin_is_https(request) ||
         std::any_of(request.headers.begin(), request.headers.end(), proxy_says_tls);
}

std::string set_cookie(const Config& config, const transport::Request& request, std::string_view value,
                       std::int64_t max_age_seconds) {
  const std::string name = lower(config.cookie_name);
  const bool secure = config.cookie_secure == "always" || config.cookie_same_site == "None" ||
                      name.starts_with("__host-") || name.starts_with("__secure-") ||
                      loaded_over_tls(request);
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite={}; Max-Age={}{}", config.cookie_name, value,
                     config.cookie_same_site, max_age_seconds, secure ? "; Secure" : "");
}

}  // namespace belay::auth

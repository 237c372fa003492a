#include "transport/message.hpp"

#include <algorithm>
#include <cassert>

#include "transport/observer.hpp"

namespace belay::transport {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

StreamEnd UpgradeHandler::end() const {
  return StreamEnd::complete;
}

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const Header& header : headers)
    if (header.name == name) return header.value;
  return std::nullopt;
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name) return value;
  return std::nullopt;
}

std::string_view Request::capture(std::string_view name) const {
  const auto found =
      std::find_if(captures.begin(), captures.end(), [&](const auto& pair) { return pair.first == name; });
  assert(found != captures.end() && "the route's pattern has no such parameter");
  return found == captures.end() ? std::string_view() : std::string_view(found->second);
}

// RFC 6265, section 5.4: `name=value` pairs separated by semicolons. A quoted value is returned without its
// quotes.
std::optional<std::string_view> Request::cookie(std::string_view name) const {
  for (const Header& header : headers) {
    if (header.name != "cookie") continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const auto end = rest.find(';');
      const std::string_view pair = rest.substr(0, end);
      rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
      const auto equals = pair.find('=');
      if (equals == pair.npos || trimmed(pair.substr(0, equals)) != name) continue;
      std::string_view value = trimmed(pair.substr(equals + 1));
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        value = value.substr(1, value.size() - 2);
      return value;
    }
  }
  return std::nullopt;
}

ClientPresence::ClientPresence(const Request& request) : watch_(request.client) {
  if (!watch_) return;
  watch_->watch([this] {
    gone_ = true;
    if (auto callback = std::exchange(when_gone_, nullptr)) callback();
  });
}

ClientPresence::~ClientPresence() {
  if (watch_) watch_->unwatch();
}

// RFC 9110, section 15; 429 and 431: RFC 6585.
std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "Status";
  }
}

}  // namespace belay::transport

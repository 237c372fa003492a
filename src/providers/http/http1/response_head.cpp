#include "providers/http/http1/response_head.hpp"

#include <algorithm>
#include <charconv>

namespace belay::providers {
namespace {

ResponseFault unreadable(std::string_view cause) {
  return {HttpFault::unreadable, cause};
}

// RFC 9110, section 5.6.2.
bool is_token_character(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kMarks.find(c) != std::string_view::npos;
}

bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return lower;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Whether a comma-separated list contains that element (lower case).
bool lists(std::string_view list, std::string_view element) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (lower_case(trimmed(list.substr(0, comma))) == element) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

std::optional<ResponseFault> ResponseHead::add(std::string_view line) {
  if (std::any_of(line.begin(), line.end(), is_control)) return unreadable("a control character in the head");
  if (!has_status_) return add_status(line);
  if (head_.headers.size() >= max_headers_)
    return ResponseFault{HttpFault::headers_too_large, "too many headers"};
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return unreadable("a header without a name");
  const std::string_view name = line.substr(0, colon);
  if (!std::all_of(name.begin(), name.end(), is_token_character))
    return unreadable("a header name with other characters than a token has");
  head_.headers.emplace_back(lower_case(name), trimmed(line.substr(colon + 1)));
  return std::nullopt;
}

// "HTTP/1.1 200 OK". The reason, and the space before it, may be missing.
std::optional<ResponseFault> ResponseHead::add_status(std::string_view line) {
  constexpr std::string_view kVersion = "HTTP/1.";
  constexpr std::size_t kStatusAt = 9;
  const ResponseFault malformed{HttpFault::address, "a malformed status line"};
  if (!line.starts_with(kVersion) || line.size() < kStatusAt + 3 || line[8] != ' ' ||
      (line[7] != '0' && line[7] != '1') || (line.size() > kStatusAt + 3 && line[kStatusAt + 3] != ' '))
    return malformed;
  int status = 0;
  const char* const digits = line.data() + kStatusAt;
  const auto [rest, error] = std::from_chars(digits, digits + 3, status);
  if (error != std::errc() || rest != digits + 3 || status < 100) return malformed;
  if (status == 101) return unreadable("a switch to another protocol");
  head_.status = status;
  http_1_0_ = line[7] == '0';
  keeps_connection_ = !http_1_0_;
  has_status_ = true;
  return std::nullopt;
}

std::optional<ResponseFault> ResponseHead::finish() {
  if (!has_status_) return unreadable("a head without a status line");
  return interim() ? std::nullopt : check_framing();
}

std::optional<ResponseFault> ResponseHead::check_framing() {
  std::string_view length;
  std::string_view encoding;
  int lengths = 0;
  int encodings = 0;
  for (const auto& [name, value] : head_.headers) {
    if (name == "content-length") {
      length = value;
      ++lengths;
    } else if (name == "transfer-encoding") {
      encoding = value;
      ++encodings;
    } else if (name == "connection" && lists(value, "close")) {
      keeps_connection_ = false;
    }
  }
  if (lengths != 0 && encodings != 0) return unreadable("Content-Length beside Transfer-Encoding");
  if (lengths > 1) return unreadable("more than one Content-Length");
  if (encodings != 0) {
    if (http_1_0_) return unreadable("Transfer-Encoding in HTTP/1.0");
    if (encodings > 1 || lower_case(encoding) != "chunked")
      return unreadable("a Transfer-Encoding other than chunked");
    body_ = Body::chunked;
  }
  if (lengths == 1) {
    const char* const end = length.data() + length.size();
    const auto [rest, error] = std::from_chars(length.data(), end, length_);
    if (error != std::errc() || rest != end) return unreadable("a malformed Content-Length");
    body_ = length_ == 0 ? Body::none : Body::length;
  }
  if (head_.status == 204 || head_.status == 304) body_ = Body::none;
  return std::nullopt;
}

}  // namespace belay::providers

#include "transport/target.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace belay::transport {
namespace {

Error bad(std::string detail) {
  return make_error(ErrorCode::invalid_request, std::move(detail));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alphanumeric(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

enum class Part { path, query };

// `escaped_slash` becomes the first place in the result that was sent as "%2F".
Result<std::string> decode(std::string_view raw, Part part, std::size_t* escaped_slash = nullptr) {
  std::string text;
  text.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size(); ++at) {
    char c = raw[at];
    if (c == '%') {
      const int high = at + 2 < raw.size() ? hex_digit(raw[at + 1]) : -1;
      const int low = at + 2 < raw.size() ? hex_digit(raw[at + 2]) : -1;
      if (high < 0 || low < 0)
        return bad(
            "The request target holds a '%' that is not followed by two hexadecimal digits. Write '%25' for "
            "a percent sign.");
      c = static_cast<char>(high << 4 | low);
      at += 2;
      if (c == '/' && escaped_slash) *escaped_slash = std::min(*escaped_slash, text.size());
    } else if (c == '+' && part == Part::query) {
      c = ' ';
    }
    if (is_control(c)) return bad("The request target holds an escaped control character. Leave it out.");
    text += c;
  }
  if (!is_valid_utf8(text))
    return bad("The request target is not valid UTF-8 after its escapes are decoded.");
  return text;
}

bool has_dot_segment(std::string_view path) {
  for (std::size_t start = 1; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    const std::string_view segment = path.substr(start, end - start);
    if (segment == "." || segment == "..") return true;
    start = end + 1;
  }
  return false;
}

bool starts_with_any_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && lower_case(text.substr(0, prefix.size())) == prefix;
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

Result<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view raw,
                                                                     std::size_t max_parameters) {
  std::vector<std::pair<std::string, std::string>> query;
  while (!raw.empty()) {
    const std::size_t end = std::min(raw.find('&'), raw.size());
    const std::string_view piece = raw.substr(0, end);
    raw.remove_prefix(std::min(end + 1, raw.size()));
    if (piece.empty()) continue;
    if (query.size() == max_parameters)
      return bad(fmt::format("The query has more than {} parameters. Send fewer.", max_parameters));
    const std::size_t equals = std::min(piece.find('='), piece.size());
    if (equals == 0) return bad("The query holds a value without a name. Write 'name=value'.");
    auto name = decode(piece.substr(0, equals), Part::query);
    if (!name) return name.error();
    auto value = decode(piece.substr(std::min(equals + 1, piece.size())), Part::query);
    if (!value) return value.error();
    for (const auto& [earlier, its_value] : query)
      if (earlier == *name && its_value != *value)
        return make_error(ErrorCode::invalid_request,
                          "The query gives one parameter two values. Send it once.", std::move(*name));
    query.emplace_back(std::move(*name), std::move(*value));
  }
  return query;
}

Result<Target> parse_target(std::string_view raw, std::size_t max_query_parameters) {
  const bool clean = std::all_of(raw.begin(), raw.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!clean)
    return bad("The request target may hold visible ASCII characters only. Escape others with '%'.");
  if (raw.find('#') != raw.npos) return bad("The request target holds a fragment ('#…'). Leave it out.");

  Target target;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!starts_with_any_case(raw, scheme)) continue;
    raw.remove_prefix(scheme.size());
    const std::size_t end = std::min(raw.find_first_of("/?"), raw.size());
    target.authority = lower_case(raw.substr(0, end));
    if (!is_valid_authority(target.authority)) return bad("The request target names no valid host.");
    raw.remove_prefix(end);
    break;
  }
  const bool absolute = !target.authority.empty();
  if (!absolute && !raw.starts_with('/'))
    return bad("The request target must be a path, such as '/healthz', or a whole http address.");

  const std::size_t mark = std::min(raw.find('?'), raw.size());
  auto path = decode(raw.substr(0, mark), Part::path, &target.escaped_slash);
  if (!path) return path.error();
  target.path = std::move(*path);
  if (target.path.empty()) target.path.push_back('/');
  if (has_dot_segment(target.path))
    return bad("The path holds '.' or '..' as a segment. Send the path that is meant.");

  auto query = parse_query(raw.substr(std::min(mark + 1, raw.size())), max_query_parameters);
  if (!query) return query.error();
  target.query = std::move(*query);
  return target;
}

std::string path_of_refused(std::string_view raw) {
  constexpr std::size_t kMaxPath = 256;
  if (!raw.starts_with('/')) return {};
  raw = raw.substr(0, kMaxPath);
  const auto ends = [](char c) { return c <= 0x20 || c >= 0x7f || c == '?' || c == '#'; };
  return {raw.begin(), std::find_if(raw.begin(), raw.end(), ends)};
}

bool is_valid_authority(std::string_view text) {
  std::string_view name = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == text.npos || close < 3) return false;
    name = text.substr(1, close - 1);
    port = text.substr(close + 1);
    if (!std::all_of(name.begin(), name.end(),
                     [](char c) { return hex_digit(c) >= 0 || c == ':' || c == '.'; }))
      return false;
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    name = text.substr(0, colon);
    port = text.substr(colon);
    if (!std::all_of(name.begin(), name.end(),
                     [](char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; }))
      return false;
  }
  if (name.empty() || name.size() > 255) return false;
  if (port.empty()) return true;
  if (port.front() != ':' || port.size() < 2 || port.size() > 6) return false;
  int number = 0;
  for (const char c : port.substr(1)) {
    if (!is_digit(c)) return false;
    number = number * 10 + (c - '0');
  }
  return number <= 65535;
}

std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
  return authority.substr(0, authority.find(':'));
}

bool is_loopback_host(std::string_view host) {
  std::string name(host);
  if (in6_addr v6{}; inet_pton(AF_INET6, name.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
  if (std::array<unsigned char, 4> v4{}; inet_pton(AF_INET, name.c_str(), v4.data()) == 1)
    return v4[0] == 127;
  if (name.ends_with('.')) name.pop_back();
  return name == "localhost" || name.ends_with(".localhost");
}

}  // namespace belay::transport

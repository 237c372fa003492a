#include "transport/header_parameters.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "transport/target.hpp"

namespace belay::transport {
namespace {

constexpr std::size_t kMaxParameters = 16;

Error bad(std::string detail) {
  return make_error(ErrorCode::invalid_request, std::move(detail));
}

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
bool is_token_char(char c) {
  return is_letter_or_digit(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

void skip_spaces(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
}

std::string_view take_token(std::string_view& rest) {
  const auto end = std::find_if_not(rest.begin(), rest.end(), is_token_char);
  const std::string_view token = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  rest.remove_prefix(token.size());
  return token;
}

Result<std::string> take_quoted(std::string_view& rest) {
  std::string text;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return text;
    }
    const bool escapes =
        rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\');
    if (escapes) ++i;
    text.push_back(rest[i]);
  }
  return bad("a quote is not closed.");
}

Result<> check_text(std::string_view text) {
  if (!is_valid_utf8(text)) return bad("it must be UTF-8.");
  if (std::any_of(text.begin(), text.end(), is_control)) return bad("it must not hold control characters.");
  return {};
}

int hexadecimal(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

const std::string* HeaderParameters::find(std::string_view name) const {
  for (const auto& [each, text] : parameters)
    if (each == name) return &text;
  return nullptr;
}

Result<HeaderParameters> parse_parameters(std::string_view text) {
  HeaderParameters result;
  skip_spaces(text);
  const std::size_t end = std::min(text.find_first_of("; \t"), text.size());
  result.value = lower_case(text.substr(0, end));
  text.remove_prefix(end);
  for (;;) {
    skip_spaces(text);
    if (text.empty()) return result;
    if (text.front() != ';') return bad("parameters are separated by semicolons.");
    text.remove_prefix(1);
    skip_spaces(text);
    if (text.empty() || text.front() == ';') continue;  // RFC 9110 allows empty ones
    std::string name = lower_case(take_token(text));
    if (name.empty() || !text.starts_with('=')) return bad("a parameter is not of the form name=value.");
    text.remove_prefix(1);
    if (result.find(name)) return bad("the parameter " + name + " occurs twice.");
    if (result.parameters.size() == kMaxParameters) return bad("it has too many parameters.");
    Result<std::string> value = std::string();
    if (text.starts_with('"'))
      value = take_quoted(text);
    else
      value = std::string(take_token(text));
    if (!value) return value.error();
    if (const auto fine = check_text(*value); !fine) return fine.error();
    result.parameters.emplace_back(std::move(name), std::move(*value));
  }
}

Result<std::string> decode_extended_value(std::string_view text) {
  const std::size_t charset_end = text.find('\'');
  const std::size_t language_end =
      charset_end == std::string_view::npos ? charset_end : text.find('\'', charset_end + 1);
  if (language_end == std::string_view::npos) return bad("it must be of the form UTF-8''name.");
  if (lower_case(text.substr(0, charset_end)) != "utf-8") return bad("only UTF-8 is read.");
  text.remove_prefix(language_end + 1);
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (!is_token_char(text[i]) || std::string_view("*'").find(text[i]) != std::string_view::npos)
        return bad("a character must be written as % and two hexadecimal digits.");
      decoded.push_back(text[i]);
      continue;
    }
    const int high = i + 1 < text.size() ? hexadecimal(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hexadecimal(text[i + 2]) : -1;
    if (high < 0 || low < 0) return bad("a % is not followed by two hexadecimal digits.");
    decoded.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  if (const auto fine = check_text(decoded); !fine) return fine.error();
  return decoded;
}

}  // namespace belay::transport

#include "base/strict_json.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <deque>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "base/utf8.hpp"

namespace belay {
namespace {

// The field that an error names when no member of the body caused it.
constexpr const char* kWhole = "body";
// The maximum length of a key, and of a path, in an error message.
constexpr std::size_t kMaxKeyShown = 64;
constexpr std::size_t kMaxPathShown = 256;
// The decimal exponent of the largest double, 1.79…e308.
constexpr std::int64_t kMaxExponent = 308;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_utf8(std::uint32_t c, std::string& out) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

// Reads four hexadecimal digits. Returns nothing if they are not that.
std::optional<std::uint32_t> four_digits(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return std::nullopt;
    value = value << 4 | static_cast<std::uint32_t>(digit);
  }
  return value;
}

bool is_high_half(std::uint32_t unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}
bool is_low_half(std::uint32_t unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

// Appends the decoded text of a string. `body` is the checked text between its quotes.
void append_decoded(std::string_view body, std::string& out) {
  while (!body.empty()) {
    const std::size_t plain = std::min(body.find('\\'), body.size());
    out.append(body.substr(0, plain));
    body.remove_prefix(plain);
    if (body.empty()) return;
    const char c = body[1];
    body.remove_prefix(2);
    if (c != 'u') {
      constexpr std::string_view kNames = "bfnrt", kMeant = "\b\f\n\r\t";
      const std::size_t known = kNames.find(c);
      out += known == kNames.npos ? c : kMeant[known];
      continue;
    }
    std::uint32_t unit = four_digits(body).value_or(0xFFFD);
    body.remove_prefix(4);
    if (is_high_half(unit)) {
      const std::uint32_t low = four_digits(body.substr(2)).value_or(0xDC00);
      unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
      body.remove_prefix(6);
    }
    append_utf8(unit, out);
  }
}

// The key as an error message shows it: limited in length, cut between characters.
std::string_view shown(std::string_view key) {
  return key.size() <= kMaxKeyShown ? key : key.substr(0, valid_utf8_prefix(key.substr(0, kMaxKeyShown)));
}

// Whether the number is too large for a double. `number` is valid in the grammar.
bool is_too_large(std::string_view number) {
  if (number.front() == '-') number.remove_prefix(1);
  const std::size_t mark = std::min(number.find_first_of("eE"), number.size());
  const std::string_view digits = number.substr(0, mark);
  const std::size_t first = digits.find_first_of("123456789");
  if (first == digits.npos) return false;
  const auto point = static_cast<std::int64_t>(std::min(digits.find('.'), digits.size()));
  const auto at = static_cast<std::int64_t>(first);
  // The decimal exponent of the first significant digit: 0 for the units digit.
  std::int64_t exponent = at < point ? point - at - 1 : point - at;
  if (mark < number.size()) {
    std::string_view text = number.substr(mark + 1);
    const bool negative = text.front() == '-';
    if (negative || text.front() == '+') text.remove_prefix(1);
    text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
    constexpr std::size_t kMaxDigits = 12;  // more digits than any number in a request has
    std::int64_t given = 0;
    for (const char c : text.substr(0, kMaxDigits)) given = given * 10 + (c - '0');
    exponent += negative ? -given : given;
  }
  if (exponent != kMaxExponent) return exponent > kMaxExponent;
  double value = 0;
  return std::from_chars(number.data(), number.data() + number.size(), value).ec != std::errc();
}

class Reader {
 public:
  Reader(std::string_view text, std::size_t max_depth, std::string_view what)
      : text_(text), max_depth_(max_depth), what_(what) {}

  Result<std::vector<JsonObject::Member>> read() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;  // a byte order mark may be ignored (RFC 8259, 8.1)
    skip_spaces();
    bool fine = check_bytes();
    if (fine && at_ == text_.size()) {
      error_ = make_error(ErrorCode::invalid_request, fmt::format("{} is empty. Send a JSON object.", what_),
                          kWhole);
      fine = false;
    }
    const bool is_object = fine && text_[at_] == '{';
    fine = fine && value();
    if (fine) {
      skip_spaces();
      if (at_ != text_.size()) fine = fail("something stands behind its end");
    }
    if (fine && !is_object) {
      error_ =
          make_error(ErrorCode::invalid_request, fmt::format("{} must be a JSON object.", what_), kWhole);
      fine = false;
    }
    if (!fine) return std::move(error_);
    return std::move(members_);
  }

 private:
  struct Container {
    bool is_object;
    std::size_t first_key;   // in keys_
    std::size_t index = 0;   // of an array's element
    std::string_view key{};  // of an object's member; null between two members
  };
  struct Key {
    std::string_view name;
    std::size_t at;
  };

  // ---- Errors

  std::string place(std::size_t at) const {
    const std::string_view before = text_.substr(0, at);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t line_start = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
    return fmt::format("at byte {} (line {}, column {})", at + 1, line, at - line_start + 1);
  }
  // The path to the reader's position: "context.items[3]".
  std::string path() const {
    std::string text;
    for (const Container& container : containers_) {
      if (!container.is_object) {
        fmt::format_to(std::back_inserter(text), "[{}]", container.index);
      } else if (container.key.data() != nullptr) {
        if (!text.empty()) text += '.';
        text.append(shown(container.key));
      }
    }
    if (text.size() > kMaxPathShown) {
      text.resize(valid_utf8_prefix(std::string_view(text).substr(0, kMaxPathShown)));
      text += "…";
    }
    return text;
  }
  bool fail_at(std::size_t at, std::string_view what) {
    error_ = make_error(ErrorCode::invalid_request,
                        fmt::format("{} is not valid JSON: {}, {}.", what_, what, place(at)), kWhole);
    return false;
  }
  bool fail(std::string_view what) {
    if (at_ >= text_.size()) return fail_at(text_.size(), "it ends too early");
    return fail_at(at_, what);
  }
  bool fail_half(std::size_t at, std::string_view half) {
    std::string field = path();
    error_ =
        make_error(ErrorCode::invalid_request,
                   fmt::format("{} holds half a surrogate pair, {}, {}. It is no character. Cut text between "
                               "characters, or put U+FFFD in its place (JavaScript: text.toWellFormed()).",
                               field.empty() ? std::string(what_) : field, half, place(at)),
                   field.empty() ? kWhole : field);
    return false;
  }

  // ---- Bytes

  bool check_bytes() {
    const auto zero = [&](std::size_t i) { return i < text_.size() && text_[i] == '\0'; };
    const bool wide = text_.starts_with("\xFE\xFF") || text_.starts_with("\xFF\xFE") || zero(0) || zero(1);
    const std::size_t valid = valid_utf8_prefix(text_);
    if (!wide && valid == text_.size()) return true;
    std::string detail = wide ? fmt::format("{} looks like UTF-16 or UTF-32. Send JSON as UTF-8.", what_)
                              : fmt::format("{} is not valid UTF-8 {}.", what_, place(valid));
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text_[valid + i]); };
    if (!wide && valid + 1 < text_.size() && byte(0) == 0xED && byte(1) >= 0xA0)
      detail += " Half a surrogate pair is no character and has no bytes in UTF-8.";
    error_ = make_error(ErrorCode::invalid_request, std::move(detail), kWhole);
    return false;
  }
  void skip_spaces() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }

  // ---- Values

  bool value() {
    if (at_ == text_.size()) return fail({});
    switch (text_[at_]) {
      case '{':
        return object();
      case '[':
        return array();
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool word(std::string_view wanted) {
    if (text_.substr(at_, wanted.size()) != wanted) return fail("a value is expected");
    at_ += wanted.size();
    return true;
  }

  bool digits() {
    if (at_ == text_.size() || !is_digit(text_[at_])) return fail("a digit is expected");
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return true;
  }
  bool number() {
    const std::size_t start = at_;
    if (next_is('-')) ++at_;
    if (at_ == start && !is_digit(text_[at_])) return fail("a value is expected");
    if (next_is('0')) {
      ++at_;
      if (at_ < text_.size() && is_digit(text_[at_])) return fail("a number begins with a needless 0");
    } else if (!digits()) {
      return false;
    }
    if (next_is('.')) {
      ++at_;
      if (!digits()) return false;
    }
    if (next_is('e') || next_is('E')) {
      ++at_;
      if (next_is('+') || next_is('-')) ++at_;
      if (!digits()) return false;
    }
    if (!is_too_large(text_.substr(start, at_ - start))) return true;
    std::string field = path();
    error_ = make_error(ErrorCode::invalid_request,
                        fmt::format("{} is out of range, {}. Numbers go up to 1.79e308.",
                                    field.empty() ? std::string("The number") : field, place(start)),
                        field.empty() ? kWhole : field);
    return false;
  }

  bool escape() {
    const std::size_t start = at_++;
    if (at_ == text_.size()) return fail({});
    const char c = text_[at_++];
    if (c != 'u') {
      constexpr std::string_view kAllowed = "\"\\/bfnrt";
      return kAllowed.find(c) != kAllowed.npos ||
             fail_at(start, "a backslash stands before a character that it can not escape");
    }
    const auto unit = four_digits(text_.substr(at_));
    if (!unit) return fail_at(start, "\\u is not followed by four hexadecimal digits");
    at_ += 4;
    const std::string_view half = text_.substr(start, 6);
    if (is_low_half(*unit)) return fail_half(start, half);
    if (!is_high_half(*unit)) return true;
    if (text_.substr(at_, 2) != "\\u") return fail_half(start, half);
    const auto low = four_digits(text_.substr(at_ + 2));
    if (!low || !is_low_half(*low)) return fail_half(start, half);
    at_ += 6;
    return true;
  }
  // Leaves the text between the quotes in body_.
  bool string() {
    const std::size_t start = ++at_;
    has_escapes_ = false;
    for (;;) {
      while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
             static_cast<unsigned char>(text_[at_]) >= 0x20)
        ++at_;
      if (at_ == text_.size()) return fail({});
      if (text_[at_] == '"') break;
      if (text_[at_] != '\\') return fail("a control character stands in a string without its escape");
      has_escapes_ = true;
      if (!escape()) return false;
    }
    body_ = text_.substr(start, at_++ - start);
    return true;
  }

  bool open(bool is_object) {
    if (containers_.size() == max_depth_) {
      error_ = make_error(ErrorCode::invalid_request,
                          fmt::format("{} is nested too deeply {}: at most {} levels are read.", what_,
                                      place(at_), max_depth_),
                          kWhole);
      return false;
    }
    containers_.push_back({is_object, keys_.size()});
    ++at_;
    skip_spaces();
    return true;
  }
  void close() {
    keys_.resize(containers_.back().first_key);
    containers_.pop_back();
    ++at_;
  }
  // Called after an element: whether more elements follow. Does not consume the closing bracket.
  bool more_follow(char closing, const char* expected) {
    skip_spaces();
    if (next_is(closing)) return false;
    if (!next_is(',')) return fail(expected);
    ++at_;
    skip_spaces();
    return true;
  }

  bool array() {
    if (!open(false)) return false;
    if (!next_is(']')) {
      do {
        if (!value()) return false;
        ++containers_.back().index;
      } while (more_follow(']', "a comma or ']' is expected"));
      if (!next_is(']')) return false;
    }
    close();
    return true;
  }

  bool object() {
    if (!open(true)) return false;
    if (!next_is('}')) {
      do {
        if (!member()) return false;
      } while (more_follow('}', "a comma or '}' is expected"));
      if (!next_is('}')) return false;
    }
    if (!check_keys()) return false;
    close();
    return true;
  }
  bool member() {
    containers_.back().key = {};
    const std::size_t key_at = at_;
    if (!next_is('"')) return fail("a key in quotes is expected");
    if (!string()) return false;
    std::string_view name = body_;
    if (has_escapes_) append_decoded(name, decoded_.emplace_back());
    if (has_escapes_) name = decoded_.back();
    keys_.push_back({name, key_at});
    containers_.back().key = name;
    skip_spaces();
    if (!next_is(':')) return fail("a colon is expected");
    ++at_;
    skip_spaces();
    const std::size_t start = at_;
    if (!value()) return false;
    if (containers_.size() == 1) keep(name, text_.substr(start, at_ - start));
    return true;
  }
  void keep(std::string_view name, std::string_view raw) {
    JsonObject::Member& member = members_.emplace_back();
    member.name = name;
    member.raw = raw;
    switch (raw.front()) {
      case '{':
        member.kind = JsonKind::object;
        break;
      case '[':
        member.kind = JsonKind::array;
        break;
      case '"':
        member.kind = JsonKind::string;
        append_decoded(raw.substr(1, raw.size() - 2), member.text);
        break;
      case 't':
      case 'f':
        member.kind = JsonKind::boolean;
        break;
      case 'n':
        member.kind = JsonKind::null;
        break;
      default:
        member.kind = JsonKind::number;
    }
  }

  // Checks that no key occurs twice in the innermost object. It sorts the keys, so a client cannot choose
  // keys that make it slow.
  bool check_keys() {
    const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(containers_.back().first_key);
    std::sort(first, keys_.end(),
              [](const Key& a, const Key& b) { return a.name != b.name ? a.name < b.name : a.at < b.at; });
    const Key* twice = nullptr;  // the duplicate that comes first in the text
    for (auto key = first; key != keys_.end(); ++key)
      if (key != first && key->name == (key - 1)->name && (!twice || key->at < twice->at)) twice = &*key;
    if (!twice) return true;
    containers_.back().key = twice->name;
    std::string field = path();
    error_ = make_error(ErrorCode::invalid_request,
                        fmt::format("The key \"{}\" stands twice in one object, the second time {}. Send it "
                                    "once.",
                                    shown(twice->name), place(twice->at)),
                        field.empty() ? kWhole : field);
    return false;
  }

  const std::string_view text_;
  const std::size_t max_depth_;
  const std::string_view what_;
  std::size_t at_ = 0;
  std::string_view body_;
  bool has_escapes_ = false;
  std::vector<Container> containers_;
  std::vector<Key> keys_;            // of all open objects
  std::deque<std::string> decoded_;  // keys that have escapes
  std::vector<JsonObject::Member> members_;
  Error error_;
};

}  // namespace

double JsonObject::Member::number() const {
  double value = 0;
  const auto read = std::from_chars(raw.data(), raw.data() + raw.size(), value);
  // The number is not too large (that was checked). So it is closer to zero than any double.
  if (read.ec == std::errc::result_out_of_range) return raw.starts_with('-') ? -0.0 : 0.0;
  return value;
}

Result<JsonObject> JsonObject::read(std::string_view text, std::size_t max_depth, std::string_view what) {
  auto members = Reader(text, max_depth, what).read();
  if (!members) return members.error();
  JsonObject object;
  object.members_ = std::move(*members);
  return object;
}

const JsonObject::Member* JsonObject::find(std::string_view name) const {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [&](const Member& member) { return member.name == name; });
  return found == members_.end() ? nullptr : &*found;
}

std::string compact_json(std::string_view raw) {
  std::string out, decoded;
  out.reserve(raw.size());
  while (!raw.empty()) {
    if (is_space(raw.front())) {
      raw.remove_prefix(1);
      continue;
    }
    if (raw.front() != '"') {
      const std::size_t end = std::min(raw.find_first_of("\" \t\r\n"), raw.size());
      out.append(raw.substr(0, end));
      raw.remove_prefix(end);
      continue;
    }
    std::size_t end = 1;
    while (raw[end] != '"') end += raw[end] == '\\' ? 2 : 1;
    decoded.clear();
    append_decoded(raw.substr(1, end - 1), decoded);
    out += '"';
    append_json_text(decoded, out);
    out += '"';
    raw.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace belay

// E-mail addresses, phone numbers, links and accounts in texts.
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "services/context/personal_data.hpp"
#include "uploads/dates.hpp"

namespace belay::services {
namespace {

constexpr std::size_t kMaxLocalPart = 64;  // bytes before the @ that are looked at
constexpr std::size_t kMaxDomain = 255;
// Of a phone number, without the separators.
constexpr std::size_t kMinDigits = 9, kMaxDigits = 15;
constexpr std::size_t kMaxPhoneBytes = 32;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

bool is_word(char c) {
  return is_letter(c) || is_digit(c) || c == '_';
}

bool in_local_part(char c) {
  return is_word(c) || std::string_view(".+-%'").find(c) != std::string_view::npos;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool starts_with(std::string_view text, std::string_view small_letters) {
  return text.size() >= small_letters.size() &&
         std::equal(small_letters.begin(), small_letters.end(), text.begin(),
                    [](char wanted, char c) { return wanted == lower(c); });
}

// ---- Links

// The number of bytes of the link at the beginning of the text; 0: there is none.
std::size_t link_at(std::string_view text) {
  constexpr auto kStarts = std::to_array<std::string_view>({"http://", "https://", "www."});
  const bool is_link = std::any_of(kStarts.begin(), kStarts.end(),
                                   [&](std::string_view start) { return starts_with(text, start); });
  return is_link ? std::min(text.find_first_of(" \t\r\n\"<>"), text.size()) : 0;
}

// ---- E-mail addresses and accounts

// The signs that are used in place of an @.
std::size_t at_sign(std::string_view text) {
  constexpr auto kSigns =
      std::to_array<std::string_view>({"@", "\uFF20", "\uFE6B", "(at)", "[at]", " (at) ", " [at] "});
  for (const std::string_view sign : kSigns)
    if (starts_with(text, sign)) return sign.size();
  return 0;
}

// The number of bytes of a domain with a dot; 0: there is none.
std::size_t domain_at(std::string_view text) {
  text = text.substr(0, kMaxDomain);
  std::size_t size = 0, dot = 0;
  for (; size < text.size() && (is_word(text[size]) || text[size] == '-' || text[size] == '.'); ++size)
    if (text[size] == '.' && size + 1 < text.size() && is_word(text[size + 1])) dot = size;
  while (size > 0 && (text[size - 1] == '.' || text[size - 1] == '-')) --size;
  return dot == 0 ? 0 : size;
}

// The number of bytes of a name behind an @; 0: there is none. "80% @ 5 reps" has none.
std::size_t account_at(std::string_view text) {
  if (text.empty() || !(is_letter(text.front()) || text.front() == '_')) return 0;
  std::size_t size = 0;
  while (size < text.size() && (is_word(text[size]) || text[size] == '.')) ++size;
  while (size > 0 && text[size - 1] == '.') --size;
  return size < 2 ? 0 : size;
}

// ---- Phone numbers

struct Digits {
  std::size_t bytes = 0;            // of the whole run, with separators
  std::vector<std::size_t> groups;  // digits in each group
  std::size_t count = 0;
  bool has_plus = false;
  bool has_brackets = false;
};

// Digits in groups, with at most two separators between them.
Digits digits_at(std::string_view text) {
  Digits found;
  std::size_t at = 0, group = 0, separators = 0;
  if (text.starts_with('+')) {
    found.has_plus = true;
    at = 1;
  }
  for (; at < std::min(text.size(), kMaxPhoneBytes); ++at) {
    const char c = text[at];
    if (is_digit(c)) {
      ++group;
      ++found.count;
      separators = 0;
      found.bytes = at + 1;
      continue;
    }
    if (std::string_view(" -./()").find(c) == std::string_view::npos || ++separators > 2) break;
    if (c == '(') found.has_brackets = true;
    if (group != 0) found.groups.push_back(std::exchange(group, 0));
  }
  if (group != 0) found.groups.push_back(group);
  return found;
}

bool begins_with_date(std::string_view text) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789-./"), text.size());
  return end >= 8 && (uploads::read_date(text.substr(0, std::min<std::size_t>(end, 10))).exists() ||
                      uploads::read_date(text.substr(0, 8)).exists());
}

bool are(const std::vector<std::size_t>& groups, std::initializer_list<std::size_t> wanted) {
  return std::equal(groups.begin(), groups.end(), wanted.begin(), wanted.end());
}

// Whether digits in these groups are a phone number, and not dates, grades or counts.
bool reads_as_phone(const Digits& digits, std::string_view text) {
  if (digits.count > kMaxDigits || digits.groups.empty()) return false;
  if (digits.has_plus) return digits.count >= 7;
  if (begins_with_date(text)) return false;
  const auto& groups = digits.groups;
  // As in North America: 555-1234, 555 123 4567, (555) 123-4567, 1-555-123-4567.
  if (are(groups, {3, 4})) return text.substr(0, digits.bytes).find('-') != std::string_view::npos;
  if (are(groups, {3, 3, 4}) || are(groups, {1, 3, 3, 4})) return true;
  if (digits.count < kMinDigits) return false;
  if (std::any_of(groups.begin(), groups.end(), [](std::size_t size) { return size >= 6; })) return true;
  // With an area code: 0151 23456789, 020 7946 0958, 00 49 151 2345678.
  return (text.starts_with('0') || digits.has_brackets) && groups.front() >= 2 &&
         std::all_of(groups.begin() + 1, groups.end(), [](std::size_t size) { return size >= 2; });
}

// The number of bytes of the phone number at the beginning of the text; 0: there is none.
std::size_t phone_at(std::string_view text) {
  const bool opens = text.starts_with('(') && text.size() > 1 && (is_digit(text[1]) || text[1] == '+');
  const std::string_view number = opens ? text.substr(1) : text;
  Digits digits = digits_at(number);
  digits.has_brackets = digits.has_brackets || opens;
  if (digits.count == 0 || !reads_as_phone(digits, number)) return 0;
  const std::size_t end = digits.bytes + (opens ? 1 : 0);
  return end < text.size() && is_word(text[end]) ? 0 : end;
}

// ---- One pass over a text

class Cleaner {
 public:
  explicit Cleaner(std::string_view text) : text_(text) {}

  std::string clean() {
    while (at_ < text_.size())
      if (!replace()) out_ += text_[at_++];
    return std::move(out_);
  }

 private:
  bool replace() {
    const std::string_view rest = text_.substr(at_);
    const bool begins_word = at_ == 0 || !is_word(text_[at_ - 1]);
    if (begins_word)
      if (const std::size_t size = link_at(rest); size != 0) return put("[link]", size);
    if (const std::size_t sign = at_sign(rest); sign != 0) return replace_at(rest, sign);
    if (begins_word && (is_digit(rest.front()) || rest.front() == '+' || rest.front() == '('))
      return replace_digits(rest);
    return false;
  }

  bool replace_at(std::string_view rest, std::size_t sign) {
    const std::string_view after = rest.substr(sign);
    std::size_t before = 0;
    while (before < std::min(out_.size(), kMaxLocalPart) && in_local_part(out_[out_.size() - 1 - before]))
      ++before;
    const std::size_t domain = domain_at(after);
    if (before != 0 && domain != 0) {
      out_.resize(out_.size() - before);
      return put("[e-mail]", sign + domain);
    }
    const std::size_t account = before == 0 && rest.front() != ' ' ? account_at(after) : 0;
    return account != 0 && put("[account]", sign + account);
  }

  // A run of digits is looked at once: what is inside a longer number is no phone number.
  bool replace_digits(std::string_view rest) {
    if (at_ < digits_until_) return false;
    if (const std::size_t size = phone_at(rest); size != 0) return put("[phone]", size);
    std::size_t size = 1;
    while (size < rest.size() &&
           (is_digit(rest[size]) || std::string_view("-./").find(rest[size]) != std::string_view::npos))
      ++size;
    digits_until_ = at_ + size;
    return false;
  }

  bool put(std::string_view replacement, std::size_t size) {
    out_ += replacement;
    at_ += size;
    return true;
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::size_t digits_until_ = 0;
  std::string out_;
};

}  // namespace

std::string without_contacts(std::string_view text) {
  return Cleaner(text).clean();
}

}  // namespace belay::services

#include "uploads/grades.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/format.h>

#include "uploads/safe_text.hpp"

namespace belay::uploads {
namespace {

constexpr int kHardestV = 17;
constexpr int kHardestYds = 15;
constexpr std::size_t kMaxBytes = 32;  // longer text is no grade

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Reads one or two digits off the front; -1 if there are none.
int take_number(std::string_view& text) {
  if (text.empty() || !is_digit(text.front())) return -1;
  int number = text.front() - '0';
  text.remove_prefix(1);
  if (!text.empty() && is_digit(text.front())) {
    number = number * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  return number;
}

// Reads a + or - off the front.
std::string_view take_sign(std::string_view& text) {
  if (!text.starts_with('+') && !text.starts_with('-')) return {};
  const std::string_view sign = text.substr(0, 1);
  text.remove_prefix(1);
  return sign;
}

int sign_rank(std::string_view sign) {
  if (sign == "+") return 3;
  if (sign == "-") return -3;
  return 0;
}

Grade grade(GradeSystem system, int rank, std::string name) {
  return {system, static_cast<std::uint16_t>(rank), std::move(name)};
}

// `text` is in lower case in the readers below, except in read_letter_grade().

std::optional<Grade> read_v(std::string_view text) {
  if (!text.starts_with('v')) return std::nullopt;
  text.remove_prefix(1);
  if (text == "b") return grade(GradeSystem::v_scale, 0, "VB");
  const int number = take_number(text);
  const std::string_view sign = take_sign(text);
  if (number < 0 || number > kHardestV || !text.empty()) return std::nullopt;
  return grade(GradeSystem::v_scale, 10 * (number + 1) + sign_rank(sign), fmt::format("V{}{}", number, sign));
}

// The four letters divide 12 steps: a is 1, b is 4, c is 7, d is 10; a/b lies between a and b.
std::optional<Grade> read_yds(std::string_view text) {
  if (!text.starts_with("5.")) return std::nullopt;
  text.remove_prefix(2);
  const int number = take_number(text);
  if (number < 0 || number > kHardestYds) return std::nullopt;
  const std::string_view tail = text;
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'd'; };
  int step = 5;
  if (number >= 10 && !text.empty() && is_letter(text.front())) {
    step = 1 + 3 * (text.front() - 'a');
    text.remove_prefix(1);
    if (text.size() >= 2 && text[0] == '/' && is_letter(text[1])) {
      step += 1;
      text.remove_prefix(2);
    }
  }
  const int sign = sign_rank(take_sign(text));
  if (!text.empty()) return std::nullopt;
  // A sign behind a letter is finer than the letters are.
  step += tail.size() > 1 && sign != 0 ? sign / 3 : sign;
  return grade(GradeSystem::yds, 12 * number + std::max(step, 0), fmt::format("5.{}{}", number, tail));
}

// Reads Font and French grades. Their letters' case is kept.
std::optional<Grade> read_letter_grade(std::string_view text, Discipline discipline) {
  const std::string lower = lower_case(text);
  bool says_font = false;
  for (const std::string_view prefix : {"font", "fb"})
    if (lower.starts_with(prefix)) {
      says_font = true;
      text = trimmed(text.substr(prefix.size()));
      break;
    }
  if (!says_font && lower.size() > 1 && lower.front() == 'f' && is_digit(lower[1])) text.remove_prefix(1);
  if (text.empty() || text.front() < '1' || text.front() > '9') return std::nullopt;
  const int number = text.front() - '0';
  text.remove_prefix(1);
  char letter = 0;
  if (!text.empty() && std::string_view("abcABC").find(text.front()) != std::string_view::npos) {
    letter = text.front();
    text.remove_prefix(1);
  }
  const std::string_view sign = take_sign(text);
  if (!text.empty() || sign == "-") return std::nullopt;
  const bool is_capital = letter >= 'A' && letter <= 'C';
  const bool knows = says_font || discipline != Discipline::unknown;
  if (letter == 0 && !knows) return std::nullopt;
  const bool is_font = says_font || (knows ? discipline == Discipline::boulder : is_capital);
  const int step = letter == 0 ? 2 : 2 * (is_capital ? letter - 'A' : letter - 'a');
  const char shown = letter == 0 ? '\0' : static_cast<char>((is_font ? 'A' : 'a') + step / 2);
  std::string name(1, static_cast<char>('0' + number));
  if (shown != '\0') name += shown;
  name += sign;
  return grade(is_font ? GradeSystem::font : GradeSystem::french, 10 * number + step + (sign.empty() ? 0 : 1),
               std::move(name));
}

std::optional<Grade> read_single(std::string_view text, Discipline discipline) {
  text = trimmed(text);
  const std::string lower = lower_case(text);
  if (auto v = read_v(lower)) return v;
  if (auto yds = read_yds(lower)) return yds;
  return read_letter_grade(text, discipline);
}

// The end of a range without the part that both ends share: the 6 of V5-6, the b of 6a/b, the + of 6a/+.
bool is_short_end(std::string_view text) {
  if (text.empty() || text.size() > 3) return false;
  const bool has_digit = is_digit(text.front());
  return std::all_of(text.begin() + 1, text.end(),
                     [&](char c) { return is_digit(c) == has_digit || c == '+'; }) &&
         std::string_view("0123456789abcdABCD+").find(text.front()) != std::string_view::npos;
}

// Without the protection rating behind a grade, and the spaces before it.
std::string_view without_protection(std::string_view text) {
  const std::size_t space = text.rfind(' ');
  if (space == text.npos) return text;
  const std::string last = lower_case(text.substr(space + 1));
  constexpr std::array<std::string_view, 6> kRatings = {"g", "pg", "pg13", "pg-13", "r", "x"};
  const bool is_rating = std::find(kRatings.begin(), kRatings.end(), last) != kRatings.end();
  return is_rating ? trimmed(text.substr(0, space)) : text;
}

Grade chosen(const Grade& first, const Grade& second) {
  if (first.system == second.system) return first.rank <= second.rank ? first : second;
  return second.system == GradeSystem::v_scale ? second : first;
}

std::optional<Grade> read_two(std::string_view first, std::string_view second, Discipline discipline) {
  second = trimmed(second);
  if (second.ends_with(')')) second.remove_suffix(1);
  const auto a = read_single(first, discipline), b = read_single(second, discipline);
  if (a && b) return chosen(*a, *b);
  if (a && is_short_end(second)) return a;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(GradeSystem system) {
  switch (system) {
    case GradeSystem::v_scale:
      return "V-scale";
    case GradeSystem::font:
      return "Font";
    case GradeSystem::yds:
      return "YDS";
    case GradeSystem::french:
      return "French";
  }
  return {};
}

bool comes_before(const Grade& a, const Grade& b) {
  return std::tie(a.system, b.rank, a.name) < std::tie(b.system, a.rank, b.name);
}

std::optional<Grade> read_grade(std::string_view text, Discipline discipline) {
  text = trimmed(text);
  if (text.empty() || text.size() > kMaxBytes) return std::nullopt;
  text = without_protection(text);
  if (auto one = read_single(text, discipline)) return one;
  for (const std::string_view separator : {"/", "(", "–", "-"}) {
    const std::size_t at = text.find(separator);
    if (at == text.npos) continue;
    if (auto two = read_two(text.substr(0, at), text.substr(at + separator.size()), discipline)) return two;
  }
  return std::nullopt;
}

}  // namespace belay::uploads

#include "uploads/dates.hpp"

#include <array>
#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "uploads/safe_text.hpp"

namespace belay::uploads {
namespace {

constexpr int kFirstYear = 1900;
constexpr int kLastYear = 2199;

Day day_of(int year, int month, int day) {
  if (year < kFirstYear || year > kLastYear || month < 1 || day < 1) return kNoDay;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return kNoDay;
  return static_cast<Day>(std::chrono::sys_days(date).time_since_epoch().count());
}

DateReading certain(Day day) {
  return {day, day};
}

// Reads 1 to `max_digits` digits off the front. Returns -1 if there are none or more.
int take_number(std::string_view& text, std::size_t max_digits, std::size_t* digits = nullptr) {
  std::size_t size = 0;
  while (size < text.size() && text[size] >= '0' && text[size] <= '9') ++size;
  if (size == 0 || size > max_digits) return -1;
  int number = 0;
  std::from_chars(text.data(), text.data() + size, number);
  text.remove_prefix(size);
  if (digits != nullptr) *digits = size;
  return number;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// What may follow a date: nothing, or a time of day.
bool is_end(std::string_view text) {
  return text.empty() || text.front() == ' ' || text.front() == 'T' || text.front() == 't' ||
         text.front() == ',';
}

DateReading year_first(std::string_view text, int year, char separator) {
  const int month = take_number(text, 2);
  if (month < 0 || !take(text, separator)) return {};
  const int day = take_number(text, 2);
  if (day < 0 || !is_end(text)) return {};
  return certain(day_of(year, month, day));
}

DateReading year_last(std::string_view text, int first, char separator) {
  const int second = take_number(text, 2);
  if (second < 0 || !take(text, separator)) return {};
  std::size_t digits = 0;
  int year = take_number(text, 4, &digits);
  if (year < 0 || digits == 1 || digits == 3 || !is_end(text)) return {};
  if (digits == 2) {
    if (separator == '-') return {};
    year += 2000;
  }
  const Day day_first = day_of(year, second, first);
  if (separator == '.') return certain(day_first);
  return {day_of(year, first, second), day_first};
}

int month_named(std::string_view word) {
  constexpr std::array<std::string_view, 12> kMonths = {"january",   "february", "march",    "april",
                                                        "may",       "june",     "july",     "august",
                                                        "september", "october",  "november", "december"};
  if (word.ends_with('.')) word.remove_suffix(1);
  const std::string name = lower_case(word);
  if (name == "sept") return 9;
  for (std::size_t i = 0; i < kMonths.size(); ++i)
    if (name == kMonths[i] || (name.size() == 3 && kMonths[i].starts_with(name)))
      return static_cast<int>(i) + 1;
  return 0;
}

std::string_view take_word(std::string_view& text) {
  text = trimmed(text);
  const std::size_t end = std::min(text.find_first_of(" ,"), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  if (text.starts_with(',')) text.remove_prefix(1);
  return word;
}

DateReading with_month_name(std::string_view text) {
  std::string_view first = take_word(text), second = take_word(text), third = take_word(text);
  int month = month_named(first);
  std::string_view day_text = second;
  if (month == 0) {
    month = month_named(second);
    day_text = first;
  }
  if (month == 0 || third.size() != 4) return {};
  const int day = take_number(day_text, 2);
  const int year = take_number(third, 4);
  if (day < 0 || year < 0 || !third.empty()) return {};
  if (!day_text.empty() && day_text != "." && day_text != "st" && day_text != "nd" && day_text != "rd" &&
      day_text != "th")
    return {};
  return certain(day_of(year, month, day));
}

}  // namespace

DateReading read_date(std::string_view text) {
  constexpr std::size_t kMaxBytes = 64;
  text = trimmed(text);
  if (text.size() < 6 || text.size() > kMaxBytes) return {};
  std::string_view rest = text;
  std::size_t digits = 0;
  const int first = take_number(rest, 4, &digits);
  if (first < 0) return with_month_name(text);
  if (rest.empty()) return {};
  const char separator = rest.front();
  if (separator != '-' && separator != '/' && separator != '.') return with_month_name(text);
  rest.remove_prefix(1);
  if (digits == 4) return year_first(rest, first, separator);
  if (digits > 2) return {};
  const DateReading date = year_last(rest, first, separator);
  return date.exists() ? date : with_month_name(text);
}

std::string to_text(Day day) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

Month month_of(Day day) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  return {static_cast<int>(date.year()), static_cast<unsigned>(date.month())};
}

}  // namespace belay::uploads

#include "calendar/posix_rule.hpp"

#include <algorithm>
#include <chrono>

#include "calendar/time_zone.hpp"

namespace belay::calendar {

namespace {

constexpr int kMaxHours = 167;

bool take(std::string_view& text, char expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(1);
  return true;
}

// From 0 to `max`.
std::optional<int> take_number(std::string_view& text, int max) {
  int number = 0;
  std::size_t digits = 0;
  while (digits < text.size() && digits < 3 && text[digits] >= '0' && text[digits] <= '9')
    number = number * 10 + (text[digits++] - '0');
  if (digits == 0 || number > max) return {};
  text.remove_prefix(digits);
  return number;
}

// "CET" or "<+0330>".
bool take_name(std::string_view& text) {
  if (text.starts_with('<')) {
    const std::size_t end = text.find('>');
    if (end == text.npos || end < 4) return false;
    text.remove_prefix(end + 1);
    return true;
  }
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto end = std::ranges::find_if_not(text, is_letter);
  const auto size = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(size);
  return size >= 3;
}

// "-1", "2:30", "+167:00:00", in seconds.
std::optional<int> take_time(std::string_view& text) {
  const bool negative = take(text, '-');
  if (!negative) take(text, '+');
  const auto hours = take_number(text, kMaxHours);
  if (!hours) return {};
  int seconds = *hours * 3600;
  for (const int unit : {60, 1}) {
    if (!take(text, ':')) break;
    const auto number = take_number(text, 59);
    if (!number) return {};
    seconds += *number * unit;
  }
  return negative ? -seconds : seconds;
}

}  // namespace

std::optional<PosixRule::Change> PosixRule::parse_change(std::string_view& text) {
  Change change;
  if (take(text, 'M')) {
    const auto month = take_number(text, 12);
    const auto week = month && take(text, '.') ? take_number(text, 5) : std::nullopt;
    const auto day = week && take(text, '.') ? take_number(text, 6) : std::nullopt;
    if (!day || *month == 0 || *week == 0) return {};
    change = {Change::Kind::month_week_day, *month, *week, *day};
  } else {
    const bool without_leap = take(text, 'J');
    const auto day = take_number(text, 365);
    if (!day || (without_leap && *day == 0)) return {};
    change.kind = without_leap ? Change::Kind::day_without_leap : Change::Kind::day_of_year;
    change.day = *day;
  }
  if (!take(text, '/')) return change;
  const auto time = take_time(text);
  if (!time) return {};
  change.time = *time;
  return change;
}

std::optional<PosixRule> PosixRule::parse(std::string_view text) {
  PosixRule rule;
  if (!take_name(text)) return {};
  const auto west = take_time(text);
  if (!west) return {};
  rule.standard_ = -*west;
  if (text.empty()) return rule;
  if (!take_name(text)) return {};
  rule.daylight_ = rule.standard_ + 3600;
  if (!text.starts_with(',')) {
    const auto daylight_west = take_time(text);
    if (!daylight_west) return {};
    rule.daylight_ = -*daylight_west;
  }
  if (!take(text, ',')) return {};
  rule.begins_ = parse_change(text);
  if (!rule.begins_ || !take(text, ',')) return {};
  rule.ends_ = parse_change(text);
  if (!rule.ends_ || !text.empty()) return {};
  return rule;
}

std::int64_t PosixRule::second_of(const Change& change, int year) {
  using namespace std::chrono;
  const auto in = std::chrono::year(year);
  sys_days day = sys_days(in / January / 1);
  switch (change.kind) {
    case Change::Kind::month_week_day: {
      const auto month = in / std::chrono::month(static_cast<unsigned>(change.month));
      const weekday on(static_cast<unsigned>(change.day));
      day = change.week == 5 ? sys_days(month / on[last])
                             : sys_days(month / on[static_cast<unsigned>(change.week)]);
      break;
    }
    case Change::Kind::day_without_leap:
      day += days(change.day - 1 + (in.is_leap() && change.day >= 60 ? 1 : 0));
      break;
    case Change::Kind::day_of_year:
      day += days(change.day);
      break;
  }
  return duration_cast<seconds>(day.time_since_epoch()).count() + change.time;
}

std::int32_t PosixRule::offset_at(std::int64_t second) const {
  if (!begins_) return standard_;
  const int year = local_from_seconds(second + standard_).year;
  const std::int64_t begin = second_of(*begins_, year) - standard_;
  const std::int64_t end = second_of(*ends_, year) - daylight_;
  // South of the equator, daylight saving time lasts over the new year.
  const bool daylight = begin < end ? begin <= second && second < end : !(end <= second && second < begin);
  return daylight ? daylight_ : standard_;
}

}  // namespace belay::calendar

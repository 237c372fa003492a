// Calendar months in UTC, as plain numbers.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.hpp"

namespace belay::storage {

// The number of months since January of the year 0.
enum class Month : std::int32_t {};

inline Month month_of(WallTime time) {
  const std::chrono::sys_time<Milliseconds> point{Milliseconds(time.ms)};
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(point)};
  return Month{int(date.year()) * 12 + int(unsigned(date.month())) - 1};
}

// When the next month begins.
inline WallTime end_of(Month month) {
  const int next = static_cast<int>(month) + 1;
  const std::chrono::year_month_day first{std::chrono::year(next / 12),
                                          std::chrono::month(static_cast<unsigned>(next % 12 + 1)),
                                          std::chrono::day(1)};
  const Milliseconds since_epoch = std::chrono::sys_days(first).time_since_epoch();
  return {since_epoch.count()};
}

}  // namespace belay::storage

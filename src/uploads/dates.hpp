// Reads the dates that climbing logs have, without the time of day.
//
// Read are 2024-03-12 and 2024/03/12 (also with a time behind: 2024-03-12T18:30:00Z), 12.03.2024 (the day
// first), 3/12/2024 and 3-12-2024 (see below), and months in English: 12 Mar 2024, March 12, 2024. Two digits
// of a year mean 2000 to 2099, behind a dot or a slash. Years are from 1900 to 2199.
//
// 3/12/2024 means the 12th of March in the United States and the 3rd of December elsewhere. One date cannot
// tell, so both meanings are returned. The other dates of the file decide (statistics.hpp).
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace belay::uploads {

// Days since 1970-01-01.
using Day = std::int32_t;
constexpr Day kNoDay = std::numeric_limits<Day>::min();

struct DateReading {
  Day month_first = kNoDay;  // if the month comes before the day
  Day day_first = kNoDay;
  bool exists() const { return month_first != kNoDay || day_first != kNoDay; }
  bool is_ambiguous() const {
    return month_first != day_first && month_first != kNoDay && day_first != kNoDay;
  }
  friend bool operator==(const DateReading&, const DateReading&) = default;
};

// Nothing is read (exists() is false) if the text is no date.
DateReading read_date(std::string_view text);

// "2024-03-12".
std::string to_text(Day day);

struct Month {
  std::int32_t year = 0;
  std::uint32_t month = 0;  // 1 to 12
  friend auto operator<=>(const Month&, const Month&) = default;
};
Month month_of(Day day);

}  // namespace belay::uploads

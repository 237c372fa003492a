// What a log says as a whole: counts by grade, send rate, dates and trend.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "uploads/dates.hpp"
#include "uploads/grades.hpp"

namespace belay::uploads {

// Climbs by their outcome. `climbs` also counts those whose outcome the log does not say.
struct Counts {
  std::uint32_t climbs = 0;
  std::uint32_t sent = 0;
  std::uint32_t not_sent = 0;

  // From 0 to 1: the sends among the climbs whose outcome is known. Nothing if there are none.
  std::optional<double> send_rate() const;
  friend bool operator==(const Counts&, const Counts&) = default;
};

struct GradeCounts {
  Grade grade;
  Counts counts;
};

struct MonthCounts {
  Month month;
  Counts counts;
  // The hardest send, of the system that most climbs of the file have. If the file says of no climb whether it
  // was sent, the hardest climb.
  std::optional<Grade> hardest;
};

struct Period {
  Day first = 0;
  Day last = 0;  // inclusive
  Counts counts;
};

// Compares the newest days of the log with as many days before. A period has half of the log's days, but at most
// kTrendDays.
constexpr Day kTrendDays = 90;
struct Trend {
  Period recent;
  Period previous;
  struct OfGrade {
    Grade grade;
    Counts recent;
    Counts previous;
  };
  std::vector<OfGrade> grades;  // those that were climbed in one of the periods; by system, from hard to easy
};

struct Statistics {
  // Whether the file says of any climb if it was sent.
  bool has_outcomes() const { return total.sent + total.not_sent != 0; }

  Counts total;                              // all climbs, also those below
  std::uint32_t unknown_grades = 0;          // a grade that is of no system we know
  std::uint32_t without_grade = 0;           // an empty grade
  std::vector<std::string> unknown_samples;  // a few of the unknown grades, as safe text
  std::vector<GradeCounts> grades;           // by system, from hard to easy

  std::optional<Period> dates;  // from the first climb with a date to the last; counts those with a date
  bool guessed_dates = false;  // dates like 3/12/2024 were read with the month first, and nothing confirms it
  std::vector<MonthCounts> months;  // the newest kMaxMonths months that have climbs, in order of time
  std::optional<Trend> trend;       // nothing if the dates span fewer than 14 days
};

constexpr std::size_t kMaxMonths = 24;
constexpr std::size_t kMaxUnknownSamples = 5;

}  // namespace belay::uploads

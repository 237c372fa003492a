// Collects climbs one by one and makes statistics of them. Memory is bounded: 16 bytes a climb, at most
// `max_climbs`, and one entry for each of the few hundred grades there are. Not thread-safe; one owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "uploads/climb_fields.hpp"
#include "uploads/dates.hpp"
#include "uploads/statistics.hpp"

namespace belay::uploads {

// A climb as a file has it.
struct ClimbText {
  std::string_view grade;
  DateReading date;
  Outcome outcome = Outcome::unknown;
  Discipline discipline = Discipline::unknown;
};

class StatisticsBuilder {
 public:
  explicit StatisticsBuilder(std::size_t max_climbs) : max_climbs_(max_climbs) {}

  // An error if there are too many climbs.
  Result<> add(const ClimbText& climb);

  // The number of climbs so far.
  std::size_t size() const { return climbs_.size(); }
  // Gives the date to each climb from the one with the index `first` on that has none.
  void set_missing_dates(std::size_t first, DateReading date);
  // Gives the outcome to the last climb, if it has none. There must be a climb.
  void set_missing_outcome(Outcome outcome);

  Statistics finish() const;

 private:
  struct Climb {
    DateReading date;
    std::uint16_t grade;  // index in grades_, or one of the two below
    Outcome outcome;
  };
  static constexpr std::uint16_t kUnknownGrade = 0xFFFF, kNoGrade = 0xFFFE;

  std::uint16_t index_of(const Grade& grade);
  void note_unknown(std::string_view grade);
  void count_grades(Statistics& statistics) const;
  bool day_comes_first(Statistics& statistics) const;
  void count_days(Statistics& statistics) const;
  void count_months(Statistics& statistics, const std::vector<Day>& days) const;
  void compare_periods(Statistics& statistics, const std::vector<Day>& days) const;

  std::size_t max_climbs_;
  std::vector<Climb> climbs_;
  std::vector<Grade> grades_;
  std::map<std::pair<GradeSystem, std::string>, std::uint16_t> indexes_;
  std::vector<std::string> unknown_samples_;
};

}  // namespace belay::uploads

// A recurrence rule (RRULE), expanded by libical.
//
// Some rules never match (30 February), and libical then searches until the year 2582: up to about 4 s for one rule. What
// bounds the time: rules that recur more often than daily are refused, as are rules with more than 24 times a day or more
// than 14 days in BYDAY, and each step counts against a Budget. One rule can exceed the budget by one such search.
//
// libical has process-wide state, so calls must not overlap (import.cpp).
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/result.hpp"
#include "calendar/content_lines.hpp"
#include "calendar/event_time.hpp"

struct icalrecurrencetype;

namespace belay::calendar {

// Processor time of this thread.
class Budget {
 public:
  explicit Budget(Milliseconds max);
  bool is_spent() const;

 private:
  Milliseconds used() const;

  Milliseconds end_;
};

class Rule {
 public:
  // unprocessable: it cannot be read, or is not supported.
  static Result<Rule> parse(const ContentLine& line);

  bool is_yearly() const;
  // The last moment, as in the file. Nothing: it has no UNTIL.
  const std::optional<EventTime>& until() const { return until_; }

  struct Span {
    LocalTime start;  // of the event: DTSTART
    bool is_date = false;
    LocalTime from;  // earlier times may be left out
    LocalTime to;    // later times may be left out
  };
  // The times of the rule in order, as local times in the zone of the event; UNTIL is left to the caller. Ends when
  // `take` returns false. False: the budget is spent.
  bool expand(const Span& span, const Budget& budget,
              const std::function<bool(const LocalTime&)>& take) const;

 private:
  Rule() = default;

  std::shared_ptr<const icalrecurrencetype> rule_;
  std::optional<EventTime> until_;
};

}  // namespace belay::calendar

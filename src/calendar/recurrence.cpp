#include "calendar/recurrence.hpp"

#include <algorithm>
#include <iterator>
#include <time.h>

#include "calendar/libical_types.hpp"

namespace belay::calendar {

namespace {

constexpr std::size_t kMaxTimesADay = 24;
// With more of them, a search for a rule that never matches takes longer: 7.6 s with 35.
constexpr std::size_t kMaxWeekdays = 14;

template <std::size_t size>
std::size_t count(const short (&list)[size]) {
  const auto end = std::ranges::find(list, static_cast<short>(ICAL_RECURRENCE_ARRAY_MAX));
  return std::max<std::size_t>(1, static_cast<std::size_t>(end - std::begin(list)));
}

std::size_t times_a_day(const icalrecurrencetype& rule) {
  return count(rule.by_hour) * count(rule.by_minute) * count(rule.by_second);
}

Error refused(const std::string& text) {
  return make_error(ErrorCode::unprocessable, "RRULE " + text);
}

}  // namespace

Budget::Budget(Milliseconds max) : end_(used() + max) {}

Milliseconds Budget::used() const {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return Milliseconds(std::int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000);
}

bool Budget::is_spent() const {
  return used() > end_;
}

Result<Rule> Rule::parse(const ContentLine& line) {
  const ParsedLine parsed(line);
  if (parsed.first() == nullptr || icalvalue_isa(icalproperty_get_value(parsed.first())) != ICAL_RECUR_VALUE)
    return refused("cannot be read: write it like FREQ=WEEKLY;BYDAY=TU.");
  icalrecurrencetype rule = icalproperty_get_rrule(parsed.first());
  if (rule.rscale != nullptr)
    return refused("has RSCALE, which is not supported: use a rule of the Gregorian calendar.");
  switch (rule.freq) {
    case ICAL_DAILY_RECURRENCE:
    case ICAL_WEEKLY_RECURRENCE:
    case ICAL_MONTHLY_RECURRENCE:
    case ICAL_YEARLY_RECURRENCE:
      break;
    case ICAL_SECONDLY_RECURRENCE:
    case ICAL_MINUTELY_RECURRENCE:
    case ICAL_HOURLY_RECURRENCE:
      return refused("recurs more often than daily: use FREQ=DAILY, with BYHOUR if needed.");
    default:
      return refused("cannot be read: write it like FREQ=WEEKLY;BYDAY=TU.");
  }
  if (times_a_day(rule) > kMaxTimesADay)
    return refused("has more than 24 times a day: use fewer of BYHOUR, BYMINUTE and BYSECOND.");
  if (count(rule.by_day) > kMaxWeekdays) return refused("has more than 14 days in BYDAY: use fewer.");
  Rule out;
  if (!icaltime_is_null_time(rule.until)) out.until_ = event_time(rule.until);
  rule.until = icaltime_null_time();
  out.rule_ = std::make_shared<const icalrecurrencetype>(rule);
  return out;
}

bool Rule::is_yearly() const {
  return rule_->freq == ICAL_YEARLY_RECURRENCE;
}

bool Rule::expand(const Span& span, const Budget& budget,
                  const std::function<bool(const LocalTime&)>& take) const {
  if (budget.is_spent()) return false;
  icalrecurrencetype rule = *rule_;
  rule.until = ical_time(span.to, span.is_date);
  const std::unique_ptr<icalrecur_iterator, decltype(&icalrecur_iterator_free)> iterator(
      icalrecur_iterator_new(rule, ical_time(span.start, span.is_date)), icalrecur_iterator_free);
  if (iterator == nullptr) return !budget.is_spent();  // it never matches
  // Only without COUNT can earlier times be left out.
  if (rule.count == 0 && span.start < span.from)
    icalrecur_iterator_set_start(iterator.get(), ical_time(span.from, span.is_date));
  for (;;) {
    const icaltimetype time = icalrecur_iterator_next(iterator.get());
    if (budget.is_spent()) return false;
    if (icaltime_is_null_time(time)) return true;
    const LocalTime local = event_time(time).time;
    if (span.to < local || !take(local)) return true;
  }
}

}  // namespace belay::calendar

#include "calendar/event.hpp"

#include "base/control_characters.hpp"
#include "base/utf8.hpp"
#include "calendar/properties.hpp"

namespace belay::calendar {

namespace {

constexpr std::size_t kMaxUid = 1'024;
constexpr std::size_t kMaxShownUid = 64;
constexpr std::size_t kMaxRules = 8;

class EventReader {
 public:
  EventReader(const Component& component, const Config& config) : component_(component), config_(config) {
    event_.line = component.line;
  }

  // An error: the event cannot be used. `line()` is where.
  Result<Event> read() {
    if (component_.too_many)
      return refused(event_.line, "the event has too many or too long properties: at most " +
                                      std::to_string(config_.max_properties) + " are read, of 64 KiB each.");
    if (const ContentLine* uid = calendar::find(component_, "UID")) event_.uid = read_text(*uid);
    for (const ContentLine& line : component_.properties)
      if (const Result<> taken = take(line); !taken) return refused(line.number, taken.error().detail);
    if (event_.uid.empty()) return refused(event_.line, "the event has no UID: give it one.");
    if (event_.uid.size() > kMaxUid)
      return refused(event_.line, "the UID is longer than 1,024 bytes: use a shorter one.");
    if (clean_text(event_.uid, kMaxUid) != event_.uid)
      return refused(event_.line, "the UID has control characters: remove them.");
    if (!has_start_) return refused(event_.line, "the event has no DTSTART: give it a start.");
    if (event_.end && (event_.end->form == EventTime::Form::date) != event_.is_all_day())
      return refused(event_.line,
                     "one of DTSTART and DTEND is a date, the other a time: use the same for both.");
    return std::move(event_);
  }

  std::size_t line() const { return line_; }
  std::string shown_uid() const { return clean_text(event_.uid, kMaxShownUid); }

 private:
  Error refused(std::size_t line, std::string text) {
    line_ = line;
    return make_error(ErrorCode::unprocessable, std::move(text));
  }

  Result<> take(const ContentLine& line) {
    if (line.name == "SUMMARY") event_.summary = clean_text(read_text(line), config_.max_text.value);
    if (line.name == "STATUS") event_.cancelled = read_text(line) == "CANCELLED";
    if (line.name == "SEQUENCE") event_.sequence = read_sequence(line);
    if (line.name == "LAST-MODIFIED") take_last_modified(line);
    if (line.name == "DTSTART") return take_start(line);
    if (line.name == "DTEND") return take_time(line, event_.end);
    if (line.name == "RECURRENCE-ID") {
      event_.and_following = line.text.find("RANGE=THISANDFUTURE") != std::string::npos;
      return take_time(line, event_.recurrence_id);
    }
    if (line.name == "RDATE") return take_times(line, event_.dates);
    if (line.name == "EXDATE") return take_times(line, event_.excluded);
    if (line.name == "RRULE") return take_rule(line);
    if (line.name == "DURATION") {
      Result<Length> duration = read_duration(line);
      if (!duration) return duration.error();
      event_.duration = *duration;
    }
    return {};
  }

  Result<> take_start(const ContentLine& line) {
    Result<EventTime> time = read_time(line);
    if (!time) return time.error();
    event_.start = std::move(*time);
    has_start_ = true;
    return {};
  }

  Result<> take_time(const ContentLine& line, std::optional<EventTime>& out) {
    Result<EventTime> time = read_time(line);
    if (!time) return time.error();
    out = std::move(*time);
    return {};
  }

  Result<> take_times(const ContentLine& line, std::vector<EventTime>& out) {
    Result<std::vector<EventTime>> times = read_times(line);
    if (!times) return times.error();
    out.insert(out.end(), times->begin(), times->end());
    if (out.size() > config_.max_properties)
      return make_error(ErrorCode::unprocessable, line.name + " has more than " +
                                                      std::to_string(config_.max_properties) +
                                                      " dates: use a rule (RRULE).");
    return {};
  }

  Result<> take_rule(const ContentLine& line) {
    Result<Rule> rule = Rule::parse(line);
    if (!rule) return rule.error();
    if (event_.rules.size() >= kMaxRules)
      return make_error(ErrorCode::unprocessable, "the event has more than 8 rules: use fewer.");
    event_.rules.emplace_back(line.number, std::move(*rule));
    return {};
  }

  void take_last_modified(const ContentLine& line) {
    const Result<EventTime> time = read_time(line);
    if (time && time->form == EventTime::Form::utc)
      event_.last_modified = WallTime{seconds_of(time->time) * 1000};
  }

  const Component& component_;
  const Config& config_;
  Event event_;
  bool has_start_ = false;
  std::size_t line_ = 0;
};

}  // namespace

std::string clean_text(std::string_view text, std::size_t max_bytes) {
  std::string clean = without_control_characters(text.substr(0, valid_utf8_prefix(text)));
  for (char& c : clean)
    if (c == '\n' || c == '\t') c = ' ';
  if (clean.size() > max_bytes) clean.resize(valid_utf8_prefix(std::string_view(clean).substr(0, max_bytes)));
  return clean;
}

std::optional<Event> read_event(const Component& component, const Config& config, Problems& problems) {
  EventReader reader(component, config);
  Result<Event> event = reader.read();
  if (event) return std::move(*event);
  problems.add({reader.line(), reader.shown_uid(), event.error().detail});
  return {};
}

}  // namespace belay::calendar

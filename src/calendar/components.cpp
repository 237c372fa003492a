#include "calendar/components.hpp"

#include <algorithm>
#include <array>

#include "calendar/file_error.hpp"

namespace belay::calendar {

namespace {

constexpr std::size_t kMaxDepth = 8;
// A line of a property that is read. Attachments are longer, but are not read.
constexpr std::size_t kMaxLine = 64 << 10;

constexpr std::array<std::string_view, 13> kRead = {
    "UID",    "DTSTART", "DTEND",         "DURATION", "RRULE",         "RDATE",  "EXDATE",
    "STATUS", "SUMMARY", "RECURRENCE-ID", "SEQUENCE", "LAST-MODIFIED", "DTSTAMP"};
constexpr std::array<std::string_view, 6> kReadOfZone = {"TZID",  "DTSTART",    "RRULE",
                                                         "RDATE", "TZOFFSETTO", "TZOFFSETFROM"};

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

// A name for a message, at most so long. Names of components come from the file.
std::string shown(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, 32)) out += c > 0x20 && c < 0x7f ? c : '?';
  return out;
}

class Reader {
 public:
  explicit Reader(const Config& config) : config_(config) {}

  Result<> take(ContentLine& line) {
    if (line.name == "BEGIN") return begin(line);
    if (line.name == "END") return end(line);
    if (open_.empty())
      return file_error(
          line.number,
          "a calendar begins with BEGIN:VCALENDAR. Export the calendar again, as iCalendar (.ics).");
    if (!line.name.empty()) property(line);
    return {};
  }

  Result<Components> finish(std::size_t last_line) {
    if (!open_.empty())
      return file_error(last_line, "the file ends before END:" + shown(open_.back().name) +
                                       " (begun in line " + std::to_string(open_.back().line) +
                                       "). It was cut off: export or upload it again.");
    if (count_ == 0)
      return file_error(1, "the file is empty. Export the calendar again, as iCalendar (.ics).");
    return std::move(out_);
  }

 private:
  Result<> begin(const ContentLine& line) {
    Component component;
    component.line = line.number;
    component.name = upper(line.value());
    if (open_.empty() != (component.name == "VCALENDAR"))
      return file_error(line.number, open_.empty()
                                         ? "a calendar begins with BEGIN:VCALENDAR, not with BEGIN:" +
                                               shown(component.name) + "."
                                         : std::string("BEGIN:VCALENDAR inside of a calendar."));
    if (open_.size() >= kMaxDepth) return file_error(line.number, "components are nested more than 8 deep.");
    if (++count_ > config_.max_components)
      return too_large("calendar.max_components", "The calendar has more than " +
                                                      std::to_string(config_.max_components) +
                                                      " components: export a shorter time span.");
    open_.push_back(std::move(component));
    return {};
  }

  Result<> end(const ContentLine& line) {
    const std::string name = upper(line.value());
    if (open_.empty() || open_.back().name != name)
      return file_error(line.number,
                        "END:" + shown(name) + " closes nothing that is open here" +
                            (open_.empty() ? "." : ": END:" + shown(open_.back().name) + " must be first."));
    Component closed = std::move(open_.back());
    open_.pop_back();
    if (open_.size() == 1 && name == "VEVENT") out_.events.push_back(std::move(closed));
    if (open_.size() == 1 && name == "VTIMEZONE") out_.zones.push_back(std::move(closed));
    if (open_.size() == 2 && open_.back().name == "VTIMEZONE" && (name == "STANDARD" || name == "DAYLIGHT"))
      open_.back().observances.push_back(std::move(closed));
    return {};
  }

  bool is_read(const ContentLine& line) const {
    const auto among = [&](const auto& names) { return std::ranges::find(names, line.name) != names.end(); };
    if (open_.size() == 2 && open_[1].name == "VEVENT") return among(kRead);
    return open_.size() >= 2 && open_[1].name == "VTIMEZONE" && among(kReadOfZone);
  }

  void property(ContentLine& line) {
    if (open_.size() == 1 && line.name == "METHOD") out_.cancels |= upper(line.value()) == "CANCEL";
    if (open_.size() == 1 && line.name == "X-WR-CALNAME" && out_.name.empty()) out_.name = line.value();
    if (!is_read(line)) return;
    Component& component = open_.back();
    component.too_many |=
        component.properties.size() >= config_.max_properties || line.text.size() > kMaxLine;
    if (!component.too_many) component.properties.push_back(std::move(line));
  }

  const Config& config_;
  std::vector<Component> open_;  // from the outermost
  std::size_t count_ = 0;
  Components out_;
};

}  // namespace

const ContentLine* find(const Component& component, std::string_view name) {
  const auto found = std::ranges::find(component.properties, name, &ContentLine::name);
  return found == component.properties.end() ? nullptr : &*found;
}

Result<Components> read_components(std::string_view bytes, const Config& config) {
  ContentLines lines(bytes);
  Reader reader(config);
  std::size_t last = 0;
  for (ContentLine line;;) {
    const Result<bool> more = lines.next(line);
    if (!more) return more.error();
    if (!*more) break;
    last = line.number;
    if (const Result<> taken = reader.take(line); !taken) return taken.error();
  }
  return reader.finish(std::max<std::size_t>(last, 1));
}

}  // namespace belay::calendar

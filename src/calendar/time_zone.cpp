#include "calendar/time_zone.hpp"

#include <algorithm>

namespace belay::calendar {

namespace {

constexpr std::int64_t kDay = 86'400;
// About 28,000 years from 1970: what the calendar's arithmetic can represent.
constexpr std::int64_t kMaxSecond = 900'000'000'000;

std::int64_t floor_seconds(WallTime time) {
  return time.ms / 1000 - (time.ms % 1000 < 0 ? 1 : 0);
}

// Reads numbers in network byte order.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}

  bool has(std::size_t size) const { return rest_.size() >= size; }
  std::string_view rest() const { return rest_; }
  std::string_view take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint64_t number(std::size_t size) {
    std::uint64_t number = 0;
    for (const char byte : take(size)) number = number << 8 | static_cast<unsigned char>(byte);
    return number;
  }

 private:
  std::string_view rest_;
};

// RFC 8536, 3.1.
struct Header {
  char version = 0;
  std::size_t utc_flags = 0, standard_flags = 0, leaps = 0, times = 0, types = 0, characters = 0;

  std::size_t data_size(std::size_t time_size) const {
    return times * time_size + times + types * 6 + characters + leaps * (time_size + 4) + standard_flags +
           utc_flags;
  }
};

constexpr std::size_t kHeaderSize = 44;

std::optional<Header> read_header(Bytes& bytes) {
  if (!bytes.has(kHeaderSize) || bytes.take(4) != "TZif") return {};
  Header header;
  header.version = bytes.take(1)[0];
  bytes.take(15);
  for (std::size_t* count : {&header.utc_flags, &header.standard_flags, &header.leaps, &header.times,
                             &header.types, &header.characters})
    *count = bytes.number(4);
  return header;
}

struct Data {
  std::int32_t first = 0;
  std::vector<TimeZone::Transition> transitions;
};

std::optional<Data> read_data(Bytes& bytes, const Header& header, std::size_t time_size) {
  if (header.types == 0 || !bytes.has(header.data_size(time_size))) return {};
  Bytes data(bytes.take(header.data_size(time_size)));
  Data out;
  for (std::size_t i = 0; i < header.times; ++i) {
    const std::uint64_t time = data.number(time_size);
    out.transitions.push_back({time_size == 8 ? static_cast<std::int64_t>(time)
                                              : static_cast<std::int64_t>(static_cast<std::int32_t>(time))});
  }
  Bytes types(data.take(header.times));
  std::vector<std::int32_t> offsets;
  for (std::size_t i = 0; i < header.types; ++i) {
    offsets.push_back(static_cast<std::int32_t>(data.number(4)));
    data.take(2);
  }
  for (TimeZone::Transition& transition : out.transitions) {
    const std::uint64_t type = types.number(1);
    if (type >= offsets.size()) return {};
    transition.offset = offsets[type];
  }
  if (!std::ranges::is_sorted(out.transitions, {}, &TimeZone::Transition::at)) return {};
  out.first = offsets[0];
  return out;
}

}  // namespace

std::int64_t seconds_of(const LocalTime& time) {
  using namespace std::chrono;
  const int months = time.month - 1;
  const int carried = months >= 0 ? months / 12 : -((11 - months) / 12);
  const auto first = year(std::clamp(time.year + carried, -28'000, 28'000)) /
                     month(static_cast<unsigned>(months - carried * 12 + 1)) / 1;
  const std::int64_t days = sys_days(first).time_since_epoch().count() + std::int64_t{time.day} - 1;
  return days * kDay + std::int64_t{time.hour} * 3600 + std::int64_t{time.minute} * 60 + time.second;
}

LocalTime local_from_seconds(std::int64_t second) {
  using namespace std::chrono;
  const sys_seconds time(seconds(std::clamp(second, -kMaxSecond, kMaxSecond)));
  const auto midnight = floor<days>(time);
  const year_month_day date(midnight);
  const hh_mm_ss clock(time - midnight);
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count())};
}

TimeZone::TimeZone(std::string name, std::int32_t first, std::vector<Transition> transitions,
                   std::optional<PosixRule> rule)
    : name_(std::move(name)), first_(first), transitions_(std::move(transitions)), rule_(rule) {}

Result<TimeZone> TimeZone::parse(std::string name, std::string_view file) {
  const Error broken = make_error(ErrorCode::unprocessable, "The time zone data of " + name + " is broken.");
  Bytes bytes(file);
  std::optional<Header> header = read_header(bytes);
  if (!header) return broken;
  std::size_t time_size = 4;
  // From version 2 on, the data follow again with longer times.
  if (header->version != 0) {
    if (!bytes.has(header->data_size(time_size))) return broken;
    bytes.take(header->data_size(time_size));
    header = read_header(bytes);
    if (!header) return broken;
    time_size = 8;
  }
  std::optional<Data> data = read_data(bytes, *header, time_size);
  if (!data) return broken;
  std::optional<PosixRule> rule;
  if (std::string_view footer = bytes.rest(); footer.size() > 2) {
    if (!footer.starts_with('\n') || !footer.ends_with('\n')) return broken;
    rule = PosixRule::parse(footer.substr(1, footer.size() - 2));
    if (!rule) return broken;
  }
  return TimeZone(std::move(name), data->first, std::move(data->transitions), rule);
}

std::int32_t TimeZone::offset_at_second(std::int64_t second) const {
  const auto next = std::ranges::upper_bound(transitions_, second, {}, &Transition::at);
  if (next == transitions_.end() && rule_) return rule_->offset_at(second);
  return next == transitions_.begin() ? first_ : std::prev(next)->offset;
}

std::int32_t TimeZone::offset_at(WallTime time) const {
  return offset_at_second(floor_seconds(time));
}

LocalTime TimeZone::local(WallTime time) const {
  const std::int64_t second = floor_seconds(time);
  return local_from_seconds(second + offset_at_second(second));
}

AbsoluteTime TimeZone::absolute(const LocalTime& time) const {
  const std::int64_t local = seconds_of(time);
  // No offset reaches a day, so these are the offsets before and after a change that could matter.
  const std::int32_t before = offset_at_second(local - kDay);
  const std::int32_t after = offset_at_second(local + kDay);
  const auto at = [](std::int64_t second, LocalTimeKind kind) { return AbsoluteTime{{second * 1000}, kind}; };
  if (before == after) return at(local - before, LocalTimeKind::unique);
  const bool is_before = offset_at_second(local - before) == before;
  const bool is_after = offset_at_second(local - after) == after;
  if (is_before && is_after) return at(std::min(local - before, local - after), LocalTimeKind::fold);
  if (is_after) return at(local - after, LocalTimeKind::unique);
  return at(local - before, is_before ? LocalTimeKind::unique : LocalTimeKind::gap);
}

}  // namespace belay::calendar

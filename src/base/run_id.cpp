#include "base/run_id.hpp"

#include <cstring>

namespace belay {
namespace {

struct Civil {
  int year, month, day, hour, minute, second, millisecond;
};

Civil civil_from(WallTime time) {
  using namespace std::chrono;
  const sys_time<Milliseconds> point{Milliseconds(time.ms)};
  const auto midnight = floor<days>(point);
  const year_month_day date{midnight};
  const hh_mm_ss clock{point - midnight};
  return {int(date.year()),
          int(unsigned(date.month())),
          int(unsigned(date.day())),
          int(clock.hours().count()),
          int(clock.minutes().count()),
          int(clock.seconds().count()),
          int(clock.subseconds().count())};
}

constexpr char kHex[] = "0123456789abcdef";

char* put_digits(int value, int count, char* at) {
  for (int i = count; i > 0; value /= 10) at[--i] = static_cast<char>('0' + value % 10);
  return at + count;
}

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

constexpr bool is_dash(std::size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

}  // namespace

RunId RunId::make(const Clock& clock, Random& random) {
  RunId id{clock.wall(), {}};
  random.fill(std::as_writable_bytes(std::span(id.uuid)));
  id.uuid[6] = static_cast<std::uint8_t>((id.uuid[6] & 0x0F) | 0x40);
  id.uuid[8] = static_cast<std::uint8_t>((id.uuid[8] & 0x3F) | 0x80);
  return id;
}

std::string RunId::text() const {
  const Civil c = civil_from(time);
  std::string out(kTextSize, '-');
  char* at = put_digits(c.year, 4, out.data());
  at = put_digits(c.month, 2, at);
  at = put_digits(c.day, 2, at);
  *at++ = 'T';
  at = put_digits(c.hour, 2, at);
  at = put_digits(c.minute, 2, at);
  at = put_digits(c.second, 2, at);
  at = put_digits(c.millisecond, 3, at);
  *at++ = 'Z';
  ++at;
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) ++at;
    *at++ = kHex[uuid[i] >> 4];
    *at++ = kHex[uuid[i] & 15];
  }
  return out;
}

std::optional<RunId> RunId::parse(std::string_view text) {
  using namespace std::chrono;
  if (text.size() != kTextSize || text[8] != 'T' || text[18] != 'Z' || text[19] != '-') return std::nullopt;
  const auto y = digits(text, 0, 4), mo = digits(text, 4, 2), d = digits(text, 6, 2), h = digits(text, 9, 2),
             mi = digits(text, 11, 2), s = digits(text, 13, 2), ms = digits(text, 15, 3);
  if (!y || !mo || !d || !h || !mi || !s || !ms || *h > 23 || *mi > 59 || *s > 59) return std::nullopt;
  const year_month_day date{year(*y), month(static_cast<unsigned>(*mo)), day(static_cast<unsigned>(*d))};
  if (!date.ok()) return std::nullopt;

  RunId id;
  id.time.ms =
      duration_cast<Milliseconds>(sys_days(date).time_since_epoch() + hours(*h) + minutes(*mi) + seconds(*s))
          .count() +
      *ms;
  const std::string_view hex = text.substr(20);
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < hex.size(); ++i) {
    if (is_dash(i)) {
      if (hex[i] != '-') return std::nullopt;
      continue;
    }
    const int value = hex_digit(hex[i]);
    if (value < 0) return std::nullopt;
    id.uuid[nibble / 2] = static_cast<std::uint8_t>(id.uuid[nibble / 2] << 4 | value);
    ++nibble;
  }
  if ((id.uuid[6] >> 4) != 4 || (id.uuid[8] >> 6) != 2) return std::nullopt;
  return id;
}

std::size_t RunIdHash::operator()(const RunId& id) const {
  // The last eight bytes are random, except for the variant bits in byte 8.
  std::size_t hash;
  std::memcpy(&hash, id.uuid.data() + 8, sizeof hash);
  return hash;
}

std::string iso8601(WallTime time) {
  const Civil c = civil_from(time);
  std::string out = "0000-00-00T00:00:00.000Z";
  put_digits(c.year, 4, out.data());
  put_digits(c.month, 2, out.data() + 5);
  put_digits(c.day, 2, out.data() + 8);
  put_digits(c.hour, 2, out.data() + 11);
  put_digits(c.minute, 2, out.data() + 14);
  put_digits(c.second, 2, out.data() + 17);
  put_digits(c.millisecond, 3, out.data() + 20);
  return out;
}

}  // namespace belay

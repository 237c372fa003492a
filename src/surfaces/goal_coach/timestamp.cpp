#include "surfaces/goal_coach/timestamp.hpp"

#include <chrono>

namespace belay::surfaces::goal_coach {
namespace {

// Reads from the front of a text. Each function says whether it was there.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool number(std::size_t digits, int& out) {
    if (rest_.size() < digits) return false;
    out = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return false;
      out = out * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return true;
  }
  bool one_of(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Milliseconds; further digits are dropped.
  bool fraction(int& out) {
    out = 0;
    std::size_t digits = 0;
    for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits)
      if (digits < 3) out = out * 10 + (rest_[digits] - '0');
    for (std::size_t i = digits; i < 3; ++i) out *= 10;
    rest_.remove_prefix(digits);
    return digits >= 1 && digits <= 9;
  }
  char front() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool read_offset(Scanner& scan, std::chrono::minutes& offset) {
  offset = std::chrono::minutes(0);
  if (scan.one_of("Zz")) return true;
  const bool is_negative = scan.front() == '-';
  int hours = 0, minutes = 0;
  if (!scan.one_of("+-") || !scan.number(2, hours) || !scan.one_of(":") || !scan.number(2, minutes) ||
      hours > 23 || minutes > 59)
    return false;
  offset = std::chrono::minutes(hours * 60 + minutes);
  if (is_negative) offset = -offset;
  return true;
}

}  // namespace

std::optional<WallTime> parse_timestamp(std::string_view text) {
  Scanner scan(text);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, millisecond = 0;
  if (!scan.number(4, year) || !scan.one_of("-") || !scan.number(2, month) || !scan.one_of("-") ||
      !scan.number(2, day) || !scan.one_of("Tt") || !scan.number(2, hour) || !scan.one_of(":") ||
      !scan.number(2, minute))
    return std::nullopt;
  if (scan.one_of(":")) {
    if (!scan.number(2, second)) return std::nullopt;
    if (scan.one_of(".") && !scan.fraction(millisecond)) return std::nullopt;
  }
  std::chrono::minutes offset(0);
  if (!read_offset(scan, offset) || !scan.at_end()) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const Milliseconds since = std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(hour) +
                             std::chrono::minutes(minute) - offset + std::chrono::seconds(second) +
                             Milliseconds(millisecond);
  return WallTime{since.count()};
}

}  // namespace belay::surfaces::goal_coach

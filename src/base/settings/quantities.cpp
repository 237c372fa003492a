#include "base/settings/quantities.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include <fmt/format.h>

namespace belay {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// Largest unit first.
constexpr std::array<Unit, 5> kDurationUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<Unit, 5> kSizeUnits{
    {{"TiB", 1ULL << 40}, {"GiB", 1ULL << 30}, {"MiB", 1ULL << 20}, {"KiB", 1ULL << 10}, {"B", 1}}};

constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();

Error refuse(std::string detail) {
  return make_error(ErrorCode::invalid_request, std::move(detail));
}

std::size_t count_digits(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && text[n] >= '0' && text[n] <= '9') ++n;
  return n;
}

std::size_t count_letters(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && ((text[n] >= 'a' && text[n] <= 'z') || (text[n] >= 'A' && text[n] <= 'Z'))) ++n;
  return n;
}

// `text` is one or more times NUMBER UNIT, with units in descending order. Nothing: the form is wrong, or the
// value is too large.
std::optional<std::uint64_t> sum_of_parts(std::string_view text, std::span<const Unit> units) {
  if (text.empty()) return std::nullopt;
  if (text == "0") return 0;
  std::uint64_t sum = 0;
  std::size_t unit_floor = 0;  // each part's unit is smaller than the unit before it
  while (!text.empty()) {
    const std::size_t digits = count_digits(text);
    std::uint64_t amount = 0;
    if (std::from_chars(text.data(), text.data() + digits, amount).ec != std::errc{}) return std::nullopt;
    text.remove_prefix(digits);
    const std::string_view name = text.substr(0, count_letters(text));
    text.remove_prefix(name.size());
    while (unit_floor < units.size() && units[unit_floor].name != name) ++unit_floor;
    if (unit_floor == units.size()) return std::nullopt;
    const std::uint64_t factor = units[unit_floor++].factor;
    if (amount > (kMax - sum) / factor) return std::nullopt;
    sum += amount * factor;
  }
  return sum;
}

std::string in_largest_unit(std::uint64_t amount, std::span<const Unit> units) {
  for (const Unit& unit : units)
    if (amount >= unit.factor && amount % unit.factor == 0)
      return fmt::format("{}{}", amount / unit.factor, unit.name);
  return fmt::format("0{}", units.back().name);
}

}  // namespace

Result<Milliseconds> parse_duration(std::string_view text) {
  if (const auto sum = sum_of_parts(text, kDurationUnits))
    return Milliseconds(static_cast<std::int64_t>(*sum));
  return refuse(
      "Write a duration as a number and its unit, ms, s, m, h or d: \"15s\", \"250ms\", \"1h30m\".");
}

Result<ByteCount> parse_size(std::string_view text) {
  if (const auto sum = sum_of_parts(text, kSizeUnits)) return ByteCount{*sum};
  return refuse("Write a size as a number and its unit, B, KiB, MiB, GiB or TiB: \"64MiB\".");
}

Result<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    return refuse("Write a whole number, digits only.");
  return value;
}

Result<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
    return refuse("Write a number, as 0.5 or 12.");
  return value;
}

Result<bool> parse_boolean(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return refuse("Write true or false.");
}

std::string duration_text(Milliseconds duration) {
  return in_largest_unit(static_cast<std::uint64_t>(duration.count()), kDurationUnits);
}

std::string size_text(ByteCount size) {
  return in_largest_unit(size.value, kSizeUnits);
}

}  // namespace belay

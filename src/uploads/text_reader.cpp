#include "uploads/text_reader.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "uploads/format.hpp"
#include "uploads/safe_text.hpp"

namespace belay::uploads {
namespace {

bool is_blank(std::string_view line) {
  return trimmed(line).empty();
}

// Whether the line is a CSV header with a grade column.
bool is_header(std::string_view line) {
  SeparatorScan scan;
  scan.push(line);
  const char separator = scan.separator();
  for (std::string_view rest = line;;) {
    const std::size_t end = std::min(rest.find(separator), rest.size());
    std::string_view name = trimmed(rest.substr(0, end));
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
    if (role_of(name) == FieldRole::grade) return true;
    if (end == rest.size()) return false;
    rest.remove_prefix(end + 1);
  }
}

constexpr std::string_view kBetween = " \t,;:!?\"'[]{}|*•";

std::string_view take_word(std::string_view& rest) {
  const std::size_t start = rest.find_first_not_of(kBetween);
  if (start == rest.npos) {
    rest = {};
    return {};
  }
  rest.remove_prefix(start);
  const std::size_t end = std::min(rest.find_first_of(kBetween), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

bool is_unit(std::string_view word) {
  constexpr std::array<std::string_view, 14> kUnits = {"km", "k",   "m", "mi",    "miles", "mile", "kg",
                                                       "lb", "lbs", "h", "hours", "hour",  "min",  "%"};
  while (!word.empty() && (word.back() == '.' || word.back() == ')')) word.remove_suffix(1);
  return std::find(kUnits.begin(), kUnits.end(), lower_case(word)) != kUnits.end();
}

// The first grade in a line; empty if there is none.
std::string_view find_grade(std::string_view line) {
  for (std::string_view rest = line; !rest.empty();) {
    std::string_view word = take_word(rest);
    while (!word.empty() && (word.front() == '(' || word.front() == '#')) word.remove_prefix(1);
    while (!word.empty() && (word.back() == '.' || word.back() == ')')) word.remove_suffix(1);
    if (!read_grade(word)) continue;
    std::string_view after = rest;
    if (word.starts_with("5.") && is_unit(take_word(after))) continue;
    return word;
  }
  return {};
}

// The first date in a line: one word, or three ("12 March 2024").
DateReading find_date(std::string_view line) {
  for (std::string_view rest = line; !rest.empty();) {
    const std::string_view word = take_word(rest);
    if (word.empty()) break;
    if (const DateReading date = read_date(word); date.exists()) return date;
    std::string_view after = rest;
    const std::string_view second = take_word(after), third = take_word(after);
    if (third.empty()) continue;
    if (const DateReading date = read_date(fmt::format("{} {} {}", word, second, third)); date.exists())
      return date;
  }
  return {};
}

}  // namespace

Result<> TextReader::push(std::string_view text) {
  if (csv_) return csv_->push(text);
  while (!text.empty()) {
    if (after_cr_ && text.front() == '\n') text.remove_prefix(1);
    after_cr_ = false;
    const std::size_t end = text.find_first_of("\r\n");
    line_ += text.substr(0, end);
    if (line_.size() > config_.max_cell.value) {
      Error error = unusable(fmt::format("Line {} is longer than {} bytes. Break it into shorter lines.",
                                         line_number_ + 1, config_.max_cell.value));
      error.limit = "uploads.max_cell";
      return error;
    }
    if (end == text.npos) return {};
    after_cr_ = text[end] == '\r';
    text.remove_prefix(end + 1);
    if (auto fine = take_line(text); !fine || csv_) return fine;
  }
  return {};
}

Result<> TextReader::finish() {
  if (!csv_)
    if (auto fine = take_line({}); !fine) return fine;
  return csv_ ? csv_->finish() : Result<>();
}

// Reads line_. `rest` is the text after it.
Result<> TextReader::take_line(std::string_view rest) {
  const std::string line = std::exchange(line_, {});
  ++line_number_;
  if (is_blank(line)) return {};
  if (std::exchange(first_, false) && is_header(line)) {
    csv_ = std::make_unique<CsvClimbs>(config_, out_);
    if (auto fine = csv_->push(line + '\n'); !fine) return fine;
    return csv_->push(rest);
  }
  ++out_.records;
  std::string kept = safe_text(line);
  out_.whole.append(kept + '\n');
  out_.sample.add(std::move(kept));
  const std::string_view grade = find_grade(line);
  DateReading date = find_date(line);
  if (grade.empty()) {
    if (date.exists()) heading_ = date;
    return {};
  }
  if (!date.exists()) date = heading_;
  return out_.climbs.add({grade, date, outcome_in_sentence(line), Discipline::unknown});
}

}  // namespace belay::uploads

#include "uploads/upload_form.hpp"

#include <algorithm>
#include <ranges>

#include "base/utf8.hpp"
#include "core/types/described.hpp"

namespace belay::uploads {
namespace {

constexpr char kVersion = 1;
// There are far fewer grades in each system.
constexpr std::size_t kMaxGrades = 1'000;
constexpr std::size_t kMaxSamples = 100'000;
constexpr std::size_t kMaxGradeBytes = 16;

}  // namespace

// Each kind of value names its fields once, for writing and for reading (core/types/described.hpp).
template <class Visitor>
void describe(Visitor& field, Of<Visitor, Counts>& counts) {
  field(1, counts.climbs);
  field(2, counts.sent);
  field(3, counts.not_sent);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, Grade>& grade) {
  field(1, grade.system, GradeSystem::v_scale, GradeSystem::french);
  field(2, grade.rank);
  field(3, grade.name);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, GradeCounts>& each) {
  field(1, each.grade);
  field(2, each.counts);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, MonthCounts>& each) {
  field(1, each.month.year);
  field(2, each.month.month);
  field(3, each.counts);
  field(4, each.hardest);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, Period>& period) {
  field(1, period.first);
  field(2, period.last);
  field(3, period.counts);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, Trend::OfGrade>& each) {
  field(1, each.grade);
  field(2, each.recent);
  field(3, each.previous);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, Trend>& trend) {
  field(1, trend.recent);
  field(2, trend.previous);
  field(3, trend.grades, kMaxGrades);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, Statistics>& statistics) {
  field(1, statistics.total);
  field(2, statistics.unknown_grades);
  field(3, statistics.without_grade);
  field(4, statistics.unknown_samples, kMaxUnknownSamples);
  field(5, statistics.grades, kMaxGrades);
  field(6, statistics.dates);
  field(7, statistics.guessed_dates);
  field(8, statistics.months, kMaxMonths);
  field(9, statistics.trend);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, FieldSummary::Frequent>& each) {
  field(1, each.text);
  field(2, each.count);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, FieldSummary>& summary) {
  field(1, summary.name);
  field(2, summary.values);
  field(3, summary.numbers);
  field(4, summary.min);
  field(5, summary.max);
  field(6, summary.sum);
  field(7, summary.texts, FieldSummaries::kMaxTexts);
  field(8, summary.other_texts);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, Upload>& upload) {
  field(1, upload.format, Format::csv, Format::json);
  field(2, upload.size.value);
  field(3, upload.records);
  field(4, upload.statistics);
  field(5, upload.fields, FieldSummaries::kMaxFields);
  field(6, upload.whole);
  field(7, upload.sample, kMaxSamples);
}

namespace {

// What holds for every value that was read from a file. The format alone does not say it.
bool is_sound(const Counts& counts) {
  return std::uint64_t{counts.sent} + counts.not_sent <= counts.climbs;
}
bool is_sound(const Grade& grade) {
  return !grade.name.empty() && grade.name.size() <= kMaxGradeBytes && is_valid_utf8(grade.name);
}
bool is_sound(const GradeCounts& each) {
  return is_sound(each.grade) && is_sound(each.counts);
}
bool is_sound(const MonthCounts& each) {
  return each.month.month >= 1 && each.month.month <= 12 && is_sound(each.counts) &&
         (!each.hardest || is_sound(*each.hardest));
}
bool is_sound(const Period& period) {
  return period.first <= period.last && is_sound(period.counts);
}
bool is_sound(const Trend::OfGrade& each) {
  return is_sound(each.grade) && is_sound(each.recent) && is_sound(each.previous);
}
bool is_sound(const FieldSummary& summary) {
  return is_valid_utf8(summary.name) &&
         std::ranges::all_of(summary.texts, [](const auto& each) { return is_valid_utf8(each.text); });
}
template <class T>
bool are_sound(const std::vector<T>& all) {
  return std::ranges::all_of(all, [](const T& each) { return is_sound(each); });
}
bool is_sound(const Trend& trend) {
  return is_sound(trend.recent) && is_sound(trend.previous) && are_sound(trend.grades);
}
bool is_sound(const Statistics& statistics) {
  return is_sound(statistics.total) && are_sound(statistics.grades) && are_sound(statistics.months) &&
         std::ranges::all_of(statistics.unknown_samples, is_valid_utf8) &&
         (!statistics.dates || is_sound(*statistics.dates)) &&
         (!statistics.trend || is_sound(*statistics.trend));
}
bool is_sound(const Upload& upload) {
  return is_sound(upload.statistics) && are_sound(upload.fields) && is_valid_utf8(upload.whole) &&
         std::ranges::all_of(upload.sample, is_valid_utf8);
}

}  // namespace

std::string write_upload(const Upload& upload) {
  return kVersion + encode_fields(upload);
}

Result<Upload> read_upload_form(std::string_view form) {
  Upload upload;
  const bool is_known = !form.empty() && form.size() <= kMaxFormBytes && form.front() == kVersion;
  // What is read must be what was written: no field twice or in another order, none that is unknown, no number out of
  // its range.
  if (!is_known || !decode_fields(form.substr(1), upload) || !is_sound(upload) ||
      write_upload(upload) != form)
    return make_error(ErrorCode::internal,
                      "What was computed from an upload can not be read: its form is broken.");
  return upload;
}

}  // namespace belay::uploads

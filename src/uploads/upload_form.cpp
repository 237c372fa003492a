#include "uploads/upload_form.hpp"

#include "uploads/form_reading.hpp"

namespace belay::uploads {
namespace {

constexpr char kVersion = 1;
// There are far fewer grades in each system.
constexpr std::size_t kMaxGrades = 1'000;
constexpr std::size_t kMaxSamples = 100'000;
constexpr std::size_t kMaxGradeBytes = 16;

// Tags of the fields. A tag is never used again for something else.
enum Tag : std::uint32_t {
  kFormat = 1,
  kSize,
  kRecords,
  kStatistics,
  kField,
  kWhole,
  kSample,
};

// Each kind of value: how it is written as the bytes of a field, and read. False: the bytes are not fine.
#define BELAY_FORM(T)                        \
  void write(FieldWriter& writer, const T&); \
  bool read(std::string_view bytes, T&)
BELAY_FORM(Counts);
BELAY_FORM(Grade);
BELAY_FORM(GradeCounts);
BELAY_FORM(MonthCounts);
BELAY_FORM(Period);
BELAY_FORM(Trend::OfGrade);
BELAY_FORM(Trend);
BELAY_FORM(Statistics);
BELAY_FORM(FieldSummary::Frequent);
BELAY_FORM(FieldSummary);
#undef BELAY_FORM

template <class T>
std::string written(const T& value) {
  std::string bytes;
  FieldWriter writer(bytes);
  write(writer, value);
  return bytes;
}
template <class T>
void read_one(FormReading& reading, T& out) {
  reading.once();
  reading.require(read(reading.bytes(), out));
}
template <class T>
void read_one(FormReading& reading, std::optional<T>& out) {
  read_one(reading, out.emplace());
}
template <class T>
void read_entry(FormReading& reading, std::vector<T>& out, std::size_t max) {
  reading.require(out.size() < max);
  if (reading.fine()) reading.require(read(reading.bytes(), out.emplace_back()));
}

// ---- Counts, grades, periods

void write(FieldWriter& writer, const Counts& counts) {
  writer.number(1, counts.climbs).number(2, counts.sent).number(3, counts.not_sent);
}
bool read(std::string_view bytes, Counts& counts) {
  FormReading reading(bytes);
  while (reading.next()) switch (reading.tag()) {
      case 1:
        reading.number(counts.climbs);
        break;
      case 2:
        reading.number(counts.sent);
        break;
      case 3:
        reading.number(counts.not_sent);
        break;
      default:
        reading.unknown();
    }
  reading.require(std::uint64_t{counts.sent} + counts.not_sent <= counts.climbs);
  return reading.fine();
}

void write(FieldWriter& writer, const Grade& grade) {
  writer.number(1, static_cast<std::uint64_t>(grade.system)).number(2, grade.rank).text(3, grade.name);
}
bool read(std::string_view bytes, Grade& grade) {
  FormReading reading(bytes);
  while (reading.next()) switch (reading.tag()) {
      case 1: {
        std::uint8_t system = 0;
        reading.number(system);
        reading.require(system <= static_cast<std::uint8_t>(GradeSystem::french));
        grade.system = static_cast<GradeSystem>(system);
        break;
      }
      case 2:
        reading.number(grade.rank);
        break;
      case 3:
        reading.text(grade.name);
        break;
      default:
        reading.unknown();
    }
  reading.require(!grade.name.empty() && grade.name.size() <= kMaxGradeBytes);
  return reading.fine();
}

void write(FieldWriter& writer, const GradeCounts& each) {
  writer.item(1, written(each.grade)).item(2, written(each.counts));
}
bool read(std::string_view bytes, GradeCounts& each) {
  FormReading reading(bytes);
  while (reading.next()) switch (reading.tag()) {
      case 1:
        read_one(reading, each.grade);
        break;
      case 2:
        read_one(reading, each.counts);
        break;
      default:
        reading.unknown();
    }
  reading.require(!each.grade.name.empty());
  return reading.fine();
}

void write(FieldWriter& writer, const MonthCounts& each) {
  writer.number(1, unsigned_of(each.month.year)).number(2, each.month.month).item(3, written(each.counts));
  if (each.hardest) writer.item(4, written(*each.hardest));
}
bool read(std::string_view bytes, MonthCounts& each) {
  FormReading reading(bytes);
  while (reading.next()) switch (reading.tag()) {
      case 1:
        reading.signed_number(each.month.year);
        break;
      case 2:
        reading.number(each.month.month);
        break;
      case 3:
        read_one(reading, each.counts);
        break;
      case 4:
        read_one(reading, each.hardest);
        break;
      default:
        reading.unknown();
    }
  reading.require(each.month.month >= 1 && each.month.month <= 12);
  return reading.fine();
}

void write(FieldWriter& writer, const Period& period) {
  writer.number(1, unsigned_of(period.first))
      .number(2, unsigned_of(period.last))
      .item(3, written(period.counts));
}
bool read(std::string_view bytes, Period& period) {
  FormReading reading(bytes);
  while (reading.next()) switch (reading.tag()) {
      case 1:
        reading.signed_number(period.first);
        break;
      case 2:
        reading.signed_number(period.last);
        break;
      case 3:
        read_one(reading, period.counts);
        break;
      default:
        reading.unknown();
    }
  reading.require(period.first <= period.last);
  return reading.fine();
}

void write(FieldWriter& writer, const Trend::OfGrade& each) {
  writer.item(1, written(each.grade)).item(2, written(each.recent)).item(3, written(each.previous));
}
bool read(std::string_view bytes, Trend::OfGrade& each) {
  FormReading reading(bytes);
  while (reading.next()) switch (reading.tag()) {
      case 1:
        read_one(reading, each.grade);
        break;
      case 2:
        read_one(reading, each.recent);
        break;
      case 3:
        read_one(reading, each.previous);
        break;
      default:
        reading.unknown();
    }
  reading.require(!each.grade.name.empty());
  return reading.fine();
}

void write(FieldWriter& writer, const Trend& trend) {
  writer.item(1, written(trend.recent)).item(2, written(trend.previous));
  for (const Trend::OfGrade& each : trend.grades) writer.item(3, written(each));
}
bool read(std::string_view bytes, Trend& trend) {
  FormReading reading(bytes);
  while (reading.next()) switch (reading.tag()) {
      case 1:
        read_one(reading, trend.recent);
        break;
      case 2:
        read_one(reading, trend.previous);
        break;
      case 3:
        read_entry(reading, trend.grades, kMaxGrades);
        break;
      default:
        reading.unknown();
    }
  return reading.fine();
}

// ---- Statistics, fields, the whole

void write(FieldWriter& writer, const Statistics& statistics) {
  writer.item(1, written(statistics.total))
      .number(2, statistics.unknown_grades)
      .number(3, statistics.without_grade);
  for (const std::string& text : statistics.unknown_samples) writer.item(4, text);
  for (const GradeCounts& each : statistics.grades) writer.item(5, written(each));
  if (statistics.dates) writer.item(6, written(*statistics.dates));
  writer.flag(7, statistics.guessed_dates);
  for (const MonthCounts& each : statistics.months) writer.item(8, written(each));
  if (statistics.trend) writer.item(9, written(*statistics.trend));
}
bool read(std::string_view bytes, Statistics& out) {
  FormReading reading(bytes);
  while (reading.next()) switch (reading.tag()) {
      case 1:
        read_one(reading, out.total);
        break;
      case 2:
        reading.number(out.unknown_grades);
        break;
      case 3:
        reading.number(out.without_grade);
        break;
      case 4:
        reading.text_entry(out.unknown_samples, kMaxUnknownSamples);
        break;
      case 5:
        read_entry(reading, out.grades, kMaxGrades);
        break;
      case 6:
        read_one(reading, out.dates);
        break;
      case 7:
        reading.flag(out.guessed_dates);
        break;
      case 8:
        read_entry(reading, out.months, kMaxMonths);
        break;
      case 9:
        read_one(reading, out.trend);
        break;
      default:
        reading.unknown();
    }
  return reading.fine();
}

void write(FieldWriter& writer, const FieldSummary::Frequent& each) {
  writer.text(1, each.text).number(2, each.count);
}
bool read(std::string_view bytes, FieldSummary::Frequent& each) {
  FormReading reading(bytes);
  while (reading.next()) switch (reading.tag()) {
      case 1:
        reading.text(each.text);
        break;
      case 2:
        reading.number(each.count);
        break;
      default:
        reading.unknown();
    }
  return reading.fine();
}

void write(FieldWriter& writer, const FieldSummary& field) {
  writer.text(1, field.name).number(2, field.values).number(3, field.numbers);
  write_real(writer, 4, field.min);
  write_real(writer, 5, field.max);
  write_real(writer, 6, field.sum);
  for (const FieldSummary::Frequent& each : field.texts) writer.item(7, written(each));
  writer.number(8, field.other_texts);
}
bool read(std::string_view bytes, FieldSummary& field) {
  FormReading reading(bytes);
  while (reading.next()) switch (reading.tag()) {
      case 1:
        reading.text(field.name);
        break;
      case 2:
        reading.number(field.values);
        break;
      case 3:
        reading.number(field.numbers);
        break;
      case 4:
        reading.real(field.min);
        break;
      case 5:
        reading.real(field.max);
        break;
      case 6:
        reading.real(field.sum);
        break;
      case 7:
        read_entry(reading, field.texts, FieldSummaries::kMaxTexts);
        break;
      case 8:
        reading.number(field.other_texts);
        break;
      default:
        reading.unknown();
    }
  return reading.fine();
}

bool read(std::string_view bytes, Upload& upload) {
  FormReading reading(bytes);
  while (reading.next()) switch (reading.tag()) {
      case kFormat: {
        std::uint8_t format = 0;
        reading.number(format);
        reading.require(format <= static_cast<std::uint8_t>(Format::json));
        upload.format = static_cast<Format>(format);
        break;
      }
      case kSize:
        reading.number(upload.size.value);
        break;
      case kRecords:
        reading.number(upload.records);
        break;
      case kStatistics:
        read_one(reading, upload.statistics);
        break;
      case kField:
        read_entry(reading, upload.fields, FieldSummaries::kMaxFields);
        break;
      case kWhole:
        reading.text(upload.whole);
        break;
      case kSample:
        reading.text_entry(upload.sample, kMaxSamples);
        break;
      default:
        reading.unknown();
    }
  return reading.fine();
}

}  // namespace

std::string write_upload(const Upload& upload) {
  std::string form(1, kVersion);
  FieldWriter writer(form);
  writer.number(kFormat, static_cast<std::uint64_t>(upload.format))
      .number(kSize, upload.size.value)
      .number(kRecords, upload.records)
      .item(kStatistics, written(upload.statistics));
  for (const FieldSummary& field : upload.fields) writer.item(kField, written(field));
  writer.text(kWhole, upload.whole);
  for (const std::string& line : upload.sample) writer.item(kSample, line);
  return form;
}

Result<Upload> read_upload_form(std::string_view form) {
  Upload upload;
  const bool is_known = !form.empty() && form.size() <= kMaxFormBytes && form.front() == kVersion;
  // What is read must be what was written, so that nothing is understood in two ways.
  if (!is_known || !read(form.substr(1), upload) || write_upload(upload) != form)
    return make_error(ErrorCode::internal,
                      "What was computed from an upload can not be read: its form is broken.");
  return upload;
}

}  // namespace belay::uploads

#include "uploads/upload_form.hpp"

#include <limits>

#include "uploads/upload_testing.hpp"

namespace belay::uploads {
namespace {

constexpr std::string_view kLog =
    "Date,Name,Grade,Result,Rating,Notes\n"
    "2024-01-03,The Mandala,V5,sent,4.5,\"low, \"\"sit\"\" start\"\n"
    "2024-01-04,Blauer Blitz,7A,fell,3,\n"
    "2024-02-10,Überhang,V3,flash,-1.5e3,=1+1\n"
    "2024-05-11,Midnight Lightning,V8,attempt,5,\n"
    "03/04/2024,x,what,,,\n"
    ",,,,,\n"
    "2024-05-12,Route,5.11a,onsight,2,\n";

// Everything that write_upload() writes must come back.
void expect_round_trip(const Upload& upload) {
  const std::string form = write_upload(upload);
  const auto read = read_upload_form(form);
  ASSERT_TRUE(read);
  EXPECT_EQ(write_upload(*read), form);
  EXPECT_EQ(described(*read), described(upload));
  EXPECT_EQ(read->format, upload.format);
  EXPECT_EQ(read->size, upload.size);
  EXPECT_EQ(read->records, upload.records);
  EXPECT_EQ(read->whole, upload.whole);
  EXPECT_EQ(read->sample, upload.sample);
  EXPECT_EQ(read->fields.size(), upload.fields.size());
  EXPECT_EQ(read->statistics.months.size(), upload.statistics.months.size());
  EXPECT_EQ(read->statistics.trend.has_value(), upload.statistics.trend.has_value());
  EXPECT_EQ(read->statistics.dates.has_value(), upload.statistics.dates.has_value());
}

TEST(UploadForm, S6_what_was_read_from_a_file_comes_back_from_its_form) {
  expect_round_trip(upload_of(Format::csv, kLog));
  expect_round_trip(upload_of(Format::txt, "2024-01-03 V5 sent\nfelt strong\nV4 fell\n"));
  expect_round_trip(
      upload_of(Format::json, R"([{"grade":"6A","date":"2024-03-01","rating":1e300},{"a":[1,{"b":null}]}])"));
  expect_round_trip({});
  Config small;
  small.max_whole = 40_B;
  expect_round_trip(upload_of(Format::csv, kLog, small));
  expect_round_trip(upload_of(Format::txt, std::string(kLog) + std::string(kLog), small));
}

TEST(UploadForm, S6_extreme_values_come_back) {
  Upload upload = upload_of(Format::csv, kLog);
  upload.size = {std::numeric_limits<std::uint64_t>::max()};
  upload.records = std::numeric_limits<std::uint64_t>::max();
  upload.statistics.unknown_grades = std::numeric_limits<std::uint32_t>::max();
  upload.statistics.dates->first = std::numeric_limits<Day>::min() + 1;
  upload.statistics.dates->last = std::numeric_limits<Day>::max();
  upload.fields[0].min = -std::numeric_limits<double>::denorm_min();
  upload.fields[0].max = std::numeric_limits<double>::max();
  upload.fields[0].sum = std::numeric_limits<double>::infinity();
  const auto read = read_upload_form(write_upload(upload));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->size, upload.size);
  EXPECT_EQ(read->statistics.dates->first, upload.statistics.dates->first);
  EXPECT_EQ(read->fields[0].min, upload.fields[0].min);
  EXPECT_EQ(read->fields[0].sum, upload.fields[0].sum);
}

// A form is refused, or it is exactly what write_upload() writes.
void expect_error_or_the_same(const std::string& form, const std::string& what) {
  const auto read = read_upload_form(form);
  if (read)
    EXPECT_EQ(write_upload(*read), form) << what;
  else
    EXPECT_EQ(read.error().code, ErrorCode::internal) << what;
}

TEST(UploadForm, S6_a_broken_form_is_an_error) {
  const std::string form = write_upload(upload_of(Format::csv, kLog));
  for (std::size_t size = 0; size < form.size(); ++size)
    expect_error_or_the_same(form.substr(0, size), "cut at " + std::to_string(size));
  for (std::size_t at = 0; at < form.size(); ++at)
    for (const int change : {1, 0x80, 0x7F, 0xFF}) {
      std::string changed = form;
      changed[at] = static_cast<char>(changed[at] ^ change);
      expect_error_or_the_same(changed, "changed at " + std::to_string(at));
    }
  for (std::size_t at = 1; at <= form.size(); ++at)
    expect_error_or_the_same(form.substr(0, at) + "\x01" + form.substr(at), "more at " + std::to_string(at));
}

TEST(UploadForm, S6_what_no_form_holds_is_refused) {
  using namespace std::string_view_literals;
  const auto is_refused = [](std::string_view form) { return !read_upload_form(form); };
  EXPECT_FALSE(is_refused("\x01\x04\x02\x01\x00"sv)) << "an empty upload";
  EXPECT_TRUE(is_refused(""sv));
  EXPECT_TRUE(is_refused("\x02\x04\x02\x01\x00"sv)) << "another version";
  EXPECT_TRUE(is_refused("\x01"sv)) << "no statistics";
  EXPECT_TRUE(is_refused("\x01\x01\x01\x03\x04\x02\x01\x00"sv)) << "no such format";
  EXPECT_TRUE(is_refused("\x01\x04\x02\x01\x00\x09\x01\x01"sv)) << "an unknown field";
  EXPECT_TRUE(is_refused("\x01\x02\x01\x05\x02\x01\x05\x04\x02\x01\x00"sv)) << "the size twice";
  EXPECT_TRUE(is_refused("\x01\x04\x02\x01\x00\x02\x01\x05"sv)) << "in another order";
  EXPECT_TRUE(is_refused("\x01\x02\x02\x85\x00\x04\x02\x01\x00"sv)) << "a number in a longer form";
  EXPECT_TRUE(is_refused("\x01\x04\x02\x01\x00\x06\x01\xFF"sv)) << "not UTF-8";
  EXPECT_TRUE(is_refused("\x01" + std::string(kMaxFormBytes, '\x06'))) << "too long";
}

TEST(UploadForm, S6_what_was_read_from_no_file_is_refused) {
  const auto is_refused = [](auto change) {
    Upload upload = upload_of(Format::csv, kLog);
    change(upload);
    return !read_upload_form(write_upload(upload));
  };
  EXPECT_FALSE(is_refused([](Upload&) {}));
  EXPECT_TRUE(is_refused([](Upload& u) { u.statistics.total.sent = u.statistics.total.climbs + 1; }));
  EXPECT_TRUE(is_refused([](Upload& u) { u.statistics.months.at(0).month.month = 13; }));
  EXPECT_TRUE(
      is_refused([](Upload& u) { u.statistics.months.resize(kMaxMonths + 1, u.statistics.months.at(0)); }));
  EXPECT_TRUE(is_refused([](Upload& u) { u.statistics.grades.at(0).grade.name.clear(); }));
  EXPECT_TRUE(is_refused([](Upload& u) { u.statistics.dates->last = u.statistics.dates->first - 1; }));
  EXPECT_TRUE(
      is_refused([](Upload& u) { u.statistics.unknown_samples.assign(kMaxUnknownSamples + 1, "?"); }));
  EXPECT_TRUE(is_refused([](Upload& u) { u.fields.at(0).name = "\xFF"; }));
  EXPECT_TRUE(is_refused([](Upload& u) { u.fields.resize(FieldSummaries::kMaxFields + 1); }));
}

}  // namespace
}  // namespace belay::uploads

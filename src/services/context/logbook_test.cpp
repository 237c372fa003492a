#include "services/context/logbook.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/context/context_document.hpp"
#include "uploads/statistics.hpp"

namespace belay::services {
namespace {

using ::testing::HasSubstr;

std::string climbs_of(std::string_view csv) {
  const auto logbook = read_logbook(csv, {});
  return logbook ? logbook->document : logbook.error().detail;
}

TEST(Logbook, S8_a_row_becomes_a_climb_and_a_cell_a_member) {
  EXPECT_EQ(
      climbs_of(
          "Date,Grade,Name,Sent,Notes\r\n2025-02-21,V5,The Mandala,yes,\"a \"\"hard\"\" one, \xC3\xBC\"\r\n"
          "2025-02-22,V3,,no,\r\n"),
      R"({"climbs":[{"grade":"V5","Name":"The Mandala","Sent":"yes","Notes":"a \"hard\" one, ü","date":"2025-02-21"},)"
      R"({"grade":"V3","Sent":"no","date":"2025-02-22"}]})");
}

TEST(Logbook, S8_dates_are_read_as_the_other_dates_of_the_file_suggest) {
  EXPECT_EQ(climbs_of("grade,date\nV1,3/4/2025\nV2,25/4/2025\n"),
            R"({"climbs":[{"grade":"V1","date":"2025-04-03"},{"grade":"V2","date":"2025-04-25"}]})");
  EXPECT_EQ(climbs_of("grade,date\nV1,3/4/2025\nV2,4/25/2025\n"),
            R"({"climbs":[{"grade":"V1","date":"2025-03-04"},{"grade":"V2","date":"2025-04-25"}]})");
  EXPECT_TRUE(read_logbook("grade,date\nV1,3/4/2025\n", {})->guessed_dates);
}

TEST(Logbook, S8_what_is_in_a_column_of_dates_and_is_none_is_kept_under_another_name) {
  EXPECT_EQ(climbs_of("grade,date\nV1,last summer\n"),
            R"({"climbs":[{"grade":"V1","date 2":"last summer"}]})");
}

TEST(Logbook, S8_columns_without_a_name_or_with_the_same_name_are_told_apart) {
  EXPECT_EQ(climbs_of("grade,,note,note\nV1,a,b,c\n"),
            R"({"climbs":[{"grade":"V1","column 2":"a","note":"b","note 4":"c"}]})");
}

TEST(Logbook, S8_a_mark_at_the_beginning_other_separators_and_empty_lines_are_no_problem) {
  EXPECT_EQ(climbs_of("\xEF\xBB\xBFsep=;\r\nGRADE;Datum\r\n\r\nV1;21.02.2025\r\n;\r\n"),
            R"({"climbs":[{"grade":"V1","Datum":"21.02.2025"}]})");
}

TEST(Logbook, S8_formulas_are_text) {
  EXPECT_EQ(climbs_of("grade,notes\nV1,=1+1\n"), R"({"climbs":[{"grade":"V1","notes":"'=1+1"}]})");
}

TEST(Logbook, S5_the_errors_are_those_of_an_upload) {
  EXPECT_EQ(climbs_of("name,date\nx,y\n"), "Your CSV needs a grade column—fix and retry.");
  EXPECT_THAT(climbs_of(""), HasSubstr("The file is empty."));
  EXPECT_THAT(climbs_of("grade\n\"V1\n"), HasSubstr("quote"));
  uploads::Config small;
  small.max_climbs = 1;
  EXPECT_EQ(read_logbook("grade\nV1\nV2\n", small).error().limit, "uploads.max_climbs");
}

TEST(Logbook, S8_what_comes_out_is_a_valid_context) {
  std::string csv = "Grade,Date,Partner,Style\n";
  for (int i = 0; i < 2'000; ++i)
    csv += "V" + std::to_string(i % 8) + ",2025-01-" + std::to_string(10 + i % 20) + ",Bob,flash\n";
  const auto logbook = read_logbook(csv, {});
  ASSERT_TRUE(logbook);
  EXPECT_EQ(logbook->climbs, 2'000u);
  const auto document =
      ContextDocument::read(logbook->document, {512_KiB, 5'000}, ContextDocument::Reading::strict);
  ASSERT_TRUE(document) << document.error().detail;
  EXPECT_EQ(document->climb_count(), 2'000u);
  EXPECT_EQ(document->statistics().total.sent, 2'000u);
}

}  // namespace
}  // namespace belay::services

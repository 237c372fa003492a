#include "uploads/csv_climbs.hpp"

#include <gmock/gmock.h>

#include "uploads/upload_testing.hpp"

namespace belay::uploads {
namespace {

constexpr const char* kNeedsGrade = "unprocessable: Your CSV needs a grade column—fix and retry.";

TEST(CsvClimbs, S5_columns_in_any_order_and_letter_case) {
  for (const auto* file :
       {"date,grade,sent\n2024-03-01,V5,yes\n2024-03-02,V4,no\n",
        "Sent,GRADE,Date\nyes,V5,2024-03-01\nno,V4,2024-03-02\n",
        "\"sent\", \"gRaDe\" ,\"DATE\"\r\nyes,\"V5\",2024-03-01\r\nno,V4,2024-03-02\r\n"}) {
    const Upload upload = upload_of(Format::csv, file);
    EXPECT_EQ(grades_of(upload), "V5 1/1/0, V4 1/0/1") << file;
    ASSERT_TRUE(upload.statistics.dates);
    EXPECT_EQ(to_text(upload.statistics.dates->first), "2024-03-01");
    EXPECT_EQ(to_text(upload.statistics.dates->last), "2024-03-02");
    EXPECT_EQ(upload.records, 2u);
  }
}

TEST(CsvClimbs, S5_a_byte_order_mark_and_every_line_end_are_read) {
  for (const auto* file : {"\xEF\xBB\xBFgrade,sent\nV5,1\nV6,0\n", "grade,sent\r\nV5,1\r\nV6,0\r\n",
                           "grade,sent\rV5,1\rV6,0\r", "\xEF\xBB\xBF\r\n\r\ngrade;sent\r\nV5;1\r\n;\r\nV6;0"})
    EXPECT_EQ(grades_of(upload_of(Format::csv, file)), "V6 1/0/1, V5 1/1/0") << file;
}

TEST(CsvClimbs, S5_the_grade_column_is_required_to_the_letter) {
  for (const auto* file : {"date,route\n2024-03-01,V5\n", "grades\nV5\n", "V5\nV4\n",
                           "оценка,дата\n6а,2024-03-01\n", "grаde\nV5\n", "グレード\nV5\n", "name"})
    EXPECT_EQ(error_of(Format::csv, file), kNeedsGrade) << file;
}

TEST(CsvClimbs, S5_grades_in_another_alphabet_are_unknown_grades) {
  const Upload upload = upload_of(Format::csv, "grade,sent\n6а,yes\nтрудно,no\nV5,yes\n,yes\n六級,no\n");
  EXPECT_EQ(grades_of(upload), "V5 1/1/0");
  EXPECT_EQ(upload.statistics.unknown_grades, 3u);
  EXPECT_EQ(upload.statistics.without_grade, 1u);
  EXPECT_EQ(upload.statistics.total, (Counts{5, 3, 2}));
  EXPECT_THAT(upload.statistics.unknown_samples, testing::ElementsAre("6а", "трудно", "六級"));
}

TEST(CsvClimbs, S5_short_rows_are_filled_and_long_rows_are_refused) {
  EXPECT_EQ(grades_of(upload_of(Format::csv, "date,grade,sent\n2024-03-01,V5\n2024-03-02\n,,,,\n")),
            "V5 1/0/0");
  EXPECT_EQ(grades_of(upload_of(Format::csv, "grade,sent\nV5,yes,,\n")), "V5 1/1/0");
  EXPECT_EQ(
      error_of(Format::csv, "grade,notes\nV5,hard, but fun\n"),
      "unprocessable: Row 2 has 3 cells, but the first row has 2. Put a cell that contains a separator in "
      "quotes.");
}

TEST(CsvClimbs, S5_a_header_needs_rows_and_only_one_grade) {
  EXPECT_EQ(error_of(Format::csv, "date,grade\n"),
            "unprocessable: Your CSV has a first row with the names of the columns, but no climbs. Add a row "
            "for each "
            "climb.");
  EXPECT_EQ(error_of(Format::csv, "grade,Grade\nV5,V6\n"),
            "unprocessable: Your CSV has two columns with the name grade. Rename or remove one of them.");
}

TEST(CsvClimbs, S5_formulas_are_text_and_never_passed_on_as_they_are) {
  const Upload upload = upload_of(
      Format::csv, "grade,=cmd|'/C calc'!A0,notes\n=cmd|' /C calc'!A0,@SUM(A1),\"=1+1\"\nV5,-3,+tax\n");
  EXPECT_EQ(grades_of(upload), "V5 1/0/0");
  EXPECT_EQ(upload.whole,
            "grade,'=cmd|'/C calc'!A0,notes\n'=cmd|' /C calc'!A0,'@SUM(A1),'=1+1\nV5,-3,'+tax\n");
  EXPECT_THAT(upload.statistics.unknown_samples, testing::ElementsAre("'=cmd|' /C calc'!A0"));
  EXPECT_EQ(upload.fields.at(0).name, "'=cmd|'/C calc'!A0");
  EXPECT_EQ(upload.fields.at(1).texts.at(0).text, "'=1+1");
}

TEST(CsvClimbs, S5_the_kept_content_is_a_csv_again) {
  const std::string file = "grade,notes\nV5,\"a, \"\"b\"\"\nc\"\n";
  const Upload upload = upload_of(Format::csv, file);
  EXPECT_EQ(upload.whole, "grade,notes\nV5,\"a, \"\"b\"\" c\"\n");
  EXPECT_EQ(upload_of(Format::csv, upload.whole).whole, upload.whole);
}

TEST(CsvClimbs, S5_the_discipline_column_decides_between_font_and_french) {
  const Upload upload = upload_of(Format::csv, "Grade,Type\n6a,boulder\n6a,sport\n6a,\n6A,\n7,Boulder\n");
  std::string systems;
  for (const GradeCounts& each : upload.statistics.grades)
    systems += std::string(to_string(each.grade.system)) + ' ' + each.grade.name + ' ' +
               std::to_string(each.counts.climbs) + "; ";
  EXPECT_EQ(systems, "Font 7 1; Font 6A 2; French 6a 2; ");
}

TEST(CsvClimbs, S5_the_other_columns_are_summarised) {
  const Upload upload = upload_of(Format::csv, "grade,crag,tries\nV5,Font,2\nV5,Font,4\nV4,Magic Wood,\n");
  ASSERT_EQ(upload.fields.size(), 2u);
  EXPECT_EQ(upload.fields[0].name, "crag");
  EXPECT_EQ(upload.fields[0].values, 3u);
  EXPECT_EQ(upload.fields[0].texts.at(0).text, "Font");
  EXPECT_EQ(upload.fields[0].texts.at(0).count, 2u);
  EXPECT_EQ(upload.fields[1].numbers, 2u);
  EXPECT_EQ(upload.fields[1].min, 2);
  EXPECT_EQ(upload.fields[1].max, 4);
  EXPECT_EQ(upload.fields[1].sum, 6);
}

}  // namespace
}  // namespace belay::uploads

#include "uploads/text_reader.hpp"

#include "uploads/upload_testing.hpp"

namespace belay::uploads {
namespace {

TEST(TextReader, S5_a_line_with_a_grade_is_a_climb) {
  const Upload upload = upload_of(Format::txt,
                                  "2024-03-12\n"
                                  "- V5 sent second go\n"
                                  "V6 project, fell at the last move\n"
                                  "\n"
                                  "13 March 2024: warmed up, then flashed 7A (nice!)\r\n"
                                  "felt tired\r"
                                  "12.03.2024 5.11a onsight");
  EXPECT_EQ(grades_of(upload), "V6 1/0/1, V5 1/1/0, 7A 1/1/0, 5.11a 1/1/0");
  EXPECT_EQ(upload.records, 6u);
  ASSERT_TRUE(upload.statistics.dates);
  EXPECT_EQ(to_text(upload.statistics.dates->first), "2024-03-12");
  EXPECT_EQ(to_text(upload.statistics.dates->last), "2024-03-13");
  EXPECT_EQ(upload.statistics.dates->counts.climbs, 4u);
}

TEST(TextReader, S5_a_text_needs_no_grade) {
  const Upload upload =
      upload_of(Format::txt, "My elbow hurts.\nRan 5.5 km, 5.10 miles.\n=cmd|' /C calc'!A0\n");
  EXPECT_EQ(upload.statistics.total.climbs, 0u);
  EXPECT_EQ(upload.whole, "My elbow hurts.\nRan 5.5 km, 5.10 miles.\n'=cmd|' /C calc'!A0\n");
  EXPECT_TRUE(upload.fields.empty());
}

TEST(TextReader, S5_a_table_with_a_grade_column_is_read_as_csv) {
  EXPECT_EQ(
      grades_of(upload_of(Format::txt, "\nDate\tGrade\tSent\n2024-03-01\tV5\tyes\n2024-03-01\t\"V4\"\tno\n")),
      "V5 1/1/0, V4 1/0/1");
  EXPECT_EQ(grades_of(upload_of(Format::txt, "grade\r\nV5\r\nV4\r\n")), "V5 1/0/0, V4 1/0/0");
  EXPECT_EQ(grades_of(upload_of(Format::txt, "\"grade\",notes\rV5,\"two\rlines\"\r")), "V5 1/0/0");
  EXPECT_TRUE(
      error_of(Format::txt, "grade,notes\nV5,\"open\n").starts_with("unprocessable: Row 2 has a quote"));
}

TEST(TextReader, S5_a_line_is_limited) {
  Config config;
  config.max_cell = 10_B;
  EXPECT_EQ(upload_of(Format::txt, "0123456789\nV5\n", config).records, 2u);
  EXPECT_EQ(error_of(Format::txt, "V5\n0123456789a\n", config),
            "unprocessable: Line 2 is longer than 10 bytes. Break it into shorter lines.");
}

TEST(TextReader, S5_of_a_long_text_lines_from_all_over_it_are_kept) {
  Config config;
  config.max_whole = 100_B;
  std::string file;
  for (int i = 0; i < 1'000; ++i) file += "day " + std::to_string(i) + '\n';
  const Upload upload = upload_of(Format::txt, file, config);
  EXPECT_EQ(upload.whole, "");
  ASSERT_GE(upload.sample.size(), 5u);
  EXPECT_EQ(upload.sample.front(), "day 0");
  EXPECT_GT(std::stoi(upload.sample.back().substr(4)), 700);
  std::size_t bytes = 0;
  for (const std::string& line : upload.sample) bytes += line.size() + 1;
  EXPECT_LE(bytes, 100u);
}

}  // namespace
}  // namespace belay::uploads

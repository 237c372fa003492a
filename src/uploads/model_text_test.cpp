#include "uploads/model_text.hpp"

#include <string>

#include <gmock/gmock.h>

#include "uploads/upload_testing.hpp"

namespace belay::uploads {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// A log of `count` climbs from January 2024 on, one a day, of 18 grades.
std::string long_log(int count) {
  std::string file = "date,grade,sent,crag,notes\n";
  const Day first = read_date("2024-01-01").month_first;
  for (int i = 0; i < count; ++i)
    file += to_text(first + i) + ",V" + std::to_string(i % 18) + (i % 4 == 0 ? ",no" : ",yes") +
            (i % 3 == 0 ? ",Fontainebleau" : ",Magic Wood") + ",note " + std::to_string(i) + " of this day\n";
  return file;
}

TEST(ModelText, S5_a_small_file_is_given_whole_behind_its_statistics) {
  const Upload upload = upload_of(Format::csv,
                                  "date,grade,sent\n2024-01-01,V5,yes\n2024-01-10,V4,no\n2024-01-20,V5,yes\n"
                                  "2024-01-28,V5,yes\n,?,\n2024-01-30,,yes\n");
  EXPECT_EQ(
      model_text(upload, 4_KiB),
      "CSV file: 6 climbs, 4 sent, 1 not sent. Send rate 80 %, of the 5 whose outcome the file says.\n"
      "Grades that are not in V-scale, Font, YDS or French: 1, for example ?.\n"
      "Climbs without a grade: 1.\n"
      "Dates: 2024-01-01 to 2024-01-30; 1 climb without a date.\n"
      "Trend: 2024-01-16 to 2024-01-30: 3 climbs, 3 sent; the 15 days before: 2 climbs, 1 sent, 1 not sent. "
      "Sends: 1 before, 3 now (up 200 %).\n"

      "By grade (V-scale, from hard to easy): V5: 3 climbs, 3 sent; V4: 1 climb, 0 sent, 1 not sent.\n"
      "Trend of sends by grade: V5: 1 before, 2 now (up 100 %).\n"
      "The whole content:\n"
      "date,grade,sent\n2024-01-01,V5,yes\n2024-01-10,V4,no\n2024-01-20,V5,yes\n2024-01-28,V5,yes\n,?,\n"
      "2024-01-30,,yes\n");
}

TEST(ModelText, S5_a_log_without_outcomes_says_so) {
  const std::string text = model_text(upload_of(Format::csv, "grade\n6a\n6b\n"), 4_KiB);
  EXPECT_THAT(text, StartsWith("CSV file: 2 climbs. The file does not say which of them were sent.\n"
                               "By grade (French, from hard to easy): 6b: 1 climb; 6a: 1 climb.\n"));
}

TEST(ModelText, S5_a_large_file_is_condensed_into_statistics) {
  const Upload upload = upload_of(Format::csv, long_log(2'000));
  EXPECT_EQ(upload.whole, "");
  const std::string text = model_text(upload, 16_KiB);
  EXPECT_LT(text.size(), 8'000u);
  EXPECT_THAT(text, StartsWith("CSV file: 2000 climbs, 1500 sent, 500 not sent. Send rate 75 %.\n"));
  EXPECT_THAT(text, HasSubstr("V17: 111 climbs, "));
  EXPECT_THAT(text, HasSubstr("V0: 112 climbs, "));
  EXPECT_THAT(text, HasSubstr("\nBy month, the newest first: 2029-06: 22 climbs, "));
  EXPECT_THAT(text, HasSubstr("\nOther columns:\n"));
  EXPECT_THAT(text, HasSubstr("\n- crag: 2000 values; most often Magic Wood (1333), Fontainebleau (667).\n"));
  EXPECT_THAT(text, HasSubstr("\n- notes: 2000 values.\n"));
  EXPECT_THAT(text, Not(HasSubstr("note 7")));
}

TEST(ModelText, S5_the_text_never_exceeds_its_budget) {
  const Upload uploads[] = {upload_of(Format::csv, long_log(2'000)), upload_of(Format::csv, long_log(40)),
                            upload_of(Format::json, R"([{"grade":"V5","sent":true},{"grade":"6a"}])"),
                            upload_of(Format::txt, "V5 sent\nno grade\n")};
  for (const Upload& upload : uploads)
    for (std::uint64_t max = 0; max < 6'000; max += max < 600 ? 1 : 97) {
      const std::string text = model_text(upload, ByteCount{max});
      ASSERT_LE(text.size(), max);
      EXPECT_TRUE(text.empty() || text.ends_with('\n'));
    }
}

TEST(ModelText, S5_a_list_that_does_not_fit_is_summed_up_from_its_easy_end) {
  const Upload upload = upload_of(Format::csv, long_log(2'000));
  const std::string text = model_text(upload, 900_B);
  EXPECT_THAT(text, HasSubstr("By grade (V-scale, from hard to easy): V17: 111 climbs"));
  EXPECT_THAT(text, HasSubstr("easier grades: "));
  EXPECT_THAT(text, Not(HasSubstr("V0: ")));
}

TEST(ModelText, S5_a_budget_in_tokens) {
  const Upload upload = upload_of(Format::csv, long_log(2'000));
  const auto tokens = [](std::string_view text) { return std::uint64_t{(text.size() + 3) / 4}; };
  const std::string text = model_text(upload, TextBudget{300, tokens});
  EXPECT_GT(text.size(), 400u);
  EXPECT_LE(tokens(text), 300u);
}

TEST(ModelText, S5_a_text_without_grades) {
  EXPECT_EQ(model_text(upload_of(Format::txt, "My elbow hurts.\nA rest day.\n"), 1_KiB),
            "TXT file without grades: 2 lines.\nThe whole content:\nMy elbow hurts.\nA rest day.\n");
  Config config;
  config.max_whole = 64_B;
  std::string file;
  for (int i = 0; i < 64; ++i) file += "day " + std::to_string(i) + '\n';
  const Upload upload = upload_of(Format::txt, file, config);
  EXPECT_THAT(model_text(upload, 1_KiB),
              StartsWith("TXT file without grades: 64 lines.\nSome of its 64 lines, in "
                         "order:\nday 0\n"));
  EXPECT_EQ(model_text(upload, 78_B),
            "TXT file without grades: 64 lines.\nSome of its 64 lines, in order:\nday 0\n");
}

TEST(ModelText, S5_json_without_grades) {
  Config config;
  config.max_whole = 10_B;
  const Upload upload =
      upload_of(Format::json, R"({"weight":[70,71.5],"gym":["A","A","B"],"on":true})", config);
  EXPECT_EQ(model_text(upload, 1_KiB),
            "JSON file without grades: 6 values.\n"
            "Other values:\n"
            "- weight[]: 2 values; numbers from 70 to 71.5, on average 70.75.\n"
            "- gym[]: 3 values; most often A (2).\n"
            "- on: 1 value.\n");
}

}  // namespace
}  // namespace belay::uploads

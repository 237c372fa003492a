#include "services/context/context_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/context/derived_summary.hpp"
#include "uploads/statistics.hpp"

namespace belay::services {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Reading = ContextDocument::Reading;

constexpr ContextDocument::Limits kLimits{ByteCount{10'000}, 50};
const PersonalData kPersonal;

Result<ContextDocument> read(std::string_view text, Reading reading = Reading::strict) {
  return ContextDocument::read(text, kLimits, reading);
}

struct Wrong {
  const char* document;
  const char* field;
  const char* advice;
};

TEST(ContextDocument, S8_what_is_wrong_is_named_with_what_to_change) {
  for (const Wrong& each : std::initializer_list<Wrong>{
           {R"({"name":"Ann"})", "name",
            "Use summary, climbs, performance, training, health, goals, uploads."},
           {R"({"summary":["a"]})", "summary", "must be a text"},
           {R"({"climbs":{}})", "climbs", "must be a list"},
           {R"({"climbs":[{},5]})", "climbs[1]", "must be an object"},
           {R"({"climbs":[{"grade":["V5"]}]})", "climbs[0].grade", "must be a text like \"V4\""},
           {R"({"climbs":[{"grade":"V5","date":"yesterday"}]})", "climbs[0].date",
            "a date like \"2025-02-21\""},
           {R"({"climbs":[{"date":20250211}]})", "climbs[0].date", "a date like"},
           {R"({"climbs":[{"date":"3/4/2025"}]})", "climbs[0].date", "a date like"},
           {R"({"goals":5})", "goals", "an object, a list or a text"},
           {R"({"health":true})", "health", "an object, a list or a text"},
           {R"({"goals":"a","goals":"b"})", "goals", ""}}) {
    const auto document = read(each.document);
    ASSERT_FALSE(document) << each.document;
    EXPECT_EQ(document.error().code, ErrorCode::invalid_request);
    EXPECT_EQ(document.error().field, each.field);
    EXPECT_THAT(document.error().detail, HasSubstr(each.advice));
  }
}

TEST(ContextDocument, S8_a_document_that_is_too_large_names_the_setting) {
  const auto large = read(R"({"summary":")" + std::string(10'000, 'x') + "\"}");
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::payload_too_large);
  EXPECT_EQ(large.error().limit, "context.max_document");
  std::string climbs;
  for (int i = 0; i < 51; ++i) climbs += i == 0 ? "{}" : ",{}";
  const auto many = read("{\"climbs\":[" + climbs + "]}");
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code, ErrorCode::payload_too_large);
  EXPECT_EQ(many.error().limit, "context.max_climbs");
  EXPECT_THAT(many.error().detail, HasSubstr("51 climbs, and at most 50"));
}

TEST(ContextDocument, S8_text_that_is_no_JSON_object_is_an_error_in_any_case) {
  for (const char* text : {"", "[]", "{", "{\"a\":1", "null", "{\"summary\":\"\xFF\"}"})
    for (const Reading reading : {Reading::strict, Reading::lenient})
      EXPECT_FALSE(read(text, reading)) << text;
}

TEST(ContextDocument, S8_of_another_server_s_document_what_is_wrong_is_left_out) {
  const auto document = read(R"({"user_id":7,"summary":5,"goals":"V8","climbs":[{"grade":"V5","date":"odd"},7,
      {"grade":["V6"]},{"date":"3/4/2025"}],"health":null})",
                             Reading::lenient);
  ASSERT_TRUE(document);
  EXPECT_EQ(document->text(),
            R"({"goals":"V8","climbs":[{"grade":"V5","date":"odd"},{"grade":["V6"]},{"date":"3/4/2025"}]})");
}

TEST(ContextDocument, S8_of_another_server_s_climbs_the_newest_stay) {
  std::string climbs;
  for (int day = 1; day <= 60; ++day)
    climbs += (day == 1 ? "" : ",") + std::string("{\"date\":\"2025-") +
              (day <= 28   ? "01"
               : day <= 56 ? "02"
                           : "03") +
              "-" + std::to_string(100 + (day - 1) % 28 + 1).substr(1) + "\"}";
  const auto document = read("{\"climbs\":[" + climbs + "]}", Reading::lenient);
  EXPECT_EQ(document->climb_count(), 50u);
  EXPECT_THAT(document->text(), Not(HasSubstr("2025-01-10")));
  EXPECT_THAT(document->text(), HasSubstr("2025-01-11"));
}

TEST(ContextDocument, S8_the_text_is_what_was_given_without_spaces) {
  const auto document =
      read(R"({ "goals" : ["V8"], "climbs": [ {"grade": "V5", "tries": 1.50, "partner": "Bob"} ] })");
  EXPECT_EQ(document->text(), R"({"goals":["V8"],"climbs":[{"grade":"V5","tries":1.50,"partner":"Bob"}]})");
  EXPECT_EQ(read("{}")->text(), "{}");
  EXPECT_EQ(read(R"({"goals":null,"climbs":null})")->text(), "{}");
}

TEST(ContextDocument, S8_climbs_are_added_at_the_end_of_the_list) {
  EXPECT_EQ(read(R"({"climbs":[{"grade":"V1"}],"goals":"g"})")->text_with({R"({"grade":"V2"})"}),
            R"({"climbs":[{"grade":"V1"},{"grade":"V2"}],"goals":"g"})");
  EXPECT_EQ(read(R"({"goals":"g"})")->text_with({R"({"grade":"V2"})"}),
            R"({"goals":"g","climbs":[{"grade":"V2"}]})");
}

// ---- For models

std::string climb(int day) {
  return "{\"grade\":\"V" + std::to_string(day % 7) + "\",\"date\":\"2025-03-" +
         std::to_string(100 + day).substr(1) + "\"}";
}

TEST(ContextDocument, S8_basic_sees_the_newest_ten_climbs_the_goals_and_the_summary) {
  std::string climbs;
  for (const int day : {12, 3, 9, 1, 11, 5, 7, 2, 10, 4, 8, 6})
    climbs += (climbs.empty() ? "" : ",") + climb(day);
  const auto document = read("{\"climbs\":[" + climbs +
                             R"(],"goals":["V8"],"summary":"Steady.","training":{"h":5},"health":{"a":1}})");
  std::string expected;
  for (int day = 12; day > 2; --day) expected += (expected.empty() ? "" : ",") + climb(day);
  EXPECT_EQ(document->for_basic(kPersonal),
            R"({"summary":"Steady.","goals":["V8"],"climbs":[)" + expected + "]}");
}

TEST(ContextDocument, S8_premium_sees_everything_the_newest_climbs_first) {
  const auto document = read("{\"climbs\":[" + climb(1) + ",{\"grade\":\"V0\"}," + climb(2) +
                             R"(],"uploads":[{"rows":3}],"performance":{"p":1},"training":{"h":5.50},)"
                             R"("health":"fine","goals":"V8","summary":"S"})");
  EXPECT_EQ(document->for_premium(kPersonal),
            R"({"summary":"S","goals":"V8","health":"fine","training":{"h":5.50},"performance":{"p":1},)"
            R"("uploads":[{"rows":3}],"climbs":[)" +
                climb(2) + "," + climb(1) + ",{\"grade\":\"V0\"}]}");
}

TEST(ContextDocument, S8_of_climbs_on_the_same_day_the_later_one_in_the_list_is_the_newer) {
  const auto document = read(
      R"({"summary":"S","climbs":[{"n":1,"date":"2025-01-01"},{"n":2,"date":"2025-01-01"},{"n":3},{"n":4}]})");
  EXPECT_EQ(
      document->for_premium(kPersonal),
      R"({"summary":"S","climbs":[{"n":2,"date":"2025-01-01"},{"n":1,"date":"2025-01-01"},{"n":4},{"n":3}]})");
}

TEST(ContextDocument, S8_no_personal_data_reaches_a_model) {
  const auto document = read(
      R"({"summary":"Ask ann@example.org","goals":[{"name":"V8","user_id":7}],"health":{"doctor":"MARK","injury":"A2"},
      "training":{"trainer":{"name":"MARK","plan":"4x4"}},"uploads":[{"name":"MARK.csv","rows":3}],
      "performance":{"profile":{"email":"MARK"}},
      "climbs":[{"name":"The Nose","partner":"MARK","lat":37.73,"photos":["MARK"],"notes":"call +1 555 123 4567"}]})");
  for (const std::string& text : {document->for_basic(kPersonal), document->for_premium(kPersonal)}) {
    EXPECT_THAT(text, Not(testing::AnyOf(HasSubstr("MARK"), HasSubstr("ann@"), HasSubstr("37.73"),
                                         HasSubstr("4567"), HasSubstr("user_id"))));
    EXPECT_THAT(text, HasSubstr("The Nose"));
    EXPECT_THAT(text, HasSubstr("\"name\":\"V8\""));
  }
  EXPECT_THAT(document->for_premium(kPersonal), HasSubstr(R"("training":{"trainer":{"plan":"4x4"}})"));
}

TEST(ContextDocument, S8_without_anything_to_say_there_is_nothing_for_a_model) {
  for (const char* text : {"{}", R"({"summary":" "})", R"({"climbs":[]})"}) {
    EXPECT_EQ(read(text)->for_basic(kPersonal), "") << text;
    EXPECT_EQ(read(text)->for_premium(kPersonal), "") << text;
  }
}

// ---- The derived summary

TEST(DerivedSummary, S8_a_missing_summary_is_derived_from_climbs_and_goals) {
  const auto document = read(R"({"goals":["V6 by summer",{"goal":"endurance","weeks":8}],"climbs":[
      {"grade":"V3","date":"2025-01-01","sent":true},{"grade":"V3","date":"2025-01-02","sent":true},
      {"grade":"V5","date":"2025-01-20","sent":true},{"grade":"V4","date":"2025-01-28","sent":true},
      {"grade":"V7","date":"2025-01-30","sent":false},{"grade":"6b","date":"2025-01-30","sent":true}]})");
  EXPECT_THAT(
      document->for_basic(kPersonal),
      HasSubstr("\"summary\":\"6 climbs from 2025-01-01 to 2025-01-30; 5 of 6 sent (83 %). V-scale: V4 on "
                "average, V5 at best. French: 6b on average, 6b at best. Trend: 3 sends in the 15 days up "
                "to 2025-01-30, 2 in the 15 days before (up 50 %). Goals: V6 by summer; goal: endurance, "
                "weeks: 8.\""));
}

TEST(DerivedSummary, S8_without_outcomes_the_climbs_count) {
  const auto document = read(R"({"climbs":[{"grade":"7A"},{"grade":"7A+"},{"grade":"8A"}]})");
  EXPECT_THAT(document->for_basic(kPersonal), HasSubstr("3 climbs. Font: 7B on average, 8A at best."));
}

TEST(DerivedSummary, S8_goals_alone_make_a_summary_and_long_goals_are_cut) {
  EXPECT_THAT(read(R"({"goals":"Send V8."})")->for_basic(kPersonal),
              HasSubstr("\"summary\":\"Goals: Send V8.\""));
  std::string goals;
  for (int i = 0; i < 60; ++i) goals += (i == 0 ? "\"" : ",\"") + std::string(100, 'g') + "ü\"";
  EXPECT_LE(goals_in_words("[" + goals + "]").size(), 700u);
}

TEST(DerivedSummary, S8_personal_data_in_goals_is_not_in_the_summary) {
  const auto document = read(R"({"goals":[{"goal":"climb with bob@example.org","partner":"MARK"}]})");
  EXPECT_THAT(document->for_basic(kPersonal), HasSubstr("Goals: goal: climb with [e-mail]."));
  EXPECT_THAT(document->for_basic(kPersonal), Not(HasSubstr("MARK")));
}

TEST(DerivedSummary, S8_average_grades_are_on_the_scale_of_their_system) {
  const auto average = [](const char* climbs, uploads::GradeSystem system) {
    const auto grade = average_grade(read("{\"climbs\":" + std::string(climbs) + "}")->statistics(), system);
    return grade ? grade->name : "none";
  };
  using uploads::GradeSystem;
  EXPECT_EQ(average(R"([{"grade":"V1"},{"grade":"V5"}])", GradeSystem::v_scale), "V3");
  EXPECT_EQ(average(R"([{"grade":"VB"}])", GradeSystem::v_scale), "VB");
  EXPECT_EQ(average(R"([{"grade":"5.9"},{"grade":"5.11a"}])", GradeSystem::yds), "5.10b");
  EXPECT_EQ(average(R"([{"grade":"6a"},{"grade":"7a"}])", GradeSystem::french), "6b+");
  EXPECT_EQ(average(R"([{"grade":"V1"}])", GradeSystem::font), "none");
}

}  // namespace
}  // namespace belay::services

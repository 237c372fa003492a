#include "services/visualizations/visualizations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strict_json.hpp"
#include "services/context/context_document.hpp"
#include "services/visualizations/combined_statistics.hpp"

namespace belay::services {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using V = Visualization;

ContextDocument with_climbs(const std::string& climbs) {
  return ContextDocument::read("{\"climbs\":[" + climbs + "]}", {1_MiB, 100'000},
                               ContextDocument::Reading::strict)
      .value();
}

std::vector<V> possible_with(const std::string& climbs) {
  const ContextDocument document = with_climbs(climbs);
  return possible_visualizations({&document.statistics()});
}

TEST(Visualizations, S10_a_view_is_possible_only_with_the_data_that_it_shows) {
  EXPECT_THAT(possible_visualizations({}), IsEmpty());
  EXPECT_THAT(possible_with(""), IsEmpty());
  EXPECT_THAT(possible_with(R"({"grade":"hard"})"), IsEmpty());
  EXPECT_THAT(possible_with(R"({"grade":"V5"})"), ElementsAre(V::grade_pyramid));
  EXPECT_THAT(possible_with(R"({"date":"2025-01-01"},{"date":"2025-02-01"})"),
              ElementsAre(V::training_trends));
  EXPECT_THAT(possible_with(R"({"grade":"V5","date":"2025-01-01"},{"grade":"V5","date":"2025-01-31"})"),
              ElementsAre(V::grade_pyramid));
  EXPECT_THAT(possible_with(R"({"grade":"V5","date":"2025-01-01"},{"grade":"V5","date":"2025-02-01"})"),
              ElementsAre(V::grade_pyramid, V::training_trends, V::performance));
}

struct Asked {
  const char* question;
  V view;
};

TEST(Visualizations, S10_the_suggestion_fits_the_question) {
  const std::vector<V> all(kVisualizations.begin(), kVisualizations.end());
  for (const Asked& each :
       std::initializer_list<Asked>{{"How do I improve my bouldering?", V::performance},
                                    {"How's my progress?", V::performance},
                                    {"Plan my V8 goal in 8 weeks.", V::training_trends},
                                    {"How often should I rest?", V::training_trends},
                                    {"Is my TRAINING volume too high", V::training_trends},
                                    {"Which grade should I project?", V::grade_pyramid},
                                    {"Am I ready for 5.12a?", V::grade_pyramid},
                                    {"V6?", V::grade_pyramid},
                                    {"Have I hit a plateau since last season?", V::performance},
                                    {"Hello!", V::grade_pyramid},
                                    {"", V::grade_pyramid},
                                    {"Wie werde ich st\xC3\xA4rker?", V::grade_pyramid}}) {
    const auto suggestion = suggest(each.question, all);
    ASSERT_TRUE(suggestion) << each.question;
    EXPECT_EQ(suggestion->view, each.view) << each.question;
  }
}

TEST(Visualizations, S10_only_a_view_that_is_possible_is_suggested) {
  EXPECT_FALSE(suggest("How's my progress?", {}));
  EXPECT_EQ(suggest("How's my progress?", {V::grade_pyramid})->view, V::grade_pyramid);
  EXPECT_EQ(suggest("How's my progress in training?", {V::grade_pyramid, V::training_trends})->view,
            V::training_trends);
  EXPECT_EQ(suggest("Hello!", {V::training_trends})->view, V::training_trends);
  EXPECT_EQ(suggest("Hello!", {V::training_trends, V::performance})->view, V::performance);
}

TEST(Visualizations, S10_a_suggestion_has_the_documents_text_and_a_link) {
  const auto pyramid = suggest("grades", {V::grade_pyramid}, "/coach");
  EXPECT_EQ(pyramid->text, "See your grade pyramid");
  EXPECT_EQ(pyramid->path, "/coach/api/visualizations/grade-pyramid");
  EXPECT_EQ(suggest("", {V::training_trends})->text, "See your training trends");
  EXPECT_EQ(suggest("", {V::performance})->text, "See your performance over time");
  EXPECT_THAT(names_of({V::grade_pyramid, V::performance}), ElementsAre("grade pyramid", "performance"));
}

TEST(Visualizations, S10_the_data_of_each_view_is_as_described) {
  const ContextDocument document =
      with_climbs(R"({"grade":"V5","date":"2025-01-01","sent":"yes"},{"grade":"V4","date":"2025-01-02"},
                     {"grade":"6c+","date":"2025-02-20","sent":"no"},{"grade":"?"},{"grade":"V6","date":"2025-02-21","sent":"yes"})");
  const ClimbStatistics statistics{&document.statistics()};
  EXPECT_EQ(
      visualization_data(V::grade_pyramid, statistics),
      R"({"view":"grade-pyramid","systems":[{"system":"V-scale","grades":[)"
      R"({"grade":"V6","climbs":1,"sent":1,"not_sent":0},{"grade":"V5","climbs":1,"sent":1,"not_sent":0},)"
      R"({"grade":"V4","climbs":1,"sent":0,"not_sent":0}]},)"
      R"({"system":"French","grades":[{"grade":"6c+","climbs":1,"sent":0,"not_sent":1}]}],"unknown_grades":1})");
  EXPECT_EQ(visualization_data(V::training_trends, statistics),
            R"({"view":"training-trends","months":[{"month":"2025-01","climbs":2,"sent":1,"not_sent":0},)"
            R"({"month":"2025-02","climbs":2,"sent":1,"not_sent":1}],"trend":{)"
            R"("recent":{"from":"2025-01-27","to":"2025-02-21","climbs":2,"sent":1,"not_sent":1},)"
            R"("previous":{"from":"2025-01-01","to":"2025-01-26","climbs":2,"sent":1,"not_sent":0}}})");
  EXPECT_EQ(visualization_data(V::performance, statistics),
            R"({"view":"performance","months":[)"
            R"({"month":"2025-01","hardest":{"system":"V-scale","grade":"V5","rank":60},"send_rate":1},)"
            R"({"month":"2025-02","hardest":{"system":"V-scale","grade":"V6","rank":70},"send_rate":0.5}],)"
            R"("best":[{"system":"V-scale","grade":"V6","rank":70}]})");
}

TEST(Visualizations, S10_the_data_is_bounded_and_valid) {
  std::string climbs;
  for (int i = 0; i < 3'000; ++i)
    climbs += (i == 0 ? "" : ",") + std::string("{\"grade\":\"") +
              (i % 3 == 0   ? "5." + std::to_string(i % 16)
               : i % 3 == 1 ? "V" + std::to_string(i % 18)
                            : "7a+") +
              "\",\"date\":\"" + std::to_string(1990 + i % 40) + "-" +
              std::to_string(101 + i % 12).substr(1) + "-15\"}";
  const ContextDocument document = with_climbs(climbs);
  for (const V view : kVisualizations) {
    const std::string data = visualization_data(view, {&document.statistics()});
    EXPECT_TRUE(JsonObject::read(data, 16)) << data;
    EXPECT_LT(data.size(), 8'000u);
  }
}

TEST(Visualizations, S10_several_sources_are_one_climber) {
  const ContextDocument context = with_climbs(
      R"({"grade":"V5","date":"2025-01-01","sent":true},{"grade":"V3","date":"2025-01-20","sent":true})");
  const ContextDocument upload = with_climbs(
      R"({"grade":"V5","date":"2025-01-02","sent":false},{"grade":"V7","date":"2025-02-20","sent":true},{"grade":"?"})");
  const uploads::Statistics all = combined({&context.statistics(), &upload.statistics()});
  EXPECT_EQ(all.total, (uploads::Counts{5, 3, 1}));
  EXPECT_EQ(all.unknown_grades, 1u);
  ASSERT_EQ(all.grades.size(), 3u);
  EXPECT_EQ(all.grades[0].grade.name, "V7");
  EXPECT_EQ(all.grades[1].counts, (uploads::Counts{2, 1, 1}));
  ASSERT_EQ(all.months.size(), 2u);
  EXPECT_EQ(all.months[0].counts, (uploads::Counts{3, 2, 1}));
  EXPECT_EQ(all.months[0].hardest->name, "V5");
  EXPECT_EQ(all.trend->recent.last, upload.statistics().trend->recent.last);
  EXPECT_EQ(uploads::to_text(all.dates->first), "2025-01-01");
  EXPECT_EQ(combined({}).total, uploads::Counts());
}

}  // namespace
}  // namespace belay::services

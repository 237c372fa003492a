#include "prompts/coaching.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace belay::prompts {
namespace {

TEST(BreathingOf, P5_measurements_come_to_one_level) {
  const auto level = [](double intensity, std::optional<double> volume = {}, std::optional<double> tempo = {},
                        std::optional<double> silence = {}) {
    return std::string(to_string(breathing_of({intensity, volume, tempo, silence, WorkoutPhase::main})));
  };
  EXPECT_EQ(level(0), "calm");
  EXPECT_EQ(level(0.249), "calm");
  EXPECT_EQ(level(0.25), "moderate");
  EXPECT_EQ(level(0.549), "moderate");
  EXPECT_EQ(level(0.55), "heavy");
  EXPECT_EQ(level(0.799), "heavy");
  EXPECT_EQ(level(0.8), "breathless");
  EXPECT_EQ(level(1), "breathless");

  EXPECT_EQ(level(0.3, {}, 44.9), "moderate");
  EXPECT_EQ(level(0.3, {}, 45), "heavy");
  EXPECT_EQ(level(1, {}, 90), "breathless") << "there is no more";
  EXPECT_EQ(level(0.6, 0.19), "breathless") << "shallow gasps";
  EXPECT_EQ(level(0.6, 0.2), "heavy");
  EXPECT_EQ(level(0.3, 0.1), "moderate") << "shallow, but without effort";
  EXPECT_EQ(level(0.6, {}, {}, 5), "moderate");
  EXPECT_EQ(level(0.6, {}, {}, 4.9), "heavy");
  EXPECT_EQ(level(0.1, {}, {}, 60), "calm") << "there is no less";
  EXPECT_EQ(level(0.6, {}, 50, 6), "heavy");
}

TEST(CoachLines, P5_there_is_a_line_for_every_phase_and_level_and_each_is_one_line) {
  const auto coach = CoachLines::make({});
  ASSERT_TRUE(coach);
  for (const auto* phase : {"warmup", "main", "cooldown"})
    for (const auto* level : {"calm", "moderate", "heavy", "breathless"}) {
      const auto& lines =
          coach->lines(workout_phase_from(phase).value(), breathing_from(level).value(), "fitness_coach");
      ASSERT_FALSE(lines.empty()) << phase << " " << level;
      for (const std::string& line : lines) {
        EXPECT_LE(line.size(), 80u) << line;
        EXPECT_EQ(line.find('\n'), std::string::npos);
      }
    }
}

TEST(CoachLines, P5_configured_lines_replace_the_built_in_ones_and_a_persona_may_have_its_own) {
  const auto coach = CoachLines::make(
      {{"main", "heavy", "", {"Everybody, hold!"}}, {"main", "heavy", "drill_sergeant", {"HOLD, recruit!"}}});
  ASSERT_TRUE(coach);
  const auto first = [&](Breathing level, std::string_view persona) {
    return coach->lines(WorkoutPhase::main, level, persona).front();
  };
  EXPECT_EQ(first(Breathing::heavy, "calm_coach"), "Everybody, hold!");
  EXPECT_EQ(first(Breathing::heavy, "drill_sergeant"), "HOLD, recruit!");
  const auto built_in = CoachLines::make({});
  EXPECT_EQ(first(Breathing::calm, "drill_sergeant"),
            built_in->lines(WorkoutPhase::main, Breathing::calm, "").front());
}

TEST(CoachLines, P5_a_row_that_can_not_be_is_refused) {
  EXPECT_FALSE(CoachLines::make({{"noon", "heavy", "", {"x"}}}));
  EXPECT_FALSE(CoachLines::make({{"main", "loud", "", {"x"}}}));
  EXPECT_FALSE(CoachLines::make({{"main", "heavy", "", {}}}));
  EXPECT_FALSE(CoachLines::make({{"main", "heavy", "", {""}}}));
  EXPECT_FALSE(CoachLines::make({{"main", "heavy", "", {"x"}}, {"main", "heavy", "", {"y"}}}));
}

TEST(Coaching, P5_a_model_is_told_the_measurements_that_are_known) {
  BreathMeasurement breath;
  breath.intensity = 0.6;
  EXPECT_EQ(coaching_request(breath).find("minute"), std::string::npos);
  breath.tempo = 31.6;
  breath.phase = WorkoutPhase::cooldown;
  const std::string text = coaching_request(breath);
  EXPECT_NE(text.find("Phase: cooldown. Breathing: heavy. Intensity 0.60 of 1. 32 breaths a minute."),
            std::string::npos)
      << text;
}

TEST(Coaching, P5_of_an_answer_one_line_is_taken) {
  EXPECT_EQ(one_line("Go!\nAnd on.", 80), "Go!");
  EXPECT_EQ(one_line("\n\n  \"Hold it.\" \r\nmore", 80), "Hold it.");
  EXPECT_EQ(one_line("", 80), "");
  EXPECT_EQ(one_line(" \n ", 80), "");
  EXPECT_EQ(one_line("äöü", 2), "äö");
}

}  // namespace
}  // namespace belay::prompts

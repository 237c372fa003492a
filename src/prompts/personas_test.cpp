#include "prompts/personas.hpp"

#include <gtest/gtest.h>

namespace belay::prompts {
namespace {

Personas built_in() {
  return Personas::make({}).value();
}

std::string prompt_of(const Personas& personas, std::string_view name) {
  const Persona* persona = personas.find(name);
  return persona ? system_prompt(*persona) : "none";
}

TEST(Personas, P3_the_four_of_the_document_are_built_in_with_its_traits) {
  const Personas personas = built_in();
  const auto says = [&](std::string_view name, std::string_view words) {
    return prompt_of(personas, name).find(words) != std::string::npos;
  };
  EXPECT_TRUE(says("fitness_coach", "short and powerful"));
  EXPECT_TRUE(says("fitness_coach", "CAPS"));
  EXPECT_TRUE(says("fitness_coach", "breathing"));
  EXPECT_TRUE(says("calm_coach", "gently"));
  EXPECT_TRUE(says("calm_coach", "breath"));
  EXPECT_TRUE(says("drill_sergeant", "Demanding and intense"));
  EXPECT_TRUE(says("drill_sergeant", "Safety comes before"));
  EXPECT_TRUE(says("drill_sergeant", "No excuse is accepted"));
  EXPECT_TRUE(says("default", "helpful assistant"));
}

TEST(Personas, P3_an_unknown_one_is_the_default_and_says_so) {
  const Personas personas = built_in();
  EXPECT_FALSE(personas.choose("calm_coach").fell_back);
  EXPECT_EQ(personas.choose("calm_coach").persona->name, "calm_coach");
  EXPECT_TRUE(personas.choose("pirate").fell_back);
  EXPECT_EQ(personas.choose("pirate").persona->name, "default");
  EXPECT_FALSE(personas.choose("").fell_back) << "none was asked for";
  EXPECT_EQ(personas.choose("").persona->name, "default");
}

TEST(Personas, P3_the_breathing_level_changes_what_a_persona_that_adapts_is_told) {
  const Personas personas = built_in();
  const Persona& fitness = *personas.find("fitness_coach");
  const Persona& sergeant = *personas.find("drill_sergeant");
  EXPECT_NE(system_prompt(fitness, Breathing::calm), system_prompt(fitness, Breathing::breathless));
  EXPECT_NE(system_prompt(fitness, Breathing::breathless).find("no more pushing"), std::string::npos);
  EXPECT_EQ(system_prompt(fitness).find("just now"), std::string::npos) << "it was not given";
  EXPECT_EQ(system_prompt(sergeant, Breathing::breathless), system_prompt(sergeant));
}

TEST(Personas, P3_the_configuration_changes_one_and_adds_others) {
  const auto personas = Personas::make({{"calm_coach", "", "You whisper.", {"Be slow."}, false},
                                        {"pirate", "Pirate", "You are a pirate.", {}, false}});
  ASSERT_TRUE(personas);
  EXPECT_EQ(prompt_of(*personas, "calm_coach"), "You whisper.\n\nYour manner:\n- Be slow.");
  EXPECT_EQ(personas->find("calm_coach")->display_name, "calm_coach");
  EXPECT_EQ(prompt_of(*personas, "pirate"), "You are a pirate.");
  ASSERT_EQ(personas->all().size(), 5u);
  EXPECT_EQ(personas->all().back().name, "pirate");
}

TEST(Personas, P3_a_persona_that_can_not_be_is_refused) {
  EXPECT_FALSE(Personas::make({{"", "", "x", {}, false}}));
  EXPECT_FALSE(Personas::make({{"two words", "", "x", {}, false}}));
  EXPECT_FALSE(Personas::make({{std::string(65, 'x'), "", "x", {}, false}}));
  EXPECT_FALSE(Personas::make({{"silent", "", "", {}, false}}));
  EXPECT_FALSE(Personas::make({{"a", "", "x", {}, false}, {"a", "", "y", {}, false}}));
}

TEST(Breathing, P3_levels_have_names) {
  for (const auto* name : {"calm", "moderate", "heavy", "breathless"})
    EXPECT_EQ(to_string(breathing_from(name).value()), name);
  EXPECT_FALSE(breathing_from("Heavy"));
  EXPECT_FALSE(breathing_from(""));
}

}  // namespace
}  // namespace belay::prompts

#include "uploads/climb_fields.hpp"

#include <gtest/gtest.h>

namespace belay::uploads {
namespace {

TEST(ClimbFields, S5_column_names_in_any_letter_case_have_a_role) {
  for (const auto* name : {"grade", "Grade", "GRADE", " gRaDe\t"})
    EXPECT_EQ(role_of(name), FieldRole::grade) << name;
  for (const auto* name : {"date", "Date", "Climbed_On", "ascent date"})
    EXPECT_EQ(role_of(name), FieldRole::date) << name;
  for (const auto* name : {"sent", "Sends", "Lead Style", "ascent_type", "Result"})
    EXPECT_EQ(role_of(name), FieldRole::outcome) << name;
  for (const auto* name : {"discipline", "Route-Type"})
    EXPECT_EQ(role_of(name), FieldRole::discipline) << name;
  // The last two have Cyrillic letters.
  for (const auto* name : {"", "grades", "my grade", "g_rade", "notes", "grаde", "оценка"})
    EXPECT_EQ(role_of(name), FieldRole::other) << name;
}

TEST(ClimbFields, S5_outcomes_in_cells) {
  for (const auto* value :
       {"yes", "TRUE", "1", "3", "Sent", "flash", "Onsight", "redpoint", "x", "✓", "sent it in two"})
    EXPECT_EQ(outcome_of(value), Outcome::sent) << value;
  for (const auto* value :
       {"no", "false", "0", "Attempt", "Fell/Hung", "not sent", "project", "did not send"})
    EXPECT_EQ(outcome_of(value), Outcome::not_sent) << value;
  for (const auto* value : {"", "?", "lead", "outdoors", "=1+1"})
    EXPECT_EQ(outcome_of(value), Outcome::unknown) << value;
}

TEST(ClimbFields, S5_outcomes_in_sentences) {
  EXPECT_EQ(outcome_in_sentence("V5 sent, second go!"), Outcome::sent);
  EXPECT_EQ(outcome_in_sentence("Flashed a 6a"), Outcome::sent);
  EXPECT_EQ(outcome_in_sentence("V6 project, nearly sent"), Outcome::not_sent);
  EXPECT_EQ(outcome_in_sentence("did not send the V6"), Outcome::not_sent);
  EXPECT_EQ(outcome_in_sentence("V4 in the gym"), Outcome::unknown);
}

TEST(ClimbFields, S5_a_send_in_one_column_is_a_send) {
  EXPECT_EQ(combined(Outcome::sent, Outcome::not_sent), Outcome::sent);
  EXPECT_EQ(combined(Outcome::not_sent, Outcome::sent), Outcome::sent);
  EXPECT_EQ(combined(Outcome::unknown, Outcome::not_sent), Outcome::not_sent);
  EXPECT_EQ(combined(Outcome::not_sent, Outcome::unknown), Outcome::not_sent);
}

}  // namespace
}  // namespace belay::uploads

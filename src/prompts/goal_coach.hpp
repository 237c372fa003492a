// The prompt of a message to the goal coach (requirements G4, G5, A10).
//
//   system     the product's preamble, then the coach's instructions
//   messages   the last messages of the conversation that fit, at most ten · what is known of the user as fenced data ·
//              the message (unchanged, except that control characters are removed; the last two are one message)
//
// The instructions are words of ours. Whatever a user has written, goals and meetings too, is data.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "prompts/recipe.hpp"

namespace belay::prompts {

// More goals are left out, and so are older messages.
inline constexpr std::size_t kMaxCoachedGoals = 5;
inline constexpr std::size_t kMaxCoachedMessages = 10;

struct GoalCoachFacts {
  struct Goal {
    std::string title;
    std::string description;  // may be empty
    std::string target_date;  // "2026-12-31"; empty: none
  };
  struct Meeting {
    std::string title;
    WallTime start;
    WallTime end;
  };
  std::string message;
  std::string name;                // of the user; empty: not known
  std::string time_zone;           // "Europe/Berlin"; empty: not known
  std::string phase;               // "goal_setting", "tracking", or what an operator has set
  std::vector<Goal> goals;         // active ones
  std::optional<Meeting> meeting;  // the one under way
  WallTime now;
};

// The five qualities of the coach, and what it says about itself.
std::string_view goal_coach_instructions();
// As JSON: what is known of the user.
std::string goal_coach_data(const GoalCoachFacts& facts);

// Fails with `unprocessable` and the field "content" if the message is blank, or if it does not fit.
class GoalCoachRecipe final : public Recipe {
 public:
  explicit GoalCoachRecipe(GoalCoachFacts facts) : facts_(std::move(facts)) {}

  Needs needs() const override { return {true}; }
  Result<BuiltPrompt> build(RecipeFacts facts) const override;

 private:
  const GoalCoachFacts facts_;
};

}  // namespace belay::prompts

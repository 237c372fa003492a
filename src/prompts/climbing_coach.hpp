// The prompt of a question to the climbing coach (requirements S3, S4, S8, S9, A10).
//
//   system     the product's preamble, then the coach's instructions for the tier
//   messages   earlier turns that fit · the climber's context as fenced data · the upload as fenced data · the question
//              (unchanged, except that control characters are removed; the last three are one message)
//
// Prompt and answer have a budget together. If the prompt is too long for it, these are made smaller, in this order:
//
//   1. the upload: the next shorter one of its texts
//   2. earlier turns, from the oldest
//   3. the context: old climbs, then whole sections (prompts/climbing_context.hpp)
//   4. the upload: left out; the instructions then say so
//
// Instructions and question are never cut.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"
#include "core/types/message.hpp"
#include "prompts/built_prompt.hpp"
#include "prompts/config.hpp"
#include "prompts/recipe.hpp"

namespace belay::prompts {

enum class CoachTier { basic, premium };

struct CoachBudget {
  TokenCount total;   // of prompt and answer
  TokenCount answer;  // kept free for the answer
};
// 4,000 tokens for Basic and 128,000 for Premium.
CoachBudget default_budget(CoachTier tier);

struct CoachFacts {
  CoachTier tier = CoachTier::basic;
  std::string question;
  // JSON text of an object, without personal data and as the tier may see it, with the newest climbs first
  // (services/context/context_document.hpp). Empty: none. A text that is no object counts as none.
  std::string context;
  // The text of an upload, from the longest version to the shortest (uploads/model_text.hpp); empty: no upload.
  std::vector<std::string> upload;
  // The names of the visualizations that the user can look at: "grade pyramid". Words of ours.
  std::vector<std::string> views;
  CoachBudget budget;
  std::vector<Message> history;  // oldest first, from message_of()
};

// The coach's instructions. `has_context`: whether the prompt has a context.
std::string coach_instructions(CoachTier tier, const std::vector<std::string>& views, bool has_context);

// Fails with `unprocessable` and the field "prompt" if the question is blank, or if it does not fit by itself. The model's window
// (prompt_budget()) applies in addition to the budget.
Result<BuiltPrompt> build_coach_prompt(const Config& config, const Model& model, CoachFacts facts);

// For RunService::start(). Who makes it has fetched the context and the upload before.
class ClimbingCoachRecipe final : public Recipe {
 public:
  // `history` of the facts is not used: it comes from the store.
  explicit ClimbingCoachRecipe(CoachFacts facts) : facts_(std::move(facts)) {}

  Needs needs() const override { return {true}; }
  Result<BuiltPrompt> build(RecipeFacts facts) const override;

 private:
  const CoachFacts facts_;
};

}  // namespace belay::prompts

#include "services/uploads/prompt_texts.hpp"

#include "prompts/token_estimate.hpp"
#include "uploads/model_text.hpp"

namespace belay::services {

std::vector<std::string> prompt_texts(const uploads::Upload& upload, std::uint64_t tokens) {
  uploads::TextBudget budget;
  budget.cost = [](std::string_view text) { return prompts::estimate_tokens(text).value; };
  std::vector<std::string> texts;
  for (const std::uint64_t part : {2, 4, 16, 64}) {
    budget.max = tokens / part;
    std::string text = uploads::model_text(upload, budget);
    if (!text.empty() && (texts.empty() || text.size() < texts.back().size()))
      texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace belay::services

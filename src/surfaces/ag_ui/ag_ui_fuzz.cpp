// Fuzz test: parses arbitrary bytes as a RunAgentInput and as a request to stop. What is taken can be made into a prompt
// that is valid for every provider; whatever is refused names its place.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "surfaces/ag_ui/parse.hpp"
#include "surfaces/client_tools.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/stream_start.hpp"
#include "surfaces/testing/prompt_checks.hpp"

namespace {

using namespace belay;
using namespace belay::surfaces;
using belay::surfaces::testing::check_prompt;
using belay::surfaces::testing::require;

void check_refusal(const Error& error) {
  require(is_valid_utf8(error.detail) && !error.detail.empty() && !error.field.empty());
  require(error.code != ErrorCode::internal);
}

void check_input(ag_ui::RunInput input) {
  const std::vector<Message>& messages = input.said.sent.messages;
  require(input.said.question < messages.size());
  require(messages[input.said.question].role == Role::user);
  require(messages.back().role == (input.has_results ? Role::tool : Role::user));
  require(input.has_results || !input.called_by);
  require(is_valid_utf8(input.question) && is_valid_utf8(input.model));
  require(input.tools.size() <= kMaxClientTools);
  for (const Tool& tool : input.tools) require(!tool.name.empty() && is_valid_utf8(tool.schema));
  const prompts::ClientConversationRecipe recipe(std::move(input.said), ag_ui::kAboutMessages);
  require(!recipe.needs().older_messages);
  if (const auto refused = check_prompt(recipe)) check_refusal(*refused);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto stop = ag_ui::parse_stop(text); !stop) check_refusal(stop.error());
  auto json = JsonObject::read(text, kMaxJsonDepth);
  if (!json) return 0;
  const BodyObject body(std::move(*json), {});
  const auto name = ag_ui::parse_run_name(body);
  if (name) {
    require(is_client_id(name->thread) && is_client_id(name->run));
    require(ag_ui::run_of_key(name->key(), name->thread) == name->run);
  } else {
    check_refusal(name.error());
  }
  auto input = ag_ui::parse_input(body, {});
  if (input)
    check_input(std::move(*input));
  else
    check_refusal(input.error());
  return 0;
}

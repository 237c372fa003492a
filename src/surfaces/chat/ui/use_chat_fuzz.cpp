// Fuzz test: parses arbitrary bytes as a body of useChat, as a message of its socket, and as a request to stop. What is taken
// can be made into a prompt, or is refused with a reason; what is refused names its place.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "prompts/client_conversation.hpp"
#include "surfaces/chat/ui/socket.hpp"
#include "surfaces/client_tools.hpp"

namespace {

using namespace belay;
using namespace belay::surfaces;
using namespace belay::surfaces::chat;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_refusal(const Error& error) {
  require(is_valid_utf8(error.detail) && !error.detail.empty() && !error.field.empty());
}

void check_request(ui::ChatRequest request) {
  require(request.said.question <= request.said.sent.messages.size());
  require(is_valid_utf8(request.question) && is_valid_utf8(request.model));
  require(request.tools.size() <= kMaxClientTools);
  for (std::size_t i = request.said.question; i < request.said.sent.messages.size(); ++i)
    require(request.said.sent.messages[i].role == Role::user);
  const prompts::Config config;
  const prompts::Persona persona;
  Model model;
  model.window = {1'000};
  model.max_output = {100};
  const prompts::ClientConversationRecipe recipe(std::move(request.said), ui::kAboutMessages);
  const auto prompt = recipe.build({config, model, persona, "Hi", {}, false, false});
  if (!prompt) return check_refusal(prompt.error());
  require(prompt->messages.front().role == Role::user && prompt->messages.back().role == Role::user);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ChatConfig config;
  auto request = ui::parse_chat_request(text, config);
  if (request)
    check_request(std::move(*request));
  else
    check_refusal(request.error());
  auto parsed = ui::parse_frame(text, config);
  require(parsed.frame.has_value() != parsed.bad.has_value());
  if (parsed.bad) check_refusal(parsed.bad->error);
  if (parsed.frame && parsed.frame->request) check_request(std::move(*parsed.frame->request));
  if (const auto stop = ui::parse_stop(text); !stop) check_refusal(stop.error());
  return 0;
}

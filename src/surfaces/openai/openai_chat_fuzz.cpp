// Fuzz test: parses arbitrary bytes as a request for a chat completion. Whatever is taken can be made into a prompt
// that is valid for every provider; whatever is refused names its place.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "surfaces/openai/errors.hpp"
#include "surfaces/openai/parse.hpp"

namespace {

using namespace belay;
using namespace belay::surfaces;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_messages(const std::vector<Message>& messages) {
  require(!messages.empty() && messages.front().role == Role::user);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Message& message = messages[i];
    require(!message.parts.empty());
    require(i == 0 || messages[i - 1].role != message.role);
    std::size_t calls = 0, results = 0;
    for (const Part& part : message.parts) {
      if (const Text* text = std::get_if<Text>(&part))
        require(is_valid_utf8(text->text) && !text->text.empty());
      if (std::get_if<ToolCall>(&part)) ++calls;
      if (std::get_if<ToolResult>(&part)) ++results;
    }
    require(calls == 0 || message.role == Role::assistant);
    require((results != 0) == (message.role == Role::tool));
    if (message.role == Role::tool) require(messages[i - 1].role == Role::assistant);
    if (calls != 0) {
      require(i + 1 < messages.size() && messages[i + 1].role == Role::tool);
      require(messages[i + 1].parts.size() == calls);
    }
  }
}

void check_refusal(const Error& error) {
  require(is_valid_utf8(error.detail) && !error.detail.empty());
  const openai::ErrorName name = openai::name_of(error);
  require(name.status >= 400 && name.status < 500 && !name.code.empty());
  require(!error.field.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  transport::Request request;
  request.method = "POST";
  request.headers = {{"content-type", "application/json"}};
  request.body.assign(reinterpret_cast<const char*>(data), size);
  auto chat = openai::parse_chat(request, {});
  if (!chat) {
    check_refusal(chat.error());
    return 0;
  }
  require(chat->start.tools.size() <= openai::kMaxTools);
  for (const Tool& tool : chat->start.tools) require(!tool.name.empty() && is_valid_utf8(tool.schema));
  const prompts::Config config;
  const prompts::Persona persona;
  Model model;
  model.window = {1'000};
  model.max_output = {100};
  const auto prompt = chat->start.recipe->build({config, model, persona, {}, {}, false, false});
  if (prompt)
    check_messages(prompt->messages);
  else
    check_refusal(prompt.error());
  return 0;
}

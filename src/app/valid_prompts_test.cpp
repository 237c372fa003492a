// From random histories to the bytes that a provider gets, in every protocol (requirement C18).
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "prompts/recipe.hpp"
#include "prompts/token_estimate.hpp"
#include "providers/calls/protocol.hpp"
#include "providers/testing/strict_requests.hpp"

namespace belay {
namespace {

using providers::ProtocolKind;
using providers::StrictRequest;

constexpr int kConversations = 10'000;

class RandomConversations {
 public:
  explicit RandomConversations(std::uint64_t seed) : random_(seed) {}

  bool one_in(std::uint64_t n) { return random_.below(n) == 0; }
  std::uint64_t below(std::uint64_t n) { return random_.below(n); }

  std::string text() {
    static const std::vector<std::string> kTexts = {
        "",      " ",          "\n\t\r\n",    "\u3000\u00A0", "\u200B",        "\u202E",       "a",
        "Why?",  "No. \n",     "{\"a\":1}",   "息",           "\U0001F600 ok", "echo:2 words", "\"\\\x01 end",
        " half", "x\u2066y\n", "Action: play"};
    std::string out = kTexts[below(kTexts.size())];
    if (one_in(4)) out += kTexts[below(kTexts.size())];
    if (one_in(50)) out += std::string(below(600), 'w');
    return out;
  }

  std::vector<ToolCall> calls() {
    static const std::vector<std::string> kArguments = {
        "", "{}", R"({"seconds":7})", R"({"a":"\u202e"})", "[]", "nil", R"({"a":)", R"({"a":{"b":["c"]}})"};
    static const std::vector<std::string> kIds = {"", "0", "call_0", "call_a b", "toolu_01"};
    std::vector<ToolCall> made;
    for (std::uint64_t n = below(4); n > 0; --n)
      made.push_back(
          {kIds[below(kIds.size())], one_in(2) ? "play" : "gone", kArguments[below(kArguments.size())]});
    return made;
  }

  StoredMessage message(Role role, std::string content) {
    static const std::vector<std::string> kStates = {"complete", "failed", "cancelled", "interrupted"};
    StoredMessage made;
    made.role = role;
    made.tokens = prompts::message_tokens(content);
    made.content = std::move(content);
    made.state = role == Role::user ? "complete" : kStates[below(kStates.size())];
    if (one_in(4)) made.finish = FinishReason::length;
    if (role == Role::assistant && one_in(3)) made.tool_calls = calls();
    if (role == Role::assistant && one_in(5)) made.reasoning = text();
    return made;
  }

  // Turns; some without an answer, some with several, some cleared or trimmed in their middle, some in the
  // order of a branch that was cut elsewhere.
  std::vector<StoredMessage> history() {
    std::vector<StoredMessage> made;
    for (std::uint64_t turns = below(9); turns > 0; --turns) {
      if (!one_in(12)) made.push_back(message(Role::user, text()));
      std::uint64_t answers = one_in(4) ? 0 : one_in(6) ? 2 : 1;
      for (; answers > 0; --answers) made.push_back(message(Role::assistant, one_in(4) ? "" : text()));
    }
    if (one_in(6))
      made.erase(made.begin(), made.begin() + static_cast<std::ptrdiff_t>(below(made.size() + 1)));
    if (one_in(6) && made.size() > 1) std::swap(made[below(made.size())], made[below(made.size())]);
    if (one_in(10)) std::reverse(made.begin(), made.end());
    return made;
  }

 private:
  SeededRandom random_;
};

// The history of a conversation whose answer goes on: its end is a question and an answer.
std::vector<StoredMessage> cut_answer(RandomConversations& random) {
  std::vector<StoredMessage> history = random.history();
  history.push_back(random.message(Role::user, "And?"));
  history.push_back(random.message(Role::assistant, "Half \n"));
  history.back().finish = FinishReason::length;
  return history;
}

struct Prompt {
  prompts::BuiltPrompt built;
  StrictRequest::Last last = StrictRequest::Last::user;
};

// Of chat, persona or assistant, or of an answer that goes on. Nothing: it does not fit the window.
std::optional<Prompt> random_prompt(RandomConversations& random, const Model& model) {
  const prompts::Config config;
  const prompts::Persona persona{};
  std::unique_ptr<prompts::Recipe> recipe;
  std::vector<StoredMessage> older;
  bool continues = false;
  switch (random.below(4)) {
    case 0:
      recipe = std::make_unique<prompts::ConversationRecipe>("Now?", "prompt");
      break;
    case 1:
      recipe = std::make_unique<prompts::ConversationRecipe>("Now?", "message", prompts::Breathing{});
      break;
    case 2: {
      prompts::AssistantRecipe::Request request;
      request.prompt = "Now?";
      if (random.one_in(2)) request.track_id = "t-1";
      if (random.one_in(2)) request.context = R"({"bpm":120})";
      recipe = std::make_unique<prompts::AssistantRecipe>(std::move(request));
      break;
    }
    default:
      recipe = std::make_unique<prompts::ConversationRecipe>("", "prompt");
      continues = true;
      older = cut_answer(random);
  }
  const bool can_continue = random.one_in(2);
  if (!continues) older = random.history();
  auto built = recipe->build({config, model, persona, {}, std::move(older), can_continue, continues});
  if (!built) return std::nullopt;
  return Prompt{std::move(*built),
                continues && can_continue ? StrictRequest::Last::assistant : StrictRequest::Last::user};
}

TEST(ValidPrompts,
     C18_ten_thousand_random_conversations_are_valid_for_the_strictest_server_of_each_protocol) {
  RandomConversations random(18);
  int sent = 0, with_calls = 0;
  for (int i = 0; i < kConversations; ++i) {
    GenerationRequest request;
    request.model.alias = request.model.upstream_name = "m";
    request.model.max_output = {10};
    request.model.window = {random.one_in(3) ? 100 + random.below(700) : 100'000};
    request.model.tools_allowed = !random.one_in(5);
    if (!random.one_in(5)) request.tools = {{"play", "", ""}};
    auto prompt = random_prompt(random, request.model);
    if (!prompt) continue;
    request.system = std::move(prompt->built.system);
    request.messages = std::move(prompt->built.messages);
    if (random.one_in(10) && prompt->last == StrictRequest::Last::assistant)
      request.partial_answer = random.text();
    for (const ProtocolKind kind : {ProtocolKind::chat, ProtocolKind::responses, ProtocolKind::messages}) {
      const std::string body = *providers::make_protocol(kind)->request({}, request).body;
      ASSERT_EQ(StrictRequest::refusal(kind, body, prompt->last), "") << "conversation " << i << ": " << body;
      with_calls += kind == ProtocolKind::messages && body.find("tool_use") != std::string::npos;
    }
    ++sent;
  }
  EXPECT_GT(sent, kConversations * 3 / 4);
  EXPECT_GT(with_calls, kConversations / 5);
}

}  // namespace
}  // namespace belay

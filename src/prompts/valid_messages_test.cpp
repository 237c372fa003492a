#include "prompts/valid_messages.hpp"

#include <gtest/gtest.h>

#include "prompts/conversation_prompt.hpp"
#include "prompts/recipe.hpp"
#include "prompts/token_estimate.hpp"

namespace belay::prompts {
namespace {

// "u:one" or "a:two" or "c:play=call00001" or "r:call00001=…"; the texts of one message stand with "+".
std::string outline(const std::vector<Message>& messages) {
  std::string out;
  for (const Message& message : messages) {
    out += out.empty() ? "" : " ";
    for (const Part& part : message.parts) {
      if (&part != &message.parts.front()) out += '+';
      if (const Text* text = std::get_if<Text>(&part))
        out += (message.role == Role::user ? "u:" : "a:") + text->text;
      if (const ToolCall* call = std::get_if<ToolCall>(&part)) out += "c:" + call->name + '=' + call->id;
      if (const ToolResult* result = std::get_if<ToolResult>(&part)) {
        EXPECT_EQ(message.role, Role::tool);
        EXPECT_EQ(result->text, "The action was sent to the client.");
        out += "r:" + result->call_id;
      }
    }
  }
  return out;
}

Message answer(std::string text, std::vector<std::string> calls) {
  Message made(Role::assistant, std::move(text));
  for (std::string& name : calls) made.parts.emplace_back(ToolCall{"0", std::move(name), "{}"});
  return made;
}

TEST(ValidMessages, C18_a_conversation_without_faults_stays_as_it_is) {
  EXPECT_EQ(outline(valid_messages({{Role::user, "1"}, {Role::assistant, "2"}, {Role::user, "3"}})),
            "u:1 a:2 u:3");
  EXPECT_EQ(outline(valid_messages({{Role::user, "1"}, {Role::assistant, "2"}})), "u:1 a:2");
  EXPECT_EQ(outline(valid_messages({})), "");
}

TEST(ValidMessages, C18_a_question_whose_answer_failed_is_joined_with_the_next_question) {
  EXPECT_EQ(outline(valid_messages({{Role::user, "1"},
                                    {Role::user, "2"},
                                    {Role::assistant, " \n"},
                                    {Role::user, "3"},
                                    {Role::assistant, "4"}})),
            "u:1+u:2+u:3 a:4");
}

TEST(ValidMessages, C18_answers_that_follow_each_other_are_one_answer) {
  EXPECT_EQ(outline(valid_messages({{Role::user, "1"},
                                    {Role::assistant, "2"},
                                    answer("3", {"play"}),
                                    {Role::user, "\u3000"},
                                    answer("4", {"stop"}),
                                    {Role::user, "5"}})),
            "u:1 c:play=call00001+c:stop=call00002 r:call00001+r:call00002 a:2+a:3+a:4 u:5");
}

TEST(ValidMessages, C18_calls_stand_beside_their_results_and_a_text_of_the_assistant_follows) {
  EXPECT_EQ(outline(valid_messages({{Role::user, "1"}, answer("", {"play"}), {Role::user, "2"}})),
            "u:1 c:play=call00001 r:call00001 a:Done. u:2");
  EXPECT_EQ(outline(valid_messages({{Role::user, "1"}, answer("I play.", {"play"}), {Role::user, "2"}})),
            "u:1 c:play=call00001 r:call00001 a:I play. u:2");
}

TEST(ValidMessages, C18_ids_are_unique_even_if_a_server_counts_again_in_each_answer) {
  EXPECT_EQ(outline(valid_messages({{Role::user, "1"},
                                    answer("", {"play", "play"}),
                                    {Role::user, "2"},
                                    answer("", {"play"}),
                                    {Role::user, "3"}})),
            "u:1 c:play=call00001+c:play=call00002 r:call00001+r:call00002 a:Done. "
            "u:2 c:play=call00003 r:call00003 a:Done. u:3");
}

TEST(ValidMessages, C18_the_first_message_is_the_users_and_nothing_is_blank) {
  EXPECT_EQ(outline(valid_messages({{Role::assistant, "0"}, answer("", {"play"}), {Role::user, "1"}})),
            "u:1");
  EXPECT_EQ(outline(valid_messages({{Role::user, " "}, {Role::assistant, "0"}, {Role::user, "1"}})), "u:1");
  EXPECT_EQ(outline(valid_messages({{Role::user, " \u200B"}, {Role::assistant, ""}})), "");
}

TEST(ValidMessages, C17_reasoning_goes_into_no_later_prompt) {
  Message thought(Role::assistant, "2");
  thought.parts.emplace_back(Reasoning{"Hm.", "", ""});
  EXPECT_EQ(outline(valid_messages({{Role::user, "1"}, thought, {Role::user, "3"}})), "u:1 a:2 u:3");
  StoredMessage stored;
  stored.role = Role::assistant;
  stored.content = "2";
  stored.reasoning = "Hm.";
  EXPECT_EQ(outline({message_of(stored)}), "a:2");
}

TEST(ValidMessages, A10_stored_text_and_arguments_lose_their_control_characters) {
  StoredMessage stored;
  stored.role = Role::assistant;
  stored.content = "a\u202Eb";
  stored.tool_calls = {{"1", "play", "{\"a\":\"x\u2066y\"}"}};
  const Message made = message_of(stored);
  EXPECT_EQ(text_of(made), "ab");
  EXPECT_EQ(std::get<ToolCall>(made.parts.at(1)).arguments, R"({"a":"xy"})");
}

TEST(ValidMessages, P2_what_calls_add_to_a_prompt_is_counted) {
  EXPECT_EQ(call_tokens({Role::assistant, "no calls"}).value, 0u);
  const Message message = answer("I play.", {"play", "stop"});
  std::uint64_t tokens = 0;
  for (const Message& made : valid_messages({{Role::user, ""}, {Role::user, "1"}, message}))
    for (const Part& part : made.parts) {
      if (const ToolCall* call = std::get_if<ToolCall>(&part))
        tokens += estimate_tokens(call->name + call->arguments).value;
      if (const ToolResult* result = std::get_if<ToolResult>(&part))
        tokens += estimate_tokens(result->text).value;
    }
  EXPECT_GT(call_tokens(message).value, tokens);
}

// ---- In prompts

Model model_with(std::uint64_t window) {
  Model model;
  model.alias = "small";
  model.window = {window};
  model.max_output = {0};
  return model;
}

StoredMessage stored(Role role, std::string text, std::vector<ToolCall> calls = {}) {
  StoredMessage message;
  message.role = role;
  message.tokens = message_tokens(text);
  message.content = std::move(text);
  message.tool_calls = std::move(calls);
  message.state = "complete";
  return message;
}

std::vector<StoredMessage> played() {
  return {stored(Role::user, "play"), stored(Role::assistant, "", {{"x", "play", "{}"}}),
          stored(Role::user, "stop"), stored(Role::assistant, "I stop.", {{"x", "stop", "{}"}})};
}

Result<BuiltPrompt> built_prompt(const Recipe& recipe, const Model& model, std::vector<StoredMessage> older,
                                 bool continues = false, bool can_continue = false) {
  const Config config;
  const Persona persona;
  return recipe.build({config, model, persona, {}, std::move(older), can_continue, continues});
}

std::string prompt_of(const Recipe& recipe, const Model& model, std::vector<StoredMessage> older) {
  auto built = built_prompt(recipe, model, std::move(older));
  return built ? outline(built->messages) : "refused: " + built.error().field;
}

TEST(ValidMessages, C18_earlier_calls_are_in_the_prompts_of_conversation_and_assistant) {
  const std::string before =
      "u:play c:play=call00001 r:call00001 a:Done. u:stop c:stop=call00002 r:call00002 a:I stop. ";
  EXPECT_EQ(prompt_of(ConversationRecipe("now?", "prompt"), model_with(10'000), played()), before + "u:now?");
  AssistantRecipe::Request request;
  request.prompt = "now?";
  EXPECT_EQ(prompt_of(AssistantRecipe(request), model_with(10'000), played()), before + "u:now?");
}

TEST(ValidMessages, C18_trimming_splits_no_turn_and_parts_no_call_from_its_result) {
  const std::string whole = prompt_of(ConversationRecipe("now?", "prompt"), model_with(10'000), played());
  std::vector<std::string> seen;
  for (std::uint64_t window = 1; window < 400; ++window) {
    std::string prompt = prompt_of(ConversationRecipe("now?", "prompt"), model_with(window), played());
    if (seen.empty() || seen.back() != prompt) seen.push_back(std::move(prompt));
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"refused: prompt", "u:now?",
                                            "u:stop c:stop=call00001 r:call00001 a:I stop. u:now?", whole}));
}

TEST(ValidMessages, C18_a_blank_message_is_refused_not_sent) {
  EXPECT_EQ(prompt_of(ConversationRecipe(" \u200B", "prompt"), model_with(10'000), played()),
            "refused: prompt");
  EXPECT_EQ(prompt_of(AssistantRecipe({}), model_with(10'000), played()), "refused: prompt");
}

// ---- An answer that goes on

std::string continuation(const Model& model, std::vector<StoredMessage> older, bool can_continue) {
  auto built = built_prompt(ConversationRecipe("", "prompt"), model, std::move(older), true, can_continue);
  return built ? outline(built->messages) : "refused: " + built.error().field;
}

StoredMessage cut_off(std::string text) {
  StoredMessage message = stored(Role::assistant, std::move(text));
  message.finish = FinishReason::length;
  return message;
}

TEST(Continuation, C15_the_prompt_ends_with_the_answer_that_goes_on) {
  const std::vector<StoredMessage> older{stored(Role::user, "1"), stored(Role::assistant, "2"),
                                         stored(Role::user, "go"), cut_off("Cut off he")};
  EXPECT_EQ(continuation(model_with(10'000), older, true), "u:1 a:2 u:go a:Cut off he");
  EXPECT_EQ(continuation(model_with(10'000), older, false),
            "u:1 a:2 u:go a:Cut off he u:" + std::string(kContinue));
}

TEST(Continuation, C15_an_answer_in_pieces_is_one_answer_of_a_later_prompt) {
  StoredMessage stopped = stored(Role::assistant, "nd is");
  stopped.state = "cancelled";
  std::vector<StoredMessage> older{stored(Role::user, "go"), cut_off("The e"), stopped,
                                   stored(Role::assistant, " here.", {{"x", "play", "{}"}})};
  EXPECT_EQ(prompt_of(ConversationRecipe("now?", "prompt"), model_with(10'000), older),
            "u:go c:play=call00001 r:call00001 a:The end is here. u:now?");
  AssistantRecipe::Request request;
  request.prompt = "now?";
  EXPECT_EQ(prompt_of(AssistantRecipe(request), model_with(10'000), older),
            "u:go c:play=call00001 r:call00001 a:The end is here. u:now?");
  older.pop_back();
  EXPECT_EQ(continuation(model_with(10'000), older, true), "u:go a:The end is");
}

TEST(Continuation, C15_an_answer_that_does_not_fit_with_its_question_is_refused) {
  const std::vector<StoredMessage> older{stored(Role::user, std::string(500, '1')), cut_off("Cut off he")};
  EXPECT_EQ(continuation(model_with(200), older, true), "refused: message");
  EXPECT_EQ(continuation(model_with(200), older, false), "refused: message");
  EXPECT_EQ(continuation(model_with(200), {}, true), "refused: message");
}

}  // namespace
}  // namespace belay::prompts

#include "prompts/client_messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace belay::prompts {
namespace {

using ::testing::ElementsAre;

Message user(std::string text) {
  return Message(Role::user, std::move(text));
}
Message assistant(std::string text, std::vector<ToolCall> calls = {}) {
  Message message(Role::assistant);
  if (!text.empty()) message.parts.emplace_back(Text{std::move(text)});
  for (ToolCall& call : calls) message.parts.emplace_back(std::move(call));
  return message;
}
Message tool(std::string id, std::string text) {
  Message message(Role::tool);
  message.parts.emplace_back(ToolResult{std::move(id), std::move(text)});
  return message;
}

struct Words {
  std::string operator()(const Text& part) const { return part.text; }
  std::string operator()(const ToolCall& part) const { return part.id + "=" + part.name + part.arguments; }
  std::string operator()(const ToolResult& part) const { return part.call_id + "->" + part.text; }
  template <class Other>
  std::string operator()(const Other&) const {
    return "?";
  }
};

// "user: Hi" for each message; parts are separated by " | ".
std::vector<std::string> shown(const std::vector<Message>& messages) {
  std::vector<std::string> lines;
  for (const Message& message : messages) {
    std::string line = message.role == Role::user   ? "user:"
                       : message.role == Role::tool ? "tool:"
                                                    : "assistant:";
    for (const Part& part : message.parts) {
      if (&part != &message.parts.front()) line += " |";
      line += " " + std::visit(Words(), part);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

TEST(ClientMessages, K8_stay_as_they_are_if_they_are_valid) {
  EXPECT_THAT(shown(valid_client_messages({user("Hi"), assistant("Hello"), user("Go on")})),
              ElementsAre("user: Hi", "assistant: Hello", "user: Go on"));
}

TEST(ClientMessages, K8_the_last_one_may_be_the_assistants_or_a_tools) {
  EXPECT_THAT(shown(valid_client_messages({user("Hi"), assistant("I am")})),
              ElementsAre("user: Hi", "assistant: I am"));
  EXPECT_THAT(
      shown(valid_client_messages({user("Cut"), assistant("", {{"x", "cut", "{}"}}), tool("x", "done")})),
      ElementsAre("user: Cut", "assistant: call00001=cut{}", "tool: call00001->done"));
}

TEST(ClientMessages, K9_each_call_has_one_result_in_the_order_of_the_calls) {
  EXPECT_THAT(shown(valid_client_messages(
                  {user("Do"), assistant("Wait.", {{"a", "cut", "{}"}, {"b", "paste", "{}"}}),
                   tool("b", "two"), tool("a", "one"), tool("a", "more"), assistant("Done both.")})),
              ElementsAre("user: Do", "assistant: Wait. | call00001=cut{} | call00002=paste{}",
                          "tool: call00001->one\n\nmore | call00002->two", "assistant: Done both."));
}

TEST(ClientMessages, K9_a_call_without_a_result_gets_one_and_ids_are_unique) {
  EXPECT_THAT(shown(valid_client_messages({user("1"), assistant("", {{"a", "cut", "{}"}}), user("2"),
                                           assistant("", {{"a", "cut", "{}"}}), tool("a", "\xE2\x80\x8B")})),
              ElementsAre("user: 1", "assistant: call00001=cut{}",
                          "tool: call00001->The action has no result.", "assistant: Done.", "user: 2",
                          "assistant: call00002=cut{}", "tool: call00002->The action has no result."));
}

TEST(ClientMessages, K8_nothing_is_blank_and_messages_of_one_side_are_joined) {
  EXPECT_THAT(shown(valid_client_messages({user(" "), user("a"), user("\n"), assistant(""), user("b"),
                                           assistant("c"), assistant(""), assistant("d\x01")})),
              ElementsAre("user: a | b", "assistant: c | d"));
}

TEST(ClientMessages, K8_a_greeting_of_the_assistant_is_kept) {
  EXPECT_THAT(shown(valid_client_messages({assistant("Hello, I am Bo."), user("Hi")})),
              ElementsAre("user: (The conversation begins with your message.)", "assistant: Hello, I am Bo.",
                          "user: Hi"));
}

TEST(ClientMessages, K9_a_result_without_a_call_is_left_out) {
  EXPECT_THAT(shown(valid_client_messages({user("Hi"), tool("x", "lost")})), ElementsAre("user: Hi"));
}

TEST(ClientMessages, K9_a_result_reaches_its_call_whatever_was_said_in_between) {
  const std::vector<ToolCall> calls = {{"a", "cut", "{}"}, {"b", "paste", "{}"}};
  EXPECT_THAT(shown(valid_client_messages(
                  {user("Do"), assistant("", calls), tool("a", "one"), user("Hurry"), tool("b", "two")})),
              ElementsAre("user: Do", "assistant: call00001=cut{} | call00002=paste{}",
                          "tool: call00001->one | call00002->two", "assistant: Done.", "user: Hurry"));
  EXPECT_THAT(shown(valid_client_messages({user("Do"), assistant("", calls), tool("a", "one"),
                                           assistant("Wait."), tool("b", "two"), user("Go on")})),
              ElementsAre("user: Do", "assistant: call00001=cut{} | call00002=paste{}",
                          "tool: call00001->one | call00002->two", "assistant: Wait.", "user: Go on"));
  EXPECT_THAT(
      shown(
          valid_client_messages({user("Do"), assistant("", {{"a", "cut", "{}"}}), user("Hurry"),
                                 assistant("", {{"c", "cut", "{}"}}), tool("a", "one"), tool("c", "three")})),
      ElementsAre("user: Do", "assistant: call00001=cut{}", "tool: call00001->one", "assistant: Done.",
                  "user: Hurry", "assistant: call00002=cut{}", "tool: call00002->three"));
}

TEST(ClientMessages, K9_results_that_come_last_are_answered) {
  EXPECT_THAT(
      shown(valid_client_messages({user("Do"), assistant("Yes.", {{"a", "cut", "{}"}, {"b", "paste", "{}"}}),
                                   tool("a", "one"), assistant("Wait."), tool("b", "two"), assistant("")})),
      ElementsAre("user: Do", "assistant: Yes. | Wait. | call00001=cut{} | call00002=paste{}",
                  "tool: call00001->one | call00002->two"));
}

TEST(ClientMessages, K9_a_result_is_of_the_newest_call_with_its_id) {
  EXPECT_THAT(
      shown(valid_client_messages({user("1"), assistant("", {{"a", "cut", "{}"}}), tool("a", "one"),
                                   assistant("", {{"a", "cut", "{}"}}), user("2"), tool("a", "two")})),
      ElementsAre("user: 1", "assistant: call00001=cut{}", "tool: call00001->one",
                  "assistant: call00002=cut{}", "tool: call00002->two", "assistant: Done.", "user: 2"));
}

TEST(ClientMessages, K9_any_number_of_calls_have_their_results) {
  constexpr std::size_t kMany = 60'000;
  std::vector<Message> sent = {user("Do")};
  std::vector<ToolCall> calls;
  for (std::size_t i = 0; i < kMany; ++i) calls.push_back({std::to_string(i), "cut", "{}"});
  sent.push_back(assistant("", std::move(calls)));
  for (std::size_t i = kMany; i > 0; --i) sent.push_back(tool(std::to_string(i - 1), std::to_string(i)));
  const std::vector<Message> valid = valid_client_messages(std::move(sent));
  ASSERT_EQ(valid.size(), 3u);
  ASSERT_EQ(valid[2].parts.size(), kMany);
  for (std::size_t i = 0; i < kMany; ++i)
    ASSERT_EQ(std::get<ToolResult>(valid[2].parts[i]).text, std::to_string(i + 1));
}

struct Built : ::testing::Test {
  Result<BuiltPrompt> build(ClientMessages sent, std::string preamble = {}) {
    const ClientRecipe recipe(std::move(sent), std::move(preamble), "messages");
    return recipe.build({config, model, persona, {}, {}, can_continue, false});
  }
  bool can_continue = false;
  Config config;
  Persona persona;
  Model model;
};

TEST_F(Built, K8_the_clients_system_prompt_is_all_unless_a_preamble_is_configured) {
  config.preamble = "Of other surfaces.";
  EXPECT_EQ(build({"Be brief.", {user("Hi")}})->system, "Be brief.");
  EXPECT_EQ(build({"", {user("Hi")}})->system, "");
  EXPECT_EQ(build({"Be brief.", {user("Hi")}}, "You are Bo.")->system, "You are Bo.\n\nBe brief.");
}

TEST_F(Built, K8_instructions_alone_are_the_first_message) {
  const auto built = build({"Write a poem.", {}});
  ASSERT_TRUE(built);
  EXPECT_EQ(built->system, "");
  EXPECT_THAT(shown(built->messages), ElementsAre("user: Write a poem."));
}

TEST_F(Built, K8_an_answer_that_the_last_message_begins_goes_on_with_every_provider) {
  const auto begun = [this] { return shown(build({"", {user("Count."), assistant("One, two")}})->messages); };
  EXPECT_THAT(begun(), ElementsAre("user: Count.", "assistant: One, two", "user: " + std::string(kContinue)));
  can_continue = true;
  EXPECT_THAT(begun(), ElementsAre("user: Count.", "assistant: One, two"));
}

TEST_F(Built, K8_nothing_visible_is_refused) {
  const auto built = build({" ", {user("\n"), assistant("")}});
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error().code, ErrorCode::invalid_request);
  EXPECT_EQ(built.error().field, "messages");
}

TEST_F(Built, K8_what_does_not_fit_the_window_is_refused_and_not_cut) {
  model.alias = "tiny";
  model.window = {1'000};
  model.max_output = {200};
  EXPECT_TRUE(build({"", {user(std::string(1'000, 'a'))}}));
  const auto built = build({"", {user(std::string(10'000, 'a'))}});
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error().code, ErrorCode::unprocessable);
  EXPECT_EQ(built.error().field, "messages");
  EXPECT_THAT(built.error().detail, ::testing::HasSubstr("\"tiny\""));
  EXPECT_FALSE(build({std::string(10'000, 'a'), {user("Hi")}}));
  EXPECT_FALSE(
      build({"", {user("Hi"), assistant("", {{"a", "cut", std::string(10'000, 'a')}}), tool("a", "")}}));
  EXPECT_FALSE(
      build({"", {user("Hi"), assistant("", {{"a", "cut", "{}"}}), tool("a", std::string(10'000, 'a'))}}));
}

}  // namespace
}  // namespace belay::prompts

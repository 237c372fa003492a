#include "prompts/client_conversation.hpp"

#include <gtest/gtest.h>

namespace belay::prompts {
namespace {

struct ClientConversationTest : ::testing::Test {
  ClientConversationTest() {
    model.alias = "small";
    model.window = {2'000};
    model.max_output = {200};
  }
  std::string prompt(ClientConversation chat, std::vector<StoredMessage> older = {},
                     std::string instruction = {}) {
    const ClientConversationRecipe recipe(std::move(chat), "messages");
    const auto built =
        recipe.build({config, model, persona, std::move(instruction), std::move(older), false, false});
    if (!built) return std::string(to_string(built.error().code)) + " " + built.error().field;
    std::string text;
    for (const Message& message : built->messages)
      text.append(message.role == Role::user ? "u:" : "a:").append(text_of(message)).append("|");
    return text;
  }
  static ClientConversation said(std::vector<std::pair<Role, std::string>> messages, std::size_t question) {
    ClientConversation chat;
    for (auto& [role, text] : messages) chat.sent.messages.emplace_back(role, std::move(text));
    chat.question = question;
    return chat;
  }
  const Config config;
  const Persona persona;
  Model model;
};

TEST_F(ClientConversationTest, K50_the_clients_messages_are_the_prompt) {
  EXPECT_EQ(prompt(said({{Role::user, "Hi"}, {Role::assistant, "Hello."}, {Role::user, "And?"}}, 2)),
            "u:Hi|a:Hello.|u:And?|");
  EXPECT_EQ(prompt(said({{Role::user, "One"}, {Role::user, "Two"}}, 0)), "u:One\n\nTwo|");
}

TEST_F(ClientConversationTest, K50_the_oldest_turns_are_left_out_when_they_do_not_fit) {
  std::vector<std::pair<Role, std::string>> messages;
  for (int i = 0; i < 100; ++i) {
    messages.emplace_back(Role::user, "Question " + std::to_string(i) + std::string(100, 'q'));
    messages.emplace_back(Role::assistant, "Answer");
  }
  messages.emplace_back(Role::user, "The last one.");
  const std::string text = prompt(said(messages, 200));
  EXPECT_TRUE(text.starts_with("u:Question "));
  EXPECT_TRUE(text.ends_with("a:Answer|u:The last one.|"));
  EXPECT_EQ(text.find("Question 0q"), text.npos);
  EXPECT_NE(text.find("Question 99q"), text.npos);
}

TEST_F(ClientConversationTest, K50_a_question_that_does_not_fit_is_refused) {
  EXPECT_EQ(prompt(said({{Role::user, std::string(20'000, 'x')}}, 0)), "unprocessable messages");
}

TEST_F(ClientConversationTest, K71_the_clients_instructions_follow_ours) {
  ClientConversation chat = said({{Role::user, "Hi"}}, 0);
  chat.sent.system = "Obey.\x01";
  Persona kind;
  kind.prompt = "Be kind.";
  Config ours;
  ours.preamble = "We.";
  const ClientConversationRecipe recipe(chat, "messages");
  EXPECT_EQ(recipe.build({ours, model, kind, {}, {}, false, false})->system, "We.\n\nBe kind.\n\nObey.");
  EXPECT_EQ(recipe.build({config, model, persona, {}, {}, false, false})->system, "Obey.");
  chat.sent.system.assign(20'000, 'x');
  EXPECT_EQ(prompt(chat), "unprocessable messages") << "they count";
}

TEST_F(ClientConversationTest, K73_calls_for_the_question_and_their_results_belong_to_it) {
  const std::string older(600, 'q');
  ClientConversation chat =
      said({{Role::user, older}, {Role::assistant, "Hello."}, {Role::user, "Faster"}}, 2);
  Message call(Role::assistant), result(Role::tool);
  call.parts.emplace_back(ToolCall{"c1", "set_tempo", "{}"});
  result.parts.emplace_back(ToolResult{"c1", std::string(300, 'x')});
  chat.sent.messages.push_back(call);
  chat.sent.messages.push_back(result);
  EXPECT_EQ(prompt(chat), "u:" + older + "|a:Hello.|u:Faster|a:|a:|");
  model.window = {700};
  EXPECT_EQ(prompt(chat), "u:Faster|a:|a:|") << "older turns are left out, the result is not";
  chat.sent.messages.back().parts.emplace_back(ToolResult{"c1", std::string(5'000, 'x')});
  EXPECT_EQ(prompt(chat), "unprocessable messages");
}

TEST_F(ClientConversationTest, K71_a_client_that_says_all_needs_no_store) {
  ClientConversation chat = said({{Role::user, "Hi"}}, 0);
  EXPECT_TRUE(ClientConversationRecipe(chat, "messages").needs().older_messages);
  chat.reads_store = false;
  EXPECT_FALSE(ClientConversationRecipe(chat, "messages").needs().older_messages);
  chat.is_whole = false;
  EXPECT_TRUE(ClientConversationRecipe(chat, "messages").needs().older_messages);
}

TEST_F(ClientConversationTest, K50_the_rest_comes_from_the_store) {
  StoredMessage asked;
  asked.content = "One";
  StoredMessage answered;
  answered.role = Role::assistant;
  answered.content = "1";
  ClientConversation chat = said({{Role::user, "Two"}}, 0);
  chat.is_whole = false;
  EXPECT_EQ(prompt(chat, {asked, answered}), "u:One|a:1|u:Two|");
  chat.sent.messages.clear();
  EXPECT_EQ(prompt(chat, {asked, answered}, "Three"), "u:One|a:1|u:Three|") << "asked again";
}

TEST_F(ClientConversationTest, K50_what_the_model_does_not_take_is_refused_by_its_place) {
  ClientConversation chat;
  chat.sent.messages.emplace_back(Role::user).parts.emplace_back(Image{{"image/png", "x", {}}, {}});
  chat.sent.first_image = "messages[0].parts[0].type";
  EXPECT_EQ(prompt(chat), "not_implemented messages[0].parts[0].type");
  model.images_allowed = true;
  model.window = {100'000};
  EXPECT_EQ(prompt(chat), "u:|");
}

}  // namespace
}  // namespace belay::prompts

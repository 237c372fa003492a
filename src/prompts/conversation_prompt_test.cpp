#include "prompts/conversation_prompt.hpp"

#include <gtest/gtest.h>

#include "prompts/hygiene.hpp"
#include "prompts/token_estimate.hpp"
#include "prompts/valid_messages.hpp"

namespace belay::prompts {
namespace {

Model model_with(std::uint64_t window, std::uint64_t max_output) {
  Model model;
  model.alias = "small";
  model.window = {window};
  model.max_output = {max_output};
  return model;
}

ConversationFacts facts_with(std::string message) {
  ConversationFacts facts;
  facts.message = std::move(message);
  facts.field = "message";
  return facts;
}

std::string outline(const BuiltPrompt& prompt) {
  std::string out;
  for (const Message& message : prompt.messages)
    out +=
        (out.empty() ? "" : " ") + std::string(message.role == Role::user ? "u:" : "a:") + text_of(message);
  return out;
}

// Offers the turns u1 a1 … uN aN, newest first. Returns how many messages were accepted.
int offer_turns(ConversationPrompt& prompt, int turns) {
  int read = 0;
  for (int turn = turns; turn > 0; --turn)
    for (const Role role : {Role::assistant, Role::user}) {
      if (!prompt.wants_older()) return read;
      const std::string text = (role == Role::user ? "u" : "a") + std::to_string(turn);
      prompt.add_older({role, text}, message_tokens(text));
      ++read;
    }
  return read;
}

TEST(ConversationPrompt, P2_the_whole_conversation_goes_to_the_model_when_it_fits) {
  auto prompt = ConversationPrompt::begin({}, model_with(10'000, 1'000), facts_with("new"));
  ASSERT_TRUE(prompt);
  EXPECT_EQ(offer_turns(*prompt, 2), 4);
  EXPECT_EQ(outline(std::move(*prompt).finish()), "u:u1 a:a1 u:u2 a:a2 u:new");
}

TEST(ConversationPrompt, P2_a_long_history_is_read_only_as_far_as_it_is_used) {
  const Config config;
  // The message costs 10 tokens, and a turn 2 * 10. So there is space for two and a half turns.
  const auto model = model_with(1'000, 1'000 - 60);
  ASSERT_EQ(prompt_budget(config, model).value, 60u);
  auto prompt = ConversationPrompt::begin(config, model, facts_with("new"));
  ASSERT_TRUE(prompt);
  EXPECT_EQ(offer_turns(*prompt, 9), 5) << "two turns, and a message that fills the room";
  EXPECT_EQ(outline(std::move(*prompt).finish()), "u:u8 a:a8 u:u9 a:a9 u:new");
}

TEST(ConversationPrompt, P2_a_turn_that_fills_the_room_exactly_is_kept) {
  auto prompt = ConversationPrompt::begin({}, model_with(1'000, 1'000 - 30), facts_with("new"));
  ASSERT_TRUE(prompt);
  EXPECT_EQ(offer_turns(*prompt, 9), 2);
  EXPECT_EQ(outline(std::move(*prompt).finish()), "u:u9 a:a9 u:new");
}

TEST(ConversationPrompt, a_message_that_can_never_fit_is_refused_before_anything_is_read) {
  const auto prompt =
      ConversationPrompt::begin({}, model_with(2'000, 500), facts_with(std::string(1'600, '1')));
  ASSERT_FALSE(prompt);
  EXPECT_EQ(prompt.error().code, ErrorCode::unprocessable);
  EXPECT_EQ(prompt.error().field, "message");
  EXPECT_NE(prompt.error().detail.find("\"small\""), std::string::npos);
}

TEST(ConversationPrompt, the_answers_length_is_kept_free) {
  EXPECT_EQ(prompt_budget({}, model_with(10'000, 1'000)).value, 7'500u) << "the percentage is less";
  EXPECT_EQ(prompt_budget({}, model_with(10'000, 6'000)).value, 4'000u);
  EXPECT_EQ(prompt_budget({}, model_with(10'000, 20'000)).value, 0u);
}

TEST(ConversationPrompt, A10_clients_words_are_never_in_the_system_prompt_and_control_characters_nowhere) {
  ConversationFacts facts = facts_with("MARK\x01 now");
  facts.system = "Be kind.";
  facts.context = "MARK \u202E";
  Config config;
  config.preamble = "Here.";
  auto prompt = ConversationPrompt::begin(config, model_with(10'000, 100), std::move(facts));
  ASSERT_TRUE(prompt);
  StoredMessage stored;
  stored.content = "MARK\u2066";
  prompt->add_older(message_of(stored), {10});
  const BuiltPrompt built = std::move(*prompt).finish();
  EXPECT_EQ(built.system, "Here.\n\nBe kind.");
  EXPECT_EQ(outline(built), "u:MARK\n\n" + fenced("context", "MARK ") + "\n\nMARK now");
}

}  // namespace
}  // namespace belay::prompts

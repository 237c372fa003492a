#include "services/commands/commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/testing/services_fixture.hpp"

namespace belay::services::testing {
namespace {

using ::testing::HasSubstr;

class CommandsTest : public ::testing::Test, protected ServicesFixture {
 protected:
  void SetUp() override { session = used_session(); }

  Result<CommandAnswer> run(const std::string& text) {
    auto line = parse_command(text);
    EXPECT_TRUE(line) << text;
    const auto taken = runtime.take();
    CommandFacts facts{*loops[0],
                       Deadline::in(Milliseconds(1000), clock),
                       faulty_conversations,
                       faulty_sessions,
                       services->erasures,
                       RunId::make(clock, random),
                       faulty_ledger,
                       *taken,
                       taken->tiers.find(tier).value(),
                       session,
                       session.user,
                       model,
                       persona,
                       "/api/talks/",
                       {},
                       clock.wall()};
    return await(run_command(std::move(*line), std::move(facts)));
  }
  std::string said(const std::string& text) {
    const auto answer = run(text);
    EXPECT_TRUE(answer);
    if (!answer) return {};
    EXPECT_EQ(answer->instruction, "");
    return answer->text;
  }
  Conversation conversation() {
    std::optional<Conversation> found;
    conversations.find_conversation({"ada", "talk", session.conversation},
                                    [&](Result<std::optional<Conversation>> result) { found = *result; });
    return found.value_or(Conversation{});
  }

  Session session;
  std::string tier = "basic";
  std::string model = "free";
  std::string persona;
};

TEST_F(CommandsTest, C5_help_lists_the_commands) {
  const std::string text = said("/help");
  for (const char* usage : {"- `/help` lists", "- `/model [NAME]` ", "- `/persona [NAME]` ", "- `/clear` ",
                            "- `/summary` ", "- `/export` ", "- `/usage` "})
    EXPECT_THAT(text, HasSubstr(usage));
  EXPECT_THAT(text, HasSubstr("`//help`"));
}

TEST_F(CommandsTest, C5_an_unknown_command_is_answered_with_the_list) {
  const std::string text = said("/hlep");
  EXPECT_THAT(text, HasSubstr("There is no command `/hlep`."));
  EXPECT_THAT(text, HasSubstr("- `/help` lists the commands"));
  EXPECT_THAT(text, HasSubstr("`//hlep`"));
}

TEST_F(CommandsTest, C4_model_says_which_answers_and_which_can_be_chosen) {
  EXPECT_EQ(said("/model"), "The model is `free`. You can choose, with `/model NAME`:\n\n- `free`\n");
  tier = "pro";
  EXPECT_EQ(said("/model"),
            "The model is `free`. You can choose, with `/model NAME`:\n\n- `free`\n- `pro`\n");
  model.clear();
  EXPECT_THAT(said("/model"), HasSubstr("No model is chosen yet."));
  tier = "basic";
  model = "pro";
  EXPECT_THAT(said("/model"), HasSubstr("The model is `pro`. "));
  EXPECT_THAT(said("/model"), HasSubstr("needs the pro tier"));
}

TEST_F(CommandsTest, C4_model_chooses_for_this_session_and_the_later_ones_of_the_conversation) {
  tier = "pro";
  EXPECT_EQ(said("/model pro"), "From now on `pro` answers where a request names no model.");
  EXPECT_EQ(sessions.find(session.id)->model, "pro");
  EXPECT_EQ(conversation().model, "pro");
  EXPECT_EQ(conversation().persona, "");
}

TEST_F(CommandsTest, C4_a_model_that_does_not_exist_or_needs_a_higher_tier_changes_nothing) {
  EXPECT_EQ(said("/model best"), "There is no such model. `/model` lists those that you can choose.");
  EXPECT_THAT(said("/model pro"), HasSubstr("needs the pro tier"));
  EXPECT_EQ(sessions.find(session.id)->model, "free");
  EXPECT_EQ(conversation().model, "");
}

TEST_F(CommandsTest, P3_persona_says_who_answers_and_who_can_be_chosen) {
  EXPECT_THAT(said("/persona"), HasSubstr("The persona is `default`."));
  persona = "calm_coach";
  const std::string text = said("/persona");
  EXPECT_THAT(text, HasSubstr("The persona is `calm_coach`."));
  for (const char* each : {"- `default` ", "- `calm_coach` ", "- `drill_sergeant` ", "- `fitness_coach` "})
    EXPECT_THAT(text, HasSubstr(each));
}

TEST_F(CommandsTest, P3_persona_chooses_for_this_session_and_the_later_ones_of_the_conversation) {
  EXPECT_EQ(said("/persona calm_coach"), "From now on `calm_coach` answers.");
  EXPECT_EQ(sessions.find(session.id)->persona, "calm_coach");
  EXPECT_EQ(sessions.find(session.id)->model, "free");
  EXPECT_EQ(conversation().persona, "calm_coach");
  EXPECT_EQ(said("/persona nobody"), "There is no such persona. `/persona` lists those that you can choose.");
  EXPECT_EQ(conversation().persona, "calm_coach");
}

TEST_F(CommandsTest, C5_clear_forgets_the_messages_of_this_conversation) {
  EXPECT_EQ(said("/clear"), "The 2 messages of this conversation are forgotten.");
  EXPECT_TRUE(store.messages({"ada", "talk", session.conversation}).empty());
  EXPECT_EQ(said("/clear"), "There was nothing to forget.");
}

TEST_F(CommandsTest, C5_summary_is_an_instruction_to_the_model_if_there_is_something_to_sum_up) {
  const auto answer = run("/summary");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->text, "");
  EXPECT_THAT(answer->instruction, HasSubstr("Sum up our conversation so far"));
  said("/clear");
  EXPECT_EQ(said("/summary"), "There is nothing to sum up yet.");
}

TEST_F(CommandsTest, C9_export_links_to_the_files) {
  const std::string address = "/api/talks/" + session.conversation + "/export?format=";
  EXPECT_EQ(said("/export"), "This conversation as a file:\n\n- [json](" + address + "json)\n- [md](" +
                                 address + "md)\n- [pdf](" + address + "pdf)\n");
}

TEST_F(CommandsTest, C5_usage_is_that_of_this_month_here_and_in_all_conversations) {
  EXPECT_THAT(said("/usage"), HasSubstr("This month (UTC):\n\n- this conversation: 1 answers (0 of them"));
  start_run(talk("Another?"));
  answer("Another.");
  const std::string text = said("/usage");
  EXPECT_THAT(text, HasSubstr("- this conversation: 1 answers"));
  EXPECT_THAT(text, HasSubstr("- all conversations: 2 answers"));
  // The next month.
  clock.advance(std::chrono::hours(24 * 31));
  EXPECT_THAT(said("/usage"), HasSubstr("- all conversations: 0 answers"));
}

TEST_F(CommandsTest, C5_a_store_that_fails_is_the_commands_error) {
  const std::pair<const char*, const char*> calls[] = {{"change_session", "/model free"},
                                                       {"change_conversation", "/model free"},
                                                       {"change_session", "/persona default"},
                                                       {"change_conversation", "/persona default"},
                                                       {"erase", "/clear"},
                                                       {"newest_for_prompt", "/summary"},
                                                       {"usage_since", "/usage"}};
  for (const auto& [call, text] : calls) {
    SCOPED_TRACE(call);
    faults.put(call, Fault::fails);
    EXPECT_EQ(code_of(run(text)), ErrorCode::unavailable);
    EXPECT_TRUE(faults.happened());
  }
}

}  // namespace
}  // namespace belay::services::testing

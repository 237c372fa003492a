#include "services/conversations/titles.hpp"

#include <gtest/gtest.h>

#include "services/testing/services_fixture.hpp"

namespace belay::services::testing {
namespace {

class TitlesTest : public ::testing::Test, protected ServicesFixture {
 protected:
  TitlesTest() {
    change_rules("talk", [](policy::SurfaceRules& rules) { rules.title_model = "pro"; });
  }
  // Starts the first question of the conversation "c". The call for the answer, and then the one for the title.
  void ask_first(std::string question = "What is a grigri?") {
    StartRun made = talk(std::move(question));
    made.session->conversation = "c";
    start_run(std::move(made));
    ASSERT_EQ(provider.calls.size(), 2u);
  }
  std::shared_ptr<belay::testing::FakeCall> title_call() { return provider.calls.back(); }
  std::string title() {
    std::string found;
    conversations.find_conversation({"ada", "talk", "c"}, [&](Result<std::optional<Conversation>> result) {
      if (*result) found = (*result)->title;
    });
    return found;
  }
  void say(const std::string& text) {
    title_call()->accept();
    title_call()->text(text);
    title_call()->end();
    turn();
  }
};

TEST_F(TitlesTest, C12_a_model_makes_a_title_of_the_first_question) {
  ask_first();
  EXPECT_EQ(title(), "What is a grigri?") << "until the model has answered";
  EXPECT_EQ(title_call()->request.model.alias, "pro");
  say("\"Belay devices\".\nAnd more.");
  EXPECT_EQ(title(), "Belay devices");
}

TEST_F(TitlesTest, C12_a_title_holds_no_control_characters) {
  ask_first("What is\ta \x1B[1mgrigri\u202E?");
  EXPECT_EQ(title(), "What is a [1mgrigri?");
  say("\x1B\x07\n\"Belay\tdevices\u2066\x7F\".\r\nAnd more.");
  EXPECT_EQ(title(), "Belay devices");
}

TEST_F(TitlesTest, C12_a_title_that_nobody_could_see_is_none) {
  ask_first();
  say("\u200B\u00AD\x01");
  EXPECT_EQ(title(), "What is a grigri?");
}

TEST_F(TitlesTest, C12_the_call_is_charged_to_nobody) {
  ask_first();
  say("Belay devices");
  EXPECT_EQ(runs(), 1u) << "the title is no run";
}

TEST_F(TitlesTest, C12_later_questions_make_no_title) {
  ask_first();
  provider.calls.front()->accept();
  provider.calls.front()->text("A device.");
  provider.calls.front()->end();
  turn();
  StartRun made = talk("And an ATC?");
  made.session->conversation = "c";
  start_run(std::move(made));
  EXPECT_EQ(provider.calls.size(), 3u);
}

TEST_F(TitlesTest, C12_a_call_that_fails_or_says_nothing_leaves_the_title) {
  ask_first();
  title_call()->error(ErrorCode::provider_timeout);
  turn();
  EXPECT_EQ(title(), "What is a grigri?");
}

TEST_F(TitlesTest, C12_a_call_that_takes_too_long_is_ended) {
  ask_first();
  title_call()->accept();
  pass(std::chrono::seconds(31));
  EXPECT_TRUE(title_call()->closed);
  EXPECT_EQ(title(), "What is a grigri?");
}

TEST_F(TitlesTest, C11_a_title_that_comes_late_brings_no_chat_back) {
  ask_first();
  Erasure chat{Erasure::What::conversation, "ada", "talk", "c", {}};
  ASSERT_TRUE(await(services->erasures.erase(*loops[0], Deadline::never(), chat)));
  say("Belay devices");
  EXPECT_EQ(title(), "");
}

TEST_F(TitlesTest, C12_the_users_title_stays) {
  ask_first();
  ConversationChange change;
  change.title = "Mine";
  ASSERT_TRUE(
      await(services->conversations.change(*loops[0], Deadline::never(), {"ada", "talk", "c"}, change)));
  say("Belay devices");
  EXPECT_EQ(title(), "Mine");
}

}  // namespace
}  // namespace belay::services::testing

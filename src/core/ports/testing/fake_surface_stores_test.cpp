#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/ports/testing/fake_conversation_store.hpp"
#include "core/ports/testing/fake_session_store.hpp"
#include "core/ports/testing/fake_store.hpp"

namespace belay::testing {
namespace {

class FakeSurfaceStoresTest : public ::testing::Test {
 protected:
  void create(const std::string& id) {
    sessions_.create_session(session(id), [this, id](Result<> result) { note("created " + id, result); });
  }
  void use(const std::string& id, std::uint8_t run) {
    sessions_.use_session({{id, "ada", "chat"}, run_id(run), now_, 10, "limit"},
                          [this, id](Result<Session> result) { note("used " + id, result); });
  }
  void store_prompt(const std::string& text, std::uint8_t run) {
    store_.store_prompt({talk_, run_id(run), text, now_},
                        [this](Result<> result) { note("stored", result); });
  }
  void count_messages() {
    conversations_.page({"ada", "chat", "talk", {}, {}}, {}, {}, [this](Result<MessagePage> page) {
      note(page ? std::to_string(page->messages.size()) + " messages" : "messages", page);
    });
  }

  template <class T>
  void note(const std::string& what, const Result<T>& result) {
    notes_.push_back(result ? what : what + ": " + std::string(to_string(result.error().code)));
  }
  Session session(const std::string& id) const {
    Session session;
    session.id = id;
    session.user = "ada";
    session.surface = "chat";
    session.expires = now_ + Milliseconds(1'000);
    return session;
  }
  static RunId run_id(std::uint8_t number) { return RunId{WallTime{0}, {number}}; }
  std::vector<std::string> notes() { return std::exchange(notes_, {}); }

  const WallTime now_{1'000};
  const ConversationKey talk_{"ada", "chat", "talk"};
  FakeStore store_;
  FakeConversationStore conversations_{store_};
  FakeSessionStore sessions_{store_};
  std::vector<std::string> notes_;
};

using Notes = std::vector<std::string>;

TEST_F(FakeSurfaceStoresTest, tests_see_every_session_and_how_often_it_was_used) {
  create("s1");
  create("s2");
  use("s1", 1);
  use("s1", 2);
  EXPECT_EQ(notes(), (Notes{"created s1", "created s2", "used s1", "used s1"}));
  EXPECT_EQ(sessions_.all().size(), 2u);
  ASSERT_TRUE(sessions_.find("s1"));
  EXPECT_EQ(sessions_.find("s1")->runs, (std::vector<RunId>{run_id(1), run_id(2)}));
  EXPECT_EQ(sessions_.uses("s1"), 2u);
  EXPECT_EQ(sessions_.uses("s2"), 0u);
  EXPECT_FALSE(sessions_.find("s3"));
  EXPECT_EQ(sessions_.uses("s3"), 0u);
}

TEST_F(FakeSurfaceStoresTest, held_calls_of_all_three_ports_take_effect_in_the_order_of_the_calls) {
  conversations_.hold();
  create("s1");
  count_messages();
  store_prompt("hello", 1);
  count_messages();
  EXPECT_TRUE(notes().empty());
  EXPECT_FALSE(sessions_.find("s1"));
  EXPECT_EQ(sessions_.waiting(), 4u);
  sessions_.let_go();
  EXPECT_EQ(notes(), (Notes{"created s1", "0 messages", "stored", "1 messages"}));
  count_messages();
  EXPECT_EQ(notes(), Notes{"1 messages"});
}

TEST_F(FakeSurfaceStoresTest, a_call_that_a_held_call_causes_takes_effect_after_those_that_waited) {
  sessions_.hold();
  sessions_.create_session(session("s1"), [this](Result<>) { use("s1", 2); });
  use("s1", 1);
  sessions_.let_go();
  EXPECT_EQ(sessions_.find("s1")->runs, (std::vector<RunId>{run_id(1), run_id(2)}));
}

TEST_F(FakeSurfaceStoresTest, calls_are_held_again_while_they_are_let_go) {
  sessions_.hold();
  sessions_.create_session(session("s1"), [this](Result<>) { sessions_.hold(); });
  use("s1", 1);
  sessions_.let_go();
  EXPECT_EQ(sessions_.uses("s1"), 0u);
  EXPECT_EQ(sessions_.waiting(), 1u);
  sessions_.let_go();
  EXPECT_EQ(sessions_.uses("s1"), 1u);
}

TEST_F(FakeSurfaceStoresTest, lost_calls_have_no_effect_and_get_no_answer) {
  sessions_.hold();
  create("s1");
  count_messages();
  sessions_.lose_waiting();
  EXPECT_EQ(sessions_.waiting(), 0u);
  sessions_.let_go();
  create("s2");
  EXPECT_EQ(notes(), Notes{"created s2"});
  EXPECT_FALSE(sessions_.find("s1"));
}

TEST_F(FakeSurfaceStoresTest, the_next_calls_fail_and_change_nothing) {
  sessions_.fail_next = 2;
  create("s1");
  use("s1", 1);
  EXPECT_EQ(notes(), (Notes{"created s1: unavailable", "used s1: unavailable"}));
  EXPECT_FALSE(sessions_.find("s1"));
  conversations_.fail_next = 1;
  create("s1");
  count_messages();
  count_messages();
  EXPECT_EQ(notes(), (Notes{"created s1", "messages: unavailable", "0 messages"}));
}

TEST_F(FakeSurfaceStoresTest, the_next_calls_throw_and_are_never_answered) {
  sessions_.throw_next = 1;
  EXPECT_THROW(create("s1"), std::runtime_error);
  EXPECT_FALSE(sessions_.find("s1"));
  sessions_.hold();
  conversations_.throw_next = 1;
  EXPECT_THROW(count_messages(), std::runtime_error);
  EXPECT_EQ(conversations_.waiting(), 0u);
  create("s1");
  sessions_.let_go();
  EXPECT_EQ(notes(), Notes{"created s1"});
}

TEST_F(FakeSurfaceStoresTest, a_call_that_throws_while_calls_are_let_go_leaves_the_others_waiting) {
  sessions_.hold();
  sessions_.create_session(session("s1"), [this](Result<>) { use("s1", 1); });
  create("s2");
  sessions_.throw_next = 1;
  EXPECT_THROW(sessions_.let_go(), std::runtime_error);
  sessions_.let_go();
  EXPECT_EQ(sessions_.uses("s1"), 0u);
  EXPECT_EQ(notes(), Notes{"created s2"});
}

TEST_F(FakeSurfaceStoresTest, sessions_without_a_store_have_calls_of_their_own_and_no_settled_runs) {
  FakeSessionStore alone;
  store_.hold();
  int answers = 0;
  alone.create_session(session("unused"), [&](Result<>) { ++answers; });
  alone.create_session(session("used"), [&](Result<>) { ++answers; });
  alone.use_session({{"used", "ada", "chat"}, run_id(1), now_, 10, ""}, [&](Result<Session>) { ++answers; });
  EXPECT_EQ(answers, 3);
  std::uint64_t swept = 0;
  alone.sweep_sessions(now_ + Milliseconds(1'000),
                       [&](Result<std::uint64_t> result) { swept = result.value(); });
  EXPECT_EQ(swept, 1u);
  EXPECT_TRUE(alone.find("used"));
}

TEST_F(FakeSurfaceStoresTest, a_conversation_is_named_and_labelled_by_its_first_messages) {
  store_.store_prompt({talk_, run_id(1), "/help", now_, {1}, MessageKind::command, {}, {}}, [](Result<>) {});
  store_.store_prompt({talk_, run_id(2), "\n  Why?\nTell me.", now_, {1}, MessageKind::chat, "p", {}},
                      [](Result<>) {});
  store_.store_prompt(
      {talk_, run_id(3), "More", now_ + Milliseconds(1), {1}, MessageKind::chat, "other", "t"},
      [](Result<>) {});
  std::optional<Conversation> found;
  conversations_.find_conversation(talk_,
                                   [&](Result<std::optional<Conversation>> result) { found = *result; });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->title, "Why?");
  EXPECT_EQ(found->project, "p");
  EXPECT_EQ(found->task, "t");
  EXPECT_EQ(found->created, now_);
  EXPECT_EQ(found->updated, now_ + Milliseconds(1));
}

}  // namespace
}  // namespace belay::testing

#include "services/conversations/conversations.hpp"

#include <gtest/gtest.h>

#include "services/testing/services_fixture.hpp"

namespace belay::services::testing {
namespace {

class ConversationsTest : public ::testing::Test, protected ServicesFixture {
 protected:
  Conversations& service() { return services->conversations; }
  // Two messages in this conversation: the prompt and its answer.
  RunId exchange(const std::string& conversation, const std::string& text, const std::string& project = {}) {
    StartRun made = talk(text);
    made.session->conversation = conversation;
    made.project = project;
    const RunId run = start_run(std::move(made)).run;
    answer("Re: " + text);
    clock.advance(Milliseconds(10));
    return run;
  }
  Result<MessagePage> messages(MessageFilter filter, std::optional<MessagePlace> before = {},
                               std::size_t max = 100) {
    filter.surface = "talk";
    return await(service().messages(*loops[0], Deadline::never(), std::move(filter), before, max));
  }
  static MessageFilter in(std::string conversation, std::string user = "ada") {
    MessageFilter filter;
    filter.user = std::move(user);
    filter.conversation = std::move(conversation);
    return filter;
  }
  static std::vector<std::string> texts(const std::vector<StoredMessage>& all) {
    std::vector<std::string> made;
    for (const StoredMessage& message : all) made.push_back(message.content);
    return made;
  }
  Result<Conversation> find(const std::string& user, const std::string& id) {
    return await(service().find(*loops[0], Deadline::never(), ConversationKey{user, "talk", id}));
  }
  using Texts = std::vector<std::string>;
};

TEST_F(ConversationsTest, C3_a_conversation_is_found_by_its_user_only) {
  exchange("ours", "Hello?");
  const auto found = find("ada", "ours");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->title, "Hello?");
  for (const auto& missing : {find("eve", "ours"), find("ada", "theirs")}) {
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::not_found);
    EXPECT_EQ(missing.error().field, kAboutConversation);
  }
}

TEST_F(ConversationsTest, C3_messages_come_in_pages_and_in_order) {
  exchange("ours", "One?");
  exchange("ours", "Two?");
  const auto newest = messages(in("ours"), {}, 3);
  ASSERT_TRUE(newest);
  EXPECT_EQ(texts(newest->messages), (Texts{"Re: One?", "Two?", "Re: Two?"}));
  ASSERT_TRUE(newest->older);
  const auto oldest = messages(in("ours"), newest->older, 3);
  ASSERT_TRUE(oldest);
  EXPECT_EQ(texts(oldest->messages), Texts{"One?"});
  EXPECT_FALSE(oldest->older);
}

TEST_F(ConversationsTest, C3_a_conversation_that_does_not_exist_is_not_found_but_an_empty_one_is_empty) {
  exchange("ours", "Hello?");
  for (const auto& missing : {messages(in("theirs")), messages(in("ours", "eve"))}) {
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::not_found);
    EXPECT_EQ(missing.error().field, kAboutConversation);
  }
  Erasure all{Erasure::What::messages, "ada", "talk", "ours", {}};
  ASSERT_TRUE(await(services->erasures.erase(*loops[0], Deadline::never(), all)));
  const auto empty = messages(in("ours"));
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->messages.empty());
}

TEST_F(ConversationsTest, C3_an_unknown_project_or_task_has_no_messages) {
  exchange("ours", "Hello?", "garden");
  MessageFilter filter;
  filter.user = "ada";
  filter.project = "garden";
  EXPECT_EQ(messages(filter)->messages.size(), 2u);
  filter.project = "house";
  EXPECT_TRUE(messages(filter)->messages.empty());
  filter.project.clear();
  filter.task = "roses";
  EXPECT_TRUE(messages(filter)->messages.empty());
}

TEST_F(ConversationsTest, C9_a_users_conversations_are_listed_in_pages) {
  for (const char* id : {"one", "two", "three"}) exchange(id, "Hello?");
  const auto first = await(service().list(*loops[0], Deadline::never(), {"ada", "talk"}, {}, 2));
  ASSERT_TRUE(first && first->next);
  ASSERT_EQ(first->conversations.size(), 2u);
  EXPECT_EQ(first->conversations[0].id, "three") << "the one that changed last";
  const auto second = await(service().list(*loops[0], Deadline::never(), {"ada", "talk"}, first->next, 2));
  ASSERT_TRUE(second);
  ASSERT_EQ(second->conversations.size(), 1u);
  EXPECT_EQ(second->conversations[0].id, "one");
  EXPECT_TRUE(
      await(service().list(*loops[0], Deadline::never(), {"eve", "talk"}, {}, 2))->conversations.empty());
}

TEST_F(ConversationsTest, C9_an_answer_can_be_liked_by_its_user_only) {
  const RunId run = exchange("ours", "Hello?");
  const auto react = [&](const std::string& user, Role role) {
    return await(
        service().react(*loops[0], Deadline::never(), user, "talk", MessageId{run, role}, Reaction::like));
  };
  EXPECT_EQ(code_of(react("ada", Role::user)), ErrorCode::unprocessable);
  EXPECT_EQ(code_of(react("eve", Role::assistant)), ErrorCode::not_found);
  EXPECT_TRUE(react("ada", Role::assistant));
  EXPECT_EQ(messages(in("ours"))->messages.back().reaction, Reaction::like);
}

TEST_F(ConversationsTest, C9_a_whole_conversation_is_read_piece_by_piece_to_its_end) {
  // More than one page.
  for (int i = 0; i < 101; ++i) {
    UserMessage message;
    message.conversation = {"ada", "talk", "ours"};
    message.run = RunId::make(clock, random);
    message.text = std::to_string(i);
    store.store_prompt(message, [](Result<>) {});
    message.run = RunId::make(clock, random);
    message.text += " again";
    store.store_prompt(message, [](Result<>) {});
    clock.advance(Milliseconds(1));
  }
  const auto next = service().read_all({"ada", "talk", "ours"}, Branches::chosen);
  std::size_t pages = 0, count = 0;
  for (bool over = false; !over; ++pages) {
    over = true;
    next([&](Result<std::vector<StoredMessage>> read) {
      ASSERT_TRUE(read);
      count += read->size();
      over = read->empty();
    });
    ASSERT_LT(pages, 10u);
  }
  EXPECT_EQ(count, 202u);
  EXPECT_EQ(pages, 3u) << "two, and the end";
}

TEST_F(ConversationsTest, C9_a_page_that_can_not_be_read_is_an_error_and_can_be_read_again) {
  exchange("ours", "Hello?");
  const auto next = service().read_all({"ada", "talk", "ours"}, Branches::chosen);
  faults.put("read_forward", Fault::fails);
  next([](Result<std::vector<StoredMessage>> read) { EXPECT_EQ(code_of(read), ErrorCode::unavailable); });
  next([](Result<std::vector<StoredMessage>> read) { EXPECT_EQ(read->size(), 2u); });
}

TEST_F(ConversationsTest, X21_exports_are_limited_and_a_server_that_drains_begins_none) {
  const auto reserve = [&] {
    std::optional<Limiter::Outcome> outcome;
    boost::asio::co_spawn(loops[0]->executor(),
                          service().reserve_export(*loops[0], Deadline::never(), caller()),
                          [&](std::exception_ptr, Limiter::Outcome result) { outcome = std::move(result); });
    turn();
    return outcome;
  };
  const auto one = reserve(), two = reserve();
  ASSERT_TRUE(one->held && two->held);
  EXPECT_EQ(code_of(reserve()->held), ErrorCode::too_many_active);
  closed = make_error(ErrorCode::draining, "The server is being restarted.");
  EXPECT_EQ(code_of(reserve()->held), ErrorCode::draining);
  closed = make_error(ErrorCode::storage_full, "The disk is full.");
  EXPECT_EQ(code_of(reserve()->held), ErrorCode::too_many_active) << "an export writes nothing";
}

TEST_F(ConversationsTest, C3_a_store_that_fails_is_not_taken_for_a_conversation_that_does_not_exist) {
  faults.put("find_conversation", Fault::fails);
  EXPECT_EQ(code_of(find("ada", "ours")), ErrorCode::unavailable);
  faults.put("page", Fault::fails);
  EXPECT_EQ(code_of(messages(in("ours"))), ErrorCode::unavailable);
  faults.put("find_conversation", Fault::fails);
  EXPECT_EQ(code_of(messages(in("ours"))), ErrorCode::unavailable);
}

}  // namespace
}  // namespace belay::services::testing

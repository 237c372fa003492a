// Tests that every implementation of ConversationStore and ErasureStore must pass: the tree of a conversation
// (requirement C13), what is known of it, and its removal (C11, X18). The fakes in core/ports/testing/ pass them, too.
//
// Included only by tests.
#pragma once

#include <algorithm>

#include "core/ports/contracts/store_contract_branches_fixture.hpp"

namespace belay::storage {

TEST_P(BranchContract, C13_a_conversation_is_one_branch_until_an_answer_is_regenerated) {
  const RunId one = ask("q1"), two = ask("q2");
  const auto messages = shown();
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_FALSE(messages[0].parent);
  EXPECT_EQ(messages[1].parent, question(one));
  EXPECT_EQ(messages[2].parent, answer(one));
  EXPECT_EQ(messages[3].parent, question(two));
  for (const StoredMessage& message : messages) EXPECT_TRUE(message.siblings.empty());
}

TEST_P(BranchContract, C13_a_regenerated_answer_stands_beside_the_old_one_and_is_shown) {
  const RunId one = ask("q1"), two = ask("q2");
  const RunId again = regenerate(one, "new a1");
  const auto messages = shown();
  EXPECT_EQ(contents_of(messages), (Texts{"q1", "to new a1"}));
  EXPECT_EQ(messages[1].parent, question(one));
  EXPECT_EQ(messages[1].siblings, (std::vector<MessageId>{answer(one), answer(again)}));
  EXPECT_TRUE(messages[0].siblings.empty());
  const RunId three = ask("q3");
  EXPECT_EQ(texts(), (Texts{"q1", "to new a1", "q3", "to q3"}));
  ASSERT_TRUE(choose(answer(one)));
  EXPECT_EQ(texts(), (Texts{"q1", "to q1", "q2", "to q2"})) << "the old branch, to its end";
  ASSERT_TRUE(choose(question(three)));
  EXPECT_EQ(texts(), (Texts{"q1", "to new a1", "q3", "to q3"}));
  ASSERT_TRUE(choose(answer(two)));
  EXPECT_EQ(texts(), (Texts{"q1", "to q1", "q2", "to q2"}));
}

TEST_P(BranchContract, C13_an_edited_question_stands_beside_the_old_one) {
  const RunId one = ask("q1");
  ask("q2");
  const RunId edited = edit(one, "q1 in other words");
  const auto messages = shown();
  EXPECT_EQ(contents_of(messages), (Texts{"q1 in other words", "to q1 in other words"}));
  EXPECT_EQ(messages[0].siblings, (std::vector<MessageId>{question(one), question(edited)}));
  EXPECT_FALSE(messages[0].parent);
  EXPECT_TRUE(messages[1].siblings.empty());
}

TEST_P(BranchContract, C13_regenerating_again_and_again_makes_siblings_of_one_question) {
  const RunId one = ask("q1"), two = ask("q2");
  const RunId second = regenerate(two, "second");
  const RunId third = regenerate(second, "third");
  EXPECT_EQ(texts(), (Texts{"q1", "to q1", "q2", "to third"}));
  EXPECT_EQ(shown()[3].siblings, (std::vector<MessageId>{answer(two), answer(second), answer(third)}));
  EXPECT_EQ(shown()[2].parent, answer(one));
}

TEST_P(BranchContract, C15_a_continuation_follows_the_answer_that_was_cut_off) {
  const RunId one = ask("q1");
  branch("more", {Branch::Kind::continuation, one}, chat_);
  const auto messages = shown();
  EXPECT_EQ(contents_of(messages), (Texts{"q1", "to q1", "to more"}));
  EXPECT_EQ(messages[2].parent, answer(one));
}

TEST_P(BranchContract, C13_a_prompt_holds_what_stands_before_its_run) {
  const RunId one = ask("q1"), two = ask("q2");
  const auto next = prompt_for({});
  EXPECT_EQ(contents_of(next->older), (Texts{"q1", "to q1", "q2", "to q2"}));
  EXPECT_FALSE(next->question);
  const auto again = prompt_for({Branch::Kind::regenerate, two});
  EXPECT_EQ(contents_of(again->older), (Texts{"q1", "to q1"}));
  ASSERT_TRUE(again->question);
  EXPECT_EQ(again->question->content, "q2");
  const auto edited = prompt_for({Branch::Kind::edit, one});
  EXPECT_TRUE(edited->older.empty());
  EXPECT_FALSE(edited->question);
  const auto more = prompt_for({Branch::Kind::continuation, one});
  EXPECT_EQ(contents_of(more->older), (Texts{"q1", "to q1"}));
  regenerate(one, "new a1");
  EXPECT_EQ(contents_of(prompt_for({Branch::Kind::regenerate, two})->older), (Texts{"q1", "to q1"}))
      << "its own branch, although another one is chosen";
}

TEST_P(BranchContract, C13_a_message_of_another_conversation_has_no_place_here) {
  const RunId mine = ask("q1");
  const RunId theirs = branch("his", {}, {"bob", "chat", "c1"});
  EXPECT_EQ(prompt_for({Branch::Kind::regenerate, theirs}).error().code, ErrorCode::not_found);
  EXPECT_EQ(choose(answer(theirs)).error().code, ErrorCode::not_found);
  const RunId again = regenerate(mine, "again");
  EXPECT_EQ(prompt_for({Branch::Kind::edit, again}).error().code, ErrorCode::not_found)
      << "it has no question";
  const auto find = [&](const std::string& user, const MessageId& id) {
    return wait_for<std::optional<StoredMessage>>(
               [&](auto done) { conversations().find_message(user, "chat", id, std::move(done)); })
        .value();
  };
  EXPECT_EQ(find("ada", answer(mine))->conversation, "c1");
  EXPECT_FALSE(find("ada", answer(theirs)));
  EXPECT_FALSE(find("ada", question(again)));
}

TEST_P(BranchContract, C13_all_branches_can_be_read) {
  const RunId one = ask("q1");
  const RunId again = regenerate(one, "new");
  const auto read = [&](Branches which) {
    return wait_for<NextPage>(
               [&](auto done) { conversations().read_forward(chat_, which, {}, {100}, std::move(done)); })
        .value()
        .messages;
  };
  EXPECT_EQ(contents_of(read(Branches::chosen)), (Texts{"q1", "to new"}));
  const auto all = read(Branches::all);
  EXPECT_EQ(contents_of(all), (Texts{"q1", "to q1", "to new"}));
  EXPECT_EQ(all[2].parent, question(one));
  const auto runs = wait_for<std::vector<RunId>>(
      [&](auto done) { conversations().newest_runs(chat_, 5, std::move(done)); });
  EXPECT_EQ(*runs, (std::vector<RunId>{again, one}));
}

TEST_P(BranchContract, C12_a_title_of_the_first_question_is_one_line_without_control_characters) {
  ask("\x01\n\x1B[31mWhat\tis\u202E this?\u0007\r\nMore.");
  const auto found = wait_for<std::optional<Conversation>>(
      [&](auto done) { conversations().find_conversation(chat_, std::move(done)); });
  EXPECT_EQ(found.value()->title, "[31mWhat is this?");
}

TEST_P(BranchContract, C12_a_conversation_is_named_archived_and_pinned) {
  ask("What is a grigri?");
  const auto found = [&] {
    return wait_for<std::optional<Conversation>>(
               [&](auto done) { conversations().find_conversation(chat_, std::move(done)); })
        .value();
  };
  const auto change = [&](ConversationChange what) {
    EXPECT_TRUE(wait_for<void>([&](auto done) {
      conversations().change_conversation(chat_, std::move(what), clock_.wall(), std::move(done));
    }));
  };
  const WallTime updated = found()->updated;
  EXPECT_EQ(found()->title, "What is a grigri?");
  clock_.advance(Milliseconds(1'000));
  change({.title = "Devices", .titled_by = TitleSource::model});
  EXPECT_EQ(found()->title, "Devices");
  change({.title = "Belay devices"});
  change({.title = "Not this", .titled_by = TitleSource::model});
  EXPECT_EQ(found()->title, "Belay devices") << "the user's title stays";
  change({.archived = true, .pinned = true});
  EXPECT_TRUE(found()->archived && found()->pinned);
  EXPECT_EQ(found()->updated, updated) << "none of this is a new message";
  const auto listed = [&](bool archived) {
    return wait_for<ConversationPage>([&](auto done) {
             conversations().conversations({"ada", "chat", archived}, {}, 10, std::move(done));
           })
        .value()
        .conversations.size();
  };
  EXPECT_EQ(listed(true), 1u);
  EXPECT_EQ(listed(false), 0u);
}

TEST_P(BranchContract, C11_a_conversation_is_removed_with_all_its_branches_and_can_not_come_back) {
  const RunId one = ask("q1");
  regenerate(one, "new");
  const RunId theirs = branch("his", {}, {"bob", "chat", "c1"});
  ASSERT_TRUE(create(new_session("s1")));
  SampleRun late = sample({"late"}, "c1");  // of the journal, after a crash
  late.record.user = "ada";
  late.record.surface = "chat";
  ASSERT_TRUE(wait_for<void>([&](auto done) { erasures().erase_runs({late.record.id}, std::move(done)); }));
  Session other = new_session("s2");
  other.conversation = "c1";
  ASSERT_TRUE(create(other));
  const ErasureReport report = erase(Erasure::What::conversation, chat_);
  EXPECT_EQ(report.conversations, 1u);
  EXPECT_EQ(report.messages, 3u);
  EXPECT_EQ(report.runs, 2u);
  EXPECT_FALSE(find_session("s2"));
  EXPECT_TRUE(find_session("s1")) << "of another conversation";
  EXPECT_TRUE(shown().empty());
  EXPECT_TRUE(read(one, 1).empty()) << "its events";
  EXPECT_EQ(page({"bob", "chat", "c1", {}, {}}).messages.size(), 2u);
  EXPECT_FALSE(read(theirs, 1).empty());
  const bool settled = wait_for<bool>([&](auto done) {
                         store_->settle(late.record, late.ranges, {}, std::move(done));
                       }).value();
  EXPECT_FALSE(settled);
  ASSERT_TRUE(put(late.ranges));
  EXPECT_TRUE(read(late.record.id, 1).empty());
  ASSERT_TRUE(prompt(one, "q1", chat_));
  EXPECT_TRUE(shown().empty());
}

TEST_P(BranchContract, C11_a_list_is_complete_after_a_removal) {
  for (const char* id : {"c1", "c2", "c3"}) branch("q", {}, {"ada", "chat", id});
  erase(Erasure::What::conversation, chat_);
  const auto change = [&](const std::string& id) {
    EXPECT_TRUE(wait_for<void>([&](auto done) {
      conversations().change_conversation({"ada", "chat", id}, {"grok", {}}, clock_.wall(), std::move(done));
    }));
  };
  for (const char* id : {"c3", "c4"}) change(id);  // at the same time
  Texts listed;
  std::optional<ConversationPlace> after;
  do {
    const auto page = wait_for<ConversationPage>([&](auto done) {
                        conversations().conversations({"ada", "chat"}, after, 1, std::move(done));
                      }).value();
    for (const Conversation& conversation : page.conversations) listed.push_back(conversation.id);
    after = page.next;
  } while (after);
  std::sort(listed.begin(), listed.end());
  EXPECT_EQ(listed, (Texts{"c2", "c3", "c4"}));
}

TEST_P(BranchContract, C11_what_is_asked_after_the_request_stays) {
  ask("before");
  Erasure erasure{Erasure::What::conversation, "ada", "chat", "c1", clock_.wall()};
  const auto id =
      wait_for<ErasureStore::Id>([&](auto done) { erasures().request_erasure(erasure, std::move(done)); });
  ask("after");
  const auto pending = wait_for<std::vector<ErasureStore::Pending>>(
      [&](auto done) { erasures().pending_erasures(std::move(done)); });
  ASSERT_EQ(pending->size(), 1u);
  EXPECT_EQ(pending->front().erasure.conversation, "c1");
  ASSERT_TRUE(wait_for<ErasureReport>([&](auto done) { erasures().erase(*id, std::move(done)); }));
  EXPECT_EQ(texts(), (Texts{"after", "to after"}));
  EXPECT_TRUE(wait_for<std::vector<ErasureStore::Pending>>([&](auto done) {
                erasures().pending_erasures(std::move(done));
              })->empty());
  EXPECT_TRUE(wait_for<ErasureReport>([&](auto done) { erasures().erase(*id, std::move(done)); }))
      << "it may be repeated";
}

TEST_P(BranchContract, K24_one_run_without_a_conversation_is_removed_for_its_user_alone) {
  const RunId turn = ask("q1");
  SampleRun gone = sample({"gone"}), kept = sample({"kept"});
  ASSERT_TRUE(settle(gone));
  ASSERT_TRUE(settle(kept));
  const auto erase_run = [&](const RunId& run, const std::string& user) {
    return erase(Erasure::What::run, {user, "openai", run.text()}).runs;
  };
  EXPECT_EQ(erase_run(gone.record.id, "bob"), 0u);
  EXPECT_EQ(erase_run(turn, "ada"), 0u) << "it goes with its conversation";
  EXPECT_EQ(erase_run(new_run(), "ada"), 0u);
  EXPECT_FALSE(read(gone.record.id, 1).empty());
  EXPECT_EQ(erase_run(gone.record.id, "ada"), 1u);
  const auto record = find(gone.record.id);
  EXPECT_TRUE(!record || record->user.empty());
  EXPECT_TRUE(read(gone.record.id, 1).empty());
  EXPECT_EQ(erase_run(gone.record.id, "ada"), 0u) << "it may be repeated";
  EXPECT_FALSE(read(kept.record.id, 1).empty());
  EXPECT_EQ(texts(), (Texts{"q1", "to q1"}));
}

TEST_P(BranchContract, X18_a_user_is_removed_from_all_surfaces) {
  ask("q1");
  branch("elsewhere", {}, {"ada", "persona", "p1"});
  SampleRun stateless = sample({"stateless"});
  ASSERT_TRUE(settle(stateless));
  branch("his", {}, {"bob", "chat", "c1"});
  ASSERT_TRUE(create(new_session("s1")));
  const ErasureReport report = erase(Erasure::What::user, {"ada", {}, {}});
  EXPECT_EQ(report.conversations, 2u);
  EXPECT_EQ(report.runs, 3u);
  EXPECT_EQ(report.sessions, 1u);
  EXPECT_FALSE(find_session("s1"));
  const auto record = find(stateless.record.id);
  EXPECT_TRUE(!record || record->user.empty());
  EXPECT_TRUE(read(stateless.record.id, 1).empty());
  EXPECT_EQ(page({"bob", "chat", "c1", {}, {}}).messages.size(), 2u);
  ask("new");
  EXPECT_EQ(texts(), (Texts{"new", "to new"})) << "the user's id can be used again";
}

}  // namespace belay::storage

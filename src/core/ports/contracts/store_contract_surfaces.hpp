// Tests that every implementation of core/ports/conversation_store.hpp and core/ports/session_store.hpp must pass, the
// fakes in core/ports/testing/ too. They run with the rest of the contract (store_contract.hpp); an implementation of
// Store implements these ports, too. There are two suites:
//
//   SurfaceStoreContract           conversations and sessions
//   PermanentSurfaceStoreContract  what survives a kill
//
// Included only by tests.
#pragma once

#include <atomic>
#include <thread>

#include "core/ports/contracts/store_contract_surfaces_fixture.hpp"

namespace belay::storage {

class PermanentSurfaceStoreContract : public SurfaceStoreContract {};

TEST_P(SurfaceStoreContract, C7AnAnswerIsStoredWithItsPromptWhatItCostAndHowItEnded) {
  SampleRun run = sample({"half an "}, "c1");
  run.record.surface = "chat";
  run.record.state = RunState::cancelled;
  run.record.cost = {77};
  run.record.source = AnswerSource::shared;
  const UserMessage message{chat_, run.record.id,     "Why?", run.record.created,
                            {3},   MessageKind::chat, "p",    "t"};
  run.record.project = "p";
  run.record.task = "t";
  for (const bool first : {true, false}) {
    const auto settled =
        wait_for<bool>([&](auto done) { store_->settle(run.record, run.ranges, message, std::move(done)); });
    EXPECT_EQ(settled.value(), first);
  }
  const auto messages = page({"ada", "chat", "c1", {}, {}}).messages;
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].content, "Why?");
  EXPECT_EQ(messages[0].tokens, TokenCount{3});
  EXPECT_EQ(messages[1].content, "half an ");
  EXPECT_EQ(messages[1].state, "cancelled");
  EXPECT_EQ(messages[1].cost, NanoDollars{77});
  EXPECT_EQ(messages[1].source, AnswerSource::shared);
  EXPECT_EQ(messages[1].conversation, "c1");
  EXPECT_GT(messages[1].tokens, TokenCount{0});
  EXPECT_EQ(find(run.record.id)->cost, NanoDollars{77});
}

TEST_P(SurfaceStoreContract, C15HowAnAnswerEndedIsKeptWithIt) {
  const std::optional<FinishReason> finishes[] = {FinishReason::stop, FinishReason::length,
                                                  FinishReason::content_filter, std::nullopt};
  for (const auto& finish : finishes) {
    SampleRun run = sample({"an answer"}, "c1");
    run.record.surface = "chat";
    run.record.finish = finish;
    EXPECT_TRUE(wait_for<bool>([&](auto done) {
                  store_->settle(run.record, run.ranges, {}, std::move(done));
                }).value());
    EXPECT_EQ(page({"ada", "chat", "c1", {}, {}}).messages.back().finish, finish);
  }
}

TEST_P(SurfaceStoreContract, APromptThatWasStoredAtOnceIsNotStoredAgainByTheSettlement) {
  const RunId run = new_run();
  EXPECT_TRUE(wait_for<void>([&](auto done) {
    store_->store_prompt({chat_, run, "Why?", clock_.wall()}, std::move(done));
  }));
  SampleRun finished = sample({"Because."}, "c1");
  SampleEvents events(run, clock_.wall(), 4);
  events.add(EventType::started, "r").add(EventType::delta, "Because.").add(EventType::completed, "e");
  finished.record.id = run;
  finished.record.surface = "chat";
  EXPECT_TRUE(wait_for<bool>([&](auto done) {
                store_->settle(finished.record, events.ranges(),
                               UserMessage{chat_, run, "Why?", clock_.wall()}, std::move(done));
              }).value());
  EXPECT_EQ(contents_of(page({"ada", "chat", "c1", {}, {}}).messages),
            (std::vector<std::string>{"Why?", "Because."}));
}

TEST_P(SurfaceStoreContract, C3AHistoryPagesBackwardsInOrderAndIsStableWhileMessagesArrive) {
  for (int i = 0; i < 5; ++i) turn(chat_, "q" + std::to_string(i));
  const MessageFilter all{"ada", "chat", "c1", {}, {}};
  const MessagePage newest = page(all, {}, {4});
  EXPECT_EQ(contents_of(newest.messages), (std::vector<std::string>{"q3", "to q3", "q4", "to q4"}));
  ASSERT_TRUE(newest.older);
  turn(chat_, "q5");  // arrives in between
  const MessagePage middle = page(all, MessagePlace::parse(newest.older->text()), {4});
  EXPECT_EQ(contents_of(middle.messages), (std::vector<std::string>{"q1", "to q1", "q2", "to q2"}));
  const MessagePage oldest = page(all, middle.older, {4});
  EXPECT_EQ(contents_of(oldest.messages), (std::vector<std::string>{"q0", "to q0"}));
  EXPECT_FALSE(oldest.older);
}

TEST_P(SurfaceStoreContract, G1_the_messages_of_a_conversation_are_counted_without_those_of_others) {
  const auto count = [&](const ConversationKey& key) {
    return wait_for<std::uint64_t>([&](auto done) { conversations().count_messages(key, std::move(done)); })
        .value();
  };
  EXPECT_EQ(count(chat_), 0u);
  for (int i = 0; i < 3; ++i) turn(chat_, "q" + std::to_string(i));
  turn({"bob", "chat", "c1"}, "his");
  turn({"ada", "chat", "c2"}, "another");
  EXPECT_EQ(count(chat_), 6u);
}

TEST_P(SurfaceStoreContract, C9AWholeConversationIsReadFromItsBeginningPageByPage) {
  for (int i = 0; i < 5; ++i) turn(chat_, "q" + std::to_string(i));
  turn({"bob", "chat", "c1"}, "his");
  std::vector<std::string> all;
  std::optional<MessagePlace> after;
  int pages = 0;
  do {
    const NextPage page =
        wait_for<NextPage>([&](auto done) {
          conversations().read_forward(chat_, Branches::chosen, after, {3}, std::move(done));
        }).value();
    for (const std::string& content : contents_of(page.messages)) all.push_back(content);
    after = page.last;
    ++pages;
  } while (after);
  EXPECT_EQ(pages, 4);
  EXPECT_EQ(all, (std::vector<std::string>{"q0", "to q0", "q1", "to q1", "q2", "to q2", "q3", "to q3", "q4",
                                           "to q4"}));
}

TEST_P(SurfaceStoreContract, C3APageEndsAtItsBytesButAlwaysHasAMessage) {
  turn(chat_, std::string(1'000, 'x'));
  const MessagePage page1 = page({"ada", "chat", "c1", {}, {}}, {}, {100, {1}});
  EXPECT_EQ(page1.messages.size(), 1u);
  ASSERT_TRUE(page1.older);
  EXPECT_EQ(page({"ada", "chat", "c1", {}, {}}, page1.older, {100, {1}}).messages.size(), 1u);
}

TEST_P(SurfaceStoreContract, C3MessagesOfAProjectAndOfATaskAreFoundOverAllConversationsOfTheirUserAlone) {
  turn(chat_, "mine", 10, MessageKind::chat, "p", "t1");
  turn({"ada", "chat", "c2"}, "mine too", 10, MessageKind::chat, "p", "t2");
  turn({"bob", "chat", "c1"}, "his", 10, MessageKind::chat, "p", "t1");
  turn({"ada", "persona", "c1"}, "elsewhere", 10, MessageKind::chat, "p", "t1");
  turn(chat_, "no project");
  EXPECT_EQ(contents_of(page({"ada", "chat", {}, "p", {}}).messages),
            (std::vector<std::string>{"mine", "to mine", "mine too", "to mine too"}));
  EXPECT_EQ(contents_of(page({"ada", "chat", {}, {}, "t1"}).messages),
            (std::vector<std::string>{"mine", "to mine"}));
  EXPECT_TRUE(page({"ada", "chat", {}, "other", {}}).messages.empty());
}

TEST_P(SurfaceStoreContract, APromptIsGivenTheNewestMessagesThatFitItsTokens) {
  for (int i = 0; i < 4; ++i) turn(chat_, "q" + std::to_string(i), 100);
  const auto two = for_prompt(chat_, 250);
  ASSERT_GE(two.size(), 3u);
  EXPECT_EQ(two.back(), "to q3");
  EXPECT_EQ(for_prompt(chat_, 1'000'000).size(), 8u);
  EXPECT_TRUE(for_prompt(chat_, 0).empty());
  EXPECT_LT(for_prompt(chat_, 250, 50).size(), two.size());
}

TEST_P(SurfaceStoreContract, C5CommandsStandInTheHistoryAndInNoPrompt) {
  turn(chat_, "hello");
  turn(chat_, "/help", 10, MessageKind::command);
  EXPECT_EQ(page({"ada", "chat", "c1", {}, {}}).messages.size(), 4u);
  EXPECT_EQ(for_prompt(chat_, 10'000), (std::vector<std::string>{"hello", "to hello"}));
}

TEST_P(SurfaceStoreContract, C9ConversationsAreListedWhatChangedLastFirst) {
  for (const char* id : {"c1", "c2", "c3"}) turn({"ada", "chat", id}, std::string("about ") + id);
  turn({"bob", "chat", "c9"}, "his");
  turn(chat_, "again");
  const auto list = [&](std::optional<ConversationPlace> after) {
    return wait_for<ConversationPage>([&](auto done) {
             conversations().conversations({"ada", "chat"}, after, 2, std::move(done));
           })
        .value();
  };
  const ConversationPage first = list({});
  ASSERT_EQ(first.conversations.size(), 2u);
  EXPECT_EQ(first.conversations[0].id, "c1");
  EXPECT_EQ(first.conversations[0].title, "about c1");
  EXPECT_EQ(first.conversations[1].id, "c3");
  ASSERT_TRUE(first.next);
  const ConversationPage second = list(ConversationPlace::parse(first.next->text()));
  ASSERT_EQ(second.conversations.size(), 1u);
  EXPECT_EQ(second.conversations[0].id, "c2");
  EXPECT_FALSE(second.next);
}

TEST_P(SurfaceStoreContract, AConversationRemembersItsModelAndPersona) {
  const auto find = [&](const std::string& user) {
    return wait_for<std::optional<Conversation>>([&](auto done) {
             conversations().find_conversation({user, "chat", "c1"}, std::move(done));
           })
        .value();
  };
  EXPECT_FALSE(find("ada"));
  const auto change = [&](ConversationChange what) {
    EXPECT_TRUE(wait_for<void>([&](auto done) {
      conversations().change_conversation(chat_, std::move(what), clock_.wall(), std::move(done));
    }));
  };
  change({"grok", {}});
  change({{}, "calm_coach"});
  EXPECT_EQ(find("ada")->model, "grok");
  EXPECT_EQ(find("ada")->persona, "calm_coach");
  EXPECT_FALSE(find("bob"));
}

TEST_P(SurfaceStoreContract, C5AClearedConversationIsEmptyAndGoesOn) {
  turn(chat_, "old");
  turn({"bob", "chat", "c1"}, "his");
  EXPECT_EQ(erase(Erasure::What::messages, chat_).messages, 2u);
  EXPECT_EQ(erase(Erasure::What::messages, chat_).messages, 0u);
  EXPECT_EQ(erase(Erasure::What::messages, {"ada", "chat", "unknown"}).messages, 0u);
  EXPECT_EQ(page({"bob", "chat", "c1", {}, {}}).messages.size(), 2u);
  turn(chat_, "new");
  EXPECT_EQ(contents_of(page({"ada", "chat", "c1", {}, {}}).messages),
            (std::vector<std::string>{"new", "to new"}));
}

TEST_P(SurfaceStoreContract, C9AnAnswerIsLikedDislikedAndNeitherByItsUserAlone) {
  const RunId run = turn(chat_, "hello");
  const MessageId answer{run, Role::assistant};
  const auto reaction = [&] { return page({"ada", "chat", "c1", {}, {}}).messages.back().reaction; };
  EXPECT_EQ(react("ada", "chat", answer, Reaction::like), std::nullopt);
  EXPECT_EQ(reaction(), Reaction::like);
  EXPECT_EQ(react("ada", "chat", answer, Reaction::dislike), std::nullopt);
  EXPECT_EQ(reaction(), Reaction::dislike);
  EXPECT_EQ(react("ada", "chat", answer, Reaction::none), std::nullopt);
  EXPECT_EQ(reaction(), Reaction::none);
  EXPECT_EQ(react("bob", "chat", answer, Reaction::like), ErrorCode::not_found);
  EXPECT_EQ(react("ada", "persona", answer, Reaction::like), ErrorCode::not_found);
  EXPECT_EQ(react("ada", "chat", {new_run(), Role::assistant}, Reaction::like), ErrorCode::not_found);
  EXPECT_EQ(react("ada", "chat", {run, Role::user}, Reaction::like), ErrorCode::unprocessable);
  EXPECT_EQ(reaction(), Reaction::none);
}

TEST_P(SurfaceStoreContract, C1ASessionBelongsToItsUserAndSurface) {
  ASSERT_TRUE(create(new_session("s1")));
  EXPECT_EQ(create(new_session("s1")).error().code, ErrorCode::conflict);
  ASSERT_TRUE(find_session("s1"));
  EXPECT_EQ(find_session("s1")->model, "grok");
  EXPECT_FALSE(find_session("s1", "bob"));
  EXPECT_FALSE(find_session("s1", "ada", "persona"));
  const auto refused = use("s1", new_run(), 10, "bob");
  EXPECT_EQ(refused.error().code, ErrorCode::not_found);
  EXPECT_EQ(refused.error().detail, "There is no such session.");
  EXPECT_EQ(refused.error().field, "session");
}

TEST_P(SurfaceStoreContract, X13ASessionIsFoundByARunOfIts) {
  ASSERT_TRUE(create(new_session("s1")));
  const RunId first = new_run(), second = new_run();
  ASSERT_TRUE(use("s1", first));
  ASSERT_TRUE(use("s1", second));
  const auto find = [&](const std::string& user, const RunId& run) {
    return wait_for<std::optional<Session>>(
               [&](auto done) { sessions().session_of_run(user, "chat", run, std::move(done)); })
        .value();
  };
  EXPECT_EQ(find("ada", first)->id, "s1");
  EXPECT_EQ(find("ada", second)->id, "s1");
  EXPECT_FALSE(find("bob", first));
  EXPECT_FALSE(find("ada", new_run()));
}

TEST_P(SurfaceStoreContract, C8ASessionAllowsSoManyRequestsExactAlsoWhenTheyComeAtOnce) {
  ASSERT_TRUE(create(new_session("s1")));
  std::vector<RunId> runs;
  for (int i = 0; i < 40; ++i) runs.push_back(new_run());
  std::atomic<int> granted = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i)
        granted += use("s1", runs[static_cast<std::size_t>(t * 10 + i)]).has_value();
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(granted, 10);
  EXPECT_EQ(find_session("s1")->runs.size(), 10u);
  const auto refused = use("s1", new_run());
  EXPECT_EQ(refused.error().code, ErrorCode::session_used_up);
  EXPECT_EQ(refused.error().field, "session");
  EXPECT_EQ(refused.error().limit, "chat.session_requests");
  EXPECT_FALSE(refused.error().retry_after) << "waiting does not help";
}

TEST_P(SurfaceStoreContract, ARequestThatDidNotComeToBeIsGivenBack) {
  ASSERT_TRUE(create(new_session("s1")));
  const RunId first = new_run(), second = new_run();
  ASSERT_TRUE(use("s1", first, 2));
  ASSERT_TRUE(use("s1", second, 2));
  const auto release_use = [&](const RunId& run) {
    EXPECT_TRUE(wait_for<void>([&](auto done) {
      sessions().release_use({"s1", "ada", "chat"}, run, std::move(done));
    }));
  };
  release_use(second);
  EXPECT_EQ(find_session("s1")->runs, (std::vector<RunId>{first}));
  const RunId third = new_run(), fourth = new_run();
  ASSERT_TRUE(use("s1", third, 2));
  ASSERT_TRUE(use("s1", third, 2));  // repeated
  release_use(first);                // a later run keeps its turn
  release_use(first);
  release_use(new_run());  // of no session
  EXPECT_EQ(find_session("s1")->runs, (std::vector<RunId>{{}, third}));
  EXPECT_EQ(find_session("s1")->requests(), 1u);
  ASSERT_TRUE(use("s1", fourth, 2));
  EXPECT_FALSE(use("s1", new_run(), 2));
  EXPECT_EQ(find_session("s1")->runs, (std::vector<RunId>{{}, third, fourth}));
  release_use(third);
  release_use(fourth);
  EXPECT_TRUE(find_session("s1")->runs.empty());
  EXPECT_TRUE(use("s1", new_run(), 2));
}

TEST_P(SurfaceStoreContract, C8ASessionEndsAndIsSweptButNotWhileItsLastAnswerIsUnderWay) {
  ASSERT_TRUE(create(new_session("unused", Milliseconds(1'000))));
  ASSERT_TRUE(create(new_session("done", Milliseconds(1'000))));
  ASSERT_TRUE(create(new_session("busy", Milliseconds(1'000))));
  ASSERT_TRUE(create(new_session("young")));
  const RunId settled = turn(chat_, "hello");
  ASSERT_TRUE(use("done", settled));
  ASSERT_TRUE(use("busy", new_run()));
  clock_.advance(Milliseconds(1'000));
  const auto refused = use("done", new_run());
  EXPECT_EQ(refused.error().code, ErrorCode::expired);
  EXPECT_EQ(refused.error().detail, "This session has ended. Start a new one.");
  EXPECT_EQ(refused.error().field, "session");
  EXPECT_EQ(sweep_sessions(), 2u);
  EXPECT_FALSE(find_session("unused"));
  EXPECT_FALSE(find_session("done"));
  EXPECT_TRUE(find_session("busy"));
  EXPECT_TRUE(find_session("young"));
}

TEST_P(SurfaceStoreContract, ASessionsModelAndPersonaCanBeChangedByItsUser) {
  ASSERT_TRUE(create(new_session("s1")));
  const auto change = [&](const std::string& user, SessionChange what) {
    EXPECT_TRUE(wait_for<void>([&](auto done) {
      sessions().change_session({"s1", user, "chat"}, std::move(what), std::move(done));
    }));
  };
  change("ada", {"claude", {}});
  change("ada", {{}, "calm_coach"});
  change("bob", {"his", "his"});
  EXPECT_EQ(find_session("s1")->model, "claude");
  EXPECT_EQ(find_session("s1")->persona, "calm_coach");
}

TEST_P(PermanentSurfaceStoreContract, WhatWasKeptIsThereAfterAKill) {
  turn(chat_, "hello");
  ASSERT_TRUE(create(new_session("s1")));
  ASSERT_TRUE(use("s1", new_run()));
  store_ = engine_->open_after_kill(std::move(store_));
  ASSERT_NE(store_, nullptr);
  EXPECT_EQ(page({"ada", "chat", "c1", {}, {}}).messages.size(), 2u);
  EXPECT_EQ(find_session("s1")->runs.size(), 1u);
}

}  // namespace belay::storage

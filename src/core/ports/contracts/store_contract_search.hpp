// Tests that every implementation of ConversationStore must pass: searching (requirement C16). The fake in
// core/ports/testing/ passes them, too.
//
// Included only by tests.
#pragma once

#include "core/ports/contracts/store_contract_branches_fixture.hpp"

namespace belay::storage {

class SearchContract : public BranchContract {
 protected:
  // A conversation of ada's with this one message; its title is "title" and its answer says nothing.
  RunId say(const std::string& conversation, const std::string& text, const std::string& user = "ada",
            MessageKind kind = MessageKind::chat) {
    const ConversationKey key{user, "chat", conversation};
    name(key, "title");
    SampleRun run = sample({"-"}, conversation);
    run.record.user = user;
    run.record.surface = "chat";
    run.record.kind = kind;
    UserMessage message{key, run.record.id, text, run.record.created, {10}, kind};
    EXPECT_TRUE(wait_for<bool>([&](auto done) {
                  store_->settle(run.record, run.ranges, message, std::move(done));
                }).value());
    return run.record.id;
  }
  void name(const ConversationKey& key, const std::string& title) { change(key, {.title = title}); }
  void change(const ConversationKey& key, ConversationChange what) {
    EXPECT_TRUE(wait_for<void>([&](auto done) {
      conversations().change_conversation(key, std::move(what), clock_.wall(), std::move(done));
    }));
  }
  std::vector<SearchHit> search_for(const std::string& text, std::optional<bool> archived = {},
                                    std::size_t limit = 20, const std::string& user = "ada") {
    SearchQuery query{user, "chat", search::parse_query(text).value(), archived, limit};
    return wait_for<std::vector<SearchHit>>(
               [&](auto done) { conversations().search(std::move(query), std::move(done)); })
        .value();
  }
  // The conversations that are found, in order.
  Texts found(const std::string& text, const std::string& user = "ada") {
    Texts names;
    for (const SearchHit& hit : search_for(text, {}, 20, user)) names.push_back(hit.conversation.id);
    return names;
  }
  static std::string marked(const SearchHit& hit) {
    std::string out;
    for (const search::SnippetPart& part : hit.snippet)
      out += part.is_match ? "[" + part.text + "]" : part.text;
    return out;
  }
};

TEST_P(SearchContract, C16_a_message_is_found_with_its_conversation_and_a_snippet) {
  const RunId run = say("c1", "How do I tie a bowline knot?");
  say("c2", "What is a grigri?");
  const auto hits = search_for("KNOT");
  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(hits[0].conversation.id, "c1");
  EXPECT_EQ(hits[0].conversation.title, "title");
  EXPECT_EQ(hits[0].message, question(run));
  EXPECT_EQ(marked(hits[0]), "How do I tie a bowline [knot]?");
  EXPECT_TRUE(search_for("carabiner").empty());
}

TEST_P(SearchContract, C16_answers_and_titles_are_found_and_a_title_comes_first) {
  name(chat_, "Climbing");
  const RunId run = ask("Which devices?");
  EXPECT_EQ(search_for("to which").at(0).message, answer(run)) << "its answer: to Which devices?";
  say("c2", "climbing climbing climbing");
  const auto hits = search_for("climbing");
  ASSERT_EQ(hits.size(), 2u);
  EXPECT_EQ(hits[0].conversation.id, "c1");
  EXPECT_FALSE(hits[0].message);
  EXPECT_EQ(marked(hits[0]), "[Climbing]");
  name(chat_, "Ropes");
  EXPECT_EQ(found("climbing"), Texts{"c2"});
  EXPECT_EQ(found("ropes"), Texts{"c1"});
}

TEST_P(SearchContract, C16_the_first_question_is_a_title_until_there_is_another) {
  ask("What is a grigri?");
  EXPECT_FALSE(search_for("grigri").at(0).message);
  name(chat_, "Devices");
  EXPECT_EQ(search_for("grigri").at(0).message->role, Role::user);
}

TEST_P(SearchContract, C16_the_best_comes_first_and_each_conversation_once) {
  say("passing",
      "A long text, which names the rope only once among many other things, and that is all of it.");
  say("beginning", "ropes");
  say("often", "rope, and rope, and a rope");
  say("often", "another rope");
  EXPECT_EQ(found("rope"), (Texts{"often", "passing", "beginning"}));
  EXPECT_EQ(search_for("rope", {}, 2).size(), 2u);
}

TEST_P(SearchContract, C16_equal_hits_are_ordered_by_the_last_change) {
  for (const char* conversation : {"c1", "c2", "c3"}) say(conversation, "the same words");
  EXPECT_EQ(found("same"), (Texts{"c3", "c2", "c1"}));
}

TEST_P(SearchContract, C16_all_words_must_be_in_one_message_and_the_last_may_be_a_beginning) {
  say("c1", "the quick brown fox");
  say("c1", "the lazy dog");
  EXPECT_EQ(found("quick br"), Texts{"c1"});
  EXPECT_EQ(found("br quick"), Texts());
  EXPECT_EQ(found("quick dog"), Texts());
}

TEST_P(SearchContract, C16_any_script_is_searched) {
  say("zh", "我在北京大学学习中文");
  say("ja", "京都のホテルを予約したい");
  say("ko", "어제 학교에서 친구를 만났다");
  say("th", "ฉันเลี้ยงแมวสองตัว");
  say("ar", "اسمي مُحَمَّد وأنا من القاهرة");
  say("el", "Η Αθήνα είναι όμορφη");
  say("fr", "Une crème brûlée, s'il vous plaît");
  say("emoji", "party 🎉👍🏽");
  EXPECT_EQ(found("北京"), Texts{"zh"});
  EXPECT_EQ(found("京"), (Texts{"zh", "ja"}));
  EXPECT_EQ(found("京大"), Texts{"zh"});
  EXPECT_EQ(found("北大"), Texts()) << "its characters are there, but apart";
  EXPECT_EQ(found("ホテル 京都"), Texts{"ja"});
  EXPECT_EQ(found("학교"), Texts{"ko"});
  EXPECT_EQ(found("แมว"), Texts{"th"});
  EXPECT_EQ(found("محمد"), Texts{"ar"});
  EXPECT_EQ(found("القاه"), Texts{"ar"});
  EXPECT_EQ(found("ΑΘΗΝΑ"), Texts{"el"});
  EXPECT_EQ(found("creme BRULEE"), Texts{"fr"});
  EXPECT_EQ(found("crème brû"), Texts{"fr"});
  EXPECT_EQ(found("👍"), Texts{"emoji"});
  EXPECT_EQ(found("🎉 par"), Texts{"emoji"});
}

TEST_P(SearchContract, C16_other_users_and_other_surfaces_are_not_there) {
  say("c1", "my rope");
  for (int i = 0; i < 10; ++i) say("theirs" + std::to_string(i), "rope rope rope", "bob");
  branch("rope", {}, {"ada", "persona", "p1"});
  EXPECT_EQ(found("rope"), Texts{"c1"});
  EXPECT_EQ(found("rope", "bob").size(), 10u);
  EXPECT_EQ(found("rope", "eve"), Texts());
}

TEST_P(SearchContract, C16_commands_are_not_found_and_all_branches_are) {
  say("c1", "/model grok", "ada", MessageKind::command);
  EXPECT_EQ(found("grok"), Texts());
  const RunId one = ask("first");
  edit(one, "second");
  EXPECT_EQ(search_for("to first").at(0).message, answer(one)) << "although another branch is shown";
}

TEST_P(SearchContract, C16_archived_conversations_are_found_unless_the_query_says_otherwise) {
  say("c1", "rope");
  say("c2", "rope");
  change({"ada", "chat", "c2"}, {.archived = true});
  EXPECT_EQ(search_for("rope").size(), 2u);
  ASSERT_EQ(search_for("rope", true).size(), 1u);
  EXPECT_EQ(search_for("rope", true)[0].conversation.id, "c2");
  ASSERT_EQ(search_for("rope", false).size(), 1u);
  EXPECT_EQ(search_for("rope", false)[0].conversation.id, "c1");
}

TEST_P(SearchContract, C16_an_answer_is_found_as_soon_as_its_settlement_was_requested) {
  for (int i = 0; i < 20; ++i) {
    const std::string word = "knot" + std::to_string(i);
    SampleRun run = sample({word}, "c1");
    run.record.user = "ada";
    run.record.surface = "chat";
    store_->settle(run.record, run.ranges, {}, [](Result<bool>) {});
    EXPECT_EQ(found(word), Texts{"c1"});
  }
}

TEST_P(SearchContract, C16_what_was_removed_is_not_found) {
  ask("rope");
  say("c2", "rope");
  erase(Erasure::What::messages, chat_);
  EXPECT_EQ(found("rope"), Texts{"c2"}) << "neither its messages nor its title";
  ask("a rope again");
  EXPECT_EQ(found("rope").size(), 2u);
  erase(Erasure::What::conversation, chat_);
  EXPECT_EQ(found("rope"), Texts{"c2"});
  erase(Erasure::What::user, {"ada", {}, {}});
  EXPECT_EQ(found("rope"), Texts());
}

}  // namespace belay::storage

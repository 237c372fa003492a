// The fixture for the tests of conversations as trees (store_contract_branches.hpp).
//
// Included only by tests.
#pragma once

#include "core/ports/contracts/store_contract_surfaces_fixture.hpp"

namespace belay::storage {

class BranchContract : public SurfaceStoreContract {
 protected:
  // A turn of the conversation at this place. Its answer is "to " and the text.
  RunId branch(const std::string& text, const Branch& place, const ConversationKey& key) {
    SampleRun run = sample({"to " + text}, key.id);
    run.record.user = key.user;
    run.record.surface = key.surface;
    UserMessage message{key, run.record.id, text, run.record.created, {10}, MessageKind::chat, {},
                        {},  place,         {}};
    EXPECT_TRUE(wait_for<bool>([&](auto done) {
                  store_->settle(run.record, run.ranges, message, std::move(done));
                }).value());
    return run.record.id;
  }
  RunId ask(const std::string& text) { return branch(text, {}, chat_); }
  RunId regenerate(const RunId& of, const std::string& text) {
    return branch(text, {Branch::Kind::regenerate, of}, chat_);
  }
  RunId edit(const RunId& of, const std::string& text) {
    return branch(text, {Branch::Kind::edit, of}, chat_);
  }
  std::vector<StoredMessage> shown() { return page({"ada", "chat", "c1", {}, {}}).messages; }
  using Texts = std::vector<std::string>;
  Texts texts() { return contents_of(shown()); }
  Result<> choose(const MessageId& message) {
    return wait_for<void>([&](auto done) { conversations().choose_branch(chat_, message, std::move(done)); });
  }
  Result<PromptHistory> prompt_for(const Branch& place) {
    return wait_for<PromptHistory>([&](auto done) {
      conversations().newest_for_prompt(chat_, place, {{100'000}, {}}, std::move(done));
    });
  }
  static MessageId question(const RunId& run) { return {run, Role::user}; }
  static MessageId answer(const RunId& run) { return {run, Role::assistant}; }
};

}  // namespace belay::storage

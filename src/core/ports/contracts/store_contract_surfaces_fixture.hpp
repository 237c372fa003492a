// The fixture for the tests of ConversationStore and SessionStore (store_contract_surfaces.hpp).
//
// Included only by tests.
#pragma once

#include "core/ports/contracts/store_contract_fixture.hpp"
#include "core/ports/conversation_store.hpp"
#include "core/ports/session_store.hpp"

namespace belay::storage {

class SurfaceStoreContract : public StoreContract {
 protected:
  ConversationStore& conversations() { return engine_->conversations(*store_); }
  SessionStore& sessions() { return engine_->sessions(*store_); }

  // A turn of `key`: a question and its answer, each with `tokens` tokens.
  RunId turn(const ConversationKey& key, const std::string& text, std::uint64_t tokens = 10,
             MessageKind kind = MessageKind::chat, std::string project = {}, std::string task = {}) {
    SampleRun run = sample({"to " + text}, key.id);
    run.record.user = key.user;
    run.record.surface = key.surface;
    run.record.kind = kind;
    run.record.project = project;
    run.record.task = task;
    run.record.cost = {1'000};
    UserMessage message{key, run.record.id, text, run.record.created, {tokens}, kind, project, task};
    EXPECT_TRUE(wait_for<bool>([&](auto done) {
                  store_->settle(run.record, run.ranges, message, std::move(done));
                }).value());
    return run.record.id;
  }
  MessagePage page(MessageFilter filter, std::optional<MessagePlace> before = {}, PageSize size = {}) {
    return wait_for<MessagePage>(
               [&](auto done) { conversations().page(std::move(filter), before, size, std::move(done)); })
        .value();
  }
  static std::vector<std::string> contents_of(const std::vector<StoredMessage>& messages) {
    std::vector<std::string> out;
    for (const StoredMessage& message : messages) out.push_back(message.content);
    return out;
  }
  // What was made so far.
  ErasureReport erase(Erasure::What what, const ConversationKey& key) {
    Erasure erasure{what, key.user, key.surface, key.id, clock_.wall()};
    const auto id = wait_for<ErasureStore::Id>(
        [&](auto done) { erasures().request_erasure(std::move(erasure), std::move(done)); });
    clock_.advance(Milliseconds(10));
    return wait_for<ErasureReport>([&](auto done) { erasures().erase(id.value(), std::move(done)); }).value();
  }
  ErasureStore& erasures() { return engine_->erasures(*store_); }
  std::vector<std::string> for_prompt(const ConversationKey& key, std::uint64_t tokens,
                                      std::uint64_t overhead = 0) {
    return contents_of(wait_for<PromptHistory>([&](auto done) {
                         conversations().newest_for_prompt(key, {}, {{tokens}, {overhead}}, std::move(done));
                       })
                           .value()
                           .older);
  }
  std::optional<ErrorCode> react(const std::string& user, const std::string& surface,
                                 const MessageId& message, Reaction reaction) {
    const auto done = wait_for<void>(
        [&](auto result) { conversations().react(user, surface, message, reaction, std::move(result)); });
    return done ? std::nullopt : std::optional(done.error().code);
  }

  Session new_session(std::string id, Milliseconds lasts = Milliseconds(600'000)) {
    Session session;
    session.id = std::move(id);
    session.user = "ada";
    session.surface = "chat";
    session.conversation = "talk";
    session.model = "grok";
    session.created = clock_.wall();
    session.expires = clock_.wall() + lasts;
    return session;
  }
  Result<> create(const Session& session) {
    return wait_for<void>([&](auto done) { sessions().create_session(session, std::move(done)); });
  }
  std::optional<Session> find_session(const std::string& id, const std::string& user = "ada",
                                      const std::string& surface = "chat") {
    return wait_for<std::optional<Session>>([&](auto done) {
             sessions().find_session({id, user, surface}, std::move(done));
           })
        .value();
  }
  Result<Session> use(const std::string& id, const RunId& run, std::uint32_t max = 10,
                      const std::string& user = "ada") {
    return wait_for<Session>([&](auto done) {
      sessions().use_session({{id, user, "chat"}, run, clock_.wall(), max, "chat.session_requests"},
                             std::move(done));
    });
  }
  std::uint64_t sweep_sessions() {
    return wait_for<std::uint64_t>(
               [&](auto done) { sessions().sweep_sessions(clock_.wall(), std::move(done)); })
        .value();
  }
  const ConversationKey chat_{"ada", "chat", "c1"};
};

}  // namespace belay::storage

// A ContextStore in memory for tests. It passes the contract. Calls are answered inside the call, unless they wait because
// of hold(). They can fail and throw (testing/fake_calls.hpp). Thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/ports/context_store.hpp"
#include "core/ports/testing/fake_calls.hpp"
#include "core/ports/testing/fake_store.hpp"

namespace belay::testing {

class FakeContextStore final : public FakeCalls, public ContextStore {
 public:
  // Its calls and those of `store` wait in one order, as with a real store that implements both ports.
  explicit FakeContextStore(FakeStore& store) : FakeCalls(store.queue_) {}

  void find_context(std::string user, Done<std::optional<StoredContext>> done) override {
    call(mutex_, std::move(done), [this, user = std::move(user)]() -> Result<std::optional<StoredContext>> {
      const auto found = contexts_.find(user);
      return found == contexts_.end() ? std::nullopt : std::optional(found->second);
    });
  }
  void put_context(std::string user, std::string document, WallTime now, ContextCondition condition,
                   Done<std::uint64_t> done) override {
    call(mutex_, std::move(done),
         [this, user = std::move(user), document = std::move(document), now,
          condition]() -> Result<std::uint64_t> {
           const auto found = contexts_.find(user);
           const std::uint64_t current = found == contexts_.end() ? 0 : found->second.revision;
           if (condition.revision && *condition.revision != current)
             return make_error(ErrorCode::conflict, "The context has changed in the meantime. Try again.");
           contexts_[user] = {document, ++last_, now};
           return last_;
         });
  }
  void erase_context(std::string user, Done<bool> done) override {
    call(mutex_, std::move(done),
         [this, user = std::move(user)]() -> Result<bool> { return contexts_.erase(user) != 0; });
  }

  // As the erasure of a user does: what was changed up to `through`.
  void erase_until(const std::string& user, WallTime through) {
    const std::lock_guard lock(mutex_);
    const auto found = contexts_.find(user);
    if (found != contexts_.end() && found->second.changed <= through) contexts_.erase(found);
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, StoredContext> contexts_;
  std::uint64_t last_ = 0;
};

}  // namespace belay::testing

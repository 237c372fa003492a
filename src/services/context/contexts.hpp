// The contexts of climbers (requirement S8): kept in the server's own store, or fetched from the product's address
// (ContextConfig::url), which is then the only place where they change.
//
//   fetch ─┬▶ a document, or none:  used for cache_time
//          └▶ failed:  the earlier document, if it is not older than stale_time; else there is none this time
//
// A question to the coach never fails because of its context: without one, the prompt says so.
//
// One object serves all loops; any loop's thread. Large documents are read on the pool.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/await.hpp"
#include "base/deadline.hpp"
#include "base/thread_pool.hpp"
#include "core/ports/context_store.hpp"
#include "services/context/config.hpp"
#include "services/context/context_cache.hpp"
#include "services/context/context_document.hpp"
#include "services/context/context_source.hpp"

namespace belay::services {

class Contexts {
 public:
  // All of these outlive it.
  struct Parts {
    ContextStore& store;
    ContextSource* source;  // null: the contexts are in the store
    const Clock& clock;
    ThreadPool& pool;
    std::function<void(const Error&)> failed{};  // a fetch; for the log. Any thread; may be empty
  };
  // Null: the user has none.
  using Document = std::shared_ptr<const ContextDocument>;

  Contexts(Parts parts, ContextConfig config);

  // Fails if the store, or the address without an earlier document, does not answer.
  Awaitable<Result<Document>> get(Loop& loop, Deadline deadline, std::string user);

  enum class View { basic, premium };
  struct ForCoach {
    Document document;  // null: none, or it could not be read
    std::string text;   // JSON without personal data, for a prompt; empty: none
  };
  // Waits no longer than ContextConfig::timeout.
  Awaitable<ForCoach> for_coach(Loop& loop, Deadline deadline, std::string user, View view);

  // Replaces the user's document. `text` is JSON. Fails as ContextDocument::read(), and with `conflict` if the contexts
  // are the product's.
  Awaitable<Result<>> put(Loop& loop, Deadline deadline, std::string user, std::string text);

  struct Added {
    std::size_t added = 0;
    std::size_t known = 0;  // were in the document, in the same words: a file may be imported again
    std::size_t total = 0;  // climbs in the document
  };
  // Adds climbs to the user's document. `text` is JSON: {"climbs":[…]}. Fails as put().
  Awaitable<Result<Added>> add_climbs(Loop& loop, Deadline deadline, std::string user, std::string text);

  // The user was erased. What is in memory is dropped; the store erases by itself.
  void forget(const std::string& user) { cache_.forget(user); }
  bool are_the_products() const { return parts_.source != nullptr; }
  const ContextConfig& config() const { return config_; }

 private:
  Awaitable<Result<Document>> find(Loop& loop, Deadline deadline, std::string user);
  Awaitable<Result<Document>> fetch(Loop& loop, Deadline deadline, std::string user);
  Awaitable<Result<Document>> read(Loop& loop, std::string text);
  Result<Document> after_failure(const std::string& user, const Error& error);
  ContextDocument::Limits limits() const { return {config_.max_document, config_.max_climbs}; }

  const Parts parts_;
  const ContextConfig config_;
  const PersonalData personal_;
  ContextCache cache_;
};

}  // namespace belay::services

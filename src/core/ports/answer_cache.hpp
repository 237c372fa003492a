// The port to the cache of earlier answers. An answer is reused only for a request that is identical to the
// last character: same model, persona, history and parameters. The surfaces make the key.
//
// A cache may forget an answer at any time, and may fail at any time. Its caller treats both as a miss.
// Asynchronous and thread-safe: results arrive on any thread.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/function.hpp"
#include "base/result.hpp"
#include "core/types/message.hpp"

namespace belay {

struct CachedAnswer {
  std::string text;
  Usage usage;  // of the call that generated it
  FinishReason finish = FinishReason::stop;
  WallTime expires;
};

class AnswerCache {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~AnswerCache() = default;
  // The result is empty if the key is unknown or its answer has expired at `now`.
  virtual void find_answer(std::string key, WallTime now, Done<std::optional<CachedAnswer>> done) = 0;
  // Only complete answers are stored. Replaces an earlier answer with the same key.
  virtual void put_answer(std::string key, CachedAnswer answer, Done<> done) = 0;
  // Deletes expired answers, and the oldest ones beyond `max_bytes`. The result is the number of deleted
  // answers.
  virtual void sweep_answers(WallTime now, ByteCount max_bytes, Done<std::uint64_t> done) = 0;
};

}  // namespace belay

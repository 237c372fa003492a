// The port to answers that were given before: for requests that are the same to the last character, in what
// the model, the persona, the history and the parameters are (surfaces make the key).
//
// A cache may forget at any time and may fail at any time: for its caller both are a miss. Asynchronous and
// thread-safe; results come on any thread.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/function.hpp"
#include "base/result.hpp"
#include "core/chat.hpp"

namespace belay {

struct CachedAnswer {
  std::string text;
  Usage usage;  // of the call that made it
  FinishReason finish = FinishReason::stop;
  WallTime expires;
};

class ResponseCache {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~ResponseCache() = default;
  // Nothing: unknown, or expired by `now`.
  virtual void find_answer(std::string key, WallTime now, Done<std::optional<CachedAnswer>> done) = 0;
  // Only whole answers are put here. An earlier one under the key is replaced.
  virtual void put_answer(std::string key, CachedAnswer answer, Done<> done) = 0;
  // Deletes what has expired, and the oldest beyond `most_bytes`. How many went.
  virtual void sweep_answers(WallTime now, ByteCount most_bytes, Done<std::uint64_t> done) = 0;
};

}  // namespace belay

// The open streams of signed-in clients, so that a stream ends when its client's sign-in does.
//
//   revoked (X19)        the stream ends at once, behind a last message `revoked` in its own format
//   sign-in over (X20)   the stream is cut, auth.stream_grace after its token has expired: the client reconnects,
//                        is refused with the old token, and continues exactly where it was with a new one
//
// The answer itself goes on, and so does its log: only the reader is cut off. A surface puts watch() into the body
// of each stream that it answers (transport/message.hpp, StreamWatch).
//
// A stream lives on the loop of its connection, and so does its entry here: one shard per loop, used only on that
// loop. No more entries exist than streams. A stream that opens while a revocation is on its way to the loops is
// caught by the check in StreamWatch::opened(). Owned by app/; outlives the listeners.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "auth/config.hpp"
#include "auth/revocations.hpp"
#include "base/function.hpp"
#include "base/loop.hpp"
#include "base/random.hpp"
#include "core/types/caller.hpp"
#include "transport/message.hpp"

namespace belay::auth {

class OpenStreams {
 public:
  // The last message of a stream, framed. Empty or null: the stream is cut without one.
  using LastMessage = UniqueFunction<std::string(const Error&)>;

  // `loops`: of all connections, by their index. All of these outlive the object, except the configuration.
  OpenStreams(const Config& config, std::vector<Loop*> loops, const Revocations& revocations,
              const Clock& clock, Random& random);
  ~OpenStreams();
  OpenStreams(const OpenStreams&) = delete;
  OpenStreams& operator=(const OpenStreams&) = delete;

  // On the connection's loop. Null for a caller who is not signed in: there is nothing to end. A client whose sign-in
  // is over is asked to reconnect after a random time between `retry_base` and twice that.
  std::unique_ptr<transport::StreamWatch> watch(Loop& loop, const Caller& caller, Milliseconds retry_base,
                                                LastMessage last_message);

  // Ends the open streams of the user or of the token whose access is revoked now. Any thread, after the change of
  // Revocations. `done` gets their number, on one of the loops.
  void end_revoked(RevocationKey key, UniqueFunction<void(std::size_t)> done);

  // When a stream of this caller ends. Also the time up to which a ticket of theirs may be used.
  static WallTime end_of(const Config& config, const Caller& caller);

 private:
  class Entry;
  struct Shard;

  std::size_t end_on(Shard& shard, const RevocationKey& key);

  const Config config_;
  const Revocations& revocations_;
  const Clock& clock_;
  Random& random_;
  std::vector<std::unique_ptr<Shard>> shards_;  // one per loop
};

}  // namespace belay::auth

// All keys that tokens may be signed with now: those of the configuration, and those fetched from JWKS
// addresses, kept fresh.
//
// Two halves. What verification reads is a snapshot, immutable and shared, taken by any thread. What changes
// it lives on one loop, the home loop: fetches at start, at every jwks_refresh, and on demand when a token
// names a key that is not there (at most one each jwks_cooldown, with all who ask meanwhile waiting for the
// same fetch). A fetch that fails or brings nothing usable leaves the old keys in place.
//
// Owned by app/. start(), stop() and destruction happen on the home loop (or before and after it runs);
// stop() lets everybody who waits go on with the keys there are.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "auth/config.hpp"
#include "auth/key.hpp"
#include "base/function.hpp"
#include "base/loop.hpp"
#include "base/timer_wheel.hpp"
#include "base/workers.hpp"

namespace belay::auth {

// The port to HTTP, implemented where an HTTP client is.
class KeyFetcher {
 public:
  struct Fetch {
    std::string url;
    Milliseconds timeout;    // for the whole of it
    std::size_t most_bytes;  // a longer body is a failure
  };
  virtual ~KeyFetcher() = default;
  // Called on the home loop. GETs the address, certificates verified, redirects refused; `done` is called
  // exactly once, on any thread, with the body of a 200 answer or an error that names no secret.
  virtual void fetch(Fetch fetch, UniqueFunction<void(Result<std::string>)> done) = 0;
};

struct KeySnapshot {
  std::vector<Key> keys;
  std::uint64_t generation = 0;  // grows with every change
  // The keys of an address have never arrived: a token that fits none of those that are here may still be
  // good.
  bool incomplete = false;
};

class KeySet {
 public:
  // What an operator should know: keys that arrived, a fetch that failed. Called on the home loop.
  using Notice = std::function<void(const std::string& text)>;

  // Reads files and variables now; all that is wrong is in the error. Addresses wait for start().
  static Result<std::unique_ptr<KeySet>> open(const Config& config, Loop& home, KeyFetcher* fetcher,
                                              Notice notice);
  ~KeySet();

  void start();
  void stop();

  // Any thread.
  std::shared_ptr<const KeySnapshot> snapshot() const;
  bool has_addresses() const { return !addresses_.empty(); }
  // Any loop. Returns when a fetch that was allowed is over; at once when there is no address, or the last
  // fetch was within the cool-down. Fails with `unavailable` when too many wait already.
  Awaitable<Result<>> refresh(Loop& loop);

 private:
  struct Address {
    KeySource source;
    std::vector<Key> keys;
    std::string body;  // that they came in; empty until the first has arrived
  };
  using Waiter = UniqueFunction<void(Result<>)>;

  KeySet(const Config& config, Loop& home, KeyFetcher* fetcher, Notice notice);
  void ask(Waiter waiter);
  void fetch_all();
  void take(std::size_t index, Result<std::string> body);
  void finish();
  void publish();

  const Config config_;
  Loop& home_;
  KeyFetcher* const fetcher_;
  const Notice notice_;
  Timer interval_;
  std::vector<Key> configured_;
  std::vector<Address> addresses_;
  std::vector<Waiter> waiting_;
  std::size_t fetches_left_ = 0;
  std::optional<SteadyTime> last_fetch_;
  bool stopped_ = false;
  // Callbacks of fetches and posts hold it weakly: they find it gone when the set is.
  std::shared_ptr<KeySet*> alive_;

  mutable std::mutex snapshot_mutex_;
  std::shared_ptr<const KeySnapshot> snapshot_;
};

}  // namespace belay::auth

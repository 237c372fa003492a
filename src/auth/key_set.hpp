// All keys that tokens may be signed with now: the configured ones, and those fetched from JWKS addresses,
// which are fetched again regularly.
//
// It has two halves. Verification reads a snapshot, which is immutable, shared, and available on any thread.
// The code that changes the snapshot runs on one loop, the home loop: the addresses (auth/jwks_address.hpp),
// each with its own schedule, and the reload on SIGHUP.
//
// A token whose key is missing causes a search. The search waits for the fetches that may bring the key, at
// most for the time of one fetch. If no fetch is allowed yet, the search returns when to retry. Tokens whose
// key is present never wait.
//
// Owned by app/. start(), stop(), replace() and destruction happen on the home loop, or before or after it
// runs. stop() ends all waiting searches.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "auth/config.hpp"
#include "auth/jwks_address.hpp"
#include "auth/key.hpp"
#include "auth/key_fetcher.hpp"
#include "base/function.hpp"
#include "base/loop.hpp"
#include "base/thread_pool.hpp"

namespace belay::auth {

struct KeySnapshot {
  std::vector<Key> keys;
  std::uint64_t generation = 0;  // increases with every change
  bool has_addresses = false;
  // The keys of some address have never arrived. So a token that fits none of the present keys may still be
  // valid.
  bool incomplete = false;
};

// Describes the search for the key of a token that fits no key of a snapshot.
struct KeyQuery {
  Kid kid;
  std::string issuer;                  // the token's `iss`; empty: none
  std::uint64_t generation = 0;        // of the keys that were already tried
  std::optional<std::uint64_t> asked;  // set by the first search: how many fetches had begun by then
};

struct KeySearch {
  enum class Outcome {
    changed,  // the keys have changed: try them
    absent,   // no address has the key
    later,    // an address may have it, and may be fetched again after retry_after
  };
  Outcome outcome = Outcome::absent;
  Milliseconds retry_after{0};
  std::uint64_t asked = 0;  // for the next search of the same token
};

class KeySet {
 public:
  // Reports what an operator should know: keys that arrived, a fetch that failed. Called on the home loop.
  using Notice = std::function<void(const std::string& text)>;

  // Reads files and variables now; the error lists everything that is wrong. Addresses are fetched after
  // start().
  static Result<std::unique_ptr<KeySet>> open(const Config& config, Loop& home, KeyFetcher* fetcher,
                                              Notice notice);
  ~KeySet();

  void start();
  void stop();
  // Switches to the keys of another configuration, whose files and variables were already read
  // (load_configured_keys()). Tokens of keys that are not in it are rejected from now on, including cached
  // ones. Addresses that are in both configurations keep their keys. All addresses are fetched.
  void replace(const Config& config, std::vector<Key> configured);
  // Copies the settings that replace() uses from `fresh` to `running`, the configuration of the running
  // server. The other settings take effect at the next restart.
  static void take_reloadable_part(Config& running, const Config& fresh);

  // Any thread.
  std::shared_ptr<const KeySnapshot> snapshot() const;
  // Any loop.
  Awaitable<KeySearch> search(Loop& loop, KeyQuery query);

 private:
  struct Waiter {
    KeyQuery query;
    UniqueFunction<void(KeySearch)> done;
  };

  KeySet(const Config& config, Loop& home, KeyFetcher* fetcher, Notice notice);
  std::unique_ptr<JwksAddress> make_address(const KeySource& source);
  void ask(Waiter waiter);
  std::optional<KeySearch> look(const KeyQuery& query);
  void fetch_ended(bool changed);
  void review_waiters();
  void publish();

  Config config_;
  Loop& home_;
  KeyFetcher* const fetcher_;
  const Notice notice_;
  std::vector<Key> configured_;
  std::uint64_t fetches_ = 0;
  std::vector<std::unique_ptr<JwksAddress>> addresses_;
  std::vector<Waiter> waiting_;
  bool started_ = false;
  bool stopped_ = false;

  mutable std::mutex snapshot_mutex_;
  std::shared_ptr<const KeySnapshot> snapshot_;
};

}  // namespace belay::auth

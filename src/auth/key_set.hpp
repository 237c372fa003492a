// All keys that tokens may be signed with now: those of the configuration, and those fetched from JWKS
// addresses, kept fresh.
//
// Two halves. What verification reads is a snapshot, immutable and shared, taken by any thread. What changes
// it lives on one loop, the home loop: the addresses (auth/jwks_address.hpp), each with its own times, and
// what SIGHUP brings. A token whose key is not there searches for it: it waits for the fetches that may bring
// the key, for one fetch's time at most, and is told when to come back where no fetch is allowed yet. Tokens
// whose key is there wait for nothing.
//
// Owned by app/. start(), stop(), replace() and destruction happen on the home loop (or before and after it
// runs); stop() lets everybody go who waits.
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
#include "base/workers.hpp"

namespace belay::auth {

struct KeySnapshot {
  std::vector<Key> keys;
  std::uint64_t generation = 0;  // grows with every change
  bool has_addresses = false;
  // The keys of an address have never arrived: a token that fits none of those that are here may still be
  // good.
  bool incomplete = false;
};

// What a token that fits no key of a snapshot looks for.
struct KeyQuery {
  Kid kid;
  std::string issuer;                  // what the token says; empty: nothing
  std::uint64_t generation = 0;        // of the keys that were tried
  std::optional<std::uint64_t> asked;  // set by the first search: when the token came, in fetches
};

struct KeySearch {
  enum class Outcome {
    changed,  // there are other keys: try them
    absent,   // no address has the key
    later,    // one may have it, and may be asked again after retry_after
  };
  Outcome outcome = Outcome::absent;
  Milliseconds retry_after{0};
  std::uint64_t asked = 0;  // for the next search of the same token
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
  // The keys of another configuration, its files and variables read (load_configured_keys()). Tokens of keys
  // that are not in it are refused from now on, cached ones too. Addresses that are in both keep their keys,
  // and all are fetched.
  void replace(const Config& config, std::vector<Key> configured);
  // Takes of a fresh configuration what replace() reads, into the one that the server runs with. The rest of
  // it waits for a restart.
  static void take_live_part(Config& running, const Config& fresh);

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

// One JWKS address: the keys that were fetched from it, and when they are fetched again.
//
//   start ─▶ fetch ─┬▶ succeeded:  the next fetch is after jwks_refresh. It is sooner when a token names an
//                   │              unknown key, but not within jwks_cooldown.
//                   └▶ failed:     the next fetch is after jwks_retry_delay. The delay doubles with each
//                                  failure, up to jwks_max_retry_delay, whether tokens need keys or not.
//
// A fetch fails if it returns an error, or a key set that is empty or invalid. The existing keys are then
// kept for as long as the issuer is unavailable, so an outage signs nobody out. A key that is missing in a
// valid set is removed at once.
//
// Addresses are independent of each other: a slow or unavailable address does not delay the tokens of another
// issuer. Owned by the key set; lives on the key set's home loop.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "auth/config.hpp"
#include "auth/key.hpp"
#include "auth/key_fetcher.hpp"
#include "base/loop.hpp"
#include "base/timer_wheel.hpp"

namespace belay::auth {

// The key id that a token names. Nothing: the token names no key.
using Kid = std::optional<std::string>;

class JwksAddress {
 public:
  // The maximum number of remembered kids that a fetch did not find (absent), and of kids whose keys were
  // removed (retired). They are remembered so that their tokens are rejected without another fetch. So a
  // client that was asked to retry later gets a definite answer.
  static constexpr std::size_t kMaxAbsentKids = 256;
  static constexpr std::size_t kMaxRetiredKids = 64;

  struct Parts {
    Loop& home;
    KeyFetcher& fetcher;
    std::uint64_t& fetches;  // number of fetches started by all addresses; used to number them
    std::function<void(const std::string& text)> notice;
    // Called when a fetch has ended, with whether it changed the keys.
    std::function<void(bool changed)> ended;
  };

  JwksAddress(Parts parts, const Config& config, const KeySource& source);

  const std::string& url() const { return source_.jwks_url; }
  const std::vector<Key>& keys() const { return keys_; }
  bool has_key(std::string_view kid) const;
  bool has_arrived() const { return !body_.empty(); }
  // Whether tokens of that issuer may be signed with this address's keys. `issuer` is the token's `iss`;
  // empty: it has none.
  bool may_sign_for(std::string_view issuer) const;

  // Starts the first fetch, or an additional one before the next is due.
  void fetch();
  // Changes the settings of the same address. The existing keys are parsed again under the new settings.
  void configure(const Config& config, const KeySource& source);

  // What is known about a key that is not in keys().
  enum class Standing {
    absent,    // the issuer has no such key
    fetching,  // a fetch that may bring it is in progress
    unknown,   // it may have been published since the last fetch; the next fetch is at next_fetch()
  };
  // May start a fetch. `asked` is the number of fetches that had been started when the token arrived. A fetch
  // with a higher number has seen all keys that the issuer had published when the token arrived.
  Standing look_for(const Kid& kid, std::uint64_t asked);
  SteadyTime next_fetch() const { return next_fetch_; }
  // Whether a key of that name existed here and was removed.
  bool has_retired(const Kid& kid) const;

 private:
  void take(Result<std::string> body);
  void replace_keys(std::vector<Key> keys);
  void note_absent(bool changed);
  bool has_seen(std::uint64_t asked) const { return arrived_fetch_ > asked; }
  void fail(const Error& why);
  void plan(Milliseconds after);
  Milliseconds retry_delay() const;
  Result<std::vector<Key>> parse(const std::string& body) const;

  Parts parts_;
  Config config_;
  KeySource source_;
  std::shared_ptr<const TokenTerms> terms_;
  Timer timer_;
  std::vector<Key> keys_;
  std::string body_;  // the JWKS that keys_ came from; empty until the first fetch succeeded
  bool fetching_ = false;
  std::uint64_t fetch_ = 0;          // number of the newest fetch
  std::uint64_t arrived_fetch_ = 0;  // number of the newest fetch that succeeded
  unsigned failures_ = 0;            // consecutive failures
  std::string last_failure_;
  SteadyTime last_end_{};
  SteadyTime next_fetch_{};
  std::set<Kid> wanted_;  // asked for since the newest fetch began
  std::set<Kid> sought_;  // asked for before the newest fetch began
  std::set<Kid> absent_;  // not found by the newest fetch that succeeded
  std::deque<std::string> retired_;
  // Fetches hold a weak reference, so that they notice when the address was destroyed.
  std::shared_ptr<JwksAddress*> alive_;
};

}  // namespace belay::auth

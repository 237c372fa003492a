// One JWKS address: the keys that came from it, and when they are fetched again.
//
//   start ─▶ fetch ─▶ arrived:  the next one after jwks_refresh; sooner when a token names an unknown key,
//   but not
//                 │             within jwks_cooldown
//                 └▶ failed:    the next one after jwks_retry_delay, then twice as long each time, up to
//                               jwks_max_retry_delay, whether anybody asks or not
//
// A fetch that fails, or brings a set that is empty or broken, leaves the keys in place for as long as the
// issuer is away: nobody is signed out by that. A key that a good set no longer holds is gone at once.
//
// Addresses are independent of each other: one that is slow or gone delays no token of another issuer. Owned
// by the key set; lives on its home loop.
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

// Nothing: the token names no key.
using Kid = std::optional<std::string>;

class JwksAddress {
 public:
  // Kids that a fetch has looked for in vain, and kids that were taken out: remembered, so that their tokens
  // are known to be bad without another fetch. Whoever was told to come back finds an answer.
  static constexpr std::size_t kMostAbsentKids = 256;
  static constexpr std::size_t kMostRetiredKids = 64;

  struct Parts {
    Loop& home;
    KeyFetcher& fetcher;
    std::uint64_t& fetches;  // begun by all addresses: numbers them
    std::function<void(const std::string& text)> notice;
    // A fetch is over; whether it changed the keys.
    std::function<void(bool changed)> ended;
  };

  JwksAddress(Parts parts, const Config& config, const KeySource& source);

  const std::string& url() const { return source_.jwks_url; }
  const std::vector<Key>& keys() const { return keys_; }
  bool has_key(std::string_view kid) const;
  bool has_arrived() const { return !body_.empty(); }
  // Whether tokens of that issuer may be signed with its keys. `issuer` is what the token says; empty:
  // nothing.
  bool may_sign_for(std::string_view issuer) const;

  // The first fetch, or another one although no time for it has come.
  void fetch();
  // New settings, the same address. The keys that are there are read again under them.
  void configure(const Config& config, const KeySource& source);

  // What is known of a key that is not in keys().
  enum class Standing {
    absent,    // the issuer has no such key
    fetching,  // a fetch is under way that may bring it
    unknown,   // it may have come since the last fetch; the next one is at next_fetch()
  };
  // May begin a fetch. `asked` is how many fetches had begun when the token came: a later one has seen all
  // that the token's issuer knew.
  Standing look_for(const Kid& kid, std::uint64_t asked);
  SteadyTime next_fetch() const { return next_fetch_; }
  // A key of that name was here and was taken out.
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
  std::string body_;  // that they came in; empty until the first has arrived
  bool fetching_ = false;
  std::uint64_t fetch_ = 0;          // the number of the newest one
  std::uint64_t arrived_fetch_ = 0;  // of the newest one that succeeded
  unsigned failures_ = 0;            // in a row
  std::string last_failure_;
  SteadyTime last_end_{};
  SteadyTime next_fetch_{};
  std::set<Kid> wanted_;  // asked for since the newest fetch began
  std::set<Kid> sought_;  // asked for before it began
  std::set<Kid> absent_;  // looked for in vain by the newest one that succeeded
  std::deque<std::string> retired_;
  // Fetches hold it weakly: they find it gone when the address is.
  std::shared_ptr<JwksAddress*> alive_;
};

}  // namespace belay::auth

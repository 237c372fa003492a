// A tier decides what a user may do. The tiers are one ordered list (requirement X15). They are compared by
// rank, never by name.
//
// Pure, immutable after make(), read by every thread. A user's tier comes from the token's claim, else from
// the store, else it is the lowest tier. A claim that names no tier of the list also gives the lowest tier,
// and not an error: a token must not lock out its user because of a plan that this server does not know. The
// result reports this, for the log.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "policy/config.hpp"

namespace belay::policy {

struct Tier {
  std::size_t rank = 0;  // 0 is the lowest
  friend auto operator<=>(const Tier&, const Tier&) = default;
};

class Tiers {
 public:
  // Fails with `invalid_request` if a name is empty, too long or used twice, or if an alias names no tier.
  static Result<Tiers> make(const TiersConfig& config);

  // Finds a tier by name or alias, in any letter case.
  std::optional<Tier> find(std::string_view name) const;
  // The name from the configuration, in lower case.
  const std::string& name(Tier tier) const { return names_[tier.rank]; }
  Tier lowest() const { return {0}; }
  Tier highest() const { return {names_.size() - 1}; }

  struct Resolved {
    Tier tier;
    bool unknown = false;  // the claim or the store named something that is not a tier
  };
  // An empty string means: not known.
  Resolved resolve(std::string_view claimed, std::string_view stored) const;

  // The error when something needs a higher tier. Its text names the tier: "This needs the pro tier or a
  // higher one; yours is basic."
  Error needs(Tier wanted, Tier has) const;

 private:
  std::vector<std::string> names_;
  std::vector<std::pair<std::string, Tier>> aliases_;
};

// Whether a tier may use a model (requirement C4). `model_tier` is the lowest tier that may use it; an empty or
// unknown name allows everybody. Fails with `forbidden`, naming the required tier.
Result<> may_use_model(const Tiers& tiers, Tier tier, std::string_view model_tier);

}  // namespace belay::policy

// What a user may do hangs on a tier: one ordered list (requirement X15), compared by rank, never by name.
//
// Pure, immutable after make(), read by every thread. A tier comes from the token's claim, else from the
// store, else it is the lowest. A claim that names no tier of the list makes the lowest too, not an error: a
// token must not lock its user out over a plan that this server has not heard of. The result says so, for the
// log.
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
  // Fails with `invalid_request` when a name is empty or too long, stands twice, or an alias names no tier.
  static Result<Tiers> make(const TiersConfig& config);

  // By name or alias, in any letter case.
  std::optional<Tier> find(std::string_view name) const;
  // As the configuration writes it, in lower case.
  const std::string& name(Tier tier) const { return names_[tier.rank]; }
  Tier lowest() const { return {0}; }
  Tier highest() const { return {names_.size() - 1}; }

  struct Resolved {
    Tier tier;
    bool unknown = false;  // something was claimed, or stored, that is no tier
  };
  // Empty: not known.
  Resolved resolve(std::string_view claimed, std::string_view stored) const;

  // For a thing that needs a higher tier; the text names it: "This needs the pro tier or a higher one; yours
  // is basic."
  Error needs(Tier wanted, Tier has) const;

 private:
  std::vector<std::string> names_;
  std::vector<std::pair<std::string, Tier>> aliases_;
};

}  // namespace belay::policy

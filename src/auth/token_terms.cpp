#include "auth/token_terms.hpp"

namespace belay::auth {

TokenTerms terms_of(const Config& config, const KeySource& source) {
  TokenTerms terms{source.issuer.empty() ? config.issuer : source.issuer,
                   source.audience.empty() ? config.audience : source.audience, config.user_claim,
                   config.tier_claim, config.roles_claim};
  if (source.any_issuer) terms.issuer.clear();
  if (source.any_audience) terms.audience.clear();
  return terms;
}

}  // namespace belay::auth

// What a token must say to be accepted with a key, and which of its claims say who is asking. Each key has
// its terms, so that one issuer's key never signs another issuer's tokens.
#pragma once

#include <string>

#include "auth/config.hpp"

namespace belay::auth {

struct TokenTerms {
  std::string issuer;    // empty: not checked
  std::string audience;  // empty: not checked
  std::string user_claim;
  std::string tier_claim;
  std::string roles_claim;
};

// Those of a source's keys: its own issuer and audience, else the ones that hold for all.
TokenTerms terms_of(const Config& config, const KeySource& source);

}  // namespace belay::auth

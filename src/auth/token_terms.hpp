// What a token must contain to be accepted with a key, and which of its claims name the caller. Each key has
// its own terms, so that one issuer's key never signs another issuer's tokens.
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

// The terms of a source's keys: the source's own issuer and audience if set, otherwise those of the
// configuration.
TokenTerms terms_of(const Config& config, const KeySource& source);

}  // namespace belay::auth

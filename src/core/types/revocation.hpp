// A revocation: an operator has ended the access of a user or of one token (requirement X19).
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace belay {

struct RevocationKey {
  enum class Kind : std::uint8_t {
    user = 1,  // `name` is the user. Concerns all tokens that were issued before `Revocation::since`
    token = 2  // `name` is the token's `jti`
  };
  Kind kind = Kind::user;
  std::string name;

  friend auto operator<=>(const RevocationKey&, const RevocationKey&) = default;
};
constexpr std::string_view to_string(RevocationKey::Kind kind) {
  return kind == RevocationKey::Kind::user ? "user" : "token_id";
}

struct Revocation {
  RevocationKey key;
  WallTime since;
  WallTime expires;        // it has no effect from then on
  std::string reason;      // for operators; may be empty
  std::string revoked_by;  // the operator

  friend bool operator==(const Revocation&, const Revocation&) = default;
};

}  // namespace belay

// The accepted signature algorithms (RFC 7518, section 3.1; RFC 8037 for EdDSA, with Ed25519 only). A key has
// exactly one.
#pragma once

#include <optional>
#include <string_view>

namespace belay::auth {

enum class Algorithm { hs256, rs256, ps256, es256, eddsa };

// For error messages.
inline constexpr std::string_view kAlgorithmNames = "HS256, RS256, PS256, ES256 or EdDSA";

// "HS256": exact spelling, as in a token's header. "Ed25519" is the name that RFC 9864 gives to EdDSA with
// that curve.
std::optional<Algorithm> algorithm_from(std::string_view name);
std::string_view to_string(Algorithm algorithm);

}  // namespace belay::auth

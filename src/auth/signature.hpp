// The signature of a token (JWS compact serialization, RFC 7515) and what stands before it. The only files
// that talk to libcjose about tokens.
//
// read_header() is cheap and is done on the loop. check_signature() is cheap for HS256 (some microseconds:
// done on the loop too); for the others it is the expensive step (30 to 300 µs) and belongs on a worker. Both
// are pure and thread-safe: keys are only read.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "auth/key.hpp"
#include "base/result.hpp"

namespace belay::auth {

struct TokenHeader {
  Algorithm algorithm;
  std::optional<std::string> kid;
};

// Checks the form: three parts of base64url, a header with a supported `alg` and no `crit`, a signature of
// the algorithm's length. Header members that point to keys (jwk, jku, x5c, x5u) are never followed. Fails
// with `unauthenticated`.
Result<TokenHeader> read_header(std::string_view token);

// What the token says, although nobody has looked at the signature: good for nothing but to tell that a token
// would be refused whatever key signed it.
std::optional<std::string> unverified_payload(std::string_view token);

// The payload, if one of the keys signed the token; a key whose algorithm is not the token's is never tried.
// read_header() has accepted the token.
std::optional<std::string> check_signature(const std::string& token, std::span<const Key> keys);

// A token: header and payload signed by the key. The key can_sign. Fails with `internal` when the library
// does.
Result<std::string> sign(std::string_view payload, const Key& key);

}  // namespace belay::auth

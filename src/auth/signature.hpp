// Parses a token's header and checks its signature (JWS compact serialization, RFC 7515). signature.hpp and
// signature.cpp are the only files that use libcjose for tokens.
//
// read_header() is cheap and is done on the loop. check_signature() is also cheap for HS256 (some
// microseconds), and then done on the loop. For the other algorithms it is expensive (30 to 300 µs) and
// belongs on the thread pool. Both functions are pure and thread-safe: keys are only read.
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

// Checks the form: three parts in base64url, a header with a supported `alg` and no `crit`, and a signature
// of the algorithm's length. Header members that point to keys (jwk, jku, x5c, x5u) are never followed. Fails
// with `unauthenticated`.
Result<TokenHeader> read_header(std::string_view token);

// The token's payload, although its signature was not checked. Use it only to find out that a token would be
// rejected whatever key signed it.
std::optional<std::string> unverified_payload(std::string_view token);

// The payload, if one of the keys signed the token. A key of another algorithm than the token's is never
// tried. read_header() must have accepted the token.
std::optional<std::string> check_signature(const std::string& token, std::span<const Key> keys);

// Makes a token: header and payload, signed by the key. The key must have can_sign. Fails with `internal`
// when the library fails.
Result<std::string> sign(std::string_view payload, const Key& key);

}  // namespace belay::auth

// A key that tokens are verified with (or, with its private half, signed with), and how it is read from PEM,
// JWK, JWKS and secrets.
//
// The algorithm belongs to the key (RFC 8725, section 3.1): it follows from the configuration, else from the
// JWK's `alg`, else from the kind of key, and a token that names another one is refused. So a public RSA key
// can never serve as an HMAC secret. Read once, then immutable; shared by all threads. Formats: RFC 7517
// (JWK, JWKS), RFC 7518 and RFC 8037 (parameters), PEM as OpenSSL reads it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/algorithm.hpp"
#include "auth/config.hpp"
#include "auth/ed25519.hpp"
#include "auth/token_terms.hpp"
#include "base/result.hpp"

struct _cjose_jwk_int;  // cjose_jwk_t of <cjose/jwk.h>

namespace belay::auth {

inline constexpr std::size_t kLeastSecretBytes = 32;  // RFC 7518, section 3.2: as long as the hash
inline constexpr std::size_t kMostSecretBytes = 4096;
inline constexpr std::size_t kLeastRsaBits = 2048;  // RFC 7518, section 3.3
inline constexpr std::size_t kMostRsaBits = 8192;   // beyond it a signature check takes too long
inline constexpr std::size_t kMostKeysInASet = 64;
inline constexpr std::size_t kMostKidBytes = 256;
inline constexpr std::size_t kMostKeyFileBytes = 262'144;

struct Key {
  std::string kid;  // may be empty
  Algorithm algorithm = Algorithm::hs256;
  bool can_sign = false;                // the private half, or a secret
  std::shared_ptr<_cjose_jwk_int> jwk;  // for all algorithms but EdDSA
  Ed25519Key ed25519;                   // for EdDSA
  // What tokens of this key must say. Set where keys are loaded from a configuration.
  std::shared_ptr<const TokenTerms> terms;
  bool fetched = false;  // from an address: the next fetch may replace it
};

enum class KeyUse { verify, sign };

// Whether what is neither PEM nor JSON is taken for a secret when no algorithm is configured. Not from files:
// a public key in binary form, given by mistake, would become a secret that everybody knows.
enum class BareSecret { accepted, refused };

struct KeyText {
  std::string_view text;               // PEM, a JWK, a JWKS, or a secret
  std::string where;                   // for errors: the file's or the variable's name
  std::optional<Algorithm> algorithm;  // from the configuration
  std::string kid;                     // for a key whose format has none
  KeyUse use = KeyUse::verify;
  BareSecret bare_secret = BareSecret::accepted;
};

// All keys in the text, at least one. A key that cannot be used is an error here; in a set, keys meant for
// something else (encryption, other algorithms) are left out.
Result<std::vector<Key>> parse_keys(const KeyText& text);

// A set as it came from an address: as above, but secrets are left out too, for they would be public. Without
// terms.
Result<std::vector<Key>> parse_fetched_keys(std::string_view json, const KeySource& source);

// Reads source.file or source.env. Blocks.
Result<std::vector<Key>> load_keys(const KeySource& source, KeyUse use = KeyUse::verify);

// The keys of all files and variables that the configuration names, with their terms, and all that is wrong
// with them: each problem's `field` names the setting. Blocks; any thread.
struct LoadedKeys {
  std::vector<Key> keys;
  std::vector<Error> problems;
};
LoadedKeys load_configured_keys(const Config& config);

}  // namespace belay::auth

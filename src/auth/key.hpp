// A key that verifies tokens (or signs them, if it has its private half), and how it is read from PEM, JWK,
// JWKS and secrets.
//
// The algorithm belongs to the key (RFC 8725, section 3.1). It comes from the configuration; otherwise from
// the JWK's `alg`; otherwise from the kind of key. A token that names another algorithm is rejected. So a
// public RSA key can never be used as an HMAC secret. A key is read once, then immutable and shared by all
// threads. Formats: RFC 7517 (JWK, JWKS), RFC 7518 and RFC 8037 (parameters), PEM as OpenSSL reads it.
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

inline constexpr std::size_t kMinSecretBytes = 32;  // RFC 7518, section 3.2: as long as the hash
inline constexpr std::size_t kMaxSecretBytes = 4096;
inline constexpr std::size_t kMinRsaBits = 2048;  // RFC 7518, section 3.3
inline constexpr std::size_t kMaxRsaBits = 8192;  // above this, a signature check takes too long
inline constexpr std::size_t kMaxKeysPerSet = 64;
inline constexpr std::size_t kMaxKidBytes = 256;
inline constexpr std::size_t kMaxKeyFileBytes = 262'144;

struct Key {
  std::string kid;  // may be empty
  Algorithm algorithm = Algorithm::hs256;
  bool can_sign = false;                // has the private half, or is a secret
  std::shared_ptr<_cjose_jwk_int> jwk;  // for all algorithms but EdDSA
  Ed25519Key ed25519;                   // for EdDSA
  // What tokens of this key must contain. Set where keys are loaded from a configuration.
  std::shared_ptr<const TokenTerms> terms;
  bool fetched = false;  // from a JWKS address: the next fetch may replace it
};

enum class KeyUse { verify, sign };

// When no algorithm is configured: whether a text that is neither PEM nor JSON is accepted as a secret. It is
// not accepted from files: somebody might configure a public key in binary form by mistake, and it would
// become a secret that everybody knows.
enum class BareSecret { accepted, refused };

struct KeyText {
  std::string_view text;               // PEM, a JWK, a JWKS, or a secret
  std::string where;                   // for errors: the name of the file or variable
  std::optional<Algorithm> algorithm;  // from the configuration
  std::string kid;                     // for a key whose format has no kid
  KeyUse use = KeyUse::verify;
  BareSecret bare_secret = BareSecret::accepted;
};

// All keys in the text; at least one. An unusable key is an error. From a set, keys for other purposes
// (encryption, other algorithms) are skipped.
Result<std::vector<Key>> parse_keys(const KeyText& text);

// Parses a key set that was fetched from an address. Like parse_keys(), but also skips secrets, because they
// would be public. The keys have no terms.
Result<std::vector<Key>> parse_fetched_keys(std::string_view json, const KeySource& source);

// Reads source.file or source.env. Blocks.
Result<std::vector<Key>> load_keys(const KeySource& source, KeyUse use = KeyUse::verify);

// Reads the keys of all files and variables in the configuration, with their terms. Reports all errors; each
// error's `field` names the setting. Blocks; any thread.
struct LoadedKeys {
  std::vector<Key> keys;
  std::vector<Error> problems;
};
LoadedKeys load_configured_keys(const Config& config);

}  // namespace belay::auth

// Ed25519 (RFC 8032), which libcjose does not support: makes keys from raw bytes, signs and verifies with
// OpenSSL.
//
// Pure and thread-safe: keys are only read.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_pkey_st;  // EVP_PKEY of <openssl/evp.h>

namespace belay::auth {

using Ed25519Key = std::shared_ptr<evp_pkey_st>;

inline constexpr std::size_t kEd25519KeyBytes = 32;  // of the public and of the private half
inline constexpr std::size_t kEd25519SignatureBytes = 64;

// Null when the bytes are not a valid key.
Ed25519Key ed25519_public_key(std::string_view bytes);
Ed25519Key ed25519_private_key(std::string_view bytes);
// The public half.
std::string ed25519_public_bytes(const Ed25519Key& key);

bool ed25519_verify(const Ed25519Key& key, std::string_view text, std::string_view signature);
// The key must have its private half. Nothing when the library fails.
std::optional<std::string> ed25519_sign(const Ed25519Key& key, std::string_view text);

}  // namespace belay::auth

// Reads keys in PEM with OpenSSL and converts them to a JWK (RFC 7517, RFC 7518). key.cpp then checks that
// JWK like any other.
#pragma once

#include <optional>
#include <string_view>

#include <boost/json/object.hpp>

#include "auth/key.hpp"

namespace belay::auth {

// Accepts a public key (SubjectPublicKeyInfo or PKCS#1), a certificate, or an unencrypted private key. The
// private half is read only for KeyUse::sign. Nothing when the text cannot be read. For an unsupported kind
// of key, the JWK has no `kty`; for a curve other than P-256, it has no coordinates.
std::optional<boost::json::object> jwk_from_pem(std::string_view text, KeyUse use);

}  // namespace belay::auth

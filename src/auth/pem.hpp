// Keys in PEM, read by OpenSSL and written as a JWK (RFC 7517, RFC 7518), which key.cpp checks like any
// other.
#pragma once

#include <optional>
#include <string_view>

#include <boost/json/object.hpp>

#include "auth/key.hpp"

namespace belay::auth {

// A public key (SubjectPublicKeyInfo or PKCS#1), a certificate, or an unencrypted private key; the private
// half is read only for KeyUse::sign. Nothing when it cannot be read. A key of a kind that has no JWK here
// gives one without `kty`, or, on a curve other than P-256, one without coordinates.
std::optional<boost::json::object> jwk_from_pem(std::string_view text, KeyUse use);

}  // namespace belay::auth

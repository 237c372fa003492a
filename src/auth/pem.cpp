#include "auth/pem.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "auth/base64url.hpp"
#include "auth/ed25519.hpp"

namespace belay::auth {
namespace {

namespace json = boost::json;

struct FreePkey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Pkey = std::unique_ptr<EVP_PKEY, FreePkey>;

Pkey read_pem(std::string_view text) {
  using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
  const auto open = [&] {
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free);
  };
  // Never ask for a pass phrase: an encrypted key is a failure.
  const auto no_pass_phrase = [](char*, int, int, void*) { return -1; };
  Pkey key;
  if (text.find("PRIVATE KEY-----") != std::string_view::npos) {
    key.reset(PEM_read_bio_PrivateKey(open().get(), nullptr, no_pass_phrase, nullptr));
  } else if (text.find("BEGIN CERTIFICATE-----") != std::string_view::npos) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_bio_X509(open().get(), nullptr, no_pass_phrase, nullptr), &X509_free);
    if (certificate) key.reset(X509_get_pubkey(certificate.get()));
  } else if (text.find("BEGIN RSA PUBLIC KEY-----") != std::string_view::npos) {
    EVP_PKEY* raw = nullptr;  // PKCS#1; everything else is SubjectPublicKeyInfo
    std::string der;
    unsigned char* bytes = nullptr;
    long size = 0;
    if (PEM_bytes_read_bio(&bytes, &size, nullptr, "RSA PUBLIC KEY", open().get(), no_pass_phrase, nullptr) ==
        1) {
      const unsigned char* cursor = bytes;
      raw = d2i_PublicKey(EVP_PKEY_RSA, nullptr, &cursor, size);
      OPENSSL_free(bytes);
    }
    key.reset(raw);
  } else {
    key.reset(PEM_read_bio_PUBKEY(open().get(), nullptr, no_pass_phrase, nullptr));
  }
  ERR_clear_error();
  return key;
}

// One number of a key in base64url. `size` pads it on the left, because RFC 7518 requires the coordinates of
// a curve at full length.
std::optional<std::string> number_of(const EVP_PKEY* key, const char* name, std::size_t size = 0) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  const std::unique_ptr<BIGNUM, decltype(&BN_clear_free)> number(raw, &BN_clear_free);
  std::string bytes(std::max<std::size_t>(size, static_cast<std::size_t>(BN_num_bytes(raw))), '\0');
  if (BN_bn2binpad(raw, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) < 0)
    return std::nullopt;
  return to_base64url(bytes);
}

struct Parameter {
  const char* jwk_name;
  const char* openssl_name;
};

bool add_numbers(json::object& jwk, const EVP_PKEY* key, std::span<const Parameter> parameters,
                 std::size_t size = 0) {
  for (const Parameter& parameter : parameters) {
    const auto number = number_of(key, parameter.openssl_name, size);
    if (!number) return false;
    jwk[parameter.jwk_name] = *number;
  }
  return true;
}

json::object jwk_from_rsa(const EVP_PKEY* key, KeyUse use) {
  static constexpr std::array<Parameter, 2> kPublic = {
      {{"n", OSSL_PKEY_PARAM_RSA_N}, {"e", OSSL_PKEY_PARAM_RSA_E}}};
  static constexpr std::array<Parameter, 6> kPrivate = {{{"d", OSSL_PKEY_PARAM_RSA_D},
                                                         {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
                                                         {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
                                                         {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
                                                         {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
                                                         {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1}}};
  json::object jwk{{"kty", "RSA"}};
  if (!add_numbers(jwk, key, kPublic)) return {};
  if (use == KeyUse::sign) add_numbers(jwk, key, kPrivate);
  return jwk;
}

json::object jwk_from_ec(const EVP_PKEY* key, KeyUse use) {
  static constexpr std::array<Parameter, 2> kPublic = {
      {{"x", OSSL_PKEY_PARAM_EC_PUB_X}, {"y", OSSL_PKEY_PARAM_EC_PUB_Y}}};
  static constexpr std::array<Parameter, 1> kPrivate = {{{"d", OSSL_PKEY_PARAM_PRIV_KEY}}};
  constexpr std::size_t kCoordinateBytes = 32;
  char curve[64] = {};
  if (EVP_PKEY_get_group_name(key, curve, sizeof curve, nullptr) != 1) return {};
  json::object jwk{{"kty", "EC"}, {"crv", std::string_view(curve) == "prime256v1" ? "P-256" : curve}};
  if (jwk["crv"] != "P-256") return jwk;  // with its name, for the error message
  if (!add_numbers(jwk, key, kPublic, kCoordinateBytes)) return {};
  if (use == KeyUse::sign) add_numbers(jwk, key, kPrivate, kCoordinateBytes);
  return jwk;
}

using GetRaw = int(const EVP_PKEY*, unsigned char*, std::size_t*);
std::optional<std::string> raw_half(const EVP_PKEY* key, GetRaw* get) {
  std::string bytes(kEd25519KeyBytes, '\0');
  std::size_t size = bytes.size();
  if (get(key, reinterpret_cast<unsigned char*>(bytes.data()), &size) != 1 || size != bytes.size()) {
    ERR_clear_error();
    return std::nullopt;
  }
  return to_base64url(bytes);
}

json::object jwk_from_ed25519(const EVP_PKEY* key, KeyUse use) {
  const auto public_half = raw_half(key, &EVP_PKEY_get_raw_public_key);
  if (!public_half) return {};
  json::object jwk{{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", *public_half}};
  if (use == KeyUse::sign)
    if (const auto private_half = raw_half(key, &EVP_PKEY_get_raw_private_key)) jwk["d"] = *private_half;
  return jwk;
}

}  // namespace

std::optional<json::object> jwk_from_pem(std::string_view text, KeyUse use) {
  const Pkey pkey = read_pem(text);
  if (!pkey) return std::nullopt;
  json::object jwk;
  const int kind = EVP_PKEY_get_base_id(pkey.get());
  if (kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS) jwk = jwk_from_rsa(pkey.get(), use);
  if (kind == EVP_PKEY_RSA_PSS) jwk["alg"] = "PS256";
  if (kind == EVP_PKEY_EC) jwk = jwk_from_ec(pkey.get(), use);
  if (kind == EVP_PKEY_ED25519) jwk = jwk_from_ed25519(pkey.get(), use);
  return jwk;
}

}  // namespace belay::auth

#include "auth/signature.hpp"

#include <cassert>
#include <memory>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cjose/cjose.h>
#include <fmt/format.h>
#include <openssl/err.h>

#include "auth/base64url.hpp"

namespace belay::auth {
namespace {

namespace json = boost::json;

Error refused(std::string detail) {
  return make_error(ErrorCode::unauthenticated, std::move(detail));
}

struct Parts {
  std::string_view header, payload, signature;
};

std::optional<Parts> split(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
    return std::nullopt;
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1)};
}

// RFC 7518: 32 bytes for the HMAC; 32 bytes each for r and s. For RSA it is the modulus's length, which the
// library checks. libcjose compares an HMAC before it checks the length, so the length must be checked
// before.
bool is_signature_size(Algorithm algorithm, std::size_t bytes) {
  switch (algorithm) {
    case Algorithm::hs256:
      return bytes == 32;
    case Algorithm::es256:
      return bytes == 64;
    case Algorithm::eddsa:
      return bytes == kEd25519SignatureBytes;
    case Algorithm::rs256:
    case Algorithm::ps256:
      return bytes >= kMinRsaBits / 8 && bytes <= kMaxRsaBits / 8;
  }
  return false;
}

struct FreeJws {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};
using Jws = std::unique_ptr<cjose_jws_t, FreeJws>;

bool is_signed_by(cjose_jws_t* jws, const Key& key) {
  // libcjose uses its own parse of the header. That one must agree with the key's algorithm.
  cjose_err error;
  const char* algorithm = cjose_header_get(cjose_jws_get_protected(jws), CJOSE_HDR_ALG, &error);
  return algorithm && algorithm == to_string(key.algorithm) && cjose_jws_verify(jws, key.jwk.get(), &error);
}

std::optional<std::string> check_ed25519(std::string_view token, const Key& key) {
  const auto parts = split(token);
  const auto signature = parts ? from_base64url(parts->signature) : std::nullopt;
  if (!signature || !ed25519_verify(key.ed25519, token.substr(0, token.rfind('.')), *signature))
    return std::nullopt;
  return from_base64url(parts->payload);
}

Result<std::string> sign_ed25519(std::string_view payload, const Key& key) {
  json::object header{{"alg", to_string(key.algorithm)}, {"typ", "JWT"}};
  if (!key.kid.empty()) header["kid"] = key.kid;
  std::string token = to_base64url(json::serialize(header)) + "." + to_base64url(payload);
  const auto signature = ed25519_sign(key.ed25519, token);
  if (!signature) return make_error(ErrorCode::internal, "The token could not be signed with this key.");
  return token + "." + to_base64url(*signature);
}

}  // namespace

Result<TokenHeader> read_header(std::string_view token) {
  const auto parts = split(token);
  if (!parts) return refused("The token is not a JWT: it needs three parts with a dot between them.");
  const auto header_text = from_base64url(parts->header);
  const auto signature = from_base64url(parts->signature);
  if (!header_text || header_text->empty() || !signature || parts->payload.empty() ||
      !from_base64url(parts->payload))
    return refused("The token is not a JWT: its parts must be base64url.");

  boost::system::error_code failed;
  json::parse_options options;
  options.max_depth = 8;
  const json::value document = json::parse(*header_text, failed, {}, options);
  if (failed || !document.is_object()) return refused("The token's header is not a JSON object.");
  const json::object& header = document.get_object();
  const json::value* algorithm_name = header.if_contains("alg");
  const auto algorithm = algorithm_name && algorithm_name->is_string()
                             ? algorithm_from(algorithm_name->get_string())
                             : std::nullopt;
  if (!algorithm)
    return refused(fmt::format("The token's alg is not accepted. Sign it with {}.", kAlgorithmNames));
  // RFC 7515, section 4.1.11: a token with an extension that is marked as critical and not supported must be
  // rejected. No extension is supported here.
  if (header.contains("crit")) return refused("The token's header has crit, and no extension is supported.");
  if (!is_signature_size(*algorithm, signature->size()))
    return refused("The token's signature has the wrong length.");

  TokenHeader result{*algorithm, std::nullopt};
  if (const json::value* kid = header.if_contains("kid")) {
    if (!kid->is_string() || kid->get_string().size() > kMaxKidBytes)
      return refused(fmt::format("The token's kid must be text of at most {} bytes.", kMaxKidBytes));
    result.kid = std::string(kid->get_string());
  }
  return result;
}

std::optional<std::string> unverified_payload(std::string_view token) {
  const auto parts = split(token);
  return parts ? from_base64url(parts->payload) : std::nullopt;
}

std::optional<std::string> check_signature(const std::string& token, std::span<const Key> keys) {
  cjose_err error;
  std::optional<std::string> payload;
  for (const Key& key : keys) {
    if (key.algorithm == Algorithm::eddsa) {
      payload = check_ed25519(token, key);
      if (payload) break;
      continue;
    }
    // Import the token again for each key, because a check leaves its digest in the object.
    const Jws jws(cjose_jws_import(token.data(), token.size(), &error));
    if (!jws) break;
    if (!is_signed_by(jws.get(), key)) continue;
    std::uint8_t* bytes = nullptr;  // owned by the object
    std::size_t size = 0;
    if (cjose_jws_get_plaintext(jws.get(), &bytes, &size, &error))
      payload.emplace(reinterpret_cast<const char*>(bytes), size);
    break;
  }
  ERR_clear_error();
  return payload;
}

Result<std::string> sign(std::string_view payload, const Key& key) {
  assert(key.can_sign);
  if (key.algorithm == Algorithm::eddsa) return sign_ed25519(payload, key);
  const Error failure = make_error(ErrorCode::internal, "The token could not be signed with this key.");
  cjose_err error;
  const std::unique_ptr<cjose_header_t, decltype(&cjose_header_release)> header(cjose_header_new(&error),
                                                                                &cjose_header_release);
  const std::string algorithm(to_string(key.algorithm));
  if (!header || !cjose_header_set(header.get(), CJOSE_HDR_ALG, algorithm.c_str(), &error) ||
      !cjose_header_set(header.get(), "typ", "JWT", &error))
    return failure;
  if (!key.kid.empty() && !cjose_header_set(header.get(), CJOSE_HDR_KID, key.kid.c_str(), &error))
    return failure;
  const Jws jws(cjose_jws_sign(key.jwk.get(), header.get(),
                               reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size(),
                               &error));
  const char* compact = nullptr;  // owned by the object
  if (!jws || !cjose_jws_export(jws.get(), &compact, &error)) {
    ERR_clear_error();
    return failure;
  }
  return std::string(compact);
}

}  // namespace belay::auth

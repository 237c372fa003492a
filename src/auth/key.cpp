#include "auth/key.hpp"

#include <cstdlib>
#include <fstream>
#include <map>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cjose/cjose.h>
#include <fmt/format.h>
#include <openssl/err.h>

#include "auth/base64url.hpp"
#include "auth/pem.hpp"
#include "base/setting_text.hpp"

namespace belay::auth {
namespace {

namespace json = boost::json;

Error bad_key(const std::string& where, std::string_view what) {
  return make_error(ErrorCode::invalid_request, fmt::format("The key in {}: {}", where, what), "auth.keys");
}

// ---- JWK

std::string_view text_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

// The algorithms that a key of this kind can be used for, the usual one first; empty: none that is supported.
std::vector<Algorithm> algorithms_of(const json::object& jwk) {
  const std::string_view kind = text_member(jwk, "kty");
  if (kind == "oct") return {Algorithm::hs256};
  if (kind == "RSA") return {Algorithm::rs256, Algorithm::ps256};
  if (kind == "EC" && text_member(jwk, "crv") == "P-256") return {Algorithm::es256};
  if (kind == "OKP" && text_member(jwk, "crv") == "Ed25519") return {Algorithm::eddsa};
  return {};
}

bool is_meant_for_signatures(const json::object& jwk) {
  const std::string_view use = text_member(jwk, "use");
  if (!use.empty() && use != "sig") return false;
  const json::value* operations = jwk.if_contains("key_ops");
  if (!operations || !operations->is_array()) return true;
  for (const json::value& operation : operations->get_array())
    if (operation.is_string() && (operation.get_string() == "verify" || operation.get_string() == "sign"))
      return true;
  return false;
}

Result<Algorithm> choose_algorithm(const json::object& jwk, const KeyText& from) {
  const std::vector<Algorithm> possible = algorithms_of(jwk);
  if (possible.empty())
    return bad_key(
        from.where,
        "its kind is not supported. Use oct (HS256), RSA (RS256, PS256), EC with curve P-256 (ES256) "
        "or OKP with curve Ed25519 (EdDSA).");
  const std::string_view named = text_member(jwk, "alg");
  std::optional<Algorithm> wanted = from.algorithm;
  if (!wanted && !named.empty()) {
    wanted = algorithm_from(named);
    if (!wanted)
      return bad_key(from.where, fmt::format("its alg {} is not supported. Use {}.", named, kAlgorithmNames));
  }
  if (from.algorithm && !named.empty() && algorithm_from(named) != from.algorithm)
    return bad_key(
        from.where,
        fmt::format("it says that it is for {}, but the configuration says {}. Leave alg out there.", named,
                    to_string(*from.algorithm)));
  if (!wanted) return possible.front();
  for (const Algorithm algorithm : possible)
    if (algorithm == *wanted) return algorithm;
  return bad_key(from.where, fmt::format("a key of kind {} cannot be used for {}.", text_member(jwk, "kty"),
                                         to_string(*wanted)));
}

Result<> check_strength(const json::object& jwk, const KeyText& from) {
  if (const std::string_view kind = text_member(jwk, "kty"); kind == "oct") {
    const auto secret = from_base64url(text_member(jwk, "k"));
    if (!secret) return bad_key(from.where, "its `k` is not base64url.");
    if (secret->size() < kMinSecretBytes)
      return bad_key(
          from.where,
          fmt::format(
              "the HS256 secret has {} bytes; it needs at least {}. `openssl rand -base64 48` makes one.",
              secret->size(), kMinSecretBytes));
    if (secret->size() > kMaxSecretBytes)
      return bad_key(from.where, fmt::format("the HS256 secret has more than {} bytes.", kMaxSecretBytes));
  } else if (kind == "RSA") {
    const auto modulus = from_base64url(text_member(jwk, "n"));
    if (!modulus) return bad_key(from.where, "its `n` is not base64url.");
    const std::size_t bits = modulus->size() * 8;
    if (bits < kMinRsaBits || bits > kMaxRsaBits)
      return bad_key(from.where,
                     fmt::format("an RSA key of {} bits; use {} to {}.", bits, kMinRsaBits, kMaxRsaBits));
  }
  return {};
}

// Reads the part of an Ed25519 JWK that depends on the algorithm: the bytes of the key.
Result<> import_ed25519(const json::object& jwk, const KeyText& from, Key& key) {
  const auto public_half = from_base64url(text_member(jwk, "x"));
  key.ed25519 = public_half ? ed25519_public_key(*public_half) : nullptr;
  if (!key.ed25519)
    return bad_key(from.where, fmt::format("its `x` must be {} bytes in base64url.", kEd25519KeyBytes));
  if (text_member(jwk, "d").empty()) return {};
  const auto private_half = from_base64url(text_member(jwk, "d"));
  key.ed25519 = private_half ? ed25519_private_key(*private_half) : nullptr;
  if (!key.ed25519 || ed25519_public_bytes(key.ed25519) != *public_half)
    return bad_key(from.where, "its `d` is malformed, or does not belong to its `x`.");
  key.can_sign = true;
  return {};
}

Result<> import_by_cjose(const json::object& jwk, const KeyText& from, Key& key) {
  const std::string text = json::serialize(jwk);
  cjose_err error;
  key.jwk =
      std::shared_ptr<cjose_jwk_t>(cjose_jwk_import(text.data(), text.size(), &error), cjose_jwk_release);
  ERR_clear_error();
  if (!key.jwk)
    return bad_key(from.where, "its parameters are missing, malformed, or not a point of the curve.");
  key.can_sign = text_member(jwk, "kty") == "oct" || !text_member(jwk, "d").empty();
  return {};
}

Result<Key> parse_jwk(const json::object& jwk, const KeyText& from) {
  const Result<Algorithm> algorithm = choose_algorithm(jwk, from);
  if (!algorithm) return algorithm.error();
  if (auto strong = check_strength(jwk, from); !strong) return strong.error();
  const std::string kid(text_member(jwk, "kid").empty() ? std::string_view(from.kid)
                                                        : text_member(jwk, "kid"));
  if (kid.size() > kMaxKidBytes)
    return bad_key(from.where, fmt::format("its kid is longer than {} bytes.", kMaxKidBytes));

  Key key;
  key.kid = kid;
  key.algorithm = *algorithm;
  const Result<> imported =
      key.algorithm == Algorithm::eddsa ? import_ed25519(jwk, from, key) : import_by_cjose(jwk, from, key);
  if (!imported) return imported.error();
  return key;
}

Result<std::vector<Key>> parse_set(const json::array& entries, const KeyText& from) {
  if (entries.size() > kMaxKeysPerSet)
    return bad_key(from.where,
                   fmt::format("a set of {} keys; {} is the most.", entries.size(), kMaxKeysPerSet));
  std::vector<Key> keys;
  std::optional<Error> first_failure;
  for (const json::value& entry : entries) {
    if (!entry.is_object() || !is_meant_for_signatures(entry.get_object())) continue;
    Result<Key> key = parse_jwk(entry.get_object(), from);
    if (key)
      keys.push_back(std::move(*key));
    else if (!first_failure)
      first_failure = key.error();
  }
  if (!keys.empty()) return keys;
  if (first_failure) return *first_failure;
  return bad_key(from.where, "the set holds no key for signatures.");
}

Result<json::object> parse_object(const KeyText& from) {
  boost::system::error_code failed;
  json::parse_options options;
  options.max_depth = 8;
  const json::value document = json::parse(from.text, failed, {}, options);
  if (failed || !document.is_object())
    return bad_key(from.where, "it begins like a JWK but is not a JSON object.");
  return document.get_object();
}

Result<std::vector<Key>> parse_json(const KeyText& from) {
  Result<json::object> document = parse_object(from);
  if (!document) return document.error();
  if (const json::value* entries = document->if_contains("keys"); entries && entries->is_array())
    return parse_set(entries->get_array(), from);
  if (!is_meant_for_signatures(*document))
    return bad_key(from.where, "it is not meant for signatures (`use`, `key_ops`).");
  Result<Key> key = parse_jwk(*document, from);
  if (!key) return key.error();
  return std::vector<Key>{std::move(*key)};
}

// ---- The other formats. They are converted to a JWK, so that one code path checks everything.

Result<std::vector<Key>> parse_pem(const KeyText& from) {
  if (from.algorithm == Algorithm::hs256)
    return bad_key(from.where,
                   "it is PEM, which cannot be an HS256 secret. Leave alg out, or give a random secret.");
  const auto jwk = jwk_from_pem(from.text, from.use);
  if (!jwk)
    return bad_key(from.where,
                   "the PEM cannot be read. Give an unencrypted public key, private key or certificate.");
  Result<Key> key = parse_jwk(*jwk, from);
  if (!key) return key.error();
  return std::vector<Key>{std::move(*key)};
}

Result<std::vector<Key>> parse_secret(const KeyText& from) {
  if (from.algorithm && *from.algorithm != Algorithm::hs256)
    return bad_key(from.where,
                   fmt::format("it is neither PEM nor a JWK, as {} needs.", to_string(*from.algorithm)));
  if (!from.algorithm && from.bare_secret == BareSecret::refused)
    return bad_key(from.where, "it is neither PEM nor a JWK. If it is a secret, set alg to HS256.");
  std::string_view secret = from.text;
  if (secret.ends_with('\n')) secret.remove_suffix(1);
  if (secret.ends_with('\r')) secret.remove_suffix(1);
  Result<Key> key = parse_jwk(json::object{{"kty", "oct"}, {"k", to_base64url(secret)}}, from);
  if (!key) return key.error();
  return std::vector<Key>{std::move(*key)};
}

Result<std::string> read_key_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return bad_key(describe_file(path, "`file`"),
                   "the file cannot be opened. Check its path and that the server may read it.");
  std::string text(kMaxKeyFileBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMaxKeyFileBytes)
    return bad_key(path, fmt::format("the file is over {} bytes.", kMaxKeyFileBytes));
  return text;
}

}  // namespace

Result<std::vector<Key>> parse_keys(const KeyText& text) {
  const std::size_t start = text.text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return bad_key(text.where, "it is empty.");
  Result<std::vector<Key>> keys = bad_key(text.where, "it cannot be read.");
  if (text.text.find("-----BEGIN ") != std::string_view::npos)
    keys = parse_pem(text);
  else if (text.text[start] == '{')
    keys = parse_json(text);
  else
    keys = parse_secret(text);
  if (!keys || text.use == KeyUse::verify) return keys;
  std::erase_if(*keys, [](const Key& key) { return !key.can_sign; });
  if (keys->empty())
    return bad_key(text.where, "it is a public key, which cannot sign. Give the private key or a secret.");
  return keys;
}

Result<std::vector<Key>> parse_fetched_keys(std::string_view text, const KeySource& source) {
  KeyText from{text, source.jwks_url, algorithm_from(source.alg), {}, KeyUse::verify};
  Result<json::object> document = parse_object(from);
  if (!document) return document.error();
  const json::value* entries = document->if_contains("keys");
  if (document->contains("jwks_uri"))
    return bad_key(from.where,
                   "it is an OpenID configuration. Set jwks_url to the address that it has as jwks_uri.");
  if (!entries || !entries->is_array())
    return bad_key(from.where, "it is not a JWKS: the list `keys` is missing.");
  json::array public_keys;
  for (const json::value& entry : entries->get_array())
    if (entry.is_object() && text_member(entry.get_object(), "kty") != "oct") public_keys.push_back(entry);
  return parse_set(public_keys, from);
}

Result<std::vector<Key>> load_keys(const KeySource& source, KeyUse use) {
  KeyText from{{}, source.file, algorithm_from(source.alg), source.kid, use};
  if (!source.file.empty()) {
    Result<std::string> text = read_key_file(source.file);
    if (!text) return text.error();
    from.text = *text;
    from.bare_secret = BareSecret::refused;
    return parse_keys(from);
  }
  from.where = describe_environment_variable(source.env, "`env`");
  const char* value = std::getenv(source.env.c_str());
  if (!value) return bad_key(from.where, "it is not set.");
  from.text = value;
  return parse_keys(from);
}

LoadedKeys load_configured_keys(const Config& config) {
  LoadedKeys loaded;
  std::map<std::pair<std::string, Algorithm>, std::string> named;  // value: the setting that it comes from
  for (std::size_t i = 0; i < config.keys.size(); ++i) {
    const KeySource& source = config.keys[i];
    // Skip sources with both or neither of file and env, and addresses: check() reports those errors.
    if (source.file.empty() == source.env.empty() || !source.jwks_url.empty()) continue;
    const std::string field = fmt::format("auth.keys[{}].{}", i, source.file.empty() ? "env" : "file");
    Result<std::vector<Key>> keys = load_keys(source);
    if (!keys) {
      loaded.problems.push_back(keys.error());
      loaded.problems.back().field = field;
      continue;
    }
    const auto terms = std::make_shared<const TokenTerms>(terms_of(config, source));
    for (Key& key : *keys) {
      key.terms = terms;
      if (!key.kid.empty())
        if (const auto [other, fresh] = named.try_emplace({key.kid, key.algorithm}, field); !fresh)
          loaded.problems.push_back(make_error(
              ErrorCode::invalid_request,
              fmt::format(
                  "The kid \"{}\" names two keys for {}, here and in {}. Give each key a kid of its own.",
                  key.kid, to_string(key.algorithm), other->second),
              field));
      loaded.keys.push_back(std::move(key));
    }
  }
  return loaded;
}

}  // namespace belay::auth

#include "auth/key.hpp"

#include <cstdlib>

#include <cjose/cjose.h>
#include <fmt/format.h>
#include <openssl/x509.h>

#include "auth/signature.hpp"
#include "auth/test_support.hpp"

namespace belay::auth {
namespace {

using namespace testing;

std::string jwk_of(const Key& key, bool with_private_half = false) {
  cjose_err error;
  const std::unique_ptr<char, decltype(&std::free)> text(
      cjose_jwk_to_json(key.jwk.get(), with_private_half, &error), &std::free);
  return text.get();
}

// Adds members to a JWK: `with("{\"kty\":…}", "\"alg\":\"PS256\"")`.
std::string with(std::string jwk, std::string_view members) {
  return jwk.insert(1, std::string(members) + ",");
}

std::string self_signed_certificate(const std::string& private_pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> in(BIO_new_mem_buf(private_pem.data(), -1), &BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_X509(out.get(), certificate.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string rsa_pkcs1_public(const std::string& public_pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> in(BIO_new_mem_buf(public_pem.data(), -1), &BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PUBKEY(in.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  unsigned char* der = nullptr;
  const int size = i2d_PublicKey(key.get(), &der);
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio(out.get(), "RSA PUBLIC KEY", "", der, size);
  OPENSSL_free(der);
  char* data = nullptr;
  const long length = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}

// RFC 8037, appendix A: a key and its signature.
const std::string kEd25519Jwk =
    R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
const std::string kEd25519PrivateJwk =
    R"({"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",)"
    R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
const std::string kEd25519Jws =
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-"
    "09PGcvMg3AIbQR6dWbhijcNR4"
    "ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

TEST(Key, X8Ed25519SignsAsRfc8037Shows) {
  const Key key = verifying_key(kEd25519Jwk);
  EXPECT_FALSE(key.can_sign);
  EXPECT_EQ(check_signature(kEd25519Jws, std::span(&key, 1)), "Example of Ed25519 signing");
  for (const std::size_t at : {std::size_t(25), kEd25519Jws.size() - 3}) {
    std::string changed = kEd25519Jws;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(check_signature(changed, std::span(&key, 1)), std::nullopt) << at;
  }
  EXPECT_TRUE(signing_key(kEd25519PrivateJwk).can_sign);
}

TEST(Key, X8FixesItsAlgorithm) {
  const std::string rsa = jwk_of(verifying_key(rsa_pair().public_pem));
  struct Row {
    const char* about;
    std::string text;
    std::optional<Algorithm> configured;
    Algorithm algorithm;
  };
  const Row rows[] = {
      {"a secret", kSecret, {}, Algorithm::hs256},
      {"a secret with a line end", kSecret + "\r\n", Algorithm::hs256, Algorithm::hs256},
      {"an RSA key", rsa_pair().public_pem, {}, Algorithm::rs256},
      {"an RSA key that is configured for PS256", rsa_pair().public_pem, Algorithm::ps256, Algorithm::ps256},
      {"an RSA key in PKCS#1", rsa_pkcs1_public(rsa_pair().public_pem), {}, Algorithm::rs256},
      {"a private RSA key", rsa_pair().private_pem, {}, Algorithm::rs256},
      {"a certificate", self_signed_certificate(rsa_pair().private_pem), {}, Algorithm::rs256},
      {"a P-256 key", ec_pair().public_pem, {}, Algorithm::es256},
      {"an RSA JWK", rsa, {}, Algorithm::rs256},
      {"an RSA JWK with alg", with(rsa, R"("alg":"PS256")"), {}, Algorithm::ps256},
      {"a P-256 JWK", jwk_of(verifying_key(ec_pair().public_pem)), {}, Algorithm::es256},
      {"an Ed25519 key", ed25519_pair().public_pem, {}, Algorithm::eddsa},
      {"a private Ed25519 key", ed25519_pair().private_pem, {}, Algorithm::eddsa},
      {"an Ed25519 JWK", kEd25519Jwk, {}, Algorithm::eddsa},
      {"an Ed25519 JWK with alg", with(kEd25519Jwk, R"("alg":"EdDSA")"), {}, Algorithm::eddsa},
      {"an Ed25519 JWK with the newer alg", with(kEd25519Jwk, R"("alg":"Ed25519")"), Algorithm::eddsa,
       Algorithm::eddsa},
  };
  for (const Row& row : rows) {
    const auto keys = parse(row.text, row.configured);
    ASSERT_TRUE(keys) << row.about << ": " << keys.error().detail;
    ASSERT_EQ(keys->size(), 1u) << row.about;
    EXPECT_EQ(keys->front().algorithm, row.algorithm) << row.about;
  }
}

TEST(Key, X8IsRefusedWithATextThatSaysWhatToChange) {
  const std::string rsa = jwk_of(verifying_key(rsa_pair().public_pem));
  const std::string ec = jwk_of(verifying_key(ec_pair().public_pem));
  std::string off_curve = ec;
  const std::size_t x = off_curve.find("\"x\":\"") + 5;
  off_curve[x] = off_curve[x] == 'A' ? 'B' : 'A';
  struct Row {
    const char* about;
    std::string text;
    std::optional<Algorithm> configured;
    const char* says;
  };
  const Row rows[] = {
      {"nothing", " \n", {}, "it is empty"},
      {"a short secret", "0123456789abcdef0123456789abcde", {}, "has 31 bytes; it needs at least 32"},
      {"a short secret as JWK", R"({"kty":"oct","k":"c2hvcnQ"})", {}, "has 5 bytes; it needs at least 32"},
      {"a public key as an HMAC secret", rsa_pair().public_pem, Algorithm::hs256,
       "it is PEM, which cannot be an HS256 secret"},
      {"a public JWK as an HMAC secret", rsa, Algorithm::hs256, "a key of kind RSA cannot be used for HS256"},
      {"a secret for RS256", kSecret, Algorithm::rs256, "neither PEM nor a JWK, as RS256 needs"},
      {"an RSA key for ES256", rsa_pair().public_pem, Algorithm::es256,
       "a key of kind RSA cannot be used for ES256"},
      {"alg against the configuration", with(rsa, R"("alg":"RS256")"), Algorithm::ps256,
       "it says that it is for RS256"},
      {"an unknown alg", with(rsa, R"("alg":"RS512")"), {}, "its alg RS512 is not supported"},
      {"a small RSA key", pem_pair(EVP_RSA_gen(1024)).public_pem, {}, "an RSA key of 1024 bits; use 2048"},
      {"another curve", pem_pair(EVP_EC_gen("P-384")).public_pem, {}, "kind is not supported"},
      {"another curve as JWK",
       R"({"kty":"EC","crv":"P-384","x":"AA","y":"AA"})",
       {},
       "kind is not supported"},
      {"a point off the curve", off_curve, {}, "not a point of the curve"},
      {"an Ed448 key",
       pem_pair(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448")).public_pem,
       {},
       "kind is not supported"},
      {"an X25519 key", R"({"kty":"OKP","crv":"X25519","x":"AA"})", {}, "kind is not supported"},
      {"a short Ed25519 key", R"({"kty":"OKP","crv":"Ed25519","x":"AA"})", {}, "its `x` must be 32 bytes"},
      {"halves that do not belong together",
       R"({"kty":"OKP","crv":"Ed25519","d":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",)"
       R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
       {},
       "does not belong to its `x`"},
      {"an Ed25519 key for ES256", ed25519_pair().public_pem, Algorithm::es256,
       "a key of kind OKP cannot be used for ES256"},
      {"broken PEM",
       "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
       {},
       "the PEM cannot be read"},
      {"broken JSON", "{\"kty\":", {}, "not a JSON object"},
      {"an encryption key", with(rsa, R"("use":"enc")"), {}, "not meant for signatures"},
      {"an encryption key by its operations",
       with(rsa, R"("key_ops":["encrypt"])"),
       {},
       "not meant for signatures"},
      {"an empty set", R"({"keys":[]})", {}, "holds no key for signatures"},
  };
  for (const Row& row : rows) {
    const auto keys = parse(row.text, row.configured);
    ASSERT_FALSE(keys) << row.about;
    EXPECT_NE(keys.error().detail.find(row.says), std::string::npos)
        << row.about << ": " << keys.error().detail;
    EXPECT_EQ(keys.error().detail.find(kSecret.substr(0, 31)), std::string::npos) << row.about;
  }
}

TEST(Key, SetsLeaveOutWhatIsMeantForSomethingElse) {
  const std::string rsa = jwk_of(verifying_key(rsa_pair().public_pem));
  const std::string ec = jwk_of(verifying_key(ec_pair().public_pem));
  const std::string set = fmt::format(R"({{"keys":[{},{},{},{},7]}})", with(rsa, R"("kid":"one")"),
                                      with(rsa, R"("kid":"two","use":"enc")"), with(ec, R"("kid":"three")"),
                                      R"({"kty":"OKP","crv":"Ed25519","x":"AA"})");
  const auto keys = parse(set);
  ASSERT_TRUE(keys) << keys.error().detail;
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_EQ((*keys)[0].kid, "one");
  EXPECT_EQ((*keys)[1].kid, "three");
  EXPECT_EQ((*keys)[1].algorithm, Algorithm::es256);
}

TEST(Key, SetsAreBounded) {
  std::string set = R"({"keys":[)";
  for (std::size_t i = 0; i <= kMaxKeysPerSet; ++i) set += "{},";
  set.back() = ']';
  EXPECT_NE(parse(set + "}").error().detail.find("64 is the most"), std::string::npos);
}

TEST(Key, FetchedSetsNeverBringSecrets) {
  const std::string secret = R"({"kty":"oct","k":")" + to_base64url(kSecret) + "\"}";
  EXPECT_TRUE(parse(secret));
  EXPECT_FALSE(parse_fetched_keys("{\"keys\":[" + secret + "]}", {}));
  EXPECT_FALSE(parse_fetched_keys(secret, {}));
  EXPECT_FALSE(parse_fetched_keys("<html>", {}));
  const std::string ec = jwk_of(verifying_key(ec_pair().public_pem));
  const auto mixed = parse_fetched_keys("{\"keys\":[" + secret + "," + ec + "]}", {});
  ASSERT_TRUE(mixed);
  ASSERT_EQ(mixed->size(), 1u);
  EXPECT_EQ(mixed->front().algorithm, Algorithm::es256);
}

TEST(Key, OnlyPrivateKeysAndSecretsSign) {
  EXPECT_FALSE(parse(rsa_pair().public_pem, {}, KeyUse::sign));
  EXPECT_FALSE(parse(ec_pair().public_pem, {}, KeyUse::sign));
  EXPECT_FALSE(parse(ed25519_pair().public_pem, {}, KeyUse::sign));
  EXPECT_TRUE(signing_key(kSecret).can_sign);
  const std::string private_jwk = jwk_of(signing_key(ec_pair().private_pem), true);
  for (const auto& [private_text, public_text, algorithm] :
       std::initializer_list<std::tuple<std::string, std::string, Algorithm>>{
           {rsa_pair().private_pem, rsa_pair().public_pem, Algorithm::rs256},
           {rsa_pair().private_pem, rsa_pair().public_pem, Algorithm::ps256},
           {ec_pair().private_pem, ec_pair().public_pem, Algorithm::es256},
           {ed25519_pair().private_pem, ed25519_pair().public_pem, Algorithm::eddsa},
           {kEd25519PrivateJwk, kEd25519Jwk, Algorithm::eddsa},
           {private_jwk, ec_pair().public_pem, Algorithm::es256},
           {kSecret, kSecret, Algorithm::hs256}}) {
    const auto token = sign("{}", signing_key(private_text, algorithm));
    ASSERT_TRUE(token) << to_string(algorithm);
    const Key checker = verifying_key(public_text, algorithm);
    EXPECT_EQ(check_signature(*token, std::span(&checker, 1)), "{}") << to_string(algorithm);
  }
}

TEST(Key, IsLoadedFromFilesAndVariables) {
  const TemporaryDirectory directory;
  write_file(directory / "secret", kSecret + "\n");
  KeySource file;
  file.file = (directory / "secret").string();
  file.kid = "mine";
  EXPECT_NE(load_keys(file).error().detail.find("If it is a secret, set alg to HS256"), std::string::npos);
  file.alg = "HS256";
  EXPECT_EQ(only_key(load_keys(file)).kid, "mine");
  file.file = (directory / "missing").string();
  EXPECT_NE(load_keys(file).error().detail.find("cannot be opened"), std::string::npos);
  write_file(directory / "huge", std::string(kMaxKeyFileBytes + 1, 'x'));
  file.file = (directory / "huge").string();
  EXPECT_NE(load_keys(file).error().detail.find("the file is over"), std::string::npos);

  KeySource variable;
  variable.env = "BELAY_TEST_KEY";
  ::unsetenv("BELAY_TEST_KEY");
  EXPECT_NE(load_keys(variable).error().detail.find("BELAY_TEST_KEY: it is not set"), std::string::npos);
  ::setenv("BELAY_TEST_KEY", ec_pair().public_pem.c_str(), 1);
  EXPECT_EQ(only_key(load_keys(variable)).algorithm, Algorithm::es256);
  ::unsetenv("BELAY_TEST_KEY");
}

TEST(ConfiguredKeys, X8AreReadWithAllThatIsWrongAndWhereItStands) {
  const TemporaryDirectory directory;
  write_file(directory / "short", "too short");
  write_file(directory / "public.pem", rsa_pair().public_pem);
  write_file(directory / "ec.pem", ec_pair().public_pem);
  Config config;
  const auto add = [&](KeySource source) { config.keys.push_back(std::move(source)); };
  add({.file = (directory / "ec.pem").string(), .kid = "main"});
  add({.file = (directory / "missing").string()});
  add({.file = (directory / "short").string(), .alg = "HS256"});
  add({.env = "BELAY_NO_SUCH_VARIABLE"});
  add({.file = (directory / "public.pem").string(), .alg = "ES256"});
  add({.jwks_url = "https://issuer.example/keys"});
  add({.file = (directory / "ec.pem").string(), .kid = "main"});
  const LoadedKeys loaded = load_configured_keys(config);
  const std::pair<const char*, const char*> rows[] = {
      {"auth.keys[1].file", "cannot be opened"},
      {"auth.keys[2].file", "has 9 bytes; it needs at least 32"},
      {"auth.keys[3].env", "BELAY_NO_SUCH_VARIABLE: it is not set"},
      {"auth.keys[4].file", "a key of kind RSA cannot be used for ES256"},
      {"auth.keys[6].file", "The kid \"main\" names two keys for ES256, here and in auth.keys[0].file"},
  };
  ASSERT_EQ(loaded.problems.size(), std::size(rows));
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    EXPECT_EQ(loaded.problems[i].field, rows[i].first);
    EXPECT_NE(loaded.problems[i].detail.find(rows[i].second), std::string::npos) << loaded.problems[i].detail;
  }
}

TEST(ConfiguredKeys, X8MayShareAKidWhenTheirAlgorithmsDiffer) {
  const TemporaryDirectory directory;
  write_file(directory / "rsa.pem", rsa_pair().public_pem);
  write_file(directory / "ec.pem", ec_pair().public_pem);
  Config config;
  config.keys.push_back({.file = (directory / "rsa.pem").string(), .kid = "main"});
  config.keys.push_back({.file = (directory / "ec.pem").string(), .kid = "main"});
  const LoadedKeys loaded = load_configured_keys(config);
  EXPECT_TRUE(loaded.problems.empty());
  EXPECT_EQ(loaded.keys.size(), 2u);
}

TEST(Base64Url, HasOneFormForEachValue) {
  // RFC 4648, section 10, without padding.
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xFB\xFF", "-_8"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(to_base64url(bytes), text);
    EXPECT_EQ(from_base64url(text), bytes);
  }
  for (const char* text : {"Z", "Zg==", "Zh", "Zm9", "Zm+v", "Zm/v", "Zm 9v", "Zm9v\n"})
    EXPECT_EQ(from_base64url(text), std::nullopt) << text;
}

}  // namespace
}  // namespace belay::auth

#include "auth/token_verifier.hpp"

#include <fmt/format.h>

#include "auth/test_support.hpp"

namespace belay::auth {
namespace {

using namespace testing;

class TokenVerifierTest : public VerifierFixture {
 protected:
  std::string claims(std::string_view user = "ann") {
    return fmt::format(R"({{"sub":"{}","exp":{}}})", user, clock.wall().ms / 1000 + 3600);
  }
};

TEST_F(TokenVerifierTest, X8AcceptsTokensOfAllAlgorithms) {
  add_file_key(kSecret, "HS256");
  add_file_key(rsa_pair().public_pem);
  add_file_key(rsa_pair().public_pem, "PS256");
  add_file_key(ec_pair().public_pem);
  add_file_key(ed25519_pair().public_pem);
  open();
  const WallTime now = clock.wall();
  EXPECT_EQ(verify(token_for("ann", signing_key(kSecret), now))->user, "ann");
  EXPECT_EQ(verify(token_for("bob", signing_key(rsa_pair().private_pem), now))->user, "bob");
  EXPECT_EQ(verify(token_for("cyd", signing_key(rsa_pair().private_pem, Algorithm::ps256), now))->user,
            "cyd");
  EXPECT_EQ(verify(token_for("dan", signing_key(ec_pair().private_pem), now))->user, "dan");
  EXPECT_EQ(verify(token_for("eve", signing_key(ed25519_pair().private_pem), now))->user, "eve");
}

TEST_F(TokenVerifierTest, MakesTokensThatSayWhatWasAsked) {
  config.issuer = "us";
  config.audience = "belay";
  add_file_key(kSecret, "HS256");
  open();
  TokenRequest request{"ann", "pro", {"operator"}, std::chrono::minutes(5)};
  const auto caller = verify(make_token(request, config, signing_key(kSecret), clock.wall()).value());
  ASSERT_TRUE(caller) << caller.error().detail;
  EXPECT_EQ(caller->tier, "pro");
  EXPECT_TRUE(caller->has_role("operator"));
  EXPECT_EQ(caller->expires, clock.wall() + std::chrono::minutes(5));
  request.user = "a\nb";
  EXPECT_EQ(make_token(request, config, signing_key(kSecret), clock.wall()).error().field, "user");
}

TEST_F(TokenVerifierTest, X8RefusesWhatIsNotAToken) {
  add_file_key(kSecret, "HS256");
  open();
  const std::string good = hmac_token(R"({"alg":"HS256"})", claims());
  ASSERT_TRUE(verify(good));
  const std::string signature = good.substr(good.rfind('.') + 1);
  const std::string body = good.substr(0, good.rfind('.'));
  const std::pair<std::string, const char*> rows[] = {
      {"", "not a JWT"},
      {"...", "not a JWT"},
      {"a.b", "not a JWT"},
      {good + ".x", "not a JWT"},
      {good + "=", "not a JWT"},
      {body + ".", "wrong length"},
      {body + "." + signature.substr(0, 20), "wrong length"},
      {body + "." + to_base64url(std::string(33, 'x')), "wrong length"},
      {" " + good, "not a JWT"},
      {std::string("a\0b.c.d", 7), "not a JWT"},
      {"W10." + body.substr(body.find('.') + 1) + "." + signature, "header is not a JSON object"},
      {hmac_token("{}", claims()), "alg is not accepted"},
      {hmac_token(R"({"alg":7})", claims()), "alg is not accepted"},
      {hmac_token(R"({"alg":"hs256"})", claims()), "alg is not accepted"},
      {hmac_token(R"({"alg":"HS512"})", claims()), "alg is not accepted"},
      {hmac_token(R"({"alg":"HS256","kid":7})", claims()), "kid must be text"},
      {hmac_token(R"({"alg":"HS256","crit":["exp"],"exp":1})", claims()), "has crit"},
      {hmac_token(R"({"alg":"HS256","crit":[],"b64":false})", claims()), "has crit"},
      {hmac_token(R"({"alg":"HS256"})", "[]"), "payload is not a JSON object"},
      {std::string(config.token_max_bytes + 1, 'a'), "has 8193 bytes; at most 8192"},
  };
  for (const auto& [token, says] : rows) {
    const std::string refusal = refusal_of(token);
    EXPECT_NE(refusal.find(says), std::string::npos) << token << ": " << refusal;
  }
}

TEST_F(TokenVerifierTest, X8RefusesAlgNoneInEverySpelling) {
  add_file_key(kSecret, "HS256");
  add_file_key(rsa_pair().public_pem);
  open();
  for (const char* alg : {"none", "None", "NONE", "nOnE", ""}) {
    const std::string unsigned_token =
        to_base64url(fmt::format(R"({{"alg":"{}"}})", alg)) + "." + to_base64url(claims()) + ".";
    EXPECT_NE(refusal_of(unsigned_token).find("alg is not accepted"), std::string::npos) << alg;
    EXPECT_NE(
        refusal_of(hmac_token(fmt::format(R"({{"alg":"{}"}})", alg), claims())).find("alg is not accepted"),
        std::string::npos);
  }
}

TEST_F(TokenVerifierTest, X8RefusesAPublicKeyUsedAsASecret) {
  add_file_key(rsa_pair().public_pem, {}, "k1");
  open();
  EXPECT_NE(refusal_of(hmac_token(R"({"alg":"HS256"})", claims(), rsa_pair().public_pem))
                .find("No key of this server fits"),
            std::string::npos);
  EXPECT_EQ(refusal_of(hmac_token(R"({"alg":"HS256","kid":"k1"})", claims(), rsa_pair().public_pem)),
            "The token is signed with HS256, but the key that it names is for RS256.");
}

TEST_F(TokenVerifierTest, X8RefusesAnAlgorithmThatIsNotTheKeys) {
  add_file_key(rsa_pair().public_pem, {}, "k1");
  open();
  const Key ps256 = signing_key(rsa_pair().private_pem, Algorithm::ps256, "k1");
  EXPECT_EQ(refusal_of(token_for("ann", ps256, clock.wall())),
            "The token is signed with PS256, but the key that it names is for RS256.");
}

TEST_F(TokenVerifierTest, X8RefusesWrongAndChangedSignatures) {
  add_file_key(kSecret, "HS256");
  add_file_key(rsa_pair().public_pem);
  add_file_key(ec_pair().public_pem);
  add_file_key(ed25519_pair().public_pem);
  open();
  const WallTime now = clock.wall();
  const std::string stranger = pem_pair(EVP_EC_gen("P-256")).private_pem;
  const std::string other_ed25519 = pem_pair(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")).private_pem;
  for (const std::string& token :
       {token_for("ann", signing_key("another secret of thirty-two bytes"), now),
        token_for("ann", signing_key(other_rsa_pair().private_pem), now),
        token_for("ann", signing_key(stranger), now), token_for("ann", signing_key(other_ed25519), now)})
    EXPECT_NE(refusal_of(token).find("signature does not fit"), std::string::npos);

  for (const Key& key : {signing_key(kSecret), signing_key(rsa_pair().private_pem),
                         signing_key(ec_pair().private_pem), signing_key(ed25519_pair().private_pem)}) {
    const std::string token = token_for("ann", key, now);
    ASSERT_TRUE(verify(token));
    const std::size_t first = token.find('.') + 1;
    const std::string other = token_for("bob", key, now);
    const std::size_t other_first = other.find('.') + 1;
    // Another user's claims with this signature.
    std::string swapped = token.substr(0, first) + other.substr(other_first, other.rfind('.') - other_first) +
                          token.substr(token.rfind('.'));
    EXPECT_NE(refusal_of(swapped).find("signature does not fit"), std::string::npos);
    std::string flipped = token;
    char& letter = flipped[flipped.rfind('.') + 5];
    letter = letter == 'A' ? 'B' : 'A';
    EXPECT_NE(refusal_of(flipped).find("signature does not fit"), std::string::npos);
  }
  const std::string zeros = token_for("ann", signing_key(ec_pair().private_pem), now);
  EXPECT_NE(refusal_of(zeros.substr(0, zeros.rfind('.') + 1) + to_base64url(std::string(64, '\0')))
                .find("does not fit"),
            std::string::npos);
}

TEST_F(TokenVerifierTest, X8NeverFollowsAKeyThatTheTokenBrings) {
  add_file_key(ec_pair().public_pem);
  open();
  const std::string own = R"({"alg":"HS256","jwk":{"kty":"oct","k":")" + to_base64url(kSecret) + "\"}}";
  EXPECT_NE(refusal_of(hmac_token(own, claims())).find("No key of this server fits"), std::string::npos);
  const std::string jku = R"({"alg":"ES256","jku":"https://evil.example/keys"})";
  const std::string token =
      to_base64url(jku) + "." + to_base64url(claims()) + "." + to_base64url(std::string(64, 'x'));
  EXPECT_NE(refusal_of(token).find("signature does not fit"), std::string::npos);
  EXPECT_EQ(fetcher.fetches, 0);
}

TEST_F(TokenVerifierTest, X8SaysWhenATokenExpired) {
  add_file_key(kSecret, "HS256");
  open();
  const std::string token = token_for("ann", signing_key(kSecret), clock.wall(), std::chrono::minutes(10));
  ASSERT_TRUE(verify(token));
  clock.advance(std::chrono::minutes(10) + config.leeway);
  EXPECT_EQ(refusal_of(token), "The token expired at 2026-11-18T11:16:40.000Z. Sign in again.");
}

TEST_F(TokenVerifierTest, RemembersATokenButNotPastItsEnd) {
  config.cache_time = std::chrono::hours(1);
  config.leeway = Milliseconds(0);
  add_file_key(kSecret, "HS256");
  open();
  const std::string token = token_for("ann", signing_key(kSecret), clock.wall(), std::chrono::minutes(10));
  ASSERT_TRUE(verify(token));
  clock.advance(std::chrono::minutes(10) - Milliseconds(1));
  EXPECT_TRUE(verify(token));
  clock.advance(Milliseconds(1));
  EXPECT_FALSE(verify(token));
}

TEST_F(TokenVerifierTest, ASecondUseOfATokenNeedsNoWorker) {
  add_file_key(ec_pair().public_pem);
  open();
  const std::string token = token_for("ann", signing_key(ec_pair().private_pem), clock.wall());
  ASSERT_TRUE(verify(token));
  ThreadPool none{0, 0};  // rejects everything
  TokenVerifier busy(config, *keys, none, clock);
  EXPECT_EQ(await(loop, busy.verify(loop, token)).error().code, ErrorCode::unavailable);
  // The verifier that has cached the token answers within one turn, without the thread pool.
  const auto result = begin_verify(token);
  loop.turn();
  ASSERT_TRUE(*result);
  EXPECT_EQ((**result)->user, "ann");
}

TEST_F(TokenVerifierTest, X21AnHs256TokenIsCheckedOnTheLoopAndWaitsForNoWorker) {
  add_file_key(kSecret, "HS256");
  open();
  ThreadPool none{0, 0};  // as if all threads were busy forever
  verifier = std::make_unique<TokenVerifier>(config, *keys, none, clock);
  const auto good = begin_verify(token_for("ann", signing_key(kSecret), clock.wall()));
  const auto bad =
      begin_verify(token_for("ann", signing_key("another secret of thirty-two bytes"), clock.wall()));
  loop.turn();
  ASSERT_TRUE(*good);
  EXPECT_EQ((**good)->user, "ann");
  ASSERT_TRUE(*bad);
  EXPECT_EQ((**bad).error().code, ErrorCode::unauthenticated);
}

TEST_F(TokenVerifierTest, X8AKidMayNameKeysOfSeveralAlgorithms) {
  add_file_key(rsa_pair().public_pem, {}, "main");
  add_file_key(ec_pair().public_pem, {}, "main");
  open();
  EXPECT_TRUE(verify(token_for("ann", signing_key(ec_pair().private_pem, {}, "main"), clock.wall())));
  EXPECT_TRUE(verify(token_for("ann", signing_key(rsa_pair().private_pem, {}, "main"), clock.wall())));
  EXPECT_EQ(refusal_of(token_for("ann", signing_key(ed25519_pair().private_pem, {}, "main"), clock.wall())),
            "The token is signed with EdDSA, but the key that it names is for ES256.");
}

TEST_F(TokenVerifierTest, X8EachKeyHasItsOwnIssuerAndAudience) {
  config.issuer = "https://all.example";
  config.audience = "belay";
  add_file_key(ec_pair().public_pem);
  config.keys.back().issuer = "https://one.example";
  add_file_key(rsa_pair().public_pem);
  add_file_key(ed25519_pair().public_pem);
  config.keys.back().any_issuer = config.keys.back().any_audience = true;
  open();
  const auto token = [&](const PemPair& pair, const char* issuer, const char* audience) {
    Config made;
    made.issuer = issuer;
    made.audience = audience;
    return token_for("ann", signing_key(pair.private_pem), clock.wall(), std::chrono::hours(1), made);
  };
  EXPECT_TRUE(verify(token(ec_pair(), "https://one.example", "belay")));
  EXPECT_NE(refusal_of(token(ec_pair(), "https://all.example", "belay")).find("another issuer"),
            std::string::npos);
  EXPECT_NE(refusal_of(token(ec_pair(), "https://one.example", "other")).find("another audience"),
            std::string::npos);
  EXPECT_TRUE(verify(token(rsa_pair(), "https://all.example", "belay")));
  EXPECT_NE(refusal_of(token(rsa_pair(), "https://one.example", "belay")).find("another issuer"),
            std::string::npos);
  EXPECT_TRUE(verify(token(ed25519_pair(), "https://any.example", "")));
}

TEST_F(TokenVerifierTest, WithoutAnyKeySaysWhatToConfigure) {
  open();
  EXPECT_NE(refusal_of(hmac_token(R"({"alg":"HS256"})", claims())).find("Configure auth.keys"),
            std::string::npos);
}

TEST(IdentityCacheTest, IsBoundedAndDropsTheLeastRecentlyUsed) {
  CallerCache cache(2);
  const auto hash = [](unsigned char n) {
    Sha256 value{};
    value[0] = n;
    return value;
  };
  const auto caller = [](const char* user) {
    Caller value;
    value.user = user;
    return value;
  };
  cache.put(hash(1), 1, {100}, caller("one"));
  cache.put(hash(2), 1, {100}, caller("two"));
  EXPECT_EQ(cache.find(hash(1), 1, {0})->user, "one");
  cache.put(hash(3), 1, {100}, caller("three"));
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_EQ(cache.find(hash(2), 1, {0}), std::nullopt);
  EXPECT_EQ(cache.find(hash(1), 1, {0})->user, "one");
  EXPECT_EQ(cache.find(hash(3), 1, {100}), std::nullopt);  // expired
  EXPECT_EQ(cache.find(hash(1), 2, {0}), std::nullopt);    // another generation of keys
  EXPECT_EQ(cache.size(), 0u);
}

TEST(IdentityCacheTest, OfSizeNothingHoldsNothing) {
  CallerCache cache(0);
  cache.put({}, 1, {100}, {});
  EXPECT_EQ(cache.size(), 0u);
}

TEST(KeySetTest, TellsAllThatIsWrongAtOnce) {
  ManualClock clock;
  Loop loop(0, clock);
  Config config;
  config.keys.resize(2);
  config.keys[0].file = "no/such/file";
  config.keys[1].env = "BELAY_NO_SUCH_VARIABLE";
  const auto opened = KeySet::open(config, loop, nullptr, {});
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().detail.find("no/such/file"), std::string::npos);
  EXPECT_NE(opened.error().detail.find("BELAY_NO_SUCH_VARIABLE"), std::string::npos);
}

}  // namespace
}  // namespace belay::auth

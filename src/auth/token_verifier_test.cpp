#include "auth/token_verifier.hpp"

#include <cjose/cjose.h>
#include <fmt/format.h>

#include "auth/test_support.hpp"

namespace belay::auth {
namespace {

using namespace testing;

class TokenVerifierTest : public ::testing::Test {
 protected:
  void open() {
    auto opened =
        KeySet::open(config, loop, &fetcher, [this](const std::string& text) { notices.push_back(text); });
    ASSERT_TRUE(opened) << opened.error().detail;
    keys = std::move(*opened);
    keys->start();
    verifier = std::make_unique<TokenVerifier>(config, *keys, workers, clock);
  }
  void add_file_key(std::string_view text, std::string alg = {}, std::string kid = {}) {
    KeySource source;
    source.file = (directory / fmt::format("key{}", config.keys.size()).c_str()).string();
    source.alg = std::move(alg);
    source.kid = std::move(kid);
    write_file(source.file, text);
    config.keys.push_back(std::move(source));
  }
  Result<Identity> verify(std::string token) { return await(loop, verifier->verify(loop, std::move(token))); }
  std::string refusal_of(std::string token) {
    const auto identity = verify(std::move(token));
    if (identity) return "accepted";
    EXPECT_EQ(identity.error().code, ErrorCode::unauthenticated);
    return identity.error().detail;
  }
  std::string claims(std::string_view user = "ann") {
    return fmt::format(R"({{"sub":"{}","exp":{}}})", user, clock.wall().ms / 1000 + 3600);
  }

  const TemporaryDirectory directory;
  Config config;
  ManualClock clock;
  Loop loop{0, clock};
  ScriptedFetcher fetcher;
  std::vector<std::string> notices;
  std::unique_ptr<KeySet> keys;
  std::unique_ptr<TokenVerifier> verifier;
  Workers workers{2, 64};
};

TEST_F(TokenVerifierTest, X8AcceptsTokensOfAllFourAlgorithms) {
  add_file_key(kSecret, "HS256");
  add_file_key(rsa_pair().public_pem);
  add_file_key(rsa_pair().public_pem, "PS256");
  add_file_key(ec_pair().public_pem);
  open();
  const WallTime now = clock.wall();
  EXPECT_EQ(verify(token_for("ann", signing_key(kSecret), now))->user, "ann");
  EXPECT_EQ(verify(token_for("bob", signing_key(rsa_pair().private_pem), now))->user, "bob");
  EXPECT_EQ(verify(token_for("cyd", signing_key(rsa_pair().private_pem, Algorithm::ps256), now))->user,
            "cyd");
  EXPECT_EQ(verify(token_for("dan", signing_key(ec_pair().private_pem), now))->user, "dan");
}

TEST_F(TokenVerifierTest, MakesTokensThatSayWhatWasAsked) {
  config.issuer = "us";
  config.audience = "belay";
  add_file_key(kSecret, "HS256");
  open();
  TokenRequest request{"ann", "pro", {"operator"}, std::chrono::minutes(5)};
  const auto identity = verify(make_token(request, config, signing_key(kSecret), clock.wall()).value());
  ASSERT_TRUE(identity) << identity.error().detail;
  EXPECT_EQ(identity->tier, "pro");
  EXPECT_TRUE(identity->has_role("operator"));
  EXPECT_EQ(identity->expires, clock.wall() + std::chrono::minutes(5));
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
      {std::string(config.token_most_bytes + 1, 'a'), "has 8193 bytes; at most 8192"},
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
  open();
  const WallTime now = clock.wall();
  const std::string stranger = pem_pair(EVP_EC_gen("P-256")).private_pem;
  for (const std::string& token : {token_for("ann", signing_key("another secret of thirty-two bytes"), now),
                                   token_for("ann", signing_key(other_rsa_pair().private_pem), now),
                                   token_for("ann", signing_key(stranger), now)})
    EXPECT_NE(refusal_of(token).find("signature does not fit"), std::string::npos);

  for (const Key& key :
       {signing_key(kSecret), signing_key(rsa_pair().private_pem), signing_key(ec_pair().private_pem)}) {
    const std::string token = token_for("ann", key, now);
    ASSERT_TRUE(verify(token));
    const std::size_t first = token.find('.') + 1;
    const std::string other = token_for("bob", key, now);
    const std::size_t other_first = other.find('.') + 1;
    // Somebody else's claims over this signature.
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
  add_file_key(kSecret, "HS256");
  open();
  const std::string token = token_for("ann", signing_key(kSecret), clock.wall());
  ASSERT_TRUE(verify(token));
  Workers none{0, 0};  // refuses everything
  TokenVerifier busy(config, *keys, none, clock);
  EXPECT_EQ(await(loop, busy.verify(loop, token)).error().code, ErrorCode::unavailable);
  // The one that knows the token answers within one turn, with no worker in between.
  std::optional<Result<Identity>> result;
  boost::asio::co_spawn(loop.executor(), verifier->verify(loop, token),
                        [&](std::exception_ptr, Result<Identity> identity) { result = std::move(identity); });
  loop.turn();
  ASSERT_TRUE(result);
  EXPECT_EQ((*result)->user, "ann");
}

TEST_F(TokenVerifierTest, WithoutAnyKeySaysWhatToConfigure) {
  open();
  EXPECT_NE(refusal_of(hmac_token(R"({"alg":"HS256"})", claims())).find("Configure auth.keys"),
            std::string::npos);
}

TEST(IdentityCacheTest, IsBoundedAndDropsTheLeastRecentlyUsed) {
  IdentityCache cache(2);
  const auto hash = [](unsigned char n) {
    Sha256 value{};
    value[0] = n;
    return value;
  };
  const auto identity = [](const char* user) {
    Identity value;
    value.user = user;
    return value;
  };
  cache.put(hash(1), 1, {100}, identity("one"));
  cache.put(hash(2), 1, {100}, identity("two"));
  EXPECT_EQ(cache.find(hash(1), 1, {0})->user, "one");
  cache.put(hash(3), 1, {100}, identity("three"));
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_EQ(cache.find(hash(2), 1, {0}), std::nullopt);
  EXPECT_EQ(cache.find(hash(1), 1, {0})->user, "one");
  EXPECT_EQ(cache.find(hash(3), 1, {100}), std::nullopt);  // over
  EXPECT_EQ(cache.find(hash(1), 2, {0}), std::nullopt);    // other keys
  EXPECT_EQ(cache.size(), 0u);
}

TEST(IdentityCacheTest, OfSizeNothingHoldsNothing) {
  IdentityCache cache(0);
  cache.put({}, 1, {100}, {});
  EXPECT_EQ(cache.size(), 0u);
}

// ---- Keys from an address

class JwksTest : public TokenVerifierTest {
 protected:
  static std::string jwks(const std::string& public_pem, const std::string& kid) {
    cjose_err error;
    const Key key = verifying_key(public_pem);
    const std::unique_ptr<char, decltype(&std::free)> json(cjose_jwk_to_json(key.jwk.get(), false, &error),
                                                           &std::free);
    return R"({"keys":[)" + std::string(json.get()).insert(1, "\"kid\":\"" + kid + "\",") + "]}";
  }
  void open_with_address() {
    KeySource source;
    source.jwks_url = "https://issuer.example/keys";
    config.keys.push_back(source);
    open();
    loop.turn();
  }
  std::string first_token() {
    return token_for("ann", signing_key(ec_pair().private_pem, {}, "first"), clock.wall());
  }
  std::string second_token() {
    return token_for("bob", signing_key(other.private_pem, {}, "second"), clock.wall());
  }

  const PemPair other = pem_pair(EVP_EC_gen("P-256"));
};

TEST_F(JwksTest, X8KeysAreFetchedAtStart) {
  fetcher.answer = jwks(ec_pair().public_pem, "first");
  open_with_address();
  EXPECT_EQ(fetcher.last.url, "https://issuer.example/keys");
  EXPECT_EQ(fetcher.last.timeout, config.jwks_timeout);
  EXPECT_EQ(verify(first_token())->user, "ann");
  EXPECT_EQ(fetcher.fetches, 1);
}

TEST_F(JwksTest, X8AnUnknownKeyIsFetchedButNotMoreOftenThanTheCooldownAllows) {
  fetcher.answer = jwks(ec_pair().public_pem, "first");
  open_with_address();
  fetcher.answer = jwks(other.public_pem, "second");
  EXPECT_NE(refusal_of(second_token()).find("No key of this server fits"), std::string::npos);
  EXPECT_EQ(fetcher.fetches, 1);
  clock.advance(config.jwks_cooldown);
  EXPECT_EQ(verify(second_token())->user, "bob");
  EXPECT_EQ(fetcher.fetches, 2);
  EXPECT_FALSE(verify(first_token()));  // rotated out
  EXPECT_EQ(fetcher.fetches, 2);
}

TEST_F(JwksTest, X8AKeyThatIsRotatedOutNoLongerSignsInThroughTheCache) {
  config.cache_time = std::chrono::hours(1);
  fetcher.answer = jwks(ec_pair().public_pem, "first");
  open_with_address();
  const std::string token = first_token();
  ASSERT_TRUE(verify(token));
  fetcher.answer = jwks(other.public_pem, "second");
  clock.advance(config.jwks_refresh + TimerWheel::kTick);
  loop.turn();
  loop.turn();
  EXPECT_EQ(fetcher.fetches, 2);
  EXPECT_FALSE(verify(token));
}

TEST_F(JwksTest, X8OldKeysStayWhenAFetchFails) {
  fetcher.answer = jwks(ec_pair().public_pem, "first");
  open_with_address();
  const Result<std::string> failures[] = {make_error(ErrorCode::provider_unavailable, "connection refused"),
                                          std::string("<html>502</html>"), std::string("{\"keys\":[]}")};
  for (const auto& failure : failures) {
    fetcher.answer = failure;
    clock.advance(config.jwks_refresh + TimerWheel::kTick);
    loop.turn();
    loop.turn();
    EXPECT_TRUE(verify(first_token()));
  }
  EXPECT_EQ(fetcher.fetches, 4);
  ASSERT_EQ(notices.size(), 4u);
  EXPECT_NE(notices[1].find("the 1 that are there stay: connection refused"), std::string::npos)
      << notices[1];
}

TEST_F(JwksTest, X8WithoutItsFirstKeysTheServerIsUnavailableRatherThanTheTokenBad) {
  open_with_address();
  EXPECT_EQ(verify(first_token()).error().code, ErrorCode::unavailable);
  fetcher.answer = jwks(ec_pair().public_pem, "first");
  clock.advance(config.jwks_cooldown);
  EXPECT_EQ(verify(first_token())->user, "ann");
}

TEST_F(JwksTest, AllWhoAskDuringAFetchWaitForThatOne) {
  config.jwks_most_waiting = 2;
  fetcher.hold = true;
  open_with_address();
  std::vector<Result<Identity>> results;
  for (int i = 0; i < 3; ++i)
    boost::asio::co_spawn(
        loop.executor(), verifier->verify(loop, first_token()),
        [&](std::exception_ptr, Result<Identity> identity) { results.push_back(std::move(identity)); });
  while (results.empty()) loop.turn();
  EXPECT_EQ(results[0].error().code, ErrorCode::unavailable);  // the third: two may wait
  ASSERT_EQ(fetcher.held.size(), 1u);
  fetcher.held[0](jwks(ec_pair().public_pem, "first"));
  while (results.size() < 3) {
    loop.turn();
    std::this_thread::yield();
  }
  EXPECT_EQ(results[1]->user, "ann");
  EXPECT_EQ(results[2]->user, "ann");
  EXPECT_EQ(fetcher.fetches, 1);
}

TEST_F(JwksTest, AFetchThatEndsAfterTheKeysAreGoneHarmsNobody) {
  fetcher.hold = true;
  open_with_address();
  keys.reset();
  fetcher.held.at(0)(jwks(ec_pair().public_pem, "first"));
  loop.turn();
}

TEST_F(JwksTest, ATokenOfANewKeyIsNotHeldUpByANamelessKeyOfTheSameKind) {
  add_file_key(ec_pair().public_pem);  // no kid: it may be meant by any
  fetcher.answer = jwks(rsa_pair().public_pem, "old");
  open_with_address();
  fetcher.answer = jwks(other.public_pem, "second");
  clock.advance(config.jwks_cooldown);
  EXPECT_EQ(verify(second_token())->user, "bob");
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

// Keys from JWKS addresses, with issuers that start late, are unavailable, or change their keys.
#include <fmt/format.h>

#include "auth/jwks_address.hpp"
#include "auth/test_support.hpp"

namespace belay::auth {
namespace {

using namespace testing;
using std::chrono::seconds;

constexpr const char* kOne = "https://one.example/keys";
constexpr const char* kTwo = "https://two.example/keys";

class JwksTest : public VerifierFixture {
 protected:
  void open_with_address() {
    add_address(kOne);
    open();
  }
  std::string first_token() { return token_of(ec_pair(), "first", "ann"); }
  std::string second_token() { return token_of(other, "second", "bob"); }
  std::string token_of(const PemPair& pair, const std::string& kid, const std::string& user,
                       const Config& made_for = {}) {
    return token_for(user, signing_key(pair.private_pem, {}, kid), clock.wall(), std::chrono::hours(1),
                     made_for);
  }
  std::string token_from(const char* issuer, const PemPair& pair, const std::string& kid) {
    Config made_for;
    made_for.issuer = issuer;
    return token_of(pair, kid, "ann", made_for);
  }
  std::string forged_token(const std::string& kid) { return token_of(stranger, kid, "eve"); }
  const Result<std::string> away = make_error(ErrorCode::provider_unavailable, "connection refused");
  const PemPair other = pem_pair(EVP_EC_gen("P-256"));
  const PemPair stranger = pem_pair(EVP_EC_gen("P-256"));
  const std::string first_set = jwks(ec_pair().public_pem, "first");
  const std::string second_set = jwks(other.public_pem, "second");
  const std::string both_sets = jwks({{ec_pair().public_pem, "first"}, {other.public_pem, "second"}});
};

TEST_F(JwksTest, X8KeysAreFetchedAtStart) {
  fetcher.answer = first_set;
  open_with_address();
  EXPECT_EQ(fetcher.last.url, kOne);
  EXPECT_EQ(fetcher.last.timeout, config.jwks_timeout);
  EXPECT_EQ(verify(first_token())->user, "ann");
  EXPECT_EQ(fetcher.fetches, 1);
}

TEST_F(JwksTest, X8KeysOfAllKindsComeFromAnAddress) {
  fetcher.answer =
      jwks({{ec_pair().public_pem, "ec"}, {rsa_pair().public_pem, "rsa"}, {ed25519_pair().public_pem, "ed"}});
  open_with_address();
  EXPECT_TRUE(verify(token_of(ec_pair(), "ec", "ann")));
  EXPECT_TRUE(verify(token_of(rsa_pair(), "rsa", "ann")));
  EXPECT_TRUE(verify(token_of(ed25519_pair(), "ed", "ann")));
}

// ---- An issuer that starts later

TEST_F(JwksTest, X8WithoutItsFirstKeysTheServerIsUnavailableRatherThanTheTokenBad) {
  open_with_address();
  EXPECT_EQ(verify(first_token()).error().code, ErrorCode::unavailable);
  fetcher.answer = first_set;
  advance(config.jwks_retry_delay);
  EXPECT_EQ(verify(first_token())->user, "ann");
}

TEST_F(JwksTest, X8AFetchThatFailedIsTriedAgainAfterASecondThenTwiceAsLongWithoutARequest) {
  config.jwks_max_retry_delay = seconds(5);
  open_with_address();
  EXPECT_EQ(fetcher.fetches, 1);
  int expected = 1;
  for (const int wait : {1, 2, 4, 5, 5, 5}) {
    clock.advance(seconds(wait) - Milliseconds(1));
    settle(loop);
    EXPECT_EQ(fetcher.fetches, expected) << wait;
    advance(Milliseconds(1));
    EXPECT_EQ(fetcher.fetches, ++expected) << wait;
  }
  fetcher.answer = first_set;
  advance(seconds(5));
  EXPECT_TRUE(verify(first_token()));
  // A success ends the series of retries: the next fetch is at the usual time.
  fetcher.answer = away;
  advance(config.jwks_refresh);
  EXPECT_EQ(fetcher.fetches, expected + 2);
  advance(seconds(1));
  EXPECT_EQ(fetcher.fetches, expected + 3);
}

TEST_F(JwksTest, X8RetryAfterSaysWhenTheNextTryIs) {
  open_with_address();
  EXPECT_EQ(retry_after_of(first_token()), seconds(1));
  clock.advance(Milliseconds(400));
  EXPECT_EQ(retry_after_of(first_token()), Milliseconds(600));
  advance(Milliseconds(600));  // the second try; the next one is in two seconds
  EXPECT_EQ(fetcher.fetches, 2);
  EXPECT_EQ(retry_after_of(first_token()), seconds(2));
  fetcher.answer = first_set;
  advance(seconds(2));
  EXPECT_TRUE(verify(first_token())) << "who comes back then signs in";
}

TEST_F(JwksTest, X8RequestsDoNotHurryAnIssuerThatIsAway) {
  open_with_address();
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(retry_after_of(forged_token(fmt::format("k{}", i))));
  EXPECT_EQ(fetcher.fetches, 1);
}

TEST_F(JwksTest, X8WhoAsksDuringTheFirstFetchWaitsForIt) {
  fetcher.hold = true;
  open_with_address();
  const auto result = begin_verify(first_token());
  settle(loop);
  EXPECT_FALSE(*result);
  fetcher.held.at(0)(first_set);
  wait_for(*result);
  EXPECT_EQ((**result)->user, "ann");
}

TEST_F(JwksTest, X8WhoWaitsForAFetchThatFailsIsToldWhenToComeBack) {
  fetcher.hold = true;
  open_with_address();
  const auto result = begin_verify(first_token());
  settle(loop);
  fetcher.held.at(0)(away);
  wait_for(*result);
  EXPECT_EQ((**result).error().code, ErrorCode::unavailable);
  EXPECT_EQ((**result).error().retry_after, seconds(1));
}

TEST_F(JwksTest, X8AServerThatKnowsAnotherKeyServesItWhileTheIssuerIsAway) {
  add_file_key(kSecret, "HS256");
  open_with_address();
  EXPECT_TRUE(verify(token_for("ann", signing_key(kSecret), clock.wall())));
  // No address brings secrets, so this token will never be valid.
  EXPECT_NE(refusal_of(hmac_token(R"({"alg":"HS256"})", "{}", "another secret of thirty-two bytes"))
                .find("does not fit"),
            std::string::npos);
}

// ---- Rotation

TEST_F(JwksTest, X8ATokenOfANewKeyWaitsForTheFetchThatBringsIt) {
  fetcher.answer = first_set;
  open_with_address();
  fetcher.hold = true;
  advance(config.jwks_cooldown);
  const auto rotated = begin_verify(second_token());
  settle(loop);
  ASSERT_EQ(fetcher.held.size(), 1u);
  EXPECT_FALSE(*rotated);
  EXPECT_TRUE(verify(first_token())) << "known keys wait for nothing";
  fetcher.held[0](both_sets);
  wait_for(*rotated);
  EXPECT_EQ((**rotated)->user, "bob");
  EXPECT_TRUE(verify(first_token()));
}

TEST_F(JwksTest, X8AnUnknownKeyIsFetchedButNotMoreOftenThanTheCooldownAllows) {
  fetcher.answer = first_set;
  open_with_address();
  fetcher.answer = second_set;
  // The key may be new: that is no reason to sign users out.
  EXPECT_EQ(retry_after_of(second_token()), config.jwks_cooldown);
  EXPECT_EQ(fetcher.fetches, 1);
  clock.advance(seconds(4));
  EXPECT_EQ(retry_after_of(second_token()), config.jwks_cooldown - seconds(4));
  advance(config.jwks_cooldown - seconds(4));
  EXPECT_EQ(fetcher.fetches, 2) << "asked for in the meantime, fetched as soon as it is allowed";
  EXPECT_EQ(verify(second_token())->user, "bob");
  EXPECT_FALSE(verify(first_token()));  // its key was removed
  EXPECT_EQ(fetcher.fetches, 2);
}

TEST_F(JwksTest, X8ForgedKidsCauseOneFetchACooldownAndAre401) {
  fetcher.answer = first_set;
  open_with_address();
  advance(config.jwks_cooldown);
  EXPECT_NE(refusal_of(forged_token("k0")).find("No key of this server fits"), std::string::npos);
  EXPECT_EQ(fetcher.fetches, 2);
  EXPECT_NE(refusal_of(forged_token("k0")).find("No key of this server fits"), std::string::npos)
      << "looked for in vain already";
  for (int i = 1; i < 1000; ++i) EXPECT_TRUE(retry_after_of(forged_token(fmt::format("k{}", i))));
  EXPECT_EQ(fetcher.fetches, 2);
  EXPECT_TRUE(verify(first_token()));
  advance(config.jwks_cooldown);
  EXPECT_EQ(fetcher.fetches, 3);
}

TEST_F(JwksTest, X8WhoComesBackWhenToldFindsTheKeyOrThatThereIsNone) {
  fetcher.answer = first_set;
  open_with_address();
  const auto retry_after = retry_after_of(forged_token("no such key"));
  ASSERT_TRUE(retry_after);
  EXPECT_EQ(retry_after_of(second_token()), retry_after);
  EXPECT_TRUE(retry_after_of(token_of(stranger, "", "eve")));
  fetcher.answer = both_sets;
  advance(*retry_after);
  EXPECT_EQ(fetcher.fetches, 2);
  EXPECT_TRUE(verify(second_token()));
  EXPECT_NE(refusal_of(forged_token("no such key")).find("No key of this server fits"), std::string::npos);
  EXPECT_EQ(fetcher.fetches, 2);
  // The same when the fetch fails at first.
  fetcher.answer = away;
  EXPECT_TRUE(retry_after_of(forged_token("nor this")));
  advance(config.jwks_cooldown);
  EXPECT_EQ(retry_after_of(forged_token("nor this")), seconds(1));
  fetcher.answer = both_sets;
  advance(seconds(1));
  EXPECT_NE(refusal_of(forged_token("nor this")).find("No key of this server fits"), std::string::npos);
}

TEST_F(JwksTest, X8ATokenThatNoKeyWouldMakeGoodCausesNoFetch) {
  fetcher.answer = first_set;
  open_with_address();
  advance(config.jwks_cooldown);
  const std::string expired =
      token_for("eve", signing_key(stranger.private_pem, {}, "new"), clock.wall() - std::chrono::hours(3));
  EXPECT_NE(refusal_of(expired).find("expired"), std::string::npos);
  EXPECT_EQ(fetcher.fetches, 1);
}

TEST_F(JwksTest, X8NobodyWithAKnownKeyIsSignedOutWhileTheIssuerIsAway) {
  config.cache_time = Milliseconds(0);
  fetcher.answer = first_set;
  open_with_address();
  fetcher.answer = away;
  for (int hour = 0; hour < 24; ++hour) {
    advance(std::chrono::hours(1));
    EXPECT_TRUE(verify(first_token())) << hour;
  }
  // A new key cannot be distinguished from a forged one now: not 401.
  EXPECT_TRUE(retry_after_of(second_token()));
  fetcher.answer = both_sets;
  advance(config.jwks_max_retry_delay);
  EXPECT_TRUE(verify(second_token()));
}

TEST_F(JwksTest, X8OldKeysStayWhenAFetchFails) {
  fetcher.answer = first_set;
  open_with_address();
  const Result<std::string> failures[] = {make_error(ErrorCode::provider_unavailable, "connection refused"),
                                          std::string("<html>502</html>"),
                                          std::string("{\"keys\":[]}"),
                                          std::string("{}"),
                                          std::string(),
                                          first_set.substr(0, first_set.size() - 2),
                                          std::string(R"({"keys":[{"kty":"oct","k":"c2VjcmV0"}]})"),
                                          std::string(R"({"keys":[{"kty":"RSA","kid":"first"}]})"),
                                          std::string(R"({"issuer":"x","jwks_uri":"https://x/keys"})")};
  for (const auto& failure : failures) {
    fetcher.answer = failure;
    advance(config.jwks_refresh);
    EXPECT_TRUE(verify(first_token()));
  }
  EXPECT_EQ(fetcher.fetches, 10);
  EXPECT_NE(notices.at(1).find("the 1 that are there stay"), std::string::npos) << notices[1];
  EXPECT_NE(notices.at(1).find("connection refused"), std::string::npos) << notices[1];
  EXPECT_NE(notices.back().find("Set jwks_url to the address that it has as jwks_uri"), std::string::npos)
      << notices.back();
}

TEST_F(JwksTest, X8AFailureIsLoggedOnceAndSoIsItsEnd) {
  fetcher.answer = first_set;
  open_with_address();
  fetcher.answer = away;
  for (int i = 0; i < 20; ++i) advance(config.jwks_refresh);
  fetcher.answer = first_set;
  advance(config.jwks_refresh);
  ASSERT_EQ(notices.size(), 3u);
  EXPECT_NE(notices[2].find("can be fetched again"), std::string::npos) << notices[2];
}

TEST_F(JwksTest, X8AKeyThatIsRotatedOutNoLongerSignsInThroughTheCache) {
  config.cache_time = std::chrono::hours(1);
  fetcher.answer = first_set;
  open_with_address();
  const std::string token = first_token();
  ASSERT_TRUE(verify(token));
  fetcher.answer = second_set;
  advance(config.jwks_refresh);
  EXPECT_EQ(fetcher.fetches, 2);
  EXPECT_NE(refusal_of(token).find("No key of this server fits"), std::string::npos);
}

TEST_F(JwksTest, X8ATokenOfARemovedKeyIsToldToSignInAgainRatherThanToWait) {
  fetcher.answer = first_set;
  open_with_address();
  const std::string token = first_token();
  fetcher.answer = second_set;
  advance(config.jwks_refresh);
  EXPECT_NE(refusal_of(token), "accepted");  // within the cooldown
  fetcher.answer = away;
  advance(config.jwks_refresh);
  EXPECT_NE(refusal_of(token), "accepted");  // and while the issuer is unavailable
  fetcher.answer = both_sets;
  advance(config.jwks_refresh);
  EXPECT_TRUE(verify(token)) << "it may come back";
}

TEST_F(JwksTest, X8AnIssuerThatChangesAKeyUnderTheSameKidIsFollowed) {
  fetcher.answer = first_set;
  open_with_address();
  fetcher.answer = jwks(other.public_pem, "first");
  advance(config.jwks_cooldown);
  EXPECT_TRUE(verify(token_of(other, "first", "bob")));
  EXPECT_NE(refusal_of(first_token()).find("does not fit"), std::string::npos);
}

TEST_F(JwksTest, X8KeysWithoutNamesRotateToo) {
  fetcher.answer = jwks(ec_pair().public_pem, "");
  open_with_address();
  EXPECT_TRUE(verify(token_of(ec_pair(), "", "ann")));
  fetcher.answer = jwks(other.public_pem, "");
  EXPECT_TRUE(retry_after_of(token_of(other, "", "bob")));
  advance(config.jwks_cooldown);
  EXPECT_TRUE(verify(token_of(other, "", "bob")));
}

TEST_F(JwksTest, ATokenOfANewKeyIsNotHeldUpByANamelessKeyOfTheSameKind) {
  add_file_key(ec_pair().public_pem);  // has no kid: any token's kid may mean it
  fetcher.answer = jwks(rsa_pair().public_pem, "old");
  open_with_address();
  fetcher.answer = second_set;
  advance(config.jwks_cooldown);
  EXPECT_EQ(verify(second_token())->user, "bob");
}

TEST_F(JwksTest, AllWhoAskDuringAFetchWaitForThatOne) {
  config.jwks_max_waiting = 2;
  fetcher.hold = true;
  open_with_address();
  std::vector<std::shared_ptr<std::optional<Result<Caller>>>> results;
  for (int i = 0; i < 3; ++i) results.push_back(begin_verify(first_token()));
  settle(loop);
  ASSERT_TRUE(*results[2]);
  EXPECT_EQ((**results[2]).error().code, ErrorCode::unavailable);  // the third request: only two may wait
  EXPECT_TRUE((**results[2]).error().retry_after);
  ASSERT_EQ(fetcher.held.size(), 1u);
  fetcher.held[0](first_set);
  for (int i = 0; i < 2; ++i) {
    wait_for(*results[static_cast<std::size_t>(i)]);
    EXPECT_EQ((**results[static_cast<std::size_t>(i)])->user, "ann");
  }
  EXPECT_EQ(fetcher.fetches, 1);
}

TEST_F(JwksTest, AFetchThatEndsAfterTheKeysAreGoneHarmsNobody) {
  fetcher.hold = true;
  open_with_address();
  keys.reset();
  fetcher.held.at(0)(first_set);
  loop.turn();
}

TEST_F(JwksTest, WhoWaitsIsLetGoWhenTheServerStops) {
  fetcher.hold = true;
  open_with_address();
  const auto result = begin_verify(first_token());
  settle(loop);
  keys->stop();
  wait_for(*result);
  EXPECT_EQ((**result).error().code, ErrorCode::unavailable);
}

// ---- Several issuers

TEST_F(JwksTest, X8AnIssuerThatIsAwayOrSilentDelaysNobodyOfAnother) {
  add_address(kOne).issuer = "one";
  add_address(kTwo).issuer = "two";
  fetcher.answers.insert({kOne, first_set});
  fetcher.silent.insert(kTwo);
  open();
  EXPECT_TRUE(verify(token_from("one", ec_pair(), "first")));
  // The first issuer changes its keys, while the second has not answered its first fetch.
  fetcher.answers.insert_or_assign(kOne, both_sets);
  advance(config.jwks_cooldown);
  const auto rotated = begin_verify(token_from("one", other, "second"));
  const auto forged = begin_verify(token_from("one", stranger, "third"));
  const auto of_two = begin_verify(token_from("two", stranger, "third"));
  wait_for(*rotated);
  EXPECT_TRUE(**rotated);
  wait_for(*forged);
  EXPECT_FALSE(**forged);
  settle(loop);
  EXPECT_FALSE(*of_two) << "waits for its own issuer";
  fetcher.held.at(0)(away);
  wait_for(*of_two);
  EXPECT_EQ((**of_two).error().code, ErrorCode::unavailable);
  EXPECT_EQ(fetcher.fetches_of[kTwo], 1);
}

TEST_F(JwksTest, X8AnAddressThatMayBeMeantIsWaitedForOnlyUntilAnotherBringsTheKey) {
  add_address(kOne);
  add_address(kTwo);
  fetcher.answers.insert({kOne, first_set});
  fetcher.silent.insert(kTwo);
  open();
  fetcher.answers.insert_or_assign(kOne, both_sets);
  advance(config.jwks_cooldown);
  const auto result = begin_verify(second_token());
  wait_for(*result);
  EXPECT_TRUE(**result);
}

TEST_F(JwksTest, X8ATokenCausesNoFetchFromIssuersThatDidNotMakeIt) {
  add_address(kOne).issuer = "one";
  add_address(kTwo).issuer = "two";
  fetcher.answer = first_set;
  open();
  advance(config.jwks_cooldown);
  EXPECT_EQ(refusal_of(token_from("two", stranger, "new")),
            "No key of this server fits the token: check its alg (ES256), kid and iss.");
  EXPECT_EQ(refusal_of(token_from("three", stranger, "new")),
            "No key of this server fits the token: check its alg (ES256), kid and iss.");
  EXPECT_EQ(fetcher.fetches_of[kOne], 1);
  EXPECT_EQ(fetcher.fetches_of[kTwo], 2);
}

TEST_F(JwksTest, X8AKeySignsOnlyForItsOwnIssuer) {
  add_address(kOne).issuer = "one";
  add_address(kTwo).issuer = "two";
  fetcher.answers.insert({kOne, first_set});
  fetcher.answers.insert({kTwo, second_set});
  open();
  EXPECT_TRUE(verify(token_from("one", ec_pair(), "first")));
  EXPECT_NE(refusal_of(token_from("two", ec_pair(), "first")).find("another issuer"), std::string::npos);
  EXPECT_TRUE(verify(token_from("two", other, "second")));
}

// ---- SIGHUP

class ReplacedKeysTest : public JwksTest {
 protected:
  void replace() {
    LoadedKeys loaded = load_configured_keys(config);
    ASSERT_TRUE(loaded.problems.empty()) << loaded.problems.front().detail;
    keys->replace(config, std::move(loaded.keys));
    settle(loop);
  }
};

TEST_F(ReplacedKeysTest, X20AKeyFileThatWasReplacedCountsAtOnceAlsoForCachedTokens) {
  config.cache_time = std::chrono::hours(1);
  add_file_key(ec_pair().public_pem);
  open();
  const std::string old_token = token_of(ec_pair(), "", "ann");
  const std::string new_token = token_of(other, "", "ann");
  ASSERT_TRUE(verify(old_token));
  EXPECT_FALSE(verify(new_token));
  write_file(config.keys.back().file, other.public_pem);
  EXPECT_TRUE(verify(old_token)) << "until it is read again";
  replace();
  EXPECT_FALSE(verify(old_token));
  EXPECT_TRUE(verify(new_token));
}

TEST_F(ReplacedKeysTest, X20AVariableThatWasReplacedCountsAtOnce) {
  KeySource source;
  source.env = "BELAY_TEST_ROTATED_KEY";
  config.keys.push_back(source);
  ::setenv("BELAY_TEST_ROTATED_KEY", kSecret.c_str(), 1);
  open();
  const std::string token = token_for("ann", signing_key(kSecret), clock.wall());
  EXPECT_TRUE(verify(token));
  ::setenv("BELAY_TEST_ROTATED_KEY", "another secret of thirty-two bytes", 1);
  replace();
  EXPECT_FALSE(verify(token));
  ::unsetenv("BELAY_TEST_ROTATED_KEY");
}

TEST_F(ReplacedKeysTest, X20AddressesKeepTheirKeysAndAreFetchedAgain) {
  fetcher.answer = first_set;
  open_with_address();
  fetcher.answer = away;
  replace();
  EXPECT_EQ(fetcher.fetches, 2);
  EXPECT_TRUE(verify(first_token())) << "the issuer is away, its keys stay";
  fetcher.answer = both_sets;
  replace();
  EXPECT_TRUE(verify(second_token()));
}

TEST_F(ReplacedKeysTest, X20AnAddressThatIsTakenOutTakesItsKeysAndItsFetchesWithIt) {
  add_file_key(kSecret, "HS256");
  fetcher.answer = first_set;
  open_with_address();
  const std::string token = first_token();
  ASSERT_TRUE(verify(token));
  fetcher.hold = true;
  advance(config.jwks_cooldown);
  const auto waiting = begin_verify(second_token());
  settle(loop);
  config.keys.pop_back();
  replace();
  wait_for(*waiting);
  EXPECT_EQ((**waiting).error().code, ErrorCode::unauthenticated);
  EXPECT_FALSE(verify(token));
  fetcher.held.at(0)(both_sets);
  settle(loop);
  EXPECT_FALSE(verify(token));
}

TEST_F(ReplacedKeysTest, X20ANewAddressAndNewTermsCountAtOnce) {
  fetcher.answers.insert({kOne, first_set});
  fetcher.answers.insert({kTwo, second_set});
  open_with_address();
  EXPECT_FALSE(verify(second_token()));
  config.keys.front().issuer = "one";
  add_address(kTwo);
  replace();
  EXPECT_TRUE(verify(second_token()));
  EXPECT_NE(refusal_of(first_token()).find("another issuer"), std::string::npos);
  EXPECT_TRUE(verify(token_from("one", ec_pair(), "first")));
}

}  // namespace
}  // namespace belay::auth

#include "auth/authenticator.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

#include "auth/head_check.hpp"
#include "auth/routes.hpp"
#include "auth/test_support.hpp"
#include "transport/problem.hpp"

namespace belay::auth {
namespace {

using namespace testing;
using transport::Request;
using transport::Response;

constexpr const char* kStream = "/assistant/stream/one";

class AuthenticatorTest : public ::testing::Test {
 protected:
  AuthenticatorTest() {
    write_file(directory / "secret", kSecret);
    KeySource source;
    source.file = (directory / "secret").string();
    source.alg = "HS256";
    config.keys.push_back(source);
    build();
  }
  void build() {
    authenticator.reset();
    verifier.reset();
    keys = std::move(KeySet::open(config, loop, nullptr, {}).value());
    verifier = std::make_unique<TokenVerifier>(config, *keys, workers, clock);
    tickets = std::make_unique<Tickets>(config, Secret(std::string(32, 'k')),
                                        std::vector<std::string>{"/assistant/stream/{request_id}"}, uses,
                                        clock, random);
    origins = std::make_unique<OriginPolicy>(config);
    authenticator =
        std::make_unique<Authenticator>(config, *verifier, *tickets, *origins, clock, revocations);
    auth_routes = std::make_unique<AuthRoutes>(config, *authenticator, *tickets, *origins, clock);
  }
  void use_dev_mode() {
    config.dev_mode = true;
    build();
  }

  Request request(std::string method = "GET", std::string path = kStream) {
    Request made;
    made.method = std::move(method);
    made.path = std::move(path);
    made.headers = {{"host", "chat.example.com"}};
    made.request_id = "r1";
    made.loop = &loop;
    return made;
  }
  static Request with_header(Request base, std::string name, std::string value) {
    base.headers.push_back({std::move(name), std::move(value)});
    return base;
  }
  static Request with_query(Request base, std::string name, std::string value) {
    base.query.emplace_back(std::move(name), std::move(value));
    return base;
  }
  static Request with_bearer(Request base, const std::string& token) {
    return with_header(std::move(base), "authorization", "Bearer " + token);
  }
  static Request with_cookie(Request base, const std::string& token) {
    return with_header(std::move(base), "cookie", "theme=dark; belay_session=" + token);
  }

  Result<Caller> authenticate(const Request& from, QueryToken query_token = QueryToken::refused) {
    return await(loop, authenticator->authenticate(from, query_token));
  }
  std::string refusal_of(const Request& from) {
    const auto caller = authenticate(from);
    return caller ? "accepted as " + caller->user
                  : std::string(to_string(caller.error().code)) + ": " + caller.error().detail;
  }
  std::string token(const char* user = "ann") { return token_for(user, signing_key(kSecret), clock.wall()); }
  std::string expired_token() {
    return token_for("ann", signing_key(kSecret), clock.wall() - std::chrono::hours(3));
  }
  std::string ticket(const char* user = "ann") {
    Caller caller;
    caller.user = user;
    caller.expires = clock.wall() + std::chrono::hours(24);
    return tickets->issue(caller, kStream)->text.reveal();
  }

  Response call(const std::string& name, Request from) {
    for (const transport::Route& route : auth_routes->routes())
      if (route.name == name) return await(loop, route.handler(from));
    throw std::logic_error("no such route");
  }
  static boost::json::object body_of(const Response& response) {
    return boost::json::parse(std::get<std::string>(response.body)).as_object();
  }
  static std::string header_of(const Response& response, std::string_view name) {
    for (const transport::Header& header : response.headers)
      if (header.name == name) return header.value;
    return "";
  }

  const TemporaryDirectory directory;
  Config config;
  ManualClock clock;
  Revocations revocations{100, clock};
  Loop loop{0, clock};
  ThreadPool workers{2, 64};
  SecureRandom random;
  MemoryTicketUses uses{{1000, std::chrono::hours(24), 10}};
  std::unique_ptr<KeySet> keys;
  std::unique_ptr<TokenVerifier> verifier;
  std::unique_ptr<Tickets> tickets;
  std::unique_ptr<OriginPolicy> origins;
  std::unique_ptr<Authenticator> authenticator;
  std::unique_ptr<AuthRoutes> auth_routes;
};

TEST_F(AuthenticatorTest, X8SignsInByEachCredential) {
  const auto bearer = authenticate(with_bearer(request("POST"), token()));
  ASSERT_TRUE(bearer);
  EXPECT_EQ(bearer->how, Caller::How::bearer);
  const auto by_ticket = authenticate(with_query(request(), "ticket", ticket()));
  ASSERT_TRUE(by_ticket);
  EXPECT_EQ(by_ticket->how, Caller::How::ticket);
  const auto cookie = authenticate(with_cookie(request(), token()));
  ASSERT_TRUE(cookie);
  EXPECT_EQ(cookie->how, Caller::How::cookie);
  for (const auto& caller : {bearer, by_ticket, cookie}) EXPECT_EQ(caller->user, "ann");
}

TEST_F(AuthenticatorTest, K33_an_api_key_signs_in_where_the_route_takes_one) {
  const Request by_key = with_header(request("POST"), "x-api-key", token());
  const auto taken = await(loop, authenticator->authenticate(by_key, QueryToken::refused, ApiKey::accepted));
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->user, "ann");
  EXPECT_EQ(authenticate(by_key).error().code, ErrorCode::unauthenticated) << "not where it means nothing";
  const Request both = with_header(with_bearer(request(), token("bob")), "x-api-key", token("ann"));
  EXPECT_EQ(await(loop, authenticator->authenticate(both, QueryToken::refused, ApiKey::accepted))->user,
            "bob");
  const Request with_cookie_too = with_cookie(with_header(request(), "x-api-key", "junk"), token());
  const auto refused =
      await(loop, authenticator->authenticate(with_cookie_too, QueryToken::refused, ApiKey::accepted));
  ASSERT_FALSE(refused) << "a bad one never falls through to a good one";
  EXPECT_EQ(refused.error().field, "X-Api-Key");
}

TEST_F(AuthenticatorTest, K33_attempts_by_an_api_key_are_limited_too) {
  config.max_failed_sign_ins_per_address = 3;
  build();
  Request wrong = with_header(request(), "x-api-key", "junk");
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(
        await(loop, authenticator->authenticate(wrong, QueryToken::refused, ApiKey::accepted)).error().code,
        ErrorCode::unauthenticated);
  EXPECT_EQ(
      await(loop, authenticator->authenticate(wrong, QueryToken::refused, ApiKey::accepted)).error().code,
      ErrorCode::rate_limited);
}

TEST_F(AuthenticatorTest, X19ARevocationConcernsEachCredential) {
  config.dev_mode = true;
  build();
  const Request by_token = with_bearer(request("POST"), token());
  const Request by_ticket = with_query(request(), "ticket", ticket());
  const Request by_cookie = with_cookie(request(), token());
  const Request by_dev_token = with_bearer(request(), "dev:ann");
  const Request by_dev_query = with_query(request(), "token", "dev:ann");
  const auto all = {by_token, by_ticket, by_cookie, by_dev_token, by_dev_query};
  for (const Request& each : all) EXPECT_TRUE(authenticate(each));
  const RevocationKey ann{RevocationKey::Kind::user, "ann"};
  revocations.add({ann, clock.wall(), clock.wall() + std::chrono::hours(1), {}, {}});
  for (const Request& each : all) {
    const auto refused = authenticate(each);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::revoked);
  }
  EXPECT_TRUE(authenticate(with_bearer(request(), token("bob"))));
  clock.advance(std::chrono::seconds(1));
  EXPECT_TRUE(authenticate(with_bearer(request(), token()))) << "a token that was issued later";
  revocations.remove(ann);
  for (const Request& each : all) EXPECT_TRUE(authenticate(each));
}

TEST_F(AuthenticatorTest, X19ARevocationAfterTheCheckOfTheHeadStillCounts) {
  Request checked = with_bearer(request("POST"), token());
  ASSERT_FALSE(await(loop, authenticator->check_head(checked)));
  revocations.add(
      {{RevocationKey::Kind::user, "ann"}, clock.wall(), clock.wall() + std::chrono::hours(1), {}, {}});
  EXPECT_EQ(authenticate(checked).error().code, ErrorCode::revoked);
}

TEST_F(AuthenticatorTest, X8TheFirstCredentialThatIsPresentDecides) {
  const Request all =
      with_cookie(with_query(with_bearer(request(), token("ann")), "ticket", ticket("bob")), token("cyd"));
  EXPECT_EQ(authenticate(all)->user, "ann");
  EXPECT_EQ(authenticate(with_cookie(with_query(request(), "ticket", ticket("bob")), token("cyd")))->user,
            "bob");
}

TEST_F(AuthenticatorTest, X8ABadCredentialNeverFallsThroughToAGoodOne) {
  EXPECT_NE(refusal_of(with_cookie(with_bearer(request(), "junk"), token()))
                .find("unauthenticated: The token is not a JWT"),
            std::string::npos);
  EXPECT_NE(refusal_of(with_cookie(with_header(request(), "authorization", "Basic YTpi"), token()))
                .find("unauthenticated: The Authorization header must be"),
            std::string::npos);
  EXPECT_NE(
      refusal_of(with_cookie(with_header(request(), "authorization", ""), token())).find("unauthenticated:"),
      std::string::npos);
  EXPECT_NE(refusal_of(with_cookie(with_query(request(), "ticket", ""), token()))
                .find("unauthenticated: The ticket"),
            std::string::npos);
  EXPECT_NE(refusal_of(with_cookie(with_query(request(), "token", token()), token()))
                .find("unauthenticated: Tokens are not accepted in addresses here"),
            std::string::npos);
  EXPECT_NE(refusal_of(with_cookie(with_query(request(), "ticket", ticket()), "junk")), "accepted as junk");
}

TEST_F(AuthenticatorTest, X8TellsWhatIsWrongWithTheHeader) {
  for (const char* value : {"", "Bearer", "Bearer ", "Basic abc", "Bearertoken", "bearer:token"})
    EXPECT_EQ(refusal_of(with_header(request(), "authorization", value)),
              "unauthenticated: The Authorization header must be `Bearer TOKEN`.")
        << value;
  EXPECT_EQ(refusal_of(with_bearer(with_bearer(request(), token()), token())),
            "unauthenticated: Send one Authorization header, not several.");
  EXPECT_EQ(authenticate(with_header(request(), "authorization", "bEaReR  " + token()))->user, "ann");
}

TEST_F(AuthenticatorTest, X8MissingExpiredWronglySignedAndUnsignedTokensAre401) {
  EXPECT_EQ(refusal_of(request()), "unauthenticated: Sign in: send `Authorization: Bearer TOKEN`.");
  EXPECT_EQ(refusal_of(with_bearer(request(), expired_token())),
            "unauthenticated: The token expired at 2026-11-18T09:06:40.000Z. Sign in again.");
  const std::string stranger =
      token_for("ann", signing_key("another secret of thirty-two bytes"), clock.wall());
  EXPECT_EQ(
      refusal_of(with_bearer(request(), stranger)),
      "unauthenticated: The token's signature does not fit: it was changed, or signed with another key.");
  const std::string unsigned_token =
      to_base64url(R"({"alg":"none"})") + "." + to_base64url(R"({"sub":"ann","exp":9999999999})") + ".";
  EXPECT_EQ(
      refusal_of(with_bearer(request(), unsigned_token)),
      "unauthenticated: The token's alg is not accepted. Sign it with HS256, RS256, PS256, ES256 or EdDSA.");
  const auto error = authenticate(with_bearer(request(), "junk")).error();
  EXPECT_EQ(error.field, "Authorization");
  EXPECT_EQ(header_of(transport::problem(error, "r1"), "WWW-Authenticate"), "Bearer");
}

TEST_F(AuthenticatorTest, X8TicketsReadAndDoNothingElse) {
  for (const char* method : {"POST", "DELETE", "PUT"})
    EXPECT_NE(refusal_of(with_query(request(method), "ticket", ticket()))
                  .find("unauthenticated: A ticket is for reading"),
              std::string::npos);
  EXPECT_EQ(refusal_of(with_query(request("HEAD"), "ticket", ticket())), "accepted as ann");
  EXPECT_NE(refusal_of(with_query(request("GET", "/assistant/stream/two"), "ticket", ticket()))
                .find("for another stream"),
            std::string::npos);
}

TEST_F(AuthenticatorTest, X8ATicketIsUsedOnceItsStreamIsFound) {
  const Request open = with_query(request(), "ticket", ticket());
  const auto caller = authenticate(open);
  ASSERT_TRUE(caller);
  EXPECT_EQ(uses.size(), 0u) << "the stream may not be there";
  authenticator->stream_found(with_query(request("HEAD"), "ticket", ticket()), *caller);
  EXPECT_EQ(uses.size(), 0u) << "HEAD opens nothing";
  authenticator->stream_found(open, *caller);
  authenticator->stream_found(open, *caller);
  EXPECT_EQ(uses.size(), 1u);
  clock.advance(std::chrono::minutes(1));
  EXPECT_TRUE(authenticate(open)) << "good for reconnects from now on";
  // A caller who is signed in by another credential does not use up a ticket in the same request.
  const Request both = with_query(with_bearer(request(), token()), "ticket", ticket("bob"));
  authenticator->stream_found(both, *authenticate(both));
  EXPECT_EQ(uses.size(), 1u);
}

TEST_F(AuthenticatorTest, X8CookiesCountForAllowedPagesOnly) {
  const Request foreign = with_header(with_cookie(request(), token()), "origin", "https://evil.example");
  EXPECT_EQ(authenticate(foreign).error().code, ErrorCode::forbidden);
  EXPECT_EQ(authenticate(with_cookie(request("POST"), token())).error().code, ErrorCode::forbidden);
  const Request own = with_header(with_cookie(request("POST"), token()), "origin", "http://chat.example.com");
  EXPECT_EQ(authenticate(own)->user, "ann");
  // A header that another site's page cannot send needs no such check.
  const Request program =
      with_header(with_bearer(request("POST"), token()), "origin", "https://evil.example");
  EXPECT_EQ(authenticate(program)->user, "ann");
}

TEST_F(AuthenticatorTest, X8TokensInAddressesAreForRoutesThatAllowThem) {
  EXPECT_FALSE(authenticate(with_query(request(), "token", token())));
  EXPECT_EQ(authenticate(with_query(request(), "token", token()), QueryToken::accepted)->user, "ann");
  EXPECT_FALSE(authenticate(with_query(request(), "token", "dev:ann"), QueryToken::accepted));
  EXPECT_FALSE(authenticate(with_query(request(), "token", "junk"), QueryToken::accepted));
}

TEST_F(AuthenticatorTest, DevelopmentTokensCountInDevelopmentModeOnly) {
  EXPECT_EQ(refusal_of(with_bearer(request(), "dev:ann")),
            "unauthenticated: dev: tokens are accepted in development mode only (belay serve --dev).");
  EXPECT_NE(refusal_of(with_cookie(request(), "dev:ann")).find("unauthenticated:"), std::string::npos);
  EXPECT_NE(refusal_of(with_query(request(), "token", "dev:ann")).find("unauthenticated:"),
            std::string::npos);

  use_dev_mode();
  const auto bearer = authenticate(with_bearer(request(), "dev:ann:Enterprise"));
  ASSERT_TRUE(bearer);
  EXPECT_EQ(bearer->user, "ann");
  EXPECT_EQ(bearer->tier, "Enterprise");
  EXPECT_TRUE(bearer->dev);
  EXPECT_TRUE(bearer->roles.empty());
  const auto olga = authenticate(with_bearer(request(), "dev:olga:pro:operator"));
  ASSERT_TRUE(olga);
  EXPECT_EQ(olga->tier, "pro");
  EXPECT_TRUE(olga->has_role("operator"));
  EXPECT_EQ(authenticate(with_query(request(), "token", "dev:bob"))->user, "bob");
  EXPECT_EQ(authenticate(with_query(request(), "token", "dev:bob"))->tier, "");
  EXPECT_FALSE(authenticate(with_query(request(), "token", token())));
  EXPECT_EQ(authenticate(with_bearer(request(), token("cyd")))->user, "cyd");
  for (const char* bad : {"dev:", "dev::pro", "dev:a:b:c:d", "dev:a:b:", "dev: a", "dev:a\x01"})
    EXPECT_NE(
        refusal_of(with_bearer(request(), bad)).find("unauthenticated: A development token is dev:USER"),
        std::string::npos)
        << bad;
}

// ---- The check of a request's head

TEST_F(AuthenticatorTest, X17_a_head_without_a_good_credential_is_refused_as_its_handler_would_refuse_it) {
  Request ask = request("POST", "/auth/ticket");
  ask.body = R"({"request_id":"one"})";
  const auto refusal = await(loop, authenticator->check_head(ask));
  ASSERT_TRUE(refusal);
  const Response later = call("auth.ticket", ask);
  EXPECT_EQ(refusal->status, 401);
  EXPECT_EQ(std::get<std::string>(refusal->body), std::get<std::string>(later.body));
}

TEST_F(AuthenticatorTest, X17_a_caller_whose_head_was_checked_is_not_verified_again) {
  Request ask = with_bearer(request("POST", "/auth/ticket"), token());
  EXPECT_FALSE(await(loop, authenticator->check_head(ask)));
  clock.advance(std::chrono::hours(5));  // the body took long
  const auto caller = authenticate(ask);
  ASSERT_TRUE(caller) << caller.error().detail;
  EXPECT_EQ(caller->user, "ann");
}

TEST_F(AuthenticatorTest, X17_the_check_of_a_head_does_not_use_a_ticket) {
  Request ask = with_query(request(), "ticket", ticket());
  EXPECT_FALSE(await(loop, authenticator->check_head(ask)));
  clock.advance(std::chrono::seconds(31));
  Request again = request();
  again.query = ask.query;
  EXPECT_THAT(refusal_of(again), ::testing::StartsWith("unauthenticated"))
      << "it had to be used within 30 s, and was not";
}

TEST_F(AuthenticatorTest, X17_anonymous_callers_pass_where_they_are_allowed_and_others_are_checked) {
  Request nobody = request("POST", "/chat/message");
  EXPECT_FALSE(await(loop, authenticator->check_head(nobody, Anonymous::allowed)));
  EXPECT_FALSE(nobody.checked_caller.has_value());
  Request expired = with_bearer(request("POST", "/chat/message"), expired_token());
  EXPECT_EQ(await(loop, authenticator->check_head(expired, Anonymous::allowed))->status, 401);
}

TEST_F(AuthenticatorTest, X17_the_routes_of_sign_in_check_heads) {
  for (const transport::Route& route : auth_routes->routes()) {
    if (route.max_body.value == 0) continue;
    Request ask = request(route.method, route.pattern);
    ASSERT_TRUE(route.before_body) << route.name;
    EXPECT_EQ(await(loop, route.before_body(ask))->status, 401) << route.name;
    Request good = with_bearer(request(route.method, route.pattern), token());
    EXPECT_FALSE(await(loop, route.before_body(good))) << route.name;
  }
  Request cookie = with_cookie(request("POST", "/auth/session"), token());
  for (const transport::Route& route : auth_routes->routes()) {
    if (route.name != "auth.session.open") continue;
    EXPECT_EQ(await(loop, route.before_body(cookie))->status, 401) << "a session is made of a token alone";
  }
}

TEST_F(AuthenticatorTest, X17_sign_in_stands_before_the_body_of_every_route_that_takes_one) {
  std::vector<transport::Route> routes(3);
  routes[0].max_body = routes[2].max_body = ByteCount{10};
  routes[2].before_body = [](Request&) -> Awaitable<std::optional<Response>> {
    co_return Response{418, {}, {}};
  };
  const auto made = sign_in_before_body(routes, authenticator.get());
  Request ask = request("POST", "/");
  EXPECT_EQ(await(loop, made[0].before_body(ask))->status, 401);
  EXPECT_FALSE(made[1].before_body) << "it takes no body";
  EXPECT_EQ(await(loop, made[2].before_body(ask))->status, 418) << "it has a check of its own";
  EXPECT_FALSE(sign_in_before_body(routes, nullptr)[0].before_body);
}

TEST_F(AuthenticatorTest, X17_an_address_whose_sign_ins_fail_too_often_is_429_but_known_tokens_stay_good) {
  config.max_failed_sign_ins_per_address = 3;
  build();
  const auto from = [this](const char* peer, const std::string& token) {
    Request made = with_bearer(request(), token);
    made.peer = peer;
    return made;
  };
  const std::string known = token("ann");
  EXPECT_EQ(refusal_of(from("203.0.113.1", known)), "accepted as ann");
  for (int i = 0; i < 3; ++i)
    EXPECT_THAT(refusal_of(from("203.0.113.1", expired_token())), ::testing::StartsWith("unauthenticated"));
  EXPECT_THAT(refusal_of(from("203.0.113.1", token("bob"))), ::testing::StartsWith("rate_limited"));
  EXPECT_EQ(refusal_of(from("203.0.113.1", known)), "accepted as ann");
  EXPECT_EQ(refusal_of(from("203.0.113.2", token("bob"))), "accepted as bob");
  clock.advance(config.failed_sign_in_window);
  EXPECT_EQ(refusal_of(from("203.0.113.1", token("carol"))), "accepted as carol");
}

TEST_F(AuthenticatorTest, X17_a_request_without_a_credential_is_no_failed_sign_in) {
  config.max_failed_sign_ins_per_address = 1;
  build();
  Request nobody = request();
  nobody.peer = "203.0.113.1";
  for (int i = 0; i < 5; ++i) EXPECT_THAT(refusal_of(nobody), ::testing::StartsWith("unauthenticated"));
  Request ann = with_bearer(request(), token());
  ann.peer = "203.0.113.1";
  EXPECT_EQ(refusal_of(ann), "accepted as ann");
}

// ---- The routes

TEST_F(AuthenticatorTest, X8PostTicketMakesATicketForItsStream) {
  Request ask = with_bearer(request("POST", "/auth/ticket"), token());
  ask.body = R"({"stream":"/assistant/stream/one"})";
  const Response response = call("auth.ticket", ask);
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
  const auto body = body_of(response);
  EXPECT_EQ(body.at("stream").as_string(), kStream);
  EXPECT_EQ(body.at("expires_in").as_int64(), 30);
  EXPECT_EQ(authenticate(with_query(request(), "ticket", std::string(body.at("ticket").as_string())))->user,
            "ann");

  ask.body = R"({"request_id":"two"})";
  EXPECT_EQ(body_of(call("auth.ticket", ask)).at("stream").as_string(), "/assistant/stream/two");
}

TEST_F(AuthenticatorTest, X8PostTicketRefusesWhatItCannotRead) {
  const std::pair<const char*, const char*> rows[] = {
      {"", "body"},
      {"[]", "body"},
      {"{\"stream\":", "body"},
      {"{}", "stream"},
      {R"({"stream":7})", "stream"},
      {R"({"request_id":["a"]})", "request_id"},
      {R"({"stream":"/assistant/stream/a","request_id":"a"})", "stream"},
      {R"({"stream":"/auth/session"})", "stream"},
      {R"({"request_id":"a b"})", "request_id"},
      {R"({"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}}}})", "body"},
  };
  for (const auto& [body, field] : rows) {
    Request ask = with_bearer(request("POST", "/auth/ticket"), token());
    ask.body = body;
    const Response response = call("auth.ticket", ask);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_EQ(body_of(response).at("field").as_string(), field) << body;
  }
}

TEST_F(AuthenticatorTest, X8PostTicketNeedsATokenOrACookieOfTheOwnPages) {
  Request ask = request("POST", "/auth/ticket");
  ask.body = R"({"request_id":"one"})";
  EXPECT_EQ(call("auth.ticket", ask).status, 401);
  EXPECT_EQ(call("auth.ticket", with_query(ask, "ticket", ticket())).status, 401);
  EXPECT_EQ(call("auth.ticket", with_cookie(ask, token())).status, 403);
  EXPECT_EQ(
      call("auth.ticket", with_header(with_cookie(ask, token()), "sec-fetch-site", "same-origin")).status,
      201);
}

TEST_F(AuthenticatorTest, X8PostSessionTurnsTheTokenIntoACookie) {
  const std::string the_token = token();
  Request ask = with_bearer(request("POST", "/auth/session"), the_token);
  const Response plain = call("auth.session.open", ask);
  EXPECT_EQ(plain.status, 200);
  EXPECT_EQ(header_of(plain, "Set-Cookie"),
            "belay_session=" + the_token + "; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600");
  EXPECT_EQ(body_of(plain).at("user").as_string(), "ann");
  EXPECT_EQ(body_of(plain).at("expires").as_string(), "2026-11-18T12:06:40.000Z");
  ask.secure = true;
  clock.advance(std::chrono::minutes(10));
  EXPECT_EQ(header_of(call("auth.session.open", ask), "Set-Cookie"),
            "belay_session=" + the_token + "; Path=/; HttpOnly; SameSite=Lax; Max-Age=3000; Secure");
}

TEST_F(AuthenticatorTest, X8TheCookieIsSecureWheneverThePageMayHaveComeByTls) {
  const Request plain = with_bearer(request("POST", "/auth/session"), token());
  const auto is_secure = [&](const Request& ask) {
    const std::string opened = header_of(call("auth.session.open", ask), "Set-Cookie");
    Request close = ask;
    close.method = "DELETE";
    const std::string closed = header_of(call("auth.session.close", close), "Set-Cookie");
    EXPECT_NE(opened, "");
    EXPECT_EQ(opened.ends_with("; Secure"), closed.ends_with("; Secure"));
    return opened.ends_with("; Secure");
  };
  struct Row {
    const char* name;
    const char* value;
    bool secure;
  };
  const Row rows[] = {
      {"x-forwarded-proto", "https", true},
      {"x-forwarded-proto", "HTTPS", true},
      {"x-forwarded-proto", "http, https", true},
      {"x-forwarded-proto", "https,http", true},
      {"x-forwarded-proto", "http", false},
      {"x-forwarded-proto", "httpsx", false},
      {"x-forwarded-proto", "", false},
      {"x-forwarded-scheme", "https", true},
      {"x-forwarded-ssl", "on", true},
      {"x-forwarded-ssl", "off", false},
      {"front-end-https", "on", true},
      {"forwarded", "for=192.0.2.60;proto=https;by=203.0.113.43", true},
      {"forwarded", "for=192.0.2.60; Proto=\"https\"", true},
      {"forwarded", "for=192.0.2.60, for=10.0.0.1;proto=https", true},
      {"forwarded", "for=192.0.2.60;proto=http", false},
      {"forwarded", "for=https", false},
      {"origin", "https://chat.example.com", true},
      {"origin", "http://chat.example.com", false},
      {"origin", "https://app.example.com", false},
      {"origin", "null", false},
  };
  EXPECT_FALSE(is_secure(plain));
  for (const Row& row : rows)
    EXPECT_EQ(is_secure(with_header(plain, row.name, row.value)), row.secure)
        << row.name << ": " << row.value;
  Request over_tls = plain;
  over_tls.secure = true;
  EXPECT_TRUE(is_secure(over_tls));
  EXPECT_TRUE(
      is_secure(with_header(with_header(plain, "x-forwarded-proto", "http"), "x-forwarded-proto", "https")));
}

TEST_F(AuthenticatorTest, X8TheCookieIsSecureWhereTheSettingsOrBrowsersAskForIt) {
  const auto cookie = [&] {
    build();
    return header_of(call("auth.session.open", with_bearer(request("POST", "/auth/session"), token())),
                     "Set-Cookie");
  };
  EXPECT_FALSE(cookie().ends_with("; Secure"));
  config.cookie_secure = "always";
  EXPECT_TRUE(cookie().ends_with("; Secure"));
  config.cookie_secure = "auto";
  for (const char* name : {"__Host-belay", "__Secure-belay"}) {
    config.cookie_name = name;
    EXPECT_TRUE(cookie().ends_with("; Secure")) << name;
  }
  config.cookie_name = "belay";
  config.cookie_same_site = "None";
  EXPECT_TRUE(cookie().ends_with("; SameSite=None; Max-Age=3600; Secure"));
}

TEST_F(AuthenticatorTest, X8PostSessionTakesTheTokenFromTheHeaderAlone) {
  const Request ask = request("POST", "/auth/session");
  EXPECT_EQ(call("auth.session.open", ask).status, 401);
  EXPECT_EQ(call("auth.session.open", with_cookie(ask, token())).status, 401);
  EXPECT_EQ(call("auth.session.open", with_query(ask, "ticket", ticket())).status, 401);
  const Response expired = call("auth.session.open", with_bearer(ask, expired_token()));
  EXPECT_EQ(expired.status, 401);
  EXPECT_EQ(header_of(expired, "Set-Cookie"), "");
  EXPECT_EQ(header_of(expired, "WWW-Authenticate"), "Bearer");
}

TEST_F(AuthenticatorTest, X8PostSessionRefusesWhatABrowserWouldDrop) {
  TokenRequest big;
  big.user = "ann";
  big.roles.assign(kMaxRoles, std::string(kMaxRoleBytes, 'r'));
  Config long_names = config;
  long_names.audience = std::string(3000, 'a');
  const std::string long_token = make_token(big, long_names, signing_key(kSecret), clock.wall()).value();
  ASSERT_TRUE(authenticate(with_bearer(request(), long_token)));
  EXPECT_EQ(call("auth.session.open", with_bearer(request("POST", "/auth/session"), long_token)).status, 422);
  use_dev_mode();
  EXPECT_EQ(call("auth.session.open", with_bearer(request("POST", "/auth/session"), "dev:a;b")).status, 422);
  EXPECT_EQ(call("auth.session.open", with_bearer(request("POST", "/auth/session"), "dev:ann:pro")).status,
            200);
}

TEST_F(AuthenticatorTest, X8DeleteSessionTakesTheCookieAway) {
  const Request ask = request("DELETE", "/auth/session");
  const Response without = call("auth.session.close", ask);
  EXPECT_EQ(without.status, 204);
  EXPECT_EQ(header_of(without, "Set-Cookie"), "belay_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
  const Request signed_in = with_cookie(ask, expired_token());
  EXPECT_EQ(call("auth.session.close", with_header(signed_in, "origin", "http://chat.example.com")).status,
            204);
  EXPECT_EQ(call("auth.session.close", with_header(signed_in, "origin", "https://evil.example")).status, 403);
}

}  // namespace
}  // namespace belay::auth

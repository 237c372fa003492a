// POST /chat/start and GET /chat/personas, from literal bytes to literal bytes.
#include <gmock/gmock.h>

#include "surfaces/persona/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::persona {
namespace {

using testing::bad_request;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::not_signed_in;
using testing::Problem;
using testing::SurfaceFixture;

constexpr const char* kId = "session_L1N-3b-8e5hk9uf_eoLywyn7Fz-1RsRP";

PersonaSurfaceConfig anonymous() {
  PersonaSurfaceConfig config;
  config.anonymous = true;
  return config;
}

struct PersonaStart : ::testing::Test {
  std::string start(const std::string& body, testing::Headers headers = {}) {
    return fixture.post("/chat/start", body, std::move(headers)).text();
  }
  // The only session that was started.
  Session created() const {
    const auto sessions = fixture.session_store.all();
    EXPECT_EQ(sessions.size(), 1u);
    return sessions.begin()->second;
  }

  SurfaceFixture fixture{persona::make, anonymous()};
  const transport::Header ann = fixture.user("ann");
};

TEST_F(PersonaStart, P1_a_caller_without_sign_in_gets_a_session_for_the_name_they_say) {
  EXPECT_EQ(start(R"({"user_id":"user-1"})"), R"(200
Content-Type: application/json
Cache-Control: no-store
RateLimit-Policy: "persona.new_sessions_address";q=60;w=60
RateLimit: "persona.new_sessions_address";r=59

{"session_id":"session_L1N-3b-8e5hk9uf_eoLywyn7Fz-1RsRP","persona":"default","expires_at":"2026-11-19T11:06:40.000Z"})");
  const Session session = created();
  EXPECT_EQ(session.id, kId);
  EXPECT_EQ(session.user, "") << "nobody has proved who they are";
  EXPECT_EQ(session.project, "user-1");
  EXPECT_EQ(session.surface, "persona");
  EXPECT_EQ(session.conversation, kId);
  EXPECT_EQ(session.model, "small") << "the first of the catalogue";
  EXPECT_EQ(session.persona, "default");
  EXPECT_TRUE(session.runs.empty());
}

TEST_F(PersonaStart, P1_a_user_gets_a_session_of_their_own) {
  EXPECT_EQ(start("{}", ann), R"(200
Content-Type: application/json
Cache-Control: no-store
RateLimit-Policy: "persona.new_sessions";q=60;w=60
RateLimit: "persona.new_sessions";r=59

{"session_id":"session_L1N-3b-8e5hk9uf_eoLywyn7Fz-1RsRP","persona":"default","expires_at":"2026-11-19T11:06:40.000Z"})");
  const Session session = created();
  EXPECT_EQ(session.user, "ann");
  EXPECT_EQ(session.project, "");
}

TEST_F(PersonaStart, P1_a_user_id_of_somebody_else_is_refused) {
  EXPECT_EQ(start(R"({"user_id":"ann"})", ann).substr(0, 3), "200");
  EXPECT_EQ(start(R"({"user_id":"user-1"})", ann),
            (Problem{403, "Forbidden", "forbidden",
                     "user_id is not the user who is signed in. Leave it out, or sign in as that user.",
                     R"(,"field":"user_id")"}
                 .text()));
}

TEST_F(PersonaStart, P3_a_persona_is_chosen_and_an_unknown_one_is_the_default_with_a_notice) {
  EXPECT_THAT(start(R"({"user_id":"user-1","persona":"drill_sergeant"})"),
              HasSubstr(R"("persona":"drill_sergeant",)"));
  EXPECT_EQ(created().persona, "drill_sergeant");
  EXPECT_THAT(
      start(R"({"user_id":"user-1","persona":"nobody"})"),
      HasSubstr(R"("persona":"default","notice":"There is no persona of that name, so this is the default )"
                R"(one. GET /chat/personas lists them.","expires_at":"2026-11-19T11:06:40.000Z"})"));
  EXPECT_THAT(start(R"({"user_id":"user-1","persona":null})"),
              HasSubstr(R"("persona":"default","expires_at")"));
}

TEST_F(PersonaStart, P1_a_body_that_is_wrong_starts_nothing_and_the_field_is_named) {
  const std::string long_user(129, 'u'), long_persona(65, 'p');
  const char* const user_rule =
      "user_id must be 1 to 128 bytes without control characters or spaces around it.";
  struct Row {
    std::string body;
    const char* detail;
    const char* field;
  };
  const Row rows[] = {
      {"{}", "user_id is missing.", "user_id"},
      {R"({"user_id":null})", "user_id is missing.", "user_id"},
      {R"({"user_id":1})", "user_id must be a string, not a number.", "user_id"},
      {R"({"user_id":""})", user_rule, "user_id"},
      {R"({"user_id":")" + long_user + R"("})", user_rule, "user_id"},
      {R"({"user_id":"a\tb"})", user_rule, "user_id"},
      {R"({"user_id":" a"})", user_rule, "user_id"},
      {R"({"user_id":"a","persona":1})", "persona must be a string, not a number.", "persona"},
      {R"({"user_id":"a","persona":")" + long_persona + R"("})", "persona must not be longer than 64 bytes.",
       "persona"},
      {"{", "The body is not valid JSON: it ends too early, at byte 2 (line 1, column 2).", "body"},
  };
  for (const Row& row : rows) EXPECT_EQ(start(row.body), bad_request(row.detail, row.field));
  EXPECT_TRUE(fixture.session_store.all().empty());
  EXPECT_EQ(fixture.send("POST", "/chat/start", {}, R"({"user_id":"a"})").status, 415);
}

TEST_F(PersonaStart, X9_a_limit_that_refuses_is_named_and_says_when_to_come_back) {
  PersonaSurfaceConfig config = anonymous();
  config.limits.max_new_sessions_per_address = 2;
  config.limits.max_new_sessions_per_user = 1;
  config.limits.max_active = 1;
  fixture.settings->rules["persona"] = rules(config, fixture.settings->policy);
  EXPECT_THAT(start(R"({"user_id":"user-1"})"), HasSubstr(R"(RateLimit: "persona.new_sessions_address";r=1)"
                                                          "\n"));
  EXPECT_THAT(start(R"({"user_id":"user-2"})"), HasSubstr(R"(RateLimit: "persona.new_sessions_address";r=0)"
                                                          "\n"));
  fixture.advance(Milliseconds(10'500));
  EXPECT_EQ(
      start(R"({"user_id":"user-3"})"),
      (Problem{429, "Too Many Requests", "rate_limited",
               "At most 2 new sessions without sign-in from one address in 60 s: the next one is possible in "
               "50 s.",
               R"(,"limit":"persona.new_sessions_address")",
               "Retry-After: 50\n"
               "RateLimit-Policy: \"persona.new_sessions_address\";q=2;w=60\n"
               "RateLimit: \"persona.new_sessions_address\";r=0;t=50\n"}
           .text()))
      << "another name is no other limit";
  EXPECT_EQ(start("{}", ann).substr(0, 3), "200") << "users have limits of their own";
  EXPECT_THAT(start("{}", ann), HasSubstr(R"("limit":"persona.new_sessions",)"));
  fixture.peer = "2001:db8:1:2::3";
  EXPECT_EQ(start(R"({"user_id":"user-1"})").substr(0, 3), "200") << "so has another address";
  EXPECT_TRUE(fixture.counters.holds_nothing());
  fixture.counters.slots["persona.active.server"] = 1;
  EXPECT_EQ(start("{}", fixture.user("bob")),
            (Problem{503, "Service Unavailable", "server_full",
                     "At most 1 answers on this server at once: wait for one to end, or try again in 5 s.",
                     R"(,"limit":"persona.active.server")",
                     "Retry-After: 5\n"
                     "RateLimit-Policy: \"persona.active.server\";q=1;qu=\"concurrent-requests\"\n"
                     "RateLimit: \"persona.active.server\";r=0\n"}
                 .text()));
}

TEST_F(PersonaStart, X9_a_store_or_counters_that_fail_get_503_and_nothing_is_held) {
  const auto busy = [](const char* detail) {
    return Problem{503, "Service Unavailable", "unavailable", detail, "", "Retry-After: 1\n"}.text();
  };
  fixture.session_store.fail_next = 1;
  EXPECT_EQ(start("{}", ann), busy("The store is busy. Try again in a moment."));
  fixture.counters.fail_reserves = 1;
  EXPECT_EQ(start("{}", ann), busy("The counters are broken."));
  fixture.accepts_runs = make_error(ErrorCode::draining, "The server is shutting down.");
  EXPECT_EQ(start("{}", ann), (Problem{503, "Service Unavailable", "draining", "The server is shutting down.",
                                       "", "Retry-After: 1\n"}
                                   .text()));
  EXPECT_TRUE(fixture.session_store.all().empty());
  EXPECT_TRUE(fixture.counters.holds_nothing());
}

TEST_F(PersonaStart, P3_the_personas_are_listed) {
  const char* const list = R"(200
Content-Type: application/json
Cache-Control: no-store

{"personas":[{"name":"fitness_coach","display_name":"Fitness coach","adapts_to_breathing":true},{"name":"calm_coach","display_name":"Calm coach","adapts_to_breathing":true},{"name":"drill_sergeant","display_name":"Drill sergeant","adapts_to_breathing":false},{"name":"default","display_name":"Assistant","adapts_to_breathing":false}],"default":"default"})";
  EXPECT_EQ(fixture.get("/chat/personas").text(), list);
  EXPECT_EQ(fixture.get("/chat/personas", ann).text(), list);
}

TEST_F(PersonaStart, P1_a_credential_that_is_wrong_makes_nobody_anonymous) {
  const std::string refused = Problem{401,
                                      "Unauthorized",
                                      "unauthenticated",
                                      "The token is not a JWT: it needs three parts with a dot between them.",
                                      R"(,"field":"Authorization")",
                                      "WWW-Authenticate: Bearer\n"}
                                  .text();
  const transport::Header wrong = {"authorization", "Bearer nonsense"};
  EXPECT_EQ(start(R"({"user_id":"user-1"})", wrong), refused);
  EXPECT_EQ(fixture.get("/chat/personas", wrong).text(), refused);
  EXPECT_EQ(fixture.get("/chat/stream?session_id=x", wrong).text(), refused);
  EXPECT_EQ(fixture.remove("/chat/stream?session_id=x", wrong).text(), refused);
  for (const char* path : {"/chat/stream", "/chat/message", "/coach"})
    EXPECT_EQ(fixture.post(path, "{}", wrong).text(), refused) << path;
}

TEST(PersonaSignIn, P1_without_the_setting_nobody_is_served_without_a_sign_in) {
  SurfaceFixture fixture(persona::make);
  for (const char* path : {"/chat/start", "/chat/stream", "/chat/message", "/coach"})
    EXPECT_EQ(fixture.post(path, "{}").text(), not_signed_in()) << path;
  EXPECT_EQ(fixture.get("/chat/personas").text(), not_signed_in());
  EXPECT_EQ(fixture.get("/chat/stream?session_id=x").text(), not_signed_in());
  EXPECT_EQ(fixture.remove("/chat/stream?session_id=x").text(), not_signed_in());
}

TEST(PersonaPrefix, P1_stands_before_all_paths) {
  PersonaSurfaceConfig config;
  config.prefix = "/training";
  config.model = "large";
  SurfaceFixture fixture(persona::make, config);
  EXPECT_EQ(fixture.post("/training/chat/start", "{}", fixture.user("ann")).status, 200);
  EXPECT_EQ(fixture.session_store.find(kId)->model, "large") << "the configured one, whatever the tier";
  EXPECT_THAT(persona::make(nullptr, config).ticket_patterns,
              ElementsAre("/training/chat/stream?session_id={session_id}",
                          "/training/chat/ws?session_id={session_id}"));
}

}  // namespace
}  // namespace belay::surfaces::persona

// POST /chat/stream, and what POST /chat/message has in common with it, from literal bytes to literal bytes.
#include <gmock/gmock.h>

#include "base/digest.hpp"
#include "surfaces/persona/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::persona {
namespace {

using testing::Answer;
using testing::bad_request;
using ::testing::HasSubstr;
using testing::Headers;
using testing::not_found;
using testing::Problem;
using testing::SurfaceFixture;

const std::string kSession = "session_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";  // ann's
const std::string kAnonymous = "session_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";
constexpr const char* kAsk = R"({"session_id":"session_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","message":"hi"})";
constexpr const char* kAnonymousAsk =
    R"({"session_id":"session_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB","message":"hi"})";

struct PersonaAsk : ::testing::Test {
  static PersonaSurfaceConfig config() {
    PersonaSurfaceConfig config;
    config.anonymous = true;
    config.max_message = 64_B;
    return config;
  }
  PersonaAsk() {
    fixture.add_session(kSession, "ann");
    fixture.add_session(kAnonymous, "", {}, "user-1");
  }
  std::string stream(const std::string& body, Headers headers) {
    return fixture.post("/chat/stream", body, std::move(headers)).text();
  }
  const services::StartRun& started(const std::string& body, const std::string& path = "/chat/stream") {
    EXPECT_EQ(fixture.post(path, body, ann).status, 200) << body;
    return fixture.runs.started();
  }
  // Refused on both paths, in the same words.
  std::string refused(const std::string& body, Headers headers) {
    const std::string text = stream(body, headers);
    EXPECT_EQ(fixture.post("/chat/message", body, std::move(headers)).text(), text);
    return text;
  }
  template <class Refuse>
  std::string refused_by_service(Refuse refuse) {
    refuse();
    const std::string text = stream(kAsk, ann);
    refuse();
    EXPECT_EQ(fixture.post("/chat/message", kAsk, ann).text(), text);
    return text;
  }

  SurfaceFixture fixture{persona::make, config()};
  const transport::Header ann = fixture.user("ann");
};

TEST_F(PersonaAsk, P1_the_answer_of_a_question_is_a_stream) {
  fixture.leave_of(fixture.limit("message", 1), 59);
  fixture.leave_of(fixture.session_limit(), 999);
  Answer answer = fixture.post("/chat/stream", kAsk, ann);
  EXPECT_EQ(answer.text(), R"(200
Content-Type: text/event-stream; charset=utf-8
Cache-Control: no-cache, no-transform
X-Accel-Buffering: no
RateLimit-Policy: "persona.rate";q=60;w=60, "persona.session_requests";q=1000
RateLimit: "persona.rate";r=59, "persona.session_requests";r=999

retry: 1240

)");
  EXPECT_EQ(answer.heartbeat, ":\n\n");
  fixture.runs.text("One,");
  fixture.runs.answer(" \"two\".");
  EXPECT_EQ(answer.bytes(), R"(retry: 1240

data: {"token":"One,"}

data: {"token":" \"two\"."}

data: {"done":true,"finish":"stop"}

)");
  EXPECT_TRUE(answer.has_ended());
}

TEST_F(PersonaAsk, P1_ids_are_sent_to_clients_that_name_the_event_stream) {
  for (const char* accept : {"text/event-stream", "text/html, Text/Event-Stream;q=0.9"}) {
    Answer answer = fixture.post("/chat/stream", kAsk, {ann, {"accept", accept}});
    fixture.runs.answer("Hi");
    const std::string turn = std::to_string(fixture.session_store.uses(kSession) - 1);
    const std::string bytes = answer.bytes();
    EXPECT_THAT(bytes, HasSubstr(turn == "0" ? "\n\nid: 1-2\ndata: {\"token\":\"Hi\"}\n\n"
                                             : "\n\nid: 1-1099511627778\ndata: {\"token\":\"Hi\"}\n\n"));
    EXPECT_THAT(
        bytes, HasSubstr(turn == "0" ? "id: 1-3\ndata: {\"done\":true,\"finish\":\"stop\"}\n\n"
                                     : "id: 1-1099511627779\ndata: {\"done\":true,\"finish\":\"stop\"}\n\n"));
  }
}

TEST_F(PersonaAsk, P1_the_run_is_what_the_body_says) {
  const std::string body =
      R"({"session_id":"session_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","message":"hi","breathing":"heavy"})";
  const Headers headers = {fixture.user("ann:pro"), {"idempotency-key", "key-1"}};
  EXPECT_EQ(fixture.post("/chat/stream?restarts=1", body, headers).status, 200);
  const services::StartRun& start = fixture.runs.started();
  EXPECT_EQ(start.caller.user, "ann");
  EXPECT_EQ(start.caller.tier, "pro");
  EXPECT_EQ(start.surface, "persona");
  EXPECT_EQ(start.mode, "message");
  ASSERT_TRUE(start.session);
  EXPECT_EQ(start.session->id, kSession);
  EXPECT_EQ(start.session->conversation, "");
  EXPECT_EQ(start.model + start.persona + start.conversation + start.project + start.task, "")
      << "they are the session's";
  EXPECT_EQ(start.prompt, "hi");
  EXPECT_FALSE(start.command);
  EXPECT_TRUE(start.tools.empty());
  EXPECT_EQ(start.key, "key-1");
  EXPECT_EQ(start.digest, digest_of("/chat/stream\n" + body));
  EXPECT_TRUE(start.may_restart);
  EXPECT_EQ(start.deadline, fixture.deadline());
  EXPECT_TRUE(start.recipe->needs().older_messages);
  const prompts::Config config;
  const Model model;
  const prompts::Persona& coach = *fixture.settings->personas.find("fitness_coach");
  const auto prompt = start.recipe->build({config, model, coach, {}, {}});
  EXPECT_EQ(prompt->system, prompts::system_prompt(coach, prompts::Breathing::heavy));
  EXPECT_EQ(text_of(prompt->messages.back()), "hi");
}

TEST_F(PersonaAsk, P1_what_may_be_left_out_may_also_be_null_and_a_command_is_text) {
  const services::StartRun& plain = started(
      R"({"session_id":"session_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","message":"/help","breathing":null})");
  EXPECT_FALSE(plain.command);
  EXPECT_EQ(plain.prompt, "/help");
  EXPECT_EQ(plain.key + plain.digest, "");
  EXPECT_FALSE(plain.may_restart);
  EXPECT_EQ(fixture.post("/chat/stream?restarts=0", kAsk, ann).status, 200);
  EXPECT_FALSE(fixture.runs.started().may_restart);
}

TEST_F(PersonaAsk, P1_a_caller_without_sign_in_asks_in_their_session) {
  Answer answer = fixture.post("/chat/stream", kAnonymousAsk);
  fixture.runs.answer("Hi");
  EXPECT_THAT(answer.text(), HasSubstr("data: {\"token\":\"Hi\"}\n\n"));
  const Caller& caller = fixture.runs.started().caller;
  EXPECT_FALSE(caller.is_signed_in());
  EXPECT_EQ(caller.user, "");
  EXPECT_EQ(caller.address, "203.0.113.7");
  fixture.peer = "2001:db8:1:2::3";
  EXPECT_EQ(fixture.post("/chat/stream", kAnonymousAsk).status, 200);
  EXPECT_EQ(fixture.runs.started().caller.address, "2001:db8:1:2::/64");
}

TEST_F(PersonaAsk, P1_a_body_that_is_wrong_starts_nothing_and_the_field_is_named) {
  const std::string id = R"("session_id":"session_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")";
  struct Row {
    std::string body;
    const char* detail;
    const char* field;
  };
  const Row rows[] = {
      {"[", "The body is not valid JSON: it ends too early, at byte 2 (line 1, column 2).", "body"},
      {R"({"message":"a"})", "session_id is missing.", "session_id"},
      {R"({"session_id":1,"message":"a"})", "session_id must be a string, not a number.", "session_id"},
      {"{" + id + "}", "message is missing.", "message"},
      {"{" + id + R"(,"message":1})", "message must be a string, not a number.", "message"},
      {"{" + id + R"(,"message":""})", "message must not be empty.", "message"},
      {"{" + id + R"(,"message":"a\u0000b"})",
       R"(message must not hold a NUL character (\\u0000). Take it out.)", "message"},
      {"{" + id + R"(,"message":"a","breathing":"wild"})",
       R"(breathing must be \"calm\", \"moderate\", \"heavy\" or \"breathless\".)", "breathing"},
      {"{" + id + R"(,"message":"a","breathing":1})", "breathing must be a string, not a number.",
       "breathing"},
  };
  for (const Row& row : rows) EXPECT_EQ(refused(row.body, ann), bad_request(row.detail, row.field));
  EXPECT_EQ(fixture.post("/chat/stream?restarts=yes", kAsk, ann).text(),
            bad_request("restarts must be 0 or 1.", "restarts"));
  EXPECT_EQ(refused(kAsk, {ann, {"idempotency-key", "a b"}}),
            bad_request("Idempotency-Key must be 1 to 255 printable ASCII characters without spaces.",
                        "Idempotency-Key"));
  EXPECT_EQ(refused("{" + id + R"(,"message":")" + std::string(65, 'a') + R"("})", ann),
            (Problem{413, "Content Too Large", "payload_too_large",
                     "message is too long: at most 64 bytes are taken.", R"(,"field":"message")"}
                 .text()));
  EXPECT_EQ(fixture.send("POST", "/chat/stream", ann, kAsk).status, 415);
  EXPECT_TRUE(fixture.runs.requests.empty());
}

TEST_F(PersonaAsk, P1_a_session_that_can_not_be_one_does_not_exist) {
  const std::string none =
      not_found("There is no such session. Start one with POST /chat/start.", "session_id");
  EXPECT_EQ(refused(R"({"session_id":"cs_1","message":"hi"})", ann), none);
  EXPECT_TRUE(fixture.runs.requests.empty()) << "it is not even looked up";
  EXPECT_EQ(refused(R"({"session_id":"session_CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC","message":"hi"})", ann),
            none);
}

// ---- Refusals of the service

TEST_F(PersonaAsk, P1_an_error_about_the_session_names_session_id_and_never_sessionId) {
  const auto refuse = [&](ErrorCode code, const char* detail) {
    return refused_by_service([&] { fixture.refuse_with(code, detail, services::kAboutSession); });
  };
  EXPECT_EQ(refuse(ErrorCode::not_found, "There is no such session."),
            not_found("There is no such session. Start one with POST /chat/start.", "session_id"));
  EXPECT_EQ(refuse(ErrorCode::conflict, "Any other error."),
            (Problem{409, "Conflict", "conflict", "Any other error.", R"(,"field":"session_id")"}.text()));
}

TEST_F(PersonaAsk, P1_a_session_that_has_ended_gets_410_and_names_session_id) {
  EXPECT_EQ(
      refused_by_service([&] {
        fixture.refuse_with(ErrorCode::expired, "This session has ended. Start a new one.",
                            services::kAboutSession);
      }),
      (Problem{410, "Gone", "expired", "This session has ended. Start a new one.", R"(,"field":"session_id")"}
           .text()));
}

TEST_F(PersonaAsk, P1_a_session_takes_questions_until_it_ends) {
  EXPECT_EQ(fixture.post("/chat/stream", kAsk, ann).status, 200);
  fixture.advance(std::chrono::minutes(10));
  const std::string ended =
      Problem{410, "Gone", "expired", "This session has ended. Start a new one.", R"(,"field":"session_id")"}
          .text();
  EXPECT_EQ(refused(kAsk, ann), ended);
  EXPECT_EQ(refused(kAnonymousAsk, {}), ended);
}

TEST_F(PersonaAsk, P1_a_session_that_is_not_the_callers_does_not_exist) {
  const std::string none =
      not_found("There is no such session. Start one with POST /chat/start.", "session_id");
  EXPECT_EQ(refused(kAsk, fixture.user("bob")), none);
  EXPECT_EQ(refused(kAsk, {}), none) << "the id alone opens no user's session";
  EXPECT_EQ(refused(kAnonymousAsk, ann), none);
}

TEST_F(PersonaAsk, X9_each_limit_that_refuses_is_named_and_says_when_to_come_back) {
  const auto address = fixture.limits("message", {policy::Subject::Kind::address, "203.0.113.7"});
  const auto refuse = [&](const Limit& limit, Milliseconds retry_after) {
    return refused_by_service([&] { fixture.refuse_by(limit, retry_after); });
  };
  const auto busy = [](int status, const char* title, const char* code, const std::string& name, int max,
                       const char* what) {
    return Problem{status,
                   title,
                   code,
                   fmt::format("At most {} {} at once: wait for one to end, or try again in 5 s.", max, what),
                   R"(,"limit":")" + name + '"',
                   fmt::format("Retry-After: 5\nRateLimit-Policy: \"{0}\";q={1};qu=\"concurrent-requests\"\n"
                               "RateLimit: \"{0}\";r=0\n",
                               name, max)}
        .text();
  };
  EXPECT_EQ(
      refuse(fixture.limit("message", 0), Milliseconds(0)),
      busy(429, "Too Many Requests", "too_many_active", "persona.active.user", 5, "answers of one user"));
  EXPECT_EQ(refuse(address[0], Milliseconds(0)),
            busy(429, "Too Many Requests", "too_many_active", "persona.active.address", 20,
                 "answers without sign-in for one address"));
  EXPECT_EQ(refuse(fixture.limit("message", 2), Milliseconds(0)),
            busy(503, "Service Unavailable", "server_full", "persona.active.server", 1000,
                 "answers on this server"));
  const auto window = [](const std::string& name, int max, const char* what) {
    return Problem{
        429,
        "Too Many Requests",
        "rate_limited",
        fmt::format("At most {} {} in 60 s: the next one is possible in 7 s.", max, what),
        R"(,"limit":")" + name + '"',
        fmt::format("Retry-After: 7\nRateLimit-Policy: \"{0}\";q={1};w=60\nRateLimit: \"{0}\";r=0;t=7\n",
                    name, max)}
        .text();
  };
  EXPECT_EQ(refuse(fixture.limit("message", 1), Milliseconds(6'001)), window("persona.rate", 60, "messages"));
  EXPECT_EQ(refuse(address[1], Milliseconds(6'001)),
            window("persona.rate_address", 240, "messages without sign-in from one address"));
}

TEST_F(PersonaAsk, P1_a_session_that_is_used_up_says_what_helps) {
  EXPECT_EQ(
      refused_by_service([&] { fixture.refuse_by(fixture.session_limit()); }),
      (Problem{
          429, "Too Many Requests", "session_used_up",
          "At most 1000 requests of one session, and all of them have been used. Start a new session with "
          "POST /chat/start.",
          R"(,"limit":"persona.session_requests")",
          "RateLimit-Policy: \"persona.session_requests\";q=1000\n"
          "RateLimit: \"persona.session_requests\";r=0\n"}
           .text()));
}

TEST_F(PersonaAsk, X13_one_key_is_one_run_on_one_path) {
  const Headers headers = {ann, {"idempotency-key", "key-1"}, {"accept", "text/event-stream"}};
  EXPECT_EQ(fixture.post("/chat/stream", kAsk, headers).status, 200);
  fixture.runs.answer("Hi");
  EXPECT_EQ(fixture.post("/chat/stream", kAsk, headers).text(), R"(200
Content-Type: text/event-stream; charset=utf-8
Cache-Control: no-cache, no-transform
X-Accel-Buffering: no

retry: 1448

id: 1-2
data: {"token":"Hi"}

id: 1-3
data: {"done":true,"finish":"stop"}

)") << "the whole answer again";
  EXPECT_EQ(fixture.session_store.uses(kSession), 1u);
  const std::string mismatch =
      Problem{422, "Unprocessable Content", "idempotency_mismatch",
              "This Idempotency-Key was used with another body. Use a new key for a new "
              "request.",
              R"(,"field":"Idempotency-Key")"}
          .text();
  EXPECT_EQ(fixture.post("/chat/message", kAsk, headers).text(), mismatch);
  EXPECT_EQ(stream(R"({"session_id":"session_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","message":"ho"})", headers),
            mismatch);
}

TEST_F(PersonaAsk, X13_one_key_is_one_run_without_sign_in) {
  const Headers headers = {{"idempotency-key", "key-1"}};
  EXPECT_EQ(fixture.post("/chat/stream", kAnonymousAsk, headers).status, 200);
  EXPECT_EQ(fixture.post("/chat/stream", kAnonymousAsk, headers).status, 200);
  EXPECT_EQ(fixture.session_store.uses(kAnonymous), 1u);
  EXPECT_EQ(fixture.post("/chat/message", kAnonymousAsk, headers).status, 422);
}

}  // namespace
}  // namespace belay::surfaces::persona

// POST /assistant/request, from literal bytes to literal bytes.
#include <gmock/gmock.h>

#include "base/digest.hpp"
#include "surfaces/assistant/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::assistant {
namespace {

using testing::Answer;
using testing::bad_request;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Headers;
using testing::not_signed_in;
using testing::Problem;
using testing::SurfaceFixture;

constexpr const char* kAsk = R"({"prompt":"hi","mode":"chat"})";

// The messages that the model gets from a recipe, one below the other.
std::string prompt_of(const prompts::Recipe& recipe) {
  const prompts::Config config;
  const Model model;
  const prompts::Persona persona;
  std::string text;
  for (const Message& message : recipe.build({config, model, persona, {}, {}}).value().messages)
    text += text_of(message) + "\n";
  return text;
}

TEST(AssistantSurface, A1_a_prompt_becomes_a_run_and_the_answer_says_where_to_read) {
  SurfaceFixture fixture(assistant::make);
  fixture.leave_of(fixture.limit("edit", 1), 29);
  Answer answer = fixture.post("/assistant/request", R"({"prompt":"hi","mode":"edit"})", fixture.user("ann"));
  EXPECT_EQ(answer.text(), R"(201
Content-Type: application/json
Cache-Control: no-store
Location: /assistant/stream/20261118T110640000Z-956eeb2f-2632-47bd-83f1-66b233e3ef28
RateLimit-Policy: "assistant.rate.edit";q=30;w=60
RateLimit: "assistant.rate.edit";r=29

{"request_id":"20261118T110640000Z-956eeb2f-2632-47bd-83f1-66b233e3ef28","status":"queued"})");
}

TEST(AssistantSurface, A1_the_run_is_what_the_body_says) {
  AssistantConfig config;
  config.actions = {{"set_tempo", "Sets the tempo.", "{}"}};
  SurfaceFixture fixture(assistant::make, config);
  const std::string body =
      R"({"prompt":"Faster, please.","mode":"edit","track_id":"track-7","conversation_id":"song:1",)"
      R"("context":{ "bpm": 120, "key":"D\u266d" }})";
  const Headers headers = {fixture.user("ann:pro"), {"idempotency-key", "key-1"}};
  EXPECT_EQ(fixture.post("/assistant/request", body, headers).status, 201);
  const services::StartRun& start = fixture.runs.started();
  EXPECT_EQ(start.caller.user, "ann");
  EXPECT_EQ(start.caller.tier, "pro");
  EXPECT_TRUE(start.caller.dev);
  EXPECT_EQ(start.surface, "assistant");
  EXPECT_EQ(start.mode, "edit");
  EXPECT_FALSE(start.session);
  EXPECT_EQ(start.conversation, "song:1");
  EXPECT_EQ(start.model, "");
  EXPECT_EQ(start.persona, "");
  EXPECT_EQ(start.prompt, "Faster, please.");
  EXPECT_FALSE(start.command);
  ASSERT_EQ(start.tools.size(), 1u);
  EXPECT_EQ(start.tools[0].name, "set_tempo");
  EXPECT_EQ(start.project, "");
  EXPECT_EQ(start.task, "");
  EXPECT_EQ(start.key, "key-1");
  EXPECT_EQ(start.digest, digest_of(body));
  EXPECT_TRUE(start.may_restart) << "the surface has a word for it";
  EXPECT_EQ(start.deadline, fixture.deadline());
  EXPECT_TRUE(start.recipe->needs().older_messages);
  const std::string prompt = prompt_of(*start.recipe);
  EXPECT_THAT(prompt, HasSubstr("Faster, please."));
  EXPECT_THAT(prompt, HasSubstr("track-7"));
  EXPECT_THAT(prompt, HasSubstr("{\"bpm\":120,\"key\":\"D♭\"}"));
}

TEST(AssistantSurface, A1_what_may_be_left_out_may_also_be_null) {
  SurfaceFixture fixture(assistant::make);
  for (const char* body :
       {kAsk, R"({"prompt":"hi","mode":"chat","track_id":null,"conversation_id":null,"context":null})",
        R"({"prompt":"hi","mode":"chat","unknown":[1,{"a":2}]})"}) {
    EXPECT_EQ(fixture.post("/assistant/request", body, fixture.user("ann")).status, 201) << body;
    const services::StartRun& start = fixture.runs.started();
    EXPECT_EQ(start.conversation, "");
    EXPECT_EQ(start.key, "");
    EXPECT_EQ(start.digest, "") << "only a key needs it";
    EXPECT_EQ(prompt_of(*start.recipe), "hi\n");
  }
}

TEST(AssistantSurface, A1_a_body_that_is_wrong_starts_nothing_and_the_field_is_named) {
  AssistantConfig config;
  config.max_prompt = 64_B;
  SurfaceFixture fixture(assistant::make, config);
  const std::string long_id(129, 't'), long_track(257, 't');
  const char* const id_rule =
      "conversation_id must be 1 to 128 letters, digits, dots, colons, dashes or underscores.";
  struct Row {
    std::string body;
    const char* detail;
    const char* field;
  };
  const Row rows[] = {
      {"", "The body is empty. Send a JSON object.", "body"},
      {R"({"prompt":)", "The body is not valid JSON: it ends too early, at byte 11 (line 1, column 11).",
       "body"},
      {R"(["hi"])", "The body must be a JSON object.", "body"},
      {R"({"mode":"chat","mode":"chat"})",
       R"(The key \"mode\" stands twice in one object, the second time at byte 16 (line 1, column 16). Send it once.)",
       "mode"},
      {"\"\xC3(\"", "The body is not valid UTF-8 at byte 2 (line 1, column 2).", "body"},
      {std::string(200, '[') + std::string(200, ']'),
       "The body is nested too deeply at byte 33 (line 1, column 33): at most 32 levels are read.", "body"},
      {R"({"mode":"chat"})", "prompt is missing.", "prompt"},
      {R"({"prompt":7,"mode":"chat"})", "prompt must be a string, not a number.", "prompt"},
      {R"({"prompt":null,"mode":"chat"})", "prompt must be a string, not null.", "prompt"},
      {R"({"prompt":"","mode":"chat"})", "prompt must not be empty.", "prompt"},
      {R"({"prompt":" \u200b\n","mode":"chat"})",
       "prompt must not be empty: it holds spaces and invisible characters only.", "prompt"},
      {R"({"prompt":"a\u0000b","mode":"chat"})",
       R"(prompt must not hold a NUL character (\\u0000). Take it out.)", "prompt"},
      {R"({"prompt":"hi"})", "mode is missing.", "mode"},
      {R"({"prompt":"hi","mode":"sing"})", R"(mode must be \"generate\", \"edit\" or \"chat\".)", "mode"},
      {R"({"prompt":"hi","mode":true})", "mode must be a string, not a boolean.", "mode"},
      {R"({"prompt":"hi","mode":"chat","track_id":[]})", "track_id must be a string, not an array.",
       "track_id"},
      {R"({"prompt":"hi","mode":"chat","track_id":")" + long_track + R"("})",
       "track_id must not be longer than 256 bytes.", "track_id"},
      {R"({"prompt":"hi","mode":"chat","context":"loud"})", "context must be a JSON object.", "context"},
      {R"({"prompt":"hi","mode":"chat","conversation_id":"a b"})", id_rule, "conversation_id"},
      {R"({"prompt":"hi","mode":"chat","conversation_id":""})", id_rule, "conversation_id"},
      {R"({"prompt":"hi","mode":"chat","conversation_id":")" + long_id + R"("})", id_rule, "conversation_id"},
      {R"({"prompt":"hi","mode":"chat","conversation_id":{}})",
       "conversation_id must be a string, not an object.", "conversation_id"},
  };
  for (const Row& row : rows)
    EXPECT_EQ(fixture.post("/assistant/request", row.body, fixture.user("ann")).text(),
              bad_request(row.detail, row.field));
  EXPECT_TRUE(fixture.runs.requests.empty());
}

TEST(AssistantSurface, A1_a_prompt_that_is_too_long_gets_413) {
  AssistantConfig config;
  config.max_prompt = 64_B;
  SurfaceFixture fixture(assistant::make, config);
  const auto body = [](std::size_t size) {
    return R"({"prompt":")" + std::string(size, 'a') + R"(","mode":"chat"})";
  };
  EXPECT_EQ(fixture.post("/assistant/request", body(64), fixture.user("ann")).status, 201);
  EXPECT_EQ(fixture.post("/assistant/request", body(65), fixture.user("ann")).text(),
            (Problem{413, "Content Too Large", "payload_too_large",
                     "prompt is too long: at most 64 bytes are taken.", R"(,"field":"prompt")"}
                 .text()));
}

TEST(AssistantSurface, A1_a_body_that_is_not_JSON_in_UTF_8_gets_415) {
  SurfaceFixture fixture(assistant::make);
  const auto refused = [&](Headers headers) {
    headers.push_back(fixture.user("ann"));
    return fixture.send("POST", "/assistant/request", headers, kAsk).text();
  };
  const std::string type =
      Problem{415, "Unsupported Media Type", "unsupported_media_type",
              "Send the body as JSON, with Content-Type: application/json.", R"(,"field":"Content-Type")"}
          .text();
  EXPECT_EQ(refused({}), type);
  EXPECT_EQ(refused({{"content-type", "text/plain"}}), type);
  EXPECT_EQ(
      refused({{"content-type", "application/json; charset=latin1"}}),
      (Problem{415, "Unsupported Media Type", "unsupported_media_type",
               "Send the body in UTF-8: JSON is read in no other charset.", R"(,"field":"Content-Type")"}
           .text()));
}

TEST(AssistantSurface, A4_nobody_asks_without_a_sign_in) {
  SurfaceFixture fixture(assistant::make);
  EXPECT_EQ(fixture.post("/assistant/request", kAsk).text(), not_signed_in());
  EXPECT_EQ(fixture.post("/assistant/request", "no JSON").text(), not_signed_in()) << "this comes first";
  const auto refused = [&](const char* value) {
    return fixture.post("/assistant/request", kAsk, {{"authorization", value}}).text();
  };
  const auto problem = [](const char* detail) {
    return Problem{401,
                   "Unauthorized",
                   "unauthenticated",
                   detail,
                   R"(,"field":"Authorization")",
                   "WWW-Authenticate: Bearer\n"}
        .text();
  };
  EXPECT_EQ(refused("Basic YWxpY2U6"), problem("The Authorization header must be `Bearer TOKEN`."));
  EXPECT_EQ(refused("Bearer nonsense"),
            problem("The token is not a JWT: it needs three parts with a dot between them."));
  EXPECT_EQ(
      refused("Bearer dev:"),
      problem(
          "A development token is dev:USER, dev:USER:TIER or dev:USER:TIER:ROLE, USER with 1 to 128 bytes."));
  EXPECT_TRUE(fixture.runs.requests.empty());
}

TEST(AssistantSurface, A6_each_limit_that_refuses_is_named_and_says_when_to_come_back) {
  AssistantConfig config;
  config.limits.max_active_per_user = 1;
  config.limits.max_active = 2;
  config.limits.rate_generate = 2;
  SurfaceFixture fixture(assistant::make, config);
  const auto refused = [&](std::size_t place, Milliseconds retry_after) {
    fixture.refuse_by(fixture.limit("generate", place), retry_after);
    return fixture.post("/assistant/request", R"({"prompt":"hi","mode":"generate"})", fixture.user("ann"))
        .text();
  };
  EXPECT_EQ(refused(0, Milliseconds(0)),
            (Problem{429, "Too Many Requests", "too_many_active",
                     "At most 1 requests of one user at once: wait for one to end, or try again in 5 s.",
                     R"(,"limit":"assistant.active.user")",
                     "Retry-After: 5\n"
                     "RateLimit-Policy: \"assistant.active.user\";q=1;qu=\"concurrent-requests\"\n"
                     "RateLimit: \"assistant.active.user\";r=0\n"}
                 .text()));
  EXPECT_EQ(refused(1, Milliseconds(11'500)),
            (Problem{429, "Too Many Requests", "rate_limited",
                     "At most 2 generate requests in 60 s: the next one is possible in 12 s.",
                     R"(,"limit":"assistant.rate.generate")",
                     "Retry-After: 12\n"
                     "RateLimit-Policy: \"assistant.rate.generate\";q=2;w=60\n"
                     "RateLimit: \"assistant.rate.generate\";r=0;t=12\n"}
                 .text()));
  EXPECT_EQ(refused(2, Milliseconds(0)),
            (Problem{503, "Service Unavailable", "server_full",
                     "At most 2 requests on this server at once: wait for one to end, or try again in 5 s.",
                     R"(,"limit":"assistant.active.server")",
                     "Retry-After: 5\n"
                     "RateLimit-Policy: \"assistant.active.server\";q=2;qu=\"concurrent-requests\"\n"
                     "RateLimit: \"assistant.active.server\";r=0\n"}
                 .text()));
}

TEST(AssistantSurface, A6_the_mode_chooses_the_limits) {
  SurfaceFixture fixture(assistant::make);
  for (const char* mode : {"generate", "edit", "chat"}) {
    const std::string body = std::string(R"({"prompt":"hi","mode":")") + mode + "\"}";
    EXPECT_EQ(fixture.post("/assistant/request", body, fixture.user("ann")).status, 201);
    EXPECT_EQ(fixture.runs.started().mode, mode);
    EXPECT_EQ(fixture.limit(mode, 1).name, std::string("assistant.rate.") + mode);
  }
}

TEST(AssistantSurface, X9_an_error_of_a_start_is_answered_as_it_is) {
  SurfaceFixture fixture(assistant::make);
  fixture.refuse_with(ErrorCode::draining, "The server is shutting down.", "");
  EXPECT_EQ(
      fixture.post("/assistant/request", kAsk, fixture.user("ann")).text(),
      (Problem{503, "Service Unavailable", "draining", "The server is shutting down.", "", "Retry-After: 1\n"}
           .text()));
  fixture.refuse_with(ErrorCode::unprocessable, "prompt does not fit the model's window.", "prompt");
  EXPECT_EQ(fixture.post("/assistant/request", kAsk, fixture.user("ann")).text(),
            (Problem{422, "Unprocessable Content", "unprocessable", "prompt does not fit the model's window.",
                     R"(,"field":"prompt")"}
                 .text()));
}

TEST(AssistantSurface, X13_one_key_is_one_run_and_a_repetition_has_no_rate_headers) {
  SurfaceFixture fixture(assistant::make);
  fixture.leave_of(fixture.limit("chat", 1), 59);
  const Headers headers = {fixture.user("ann"), {"idempotency-key", "key-1"}};
  const std::string first = fixture.post("/assistant/request", kAsk, headers).text();
  EXPECT_THAT(first, HasSubstr("RateLimit: \"assistant.rate.chat\";r=59\n"));
  fixture.runs.limits.clear();
  EXPECT_EQ(fixture.post("/assistant/request", kAsk, headers).text(), R"(201
Content-Type: application/json
Cache-Control: no-store
Location: /assistant/stream/20261118T110640000Z-956eeb2f-2632-47bd-83f1-66b233e3ef28

{"request_id":"20261118T110640000Z-956eeb2f-2632-47bd-83f1-66b233e3ef28","status":"queued"})");
  EXPECT_EQ(fixture.post("/assistant/request", R"({"prompt":"ho","mode":"chat"})", headers).text(),
            (Problem{422, "Unprocessable Content", "idempotency_mismatch",
                     "This Idempotency-Key was used with another body. Use a new key for a new request.",
                     R"(,"field":"Idempotency-Key")"}
                 .text()));
  const Headers of_bob = {fixture.user("bob"), {"idempotency-key", "key-1"}};
  EXPECT_THAT(fixture.post("/assistant/request", kAsk, of_bob).text(),
              HasSubstr("20261118T110640000Z-529f0f13-5767-4247-94e3-4a0effe11c58"));
}

TEST(AssistantSurface, X13_a_key_that_can_not_be_one_is_refused) {
  SurfaceFixture fixture(assistant::make);
  for (const std::string& key :
       {std::string(), std::string("a b"), std::string("\xC3\xA9"), std::string(256, 'k')})
    EXPECT_EQ(
        fixture.post("/assistant/request", kAsk, {fixture.user("ann"), {"idempotency-key", key}}).text(),
        bad_request("Idempotency-Key must be 1 to 255 printable ASCII characters without spaces.",
                    "Idempotency-Key"));
  const Headers longest = {fixture.user("ann"), {"idempotency-key", std::string(255, 'k')}};
  EXPECT_EQ(fixture.post("/assistant/request", kAsk, longest).status, 201);
}

TEST(AssistantSurface, X1_a_post_resumes_nothing) {
  SurfaceFixture fixture(assistant::make);
  EXPECT_EQ(
      fixture.post("/assistant/request", kAsk, {fixture.user("ann"), {"last-event-id", "1-1"}}).text(),
      bad_request(
          "This starts a request and can not resume one. Read the stream again with GET and Last-Event-ID.",
          "Last-Event-ID"));
}

TEST(AssistantSurface, A1_the_prefix_stands_before_all_paths) {
  AssistantConfig config;
  config.prefix = "/music";
  SurfaceFixture fixture(assistant::make, config);
  Answer answer = fixture.post("/music/assistant/request", kAsk, fixture.user("ann"));
  EXPECT_THAT(answer.text(), HasSubstr("Location: /music/assistant/stream/20261118T110640000Z-956eeb2f"));
  EXPECT_THAT(assistant::make(nullptr, config).ticket_patterns,
              ElementsAre("/music/assistant/stream/{request_id}"));
}

}  // namespace
}  // namespace belay::surfaces::assistant

// POST /api/chat/start, from literal bytes to literal bytes.
#include <gmock/gmock.h>

#include "base/digest.hpp"
#include "surfaces/chat/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::chat {
namespace {

using testing::Answer;
using testing::bad_request;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::Headers;
using testing::not_found;
using testing::not_signed_in;
using testing::Problem;
using testing::SurfaceFixture;

constexpr const char* kAsk = R"({"prompt":"hi","modelId":"small"})";

struct ChatStart : ::testing::Test {
  std::string start(const std::string& body) { return fixture.post("/api/chat/start", body, ann).text(); }
  const services::StartRun& started(const std::string& body) {
    EXPECT_EQ(fixture.post("/api/chat/start", body, ann).status, 201) << body;
    return fixture.runs.started();
  }
  std::string refused(ErrorCode code, const std::string& detail, std::string_view about,
                      std::string model = {}, policy::Tier tier = {}) {
    fixture.refuse_with(code, detail, about, std::move(model), tier);
    return start(kAsk);
  }

  // How the answer to a start ends: with the ids of question and answer of the newest run.
  std::string ids() const {
    const std::string run = fixture.runs.last_run().text();
    return R"("userMessageId":")" + run + R"(-u","messageId":")" + run + R"(-a"})";
  }

  SurfaceFixture fixture{chat::make};
  const transport::Header ann = fixture.user("ann");
};

TEST_F(ChatStart, C1_a_prompt_becomes_a_run_in_a_new_session_and_chat) {
  fixture.leave_of(fixture.limit("chat", 1), 59);
  fixture.leave_of(fixture.session_limit(), 9);
  const std::string answer = start(kAsk);
  EXPECT_EQ(answer, R"(201
Content-Type: application/json
Cache-Control: no-store
Location: /api/chat/stream?sessionId=session-1
RateLimit-Policy: "chat.rate";q=60;w=60, "chat.session_requests";q=10
RateLimit: "chat.rate";r=59, "chat.session_requests";r=9

{"sessionId":"session-1","chatId":"chat-1",)" +
                        ids());
}

TEST_F(ChatStart, C1_the_run_is_what_the_body_says) {
  fixture.add_session("cs_1", "ann");
  const std::string body =
      R"({"prompt":"hi","modelId":"small","chatId":"conversation-of-cs_1","sessionId":"cs_1","projectId":"p-1","taskId":"t:1"})";
  const Headers headers = {fixture.user("ann:pro"), {"idempotency-key", "key-1"}};
  EXPECT_EQ(fixture.post("/api/chat/start", body, headers).status, 201);
  const services::StartRun& start = fixture.runs.started();
  EXPECT_EQ(start.caller.user, "ann");
  EXPECT_EQ(start.caller.tier, "pro");
  EXPECT_EQ(start.surface, "chat");
  EXPECT_EQ(start.mode, "chat");
  ASSERT_TRUE(start.session);
  EXPECT_EQ(start.session->id, "cs_1");
  EXPECT_EQ(start.session->conversation, "conversation-of-cs_1");
  EXPECT_EQ(start.conversation, "") << "it is the session's";
  EXPECT_EQ(start.model, "small");
  EXPECT_EQ(start.persona, "") << "it is the session's";
  EXPECT_EQ(start.prompt, "hi");
  EXPECT_FALSE(start.command);
  EXPECT_TRUE(start.tools.empty());
  EXPECT_EQ(start.project, "p-1");
  EXPECT_EQ(start.task, "t:1");
  EXPECT_EQ(start.key, "key-1");
  EXPECT_EQ(start.digest, digest_of(body));
  EXPECT_FALSE(start.may_restart);
  EXPECT_EQ(start.deadline, fixture.deadline());
  EXPECT_TRUE(start.recipe->needs().older_messages);
}

TEST_F(ChatStart, C1_what_may_be_left_out_may_also_be_null) {
  for (
      const char* body :
      {R"({"prompt":"hi"})",
       R"({"prompt":"hi","modelId":null,"chatId":null,"sessionId":null,"projectId":null,"taskId":null,"restarts":null})"}) {
    const services::StartRun& start = started(body);
    ASSERT_TRUE(start.session) << "a new one";
    EXPECT_EQ(start.session->id, "");
    EXPECT_EQ(start.session->conversation, "");
    EXPECT_EQ(start.model + start.project + start.task + start.key + start.digest, "");
    EXPECT_FALSE(start.may_restart);
  }
}

TEST_F(ChatStart, C1_a_session_is_used_again_and_a_client_chooses_the_chat) {
  std::string answer = start(R"({"prompt":"hi","chatId":"the-chat"})");
  EXPECT_THAT(answer, EndsWith(R"({"sessionId":"session-1","chatId":"the-chat",)" + ids()));
  answer = start(R"({"prompt":"hi","sessionId":"session-1"})");
  EXPECT_THAT(answer, EndsWith(R"({"sessionId":"session-1","chatId":"the-chat",)" + ids()));
  EXPECT_EQ(fixture.session_store.uses("session-1"), 2u);
}

TEST_F(ChatStart, X2_a_client_that_can_drop_text_says_so_in_the_body_or_in_the_query) {
  EXPECT_TRUE(started(R"({"prompt":"hi","restarts":true})").may_restart);
  EXPECT_FALSE(started(R"({"prompt":"hi","restarts":false})").may_restart);
  EXPECT_EQ(fixture.post("/api/chat/start?restarts=1", kAsk, ann).status, 201);
  EXPECT_TRUE(fixture.runs.started().may_restart);
  EXPECT_EQ(fixture.post("/api/chat/start?restarts=0", R"({"prompt":"hi","restarts":true})", ann).status,
            201);
  EXPECT_FALSE(fixture.runs.started().may_restart) << "the query counts";
  EXPECT_EQ(fixture.post("/api/chat/start?restarts=yes", kAsk, ann).text(),
            bad_request("restarts must be 1 or 0.", "restarts"));
}

TEST_F(ChatStart, C5_a_command_is_read_and_its_text_is_kept_for_the_history) {
  const services::StartRun& start = started(R"({"prompt":" /Model  grok-3\n"})");
  ASSERT_TRUE(start.command);
  EXPECT_EQ(start.command->line.name, "model");
  EXPECT_EQ(start.command->line.argument, "grok-3");
  EXPECT_FALSE(start.command->line.asks_model);
  EXPECT_EQ(start.command->export_prefix, "/api/chat/");
  EXPECT_EQ(start.prompt, " /Model  grok-3\n");
  EXPECT_EQ(start.mode, "chat") << "the service counts it as a command";
  EXPECT_TRUE(started(R"({"prompt":"/summary"})").command->line.asks_model);
}

TEST_F(ChatStart, C5_a_second_slash_sends_a_command_to_the_model) {
  const services::StartRun& escaped = started(R"({"prompt":"//help"})");
  EXPECT_FALSE(escaped.command);
  EXPECT_EQ(escaped.prompt, "/help");
  const prompts::Config config;
  const Model model;
  const prompts::Persona persona;
  const auto built = escaped.recipe->build({config, model, persona, {}, {}});
  EXPECT_EQ(text_of(built->messages.back()), "/help");
  EXPECT_EQ(started(R"({"prompt":"/clear the cache"})").prompt, "/clear the cache");
}

TEST_F(ChatStart, C1_a_body_that_is_wrong_starts_nothing_and_the_field_is_named) {
  const std::string long_id(129, 't');
  const auto id_rule = [](const std::string& field) {
    return field + " must be 1 to 128 letters, digits, dots, colons, dashes or underscores.";
  };
  struct Row {
    std::string body;
    std::string detail;
    const char* field;
  };
  const Row rows[] = {
      {R"({"prompt": three})",
       "The body is not valid JSON: a value is expected, at byte 12 (line 1, column 12).", "body"},
      {R"("hi")", "The body must be a JSON object.", "body"},
      {R"({"modelId":"small"})", "prompt is missing.", "prompt"},
      {R"({"prompt":7})", "prompt must be a string, not a number.", "prompt"},
      {R"({"prompt":""})", "prompt must not be empty.", "prompt"},
      {R"({"prompt":"a\u0000b"})", R"(prompt must not hold a NUL character (\\u0000). Take it out.)",
       "prompt"},
      {R"({"prompt":"hi","modelId":1})", "modelId must be a string, not a number.", "modelId"},
      {R"({"prompt":"hi","modelId":")" + long_id + R"("})", "modelId must not be longer than 128 bytes.",
       "modelId"},
      {R"({"prompt":"hi","chatId":"a b"})", id_rule("chatId"), "chatId"},
      {R"({"prompt":"hi","chatId":""})", id_rule("chatId"), "chatId"},
      {R"({"prompt":"hi","sessionId":1})", "sessionId must be a string, not a number.", "sessionId"},
      {R"({"prompt":"hi","sessionId":""})", id_rule("sessionId"), "sessionId"},
      {R"({"prompt":"hi","projectId":"a/b"})", id_rule("projectId"), "projectId"},
      {R"({"prompt":"hi","taskId":")" + long_id + R"("})", id_rule("taskId"), "taskId"},
      {R"({"prompt":"hi","restarts":1})", "restarts must be true or false.", "restarts"},
  };
  for (const Row& row : rows) EXPECT_EQ(start(row.body), bad_request(row.detail, row.field));
  EXPECT_TRUE(fixture.runs.requests.empty());
}

TEST_F(ChatStart, C1_a_prompt_that_is_too_long_gets_413_and_one_that_is_no_JSON_415) {
  const std::string long_prompt(256 * 1024 + 1, 'a');
  EXPECT_EQ(start(R"({"prompt":")" + long_prompt + R"("})"),
            (Problem{413, "Content Too Large", "payload_too_large",
                     "prompt is too long: at most 262144 bytes are taken.", R"(,"field":"prompt")"}
                 .text()));
  EXPECT_EQ(
      fixture.send("POST", "/api/chat/start", {ann, {"content-type", "text/plain"}}, kAsk).text(),
      (Problem{415, "Unsupported Media Type", "unsupported_media_type",
               "Send the body as JSON, with Content-Type: application/json.", R"(,"field":"Content-Type")"}
           .text()));
}

TEST_F(ChatStart, C1_nobody_asks_without_a_sign_in) {
  EXPECT_EQ(fixture.post("/api/chat/start", kAsk).text(), not_signed_in());
  EXPECT_EQ(fixture.post("/api/chat/start", "no JSON").text(), not_signed_in()) << "this comes first";
  EXPECT_TRUE(fixture.runs.requests.empty());
}

TEST_F(ChatStart, C1_an_error_about_the_session_or_the_chat_names_its_field) {
  using namespace services;
  EXPECT_EQ(refused(ErrorCode::not_found, "There is no such session.", kAboutSession),
            not_found("There is no such session. Check its id, or start one.", "sessionId"));
  EXPECT_EQ(refused(ErrorCode::expired, "This session has ended. Start a new one.", kAboutSession),
            (Problem{410, "Gone", "expired", "This session has ended. Start a new one: leave sessionId out.",
                     R"(,"field":"sessionId")"}
                 .text()));
  EXPECT_EQ(refused(ErrorCode::not_found, "There is no such conversation.", kAboutConversation),
            not_found("There is no such chat. Check its id.", "chatId"));
  EXPECT_EQ(refused(ErrorCode::conflict, "This session belongs to another conversation.", kAboutConversation),
            (Problem{409, "Conflict", "conflict",
                     "This session belongs to another chat. Leave chatId out, or start a new session.",
                     R"(,"field":"chatId")"}
                 .text()));
}

TEST_F(ChatStart, C1_an_unknown_session_is_refused_by_the_service_itself) {
  EXPECT_EQ(start(R"({"prompt":"hi","sessionId":"cs_nothing"})"),
            not_found("There is no such session. Check its id, or start one.", "sessionId"));
}

TEST_F(ChatStart, C4_an_error_about_the_model_says_where_the_list_is) {
  using services::kAboutModel;
  EXPECT_EQ(refused(ErrorCode::invalid_request, "There is no model \"tiny\".", kAboutModel, "tiny"),
            bad_request(R"(There is no model \"tiny\". GET /api/chat/models lists those that you may use.)",
                        "modelId"));
  EXPECT_EQ(refused(ErrorCode::invalid_request, "No model is chosen.", kAboutModel),
            bad_request("No model is open to your tier.", "modelId"));
}

TEST_F(ChatStart, C4_a_model_above_the_tier_is_refused_with_the_models_that_are_open) {
  const auto forbidden = [](const std::string& detail) {
    return Problem{403, "Forbidden", "forbidden", detail, R"(,"field":"modelId")"}.text();
  };
  const char* const needs = "This needs the pro tier or a higher one; yours is basic.";
  EXPECT_EQ(
      refused(ErrorCode::forbidden, needs, services::kAboutModel, "large"),
      forbidden(
          "The model large is not open to you. This needs the pro tier or a higher one; yours is basic. "
          "Choose another with modelId, or for the whole chat with /model NAME: small."));

  const auto models_of = [&](int count, const std::string& tier) {
    auto models = std::make_shared<ModelCatalogue>();
    for (int i = 1; i <= count; ++i) {
      Model model;
      model.alias = "m" + std::to_string(i);
      model.tier = tier;
      EXPECT_TRUE(models->add(ModelTarget{std::move(model)}));
    }
    fixture.settings->models = models;
  };
  models_of(10, "");
  EXPECT_THAT(refused(ErrorCode::forbidden, needs, services::kAboutModel, "large"),
              HasSubstr("with /model NAME: m1, m2, m3, m4, m5, m6, m7, m8, m9, m10.\""));
  models_of(11, "");
  EXPECT_THAT(refused(ErrorCode::forbidden, needs, services::kAboutModel, "large"),
              HasSubstr("m9, m10 and others (GET /api/chat/models).\""));
  models_of(1, "pro");
  EXPECT_EQ(
      refused(ErrorCode::forbidden, needs, services::kAboutModel, "m1"),
      forbidden("The model m1 is not open to you. This needs the pro tier or a higher one; yours is basic. "
                "No model is open to your tier."));
  EXPECT_THAT(refused(ErrorCode::forbidden, needs, services::kAboutModel, "large", {1}),
              HasSubstr("NAME: m1.\""))
      << "the models of the tier that the service found";
}

TEST_F(ChatStart, X9_each_limit_that_refuses_is_named_and_says_when_to_come_back) {
  const auto refused_by = [&](const Limit& limit, Milliseconds retry_after) {
    fixture.refuse_by(limit, retry_after);
    return start(kAsk);
  };
  EXPECT_EQ(refused_by(fixture.limit("chat", 0), Milliseconds(0)),
            (Problem{429, "Too Many Requests", "too_many_active",
                     "At most 5 answers of one user at once: wait for one to end, or try again in 5 s.",
                     R"(,"limit":"chat.active.user")",
                     "Retry-After: 5\n"
                     "RateLimit-Policy: \"chat.active.user\";q=5;qu=\"concurrent-requests\"\n"
                     "RateLimit: \"chat.active.user\";r=0\n"}
                 .text()));
  EXPECT_EQ(
      refused_by(fixture.limit("chat", 1), Milliseconds(3'000)),
      (Problem{429, "Too Many Requests", "rate_limited",
               "At most 60 requests in 60 s: the next one is possible in 3 s.", R"(,"limit":"chat.rate")",
               "Retry-After: 3\n"
               "RateLimit-Policy: \"chat.rate\";q=60;w=60\n"
               "RateLimit: \"chat.rate\";r=0;t=3\n"}
           .text()));
  EXPECT_EQ(refused_by(fixture.limit("chat", 2), Milliseconds(0)),
            (Problem{503, "Service Unavailable", "server_full",
                     "At most 1000 answers on this server at once: wait for one to end, or try again in 5 s.",
                     R"(,"limit":"chat.active.server")",
                     "Retry-After: 5\n"
                     "RateLimit-Policy: \"chat.active.server\";q=1000;qu=\"concurrent-requests\"\n"
                     "RateLimit: \"chat.active.server\";r=0\n"}
                 .text()));
  EXPECT_EQ(refused_by(fixture.limit("session", 0), Milliseconds(59'001)),
            (Problem{429, "Too Many Requests", "rate_limited",
                     "At most 60 new sessions in 60 s: the next one is possible in 60 s.",
                     R"(,"limit":"chat.new_sessions")",
                     "Retry-After: 60\n"
                     "RateLimit-Policy: \"chat.new_sessions\";q=60;w=60\n"
                     "RateLimit: \"chat.new_sessions\";r=0;t=60\n"}
                 .text()));
}

TEST_F(ChatStart, C8_a_session_that_is_used_up_says_what_helps) {
  fixture.refuse_by(fixture.session_limit());
  EXPECT_EQ(
      start(kAsk),
      (Problem{429, "Too Many Requests", "session_used_up",
               "At most 10 requests of one session, and all of them have been used. Start a new session: "
               "leave sessionId out.",
               R"(,"limit":"chat.session_requests")",
               "RateLimit-Policy: \"chat.session_requests\";q=10\n"
               "RateLimit: \"chat.session_requests\";r=0\n"}
           .text()))
      << "waiting does not";
}

TEST_F(ChatStart, X13_one_key_is_one_run_and_a_repetition_has_no_rate_headers) {
  fixture.leave_of(fixture.limit("chat", 1), 59);
  const Headers headers = {ann, {"idempotency-key", "key-1"}};
  EXPECT_EQ(fixture.post("/api/chat/start", kAsk, headers).status, 201);
  fixture.runs.limits.clear();
  EXPECT_EQ(fixture.post("/api/chat/start", kAsk, headers).text(), R"(201
Content-Type: application/json
Cache-Control: no-store
Location: /api/chat/stream?sessionId=session-1

{"sessionId":"session-1","chatId":"chat-1",)" + ids());
  EXPECT_EQ(fixture.session_store.uses("session-1"), 1u);
  EXPECT_EQ(fixture.post("/api/chat/start", R"({"prompt":"ho"})", headers).text(),
            (Problem{422, "Unprocessable Content", "idempotency_mismatch",
                     "This Idempotency-Key was used with another body. Use a new key for a new request.",
                     R"(,"field":"Idempotency-Key")"}
                 .text()));
  fixture.refuse_with(ErrorCode::expired, "The session of this Idempotency-Key has ended. Use a new key.",
                      services::kAboutKey);
  EXPECT_EQ(fixture.post("/api/chat/start", kAsk, headers).text(),
            (Problem{410, "Gone", "expired", "The session of this Idempotency-Key has ended. Use a new key.",
                     R"(,"field":"Idempotency-Key")"}
                 .text()));
}

TEST_F(ChatStart, X13_a_key_that_can_not_be_one_is_refused) {
  EXPECT_EQ(fixture.post("/api/chat/start", kAsk, {ann, {"idempotency-key", "a b"}}).text(),
            bad_request("Idempotency-Key must be 1 to 255 printable ASCII characters without spaces.",
                        "Idempotency-Key"));
}

TEST_F(ChatStart, X1_a_post_resumes_nothing) {
  EXPECT_EQ(
      fixture.post("/api/chat/start", kAsk, {ann, {"last-event-id", "1-1"}}).text(),
      bad_request(
          "This starts a request and can not resume one. Read the stream again with GET and Last-Event-ID.",
          "Last-Event-ID"));
}

TEST(ChatPrefix, C1_stands_before_all_paths) {
  ChatConfig config;
  config.prefix = "/support";
  SurfaceFixture fixture(chat::make, config);
  Answer answer = fixture.post("/support/api/chat/start", R"({"prompt":"/export"})", fixture.user("ann"));
  EXPECT_THAT(answer.text(), HasSubstr("Location: /support/api/chat/stream?sessionId=session-1\n"));
  EXPECT_EQ(fixture.runs.started().command->export_prefix, "/support/api/chat/");
  EXPECT_THAT(chat::make(nullptr, config).ticket_patterns,
              ElementsAre("/support/api/chat/stream?sessionId={sessionId}",
                          "/support/api/chat/stream?chatId={chatId}", "/support/api/chat/socket"));
}

}  // namespace
}  // namespace belay::surfaces::chat

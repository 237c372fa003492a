// Premium questions, as JSON and as a form, with and without a file (requirement S4).
#include "surfaces/sendsage/premium_question.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "surfaces/error_response.hpp"
#include "surfaces/response.hpp"
#include "surfaces/sendsage/upload_body.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::sendsage {

// A surface that tells what it read. A question's file is stored if the prompt begins with "store".
struct QuestionsOnlyConfig {
  QuestionRules rules{{200}, 1_MiB};
};
static policy::SurfaceRules rules(const QuestionsOnlyConfig&, const policy::Config&) {
  policy::SurfaceRules rules;
  rules.surface = "sendsage";
  return rules;
}
static std::string last_digest;
static Surface make_questions_only(const SurfaceContext* context, const QuestionsOnlyConfig& config) {
  using transport::Request;
  using transport::Response;
  const auto held = context ? std::make_shared<SurfaceContext>(*context) : nullptr;
  transport::Route route{
      "POST", "/ask",
      [held, config](Request& request) -> Awaitable<Response> {
        const auto caller = co_await held->authenticator.authenticate(request);
        PremiumOutcome outcome = co_await read_premium_question(request, *held, *caller, config.rules);
        if (!outcome.question) co_return error_response(outcome.question.error(), outcome.limits, request);
        PremiumQuestion& question = *outcome.question;
        last_digest = question.digest;
        std::string text =
            question.prompt + "|" + question.conversation_id + "|" + question.idempotency_key + "|";
        if (question.upload)
          text += fmt::format("{} {} {}", question.upload->label.name, question.upload->label.size.value,
                              question.upload->upload.records);
        if (question.upload && question.prompt.starts_with("store")) {
          const auto stored =
              co_await held->uploads->store(*request.loop, Deadline::never(), std::move(*question.upload));
          EXPECT_TRUE(stored);
        }
        co_return json_response(std::move(text));
      },
      kMaxUploadBody, "ask"};
  route.streams_body = true;
  Surface surface;
  surface.routes.push_back(std::move(route));
  return surface;
}

namespace {

using testing::Answer;
using ::testing::HasSubstr;
using testing::Headers;
using ::testing::IsEmpty;

const std::string kLog = "grade\nV5\nV4\n";

class PremiumQuestionTest : public testing::SurfaceFixture, public ::testing::Test {
 protected:
  PremiumQuestionTest() : SurfaceFixture(make_questions_only, QuestionsOnlyConfig{}) {
    waits_for_threads = true;
  }

  Answer ask(const std::string& body, const std::string& type, Headers headers = {}) {
    headers.push_back(user("ann:pro"));
    headers.push_back({"content-type", type});
    return send("POST", "/ask", std::move(headers), body);
  }
  Answer ask_json(const std::string& body, Headers headers = {}) {
    return ask(body, "application/json", std::move(headers));
  }
  static std::string part(const std::string& disposition, const std::string& data) {
    return "--XX\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + data + "\r\n";
  }
  Answer ask_form(const std::string& parts, Headers headers = {}) {
    return ask(parts + "--XX--", "multipart/form-data; boundary=XX", std::move(headers));
  }
};

TEST_F(PremiumQuestionTest, S4_a_question_is_json) {
  EXPECT_EQ(ask_json(R"({"prompt":"Plan my V8 goal in 8 weeks."})").bytes(),
            "Plan my V8 goal in 8 weeks.|||");
  EXPECT_EQ(
      ask_json(R"({"prompt":"Hi","conversation_id":"c-1","file":null,"more":1})", {{"idempotency-key", "k"}})
          .bytes(),
      "Hi|c-1|k|");
  EXPECT_EQ(
      ask_json(R"({"prompt":"How's my progress?","file":"grade\nV5\nV4\n","filename":"log.csv"})").bytes(),
      "How's my progress?|||log.csv 12 2");
  EXPECT_EQ(ask_json(R"({"prompt":"a","file":"Z3JhZGUKVjUKVjQK","filename":"log.csv","encoding":"base64"})")
                .bytes(),
            "a|||log.csv 12 2");
  EXPECT_EQ(ask_json(R"({"prompt":"a","file":"VjUgYW5kIMO8w7/Dvw==","filename":"a.txt","encoding":"base64"})")
                .bytes(),
            "a|||a.txt 13 1");
}

TEST_F(PremiumQuestionTest, S4_a_question_is_a_form) {
  for (const std::size_t size : {1u, 50'000u}) {
    body_piece = size;
    EXPECT_EQ(ask_form(part("name=prompt", "Hi ü")).bytes(), "Hi ü|||");
    EXPECT_EQ(ask_form(part("name=prompt", "Hi") + part("name=conversation_id", "c-1") +
                           part("name=file; filename=\"log.csv\"", kLog),
                       {{"idempotency-key", "k"}})
                  .bytes(),
              "Hi|c-1|k|log.csv 12 2");
    EXPECT_EQ(ask_form(part("name=file; filename=\"log.csv\"", kLog) + part("name=prompt", "Hi")).bytes(),
              "Hi|||log.csv 12 2")
        << "in any order";
    EXPECT_EQ(ask_form(part("name=prompt", "Hi") + part("name=file; filename=\"\"", "")).bytes(), "Hi|||")
        << "no file was chosen";
  }
}

TEST_F(PremiumQuestionTest, S4_the_digest_is_of_what_a_question_says) {
  ask_json(R"({"prompt":"Hi","conversation_id":"c","file":"grade\nV5\nV4\n","filename":"log.csv"})");
  const std::string digest = last_digest;
  EXPECT_EQ(digest.size(), 32u);
  ask_form(part("name=file; filename=\"log.csv\"", kLog) + part("name=conversation_id", "c") +
           part("name=prompt", "Hi"));
  EXPECT_EQ(last_digest, digest);
  for (const char* other :
       {R"({"prompt":"Hi!","conversation_id":"c","file":"grade\nV5\nV4\n","filename":"log.csv"})",
        R"({"prompt":"Hi","conversation_id":"d","file":"grade\nV5\nV4\n","filename":"log.csv"})",
        R"({"prompt":"Hi","conversation_id":"c","file":"grade\nV5\nV4\n","filename":"a.csv"})",
        R"({"prompt":"Hi","conversation_id":"c","file":"grade\nV5\nV3\n","filename":"log.csv"})",
        R"({"prompt":"Hi","conversation_id":"c"})"}) {
    EXPECT_EQ(ask_json(other).status, 200);
    EXPECT_NE(last_digest, digest) << other;
  }
}

TEST_F(PremiumQuestionTest, S4_what_is_wrong_is_said) {
  const auto expect_refused = [](Answer answer, int status, const std::string& text) {
    EXPECT_EQ(answer.status, status) << answer.bytes();
    EXPECT_THAT(answer.bytes(), HasSubstr(text));
  };
  expect_refused(ask("prompt=Hi", "application/x-www-form-urlencoded"), 415, "as JSON");
  expect_refused(ask_json("{"), 400, "");
  expect_refused(ask_json("{}"), 400, "prompt is missing.");
  expect_refused(ask_json(R"({"prompt":" "})"), 400, "must not be empty");
  expect_refused(ask_json(R"({"prompt":")" + std::string(201, 'x') + R"("})"), 413, "prompt is too long");
  expect_refused(ask_json(R"({"prompt":"a","conversation_id":"a b"})"), 400, "conversation_id must have");
  expect_refused(ask_json(R"({"prompt":"a","file":"x"})"), 400, "The file needs a name");
  expect_refused(ask_json(R"({"prompt":"a","file":7,"filename":"a.csv"})"), 400, "file must be a string");
  expect_refused(ask_json(R"({"prompt":"a","file":"x","filename":"a.csv","encoding":"hex"})"), 400,
                 "text or base64");
  expect_refused(ask_json(R"({"prompt":"a","file":"a*","filename":"a.csv","encoding":"base64"})"), 400,
                 "not base64");
  expect_refused(ask_json(R"({"prompt":"a","file":"x","filename":"a.pdf"})"), 415, "Only CSV, TXT and JSON");
  expect_refused(ask_json(R"({"prompt":"a","file":"name\nx\n","filename":"a.csv"})"), 422,
                 "Your CSV needs a grade column—fix and retry.");
  expect_refused(ask_form(""), 400, "prompt is missing.");
  expect_refused(ask_form(part("name=prompt", "")), 400, "must not be empty");
  expect_refused(ask_form(part("name=prompt", "\xFF")), 400, "prompt must be UTF-8.");
  expect_refused(ask_form(part("name=prompt", std::string(201, 'x'))), 413, "prompt is too long");
  expect_refused(ask_form(part("name=prompt", "a") + part("name=prompt", "b")), 400, "occurs twice");
  expect_refused(ask_form(part("name=prompt", "a") + part("name=file; filename=a.csv", "name\nx\n")), 422,
                 "grade column");
  expect_refused(ask("--XX\r\nbroken", "multipart/form-data; boundary=XX"), 400, "ended");
  expect_refused(ask_json(R"({"prompt":"a"})", {{"last-event-id", "1-2"}}), 400, "");
  EXPECT_EQ(counters.slots["uploads.active.user/user/ann"], 0u);
}

TEST_F(PremiumQuestionTest, S5_a_file_that_is_too_large_says_so_in_both_forms) {
  upload_config.max_file = 100'000_B;
  const std::string content = "grade\n" + std::string(150'000, '\n');
  Answer form = ask_form(part("name=prompt", "a") + part("name=file; filename=a.csv", content));
  EXPECT_EQ(form.status, 413);
  EXPECT_THAT(form.bytes(), HasSubstr("Upload failed—try a smaller file"));
  std::string escaped = "grade";
  for (int i = 0; i < 150'000; ++i) escaped += "\\n";
  Answer json = ask_json(R"({"prompt":"a","filename":"a.csv","file":")" + escaped + R"("})");
  EXPECT_EQ(json.status, 413);
  EXPECT_THAT(json.bytes(), HasSubstr("Upload failed—try a smaller file"));
  Answer larger =
      ask_json(R"({"prompt":"a","filename":"a.csv","file":")" + std::string(4 << 20, 'x') + R"("})");
  EXPECT_EQ(larger.status, 413) << "larger than any file in JSON";
  EXPECT_THAT(larger.bytes(), HasSubstr("Upload failed—try a smaller file"));
  EXPECT_EQ(ask_json("{}", {{"content-length", "209715200"}}).status, 413);
  EXPECT_EQ(counters.slots["uploads.active.user/user/ann"], 0u);
}

TEST_F(PremiumQuestionTest, X21_a_large_json_body_holds_a_place_among_the_uploads) {
  std::string log = "grade";
  for (int i = 0; i < 30'000; ++i) log += "\\nV5";
  const std::string body = R"({"prompt":"a","filename":"a.csv","file":")" + log + R"("})";
  EXPECT_EQ(ask_json(body).bytes(), "a|||a.csv 90005 30000");
  EXPECT_EQ(counters.slots["uploads.active.user/user/ann"], 0u);
  counters.slots["uploads.active.user/user/ann"] = 2;
  EXPECT_EQ(ask_json(body).status, 429);
  EXPECT_EQ(ask_json(R"({"prompt":"a"})").status, 200) << "a question without a file needs none";
}

TEST_F(PremiumQuestionTest, S6_a_file_is_stored_only_when_the_question_is_admitted) {
  ask_form(part("name=prompt", "look") + part("name=file; filename=a.csv", kLog));
  EXPECT_THAT(upload_store.all(), IsEmpty());
  ask_form(part("name=prompt", "store it") + part("name=file; filename=a.csv", kLog));
  EXPECT_EQ(upload_store.all().size(), 1u);
  EXPECT_EQ(counters.slots["uploads.active.user/user/ann"], 0u);
}

}  // namespace
}  // namespace belay::surfaces::sendsage

// POST /coach, from literal bytes to literal bytes.
#include <gmock/gmock.h>

#include "surfaces/persona/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::persona {
namespace {

using testing::Answer;
using testing::bad_request;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Problem;
using testing::SurfaceFixture;

constexpr const char* kBreath = R"({"intensity":0.5,"phase":"main"})";
// The line that the fixture's random numbers choose first.
constexpr const char* kOwnLine =
    R"({"line":"Strong and steady. Stay with it.","breathing":"moderate","phase":"main","source":"lines","persona":"default"})";

struct Coaching : ::testing::Test {
  explicit Coaching(CoachSource source = CoachSource::lines) : fixture(persona::make, config(source)) {}
  static PersonaSurfaceConfig config(CoachSource source) {
    PersonaSurfaceConfig config;
    config.anonymous = true;
    config.coach = source;
    config.coach_max_characters = 16;
    return config;
  }
  std::string coach(const std::string& body, testing::Headers headers = {}) {
    return fixture.post("/coach", body, std::move(headers)).text();
  }

  SurfaceFixture fixture;
  const transport::Header ann = fixture.user("ann");
};
// With a model.
struct CoachingModel : Coaching {
  CoachingModel() : Coaching(CoachSource::provider) {}
  std::shared_ptr<SurfaceFixture::Exchange> begin(testing::Headers headers = {}) {
    return fixture.begin_post("/coach", kBreath, std::move(headers));
  }
};

// ---- Configured lines

TEST_F(Coaching, P5_a_measurement_gets_one_line) {
  EXPECT_EQ(coach(kBreath), std::string(R"(200
Content-Type: application/json
Cache-Control: no-store
RateLimit-Policy: "persona.rate_coach_address";q=480;w=60
RateLimit: "persona.rate_coach_address";r=479

)") + kOwnLine);
  EXPECT_EQ(coach(kBreath, ann), std::string(R"(200
Content-Type: application/json
Cache-Control: no-store
RateLimit-Policy: "persona.rate_coach";q=120;w=60
RateLimit: "persona.rate_coach";r=119

)") + kOwnLine);
  EXPECT_TRUE(fixture.runs.requests.empty());
}

TEST_F(Coaching, P5_all_measurements_count) {
  const auto says = [&](const char* body, const char* breathing) {
    EXPECT_THAT(coach(body), HasSubstr(std::string(R"("breathing":")") + breathing + '"')) << body;
  };
  says(R"({"intensity":0,"phase":"warmup"})", "calm");
  says(R"({"intensity":0.25,"phase":"main"})", "moderate");
  says(R"({"intensity":0.55,"phase":"cooldown"})", "heavy");
  says(R"({"intensity":1,"phase":"main"})", "breathless");
  says(R"({"intensity":0.6,"volume":0.1,"tempo":50,"silence":0,"phase":"main"})", "breathless");
  says(R"({"intensity":0.6,"volume":1,"tempo":120,"silence":600,"phase":"main"})", "heavy");
  says(R"({"intensity":0.6,"volume":null,"tempo":null,"silence":null,"phase":"main"})", "heavy");
}

TEST_F(Coaching, P3_a_persona_is_chosen_and_an_unknown_one_is_the_default_with_a_notice) {
  EXPECT_THAT(coach(R"({"intensity":0.5,"phase":"main","persona":"calm_coach"})"),
              EndsWith(R"("source":"lines","persona":"calm_coach"})"));
  EXPECT_THAT(
      coach(R"({"intensity":0.5,"phase":"main","persona":"nobody"})"),
      EndsWith(
          R"("persona":"default","notice":"There is no persona of that name, so this is the default one. )"
          R"(GET /chat/personas lists them."})"));
}

TEST_F(Coaching, P5_a_persona_may_have_lines_of_its_own) {
  fixture.settings->coach_lines =
      std::move(prompts::CoachLines::make({{"main", "moderate", "calm_coach", {"Say \"om\"."}}})).value();
  EXPECT_THAT(coach(R"({"intensity":0.5,"phase":"main","persona":"calm_coach"})"),
              HasSubstr(R"({"line":"Say \"om\".","breathing":"moderate","phase":"main","source":"lines",)"));
}

TEST_F(Coaching, P5_a_user_id_is_optional_and_never_of_somebody_else) {
  EXPECT_EQ(fixture.post("/coach", R"({"intensity":0.5,"phase":"main","user_id":"user-1"})").status, 200);
  EXPECT_EQ(fixture.post("/coach", R"({"intensity":0.5,"phase":"main","user_id":"ann"})", ann).status, 200);
  EXPECT_EQ(coach(R"({"intensity":0.5,"phase":"main","user_id":"bob"})", ann),
            (Problem{403, "Forbidden", "forbidden",
                     "user_id is not the user who is signed in. Leave it out, or sign in as that user.",
                     R"(,"field":"user_id")"}
                 .text()));
}

TEST_F(Coaching, P5_a_body_that_is_wrong_is_refused_and_the_field_is_named) {
  struct Row {
    const char* body;
    const char* detail;
    const char* field;
  };
  const Row rows[] = {
      {R"({"phase":"main"})", "intensity is missing: a number from 0 to 1.", "intensity"},
      {R"({"intensity":null,"phase":"main"})", "intensity must be a number from 0 to 1.", "intensity"},
      {R"({"intensity":"0.5","phase":"main"})", "intensity must be a number from 0 to 1.", "intensity"},
      {R"({"intensity":1.1,"phase":"main"})", "intensity must be from 0 to 1.", "intensity"},
      {R"({"intensity":-0.0,"phase":"main"})", "intensity must be from 0 to 1.", "intensity"},
      {R"({"intensity":0.5,"phase":"main","volume":-1})", "volume must be from 0 to 1.", "volume"},
      {R"({"intensity":0.5,"phase":"main","tempo":121})", "tempo must be from 0 to 120.", "tempo"},
      {R"({"intensity":0.5,"phase":"main","silence":601})", "silence must be from 0 to 600.", "silence"},
      {R"({"intensity":0.5})", "phase is missing.", "phase"},
      {R"({"intensity":0.5,"phase":"rest"})", R"(phase must be \"warmup\", \"main\" or \"cooldown\".)",
       "phase"},
      {R"({"intensity":0.5,"phase":"main","persona":1})", "persona must be a string, not a number.",
       "persona"},
      {R"({"intensity":0.5,"phase":"main","user_id":""})",
       "user_id must be 1 to 128 bytes without control characters or spaces around it.", "user_id"},
  };
  for (const Row& row : rows) EXPECT_EQ(coach(row.body), bad_request(row.detail, row.field));
  EXPECT_EQ(fixture.send("POST", "/coach", {}, kBreath).status, 415);
  EXPECT_EQ(
      coach(kBreath, {{"last-event-id", "1-1"}}),
      bad_request(
          "This starts a request and can not resume one. Read the stream again with GET and Last-Event-ID.",
          "Last-Event-ID"));
}

TEST_F(Coaching, X9_a_limit_that_refuses_is_named_and_says_when_to_come_back) {
  PersonaSurfaceConfig changed = config(CoachSource::lines);
  changed.limits.max_coach_calls_per_address = 1;
  changed.limits.rate_coach = 1;
  fixture.settings->rules["persona"] = rules(changed, fixture.settings->policy);
  EXPECT_THAT(coach(kBreath), HasSubstr(R"(RateLimit: "persona.rate_coach_address";r=0)"
                                        "\n"));
  EXPECT_EQ(
      coach(R"({"intensity":0.5,"phase":"main","user_id":"another"})"),
      (Problem{
          429, "Too Many Requests", "rate_limited",
          "At most 1 calls of the coach without sign-in from one address in 60 s: the next one is possible "
          "in 60 s.",
          R"(,"limit":"persona.rate_coach_address")",
          "Retry-After: 60\n"
          "RateLimit-Policy: \"persona.rate_coach_address\";q=1;w=60\n"
          "RateLimit: \"persona.rate_coach_address\";r=0;t=60\n"}
           .text()));
  EXPECT_THAT(coach(kBreath, ann), HasSubstr(R"(RateLimit: "persona.rate_coach";r=0)"
                                             "\n"));
  EXPECT_THAT(coach(kBreath, ann), HasSubstr(R"("limit":"persona.rate_coach",)"));
}

// ---- A model

TEST_F(CoachingModel, P5_the_model_says_the_line_and_it_is_cut_to_one) {
  auto exchange = begin();
  EXPECT_FALSE(exchange->response);
  fixture.runs.answer("\"Slow down.\"\nAnd some more.");
  EXPECT_THAT(fixture.finish(*exchange).text(),
              EndsWith("\n\n{\"line\":\"Slow down.\",\"breathing\":\"moderate\",\"phase\":\"main\","
                       "\"source\":\"provider\",\"persona\":\"default\"}"));
  auto longer = begin();
  fixture.runs.answer("Ünbelievably long.");
  EXPECT_THAT(fixture.finish(*longer).text(), HasSubstr(R"({"line":"Ünbelievably lon","breathing")"));
  EXPECT_THAT(fixture.runs.cancelled, IsEmpty());
}

TEST_F(CoachingModel, P5_the_run_is_what_the_measurement_says_and_has_no_session) {
  auto exchange = fixture.begin_post(
      "/coach", R"({"intensity":0.5,"tempo":20,"phase":"main","persona":"calm_coach"})", ann);
  const services::StartRun& start = fixture.runs.started();
  EXPECT_EQ(start.caller.user, "ann");
  EXPECT_EQ(start.surface, "persona");
  EXPECT_EQ(start.mode, "coach");
  EXPECT_FALSE(start.session);
  EXPECT_EQ(start.persona, "calm_coach");
  EXPECT_EQ(start.conversation + start.prompt + start.model + start.key + start.digest, "");
  EXPECT_FALSE(start.command);
  EXPECT_TRUE(start.tools.empty());
  EXPECT_TRUE(start.may_restart) << "the line is read as a whole";
  EXPECT_EQ(start.deadline, fixture.deadline());
  EXPECT_FALSE(start.recipe->needs().older_messages);
  const prompts::Config no_preamble;
  const Model model;
  const prompts::Persona& persona = *fixture.settings->personas.find("calm_coach");
  const auto prompt = start.recipe->build({no_preamble, model, persona, {}, {}});
  EXPECT_EQ(prompt->system, prompts::system_prompt(persona, prompts::Breathing::moderate));
  ASSERT_EQ(prompt->messages.size(), 1u);
  EXPECT_EQ(
      text_of(prompt->messages[0]),
      "Say one short line to me, at most fifteen words, no quotation marks, for this moment of my workout.\n"
      "Phase: main. Breathing: moderate. Intensity 0.50 of 1. 20 breaths a minute.");
  fixture.runs.answer("Go.");
  EXPECT_EQ(fixture.finish(*exchange).status, 200);
}

TEST_F(CoachingModel, P5_a_caller_without_sign_in_has_the_name_they_say_or_their_address) {
  auto nameless = begin();
  EXPECT_EQ(fixture.runs.started().caller.user, " 203.0.113.7");
  EXPECT_EQ(fixture.runs.started().caller.address, "203.0.113.7");
  EXPECT_FALSE(fixture.runs.started().caller.is_signed_in());
  auto named = fixture.begin_post("/coach", R"({"intensity":0.5,"phase":"main","user_id":"ann"})");
  EXPECT_EQ(fixture.runs.started().caller.user, " ann") << "never a user who can sign in";
  fixture.advance(std::chrono::seconds(4));
  EXPECT_EQ(fixture.finish(*nameless).status, 200);
  EXPECT_EQ(fixture.finish(*named).status, 200);
}

TEST_F(CoachingModel, P5_a_model_that_is_late_is_cancelled_and_a_configured_line_is_the_answer) {
  auto exchange = begin();
  fixture.advance(Milliseconds(2'800));
  EXPECT_FALSE(exchange->response) << "it waits for 3 s";
  fixture.advance(Milliseconds(400));
  EXPECT_THAT(fixture.finish(*exchange).text(), EndsWith(std::string("\n\n") + kOwnLine));
  EXPECT_THAT(fixture.runs.cancelled, ElementsAre(fixture.runs.last_run()));
}

TEST_F(CoachingModel, P5_a_model_that_fails_or_says_nothing_leaves_it_to_a_configured_line) {
  auto failed = begin();
  Terminal terminal;
  terminal.code = ErrorCode::provider_unavailable;
  fixture.runs.end(EventType::failed, terminal);
  EXPECT_THAT(fixture.finish(*failed).text(), EndsWith(std::string("\n\n") + kOwnLine));
  auto silent = begin();
  fixture.runs.answer(" \n ");
  EXPECT_THAT(fixture.finish(*silent).text(), EndsWith(std::string("\n\n") + kOwnLine));
  EXPECT_THAT(fixture.runs.cancelled, IsEmpty());
}

TEST_F(CoachingModel, P5_a_start_that_is_refused_leaves_it_to_a_configured_line) {
  fixture.refuse_by(fixture.limit("coach", 0));
  EXPECT_EQ(coach(kBreath), std::string(R"(200
Content-Type: application/json
Cache-Control: no-store
RateLimit-Policy: "persona.rate_coach_address";q=480;w=60
RateLimit: "persona.rate_coach_address";r=479

)") + kOwnLine)
      << "only the call of the coach has headers";
}

TEST_F(CoachingModel, X5_a_client_that_leaves_ends_the_call_of_the_model) {
  auto exchange = begin();
  exchange->client.leave();
  EXPECT_EQ(fixture.finish(*exchange).status, 200);
  EXPECT_THAT(fixture.runs.cancelled, ElementsAre(fixture.runs.last_run()));
}

TEST_F(CoachingModel, P5_a_limit_of_the_coach_asks_no_model) {
  PersonaSurfaceConfig changed = config(CoachSource::provider);
  changed.limits.rate_coach = 0;
  fixture.settings->rules["persona"] = rules(changed, fixture.settings->policy);
  EXPECT_EQ(fixture.post("/coach", kBreath, ann).status, 429);
  EXPECT_TRUE(fixture.runs.requests.empty());
}

}  // namespace
}  // namespace belay::surfaces::persona

// POST and GET of messages, from literal bytes to literal bytes.
#include <gmock/gmock.h>

#include "surfaces/anthropic/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::anthropic {
namespace {

using testing::Answer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Headers;
using ::testing::StartsWith;
using testing::SurfaceFixture;

const std::string kPath = "/v1/messages";
const std::string kHi = R"({"model":"small","max_tokens":100,"messages":[{"role":"user","content":"Hi"}]})";
const std::string kHiStreamed =
    R"({"model":"small","max_tokens":100,"stream":true,"messages":[{"role":"user","content":"Hi"}]})";

struct Anthropic : ::testing::Test {
  SurfaceFixture fixture{anthropic::make};
  const transport::Header ann = fixture.user("ann");

  // A request for a whole answer, which ends after this text.
  Answer ask(const std::string& body, const std::string& text, Headers headers = {}) {
    headers.push_back(ann);
    const auto exchange = fixture.begin_post(kPath, body, headers);
    if (!exchange->response) fixture.runs.answer(text, {{12}, {3}, {}, {}, false, {}});
    return fixture.finish(*exchange);
  }
  // With this member, a user's message and max_tokens.
  static std::string with(const std::string& members) {
    return R"({"max_tokens":100,"messages":[{"role":"user","content":"Hi"}],)" + members + "}";
  }
  static std::string of_messages(const std::string& messages) {
    return R"({"max_tokens":100,"messages":[)" + messages + "]}";
  }
  Result<prompts::BuiltPrompt> built(const Model& model) {
    const prompts::Config config;
    const prompts::Persona persona;
    return fixture.runs.started().recipe->build({config, model, persona, {}, {}, false, false});
  }
  Model small() const { return fixture.settings->models->find("small")->model; }
  std::string refused(const std::string& body, Headers headers = {}) {
    headers.push_back(ann);
    return fixture.post(kPath, body, headers).text();
  }
  static std::string refusal(int status, const std::string& type, const std::string& message,
                             const std::string& code, const std::string& param,
                             const std::string& more = {}) {
    return std::to_string(status) + "\nContent-Type: application/json\nCache-Control: no-store\n" + more +
           "request-id: r-1\n\n{\"type\":\"error\",\"error\":{\"type\":\"" + type + R"(","message":")" +
           message + R"(","code":")" + code + R"(","param":")" + param + R"("},"request_id":"r-1"})";
  }
};

TEST_F(Anthropic, K30_a_whole_answer) {
  const std::string answer = ask(kHi, "Hello.").text();
  const std::string id = fixture.runs.last_run().text();
  EXPECT_EQ(
      answer,
      "200\nContent-Type: application/json\nCache-Control: no-store\nrequest-id: r-1\nx-belay-run-id: " + id +
          "\n\n{\"id\":\"msg_" + id +
          R"(","type":"message","role":"assistant","model":"small","content":[{"type":"text","text":"Hello."}],)"
          R"("stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":12,"cache_creation_input_tokens":0,)"
          R"("cache_read_input_tokens":0,"output_tokens":3}})");
  const services::StartRun& start = fixture.runs.started();
  EXPECT_EQ(start.surface, "anthropic");
  EXPECT_EQ(start.mode, "messages");
  EXPECT_EQ(start.model, "small");
  EXPECT_EQ(start.sampling.max_output.value, 100u);
  EXPECT_FALSE(start.may_restart);
  EXPECT_TRUE(start.streams_parts);
  EXPECT_EQ(start.caller.user, "ann");
}

TEST_F(Anthropic, K31_a_streamed_answer) {
  Answer stream = fixture.post(kPath + "?beta=true", kHiStreamed,
                               {ann, {"anthropic-version", "2023-06-01"}, {"anthropic-beta", "x-2026"}});
  const std::string id = fixture.runs.last_run().text();
  EXPECT_EQ(stream.head(),
            "200\nContent-Type: text/event-stream; charset=utf-8\nCache-Control: no-cache, no-transform\n"
            "X-Accel-Buffering: no\nrequest-id: r-1\nx-belay-run-id: " +
                id + "\n");
  fixture.runs.answer("Hello.");
  EXPECT_TRUE(stream.has_ended());
  EXPECT_THAT(stream.bytes(), StartsWith("retry: "));
  EXPECT_EQ(stream.heartbeat, ":\n");
  EXPECT_EQ(
      stream.bytes().substr(stream.bytes().find("event: ")),
      "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_" + id +
          R"(","type":"message","role":"assistant","model":"small","content":[],"stop_reason":null,"stop_sequence":null,)"
          R"("usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}})"
          "\n\nevent: ping\ndata: {\"type\":\"ping\"}\nid: 1-1\n\n"
          "event: content_block_start\n"
          R"(data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})"
          "\n\nevent: content_block_delta\n"
          R"(data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello."}})"
          "\nid: 1-2\n\nevent: content_block_stop\n"
          R"(data: {"type":"content_block_stop","index":0})"
          "\n\nevent: message_delta\n"
          R"(data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},)"
          R"("usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}})"
          "\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\nid: 1-3\n\n");
}

TEST_F(Anthropic, K31_a_replay_equals_the_first_delivery_and_goes_on_behind_any_event) {
  Answer stream = fixture.post(kPath, kHiStreamed, {ann, {"idempotency-key", "k"}});
  fixture.runs.text("Hel");
  fixture.runs.answer("lo.");
  const auto behind_retry = [](const std::string& bytes) { return bytes.substr(bytes.find('\n') + 1); };
  const std::string first = behind_retry(stream.bytes());
  const std::string one = kPath + "/msg_" + fixture.runs.last_run().text();
  EXPECT_EQ(behind_retry(fixture.get(one + "?stream=true", {ann}).bytes()), first);
  for (const std::string id : {"1-1", "1-2", "1-3"}) {
    const std::string rest = first.substr(first.find("\n\n", first.find("id: " + id + "\n")) + 2);
    EXPECT_EQ(behind_retry(fixture.get(one + "?stream=1", {ann, {"last-event-id", id}}).bytes()), rest);
    EXPECT_EQ(
        behind_retry(
            fixture.post(kPath, kHiStreamed, {ann, {"idempotency-key", "k"}, {"last-event-id", id}}).bytes()),
        rest);
  }
  EXPECT_EQ(fixture.get(one + "?stream=true", {ann, {"last-event-id", "1-4"}}).status, 204);
  EXPECT_EQ(fixture.get(one + "?stream=true", {ann, {"last-event-id", "1-9"}}).status, 409);
  EXPECT_EQ(fixture.get(one + "?stream=true", {ann, {"last-event-id", "x"}}).status, 400);
  EXPECT_EQ(fixture.get(one + "?stream=true", {fixture.user("bob")}).status, 404) << "the owner's alone";
  EXPECT_EQ(fixture.get(kPath + "/msg_x", {ann}).status, 404);
  EXPECT_EQ(fixture.get(one).status, 401);
  EXPECT_EQ(fixture.post(kPath, kHiStreamed, {ann, {"last-event-id", "1-1"}}).status, 400);
  EXPECT_EQ(
      fixture
          .get(one + "?stream=true&ticket=" + fixture.ticket("ann", one), {{"accept", "text/event-stream"}})
          .status,
      200);
}

TEST_F(Anthropic, K30_the_whole_answer_can_be_read_by_id) {
  const std::string first = ask(kHi, "Hello.").text();
  EXPECT_EQ(fixture.get(kPath + "/msg_" + fixture.runs.last_run().text(), {ann}).text(), first);
}

TEST_F(Anthropic, K30_what_clients_send_is_taken) {
  ask(R"({"model":"small","max_tokens":100,"temperature":0.5,"top_p":1,"top_k":5,"metadata":{"user_id":"u"},"unknown":[1],
          "service_tier":"auto","thinking":{"type":"adaptive"},"stop_sequences":["END","","\u4e16\n"],"output_config":{"effort":"low"},
          "system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}},{"type":"text","text":"Be kind."}],
          "messages":[
       {"role":"user","content":[{"type":"text","text":"Hi"},{"type":"text","text":"there","cache_control":{"type":"ephemeral"}}]},
       {"role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":"s"},{"type":"redacted_thinking","data":"x"},
          {"type":"text","text":"Wait."},{"type":"tool_use","id":"c","name":"cut","input":{"a": 1}},{"type":"tool_use","id":"d","name":"cut","input":{}}]},
       {"role":"user","content":[{"type":"tool_result","tool_use_id":"d","content":[{"type":"text","text":"done"},{"type":"text","text":"it"}]},
          {"type":"tool_result","tool_use_id":"c","content":"cut","is_error":false},{"type":"text","text":"Go on"}]},
       {"role":"assistant","content":"Yes, "}]})",
      "I do.");
  const services::StartRun& start = fixture.runs.started();
  Sampling wanted;
  wanted.max_output = {100};
  wanted.temperature = 0.5;
  wanted.top_p = 1;
  wanted.stop = {"END", "世\n"};
  wanted.effort = "low";
  EXPECT_EQ(start.sampling, wanted);
  const prompts::BuiltPrompt prompt = built(small()).value();
  EXPECT_EQ(prompt.system, "Be brief.\n\nBe kind.");
  ASSERT_EQ(prompt.messages.size(), 7u);
  EXPECT_EQ(text_of(prompt.messages[0]), "Hi\n\nthere");
  EXPECT_EQ(text_of(prompt.messages[1]), "Wait.");
  EXPECT_EQ(std::get<ToolCall>(prompt.messages[1].parts[1]).arguments, "{\"a\":1}");
  EXPECT_EQ(std::get<ToolResult>(prompt.messages[2].parts[0]).text, "cut");
  EXPECT_EQ(std::get<ToolResult>(prompt.messages[2].parts[1]).text, "done\n\nit");
  EXPECT_EQ(text_of(prompt.messages[4]), "Go on");
  EXPECT_EQ(text_of(prompt.messages[5]), "Yes, ");
  EXPECT_EQ(text_of(prompt.messages[6]), prompts::kContinue) << "the model goes on with its answer";
}

TEST_F(Anthropic, K30_images_and_documents_are_passed_on_where_the_model_takes_them) {
  ask(of_messages(R"({"role":"user","content":[{"type":"text","text":"What is it?"},
         {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAEC"}},
         {"type":"image","source":{"type":"url","url":"https://example.com/a.png"}},
         {"type":"document","title":"a.pdf","source":{"type":"base64","media_type":"application/pdf","data":"JVBERg=="}},
         {"type":"document","source":{"type":"text","media_type":"text/plain","data":"Words."}}]})"),
      "A cat.");
  Model model = small();
  EXPECT_EQ(built(model).error().code, ErrorCode::not_implemented);
  EXPECT_EQ(built(model).error().field, "messages[0].content[1].type");
  model.images_allowed = true;
  EXPECT_EQ(built(model).error().field, "messages[0].content[3].type");
  model.files_allowed = true;
  const auto prompt = built(model);
  ASSERT_TRUE(prompt);
  const Message& message = prompt->messages.at(0);
  ASSERT_EQ(message.parts.size(), 5u);
  EXPECT_EQ(std::get<Image>(message.parts[1]).media.data, std::string("\0\1\2", 3));
  EXPECT_EQ(std::get<Image>(message.parts[1]).media.media_type, "image/png");
  EXPECT_EQ(std::get<Image>(message.parts[2]).media.url, "https://example.com/a.png");
  EXPECT_EQ(std::get<File>(message.parts[3]).name, "a.pdf");
  EXPECT_EQ(std::get<File>(message.parts[3]).media.data, "%PDF");
  EXPECT_EQ(std::get<Text>(message.parts[4]).text, "Words.");
}

TEST_F(Anthropic, K35_an_image_in_a_result_stands_behind_the_results) {
  ask(of_messages(
          R"({"role":"user","content":"Look."},{"role":"assistant","content":[{"type":"tool_use","id":"c","name":"look","input":{}}]},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":[{"type":"text","text":"seen"},
             {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAEC"}}]}]})"),
      "A cat.");
  Model model = small();
  EXPECT_EQ(built(model).error().field, "messages[2].content[0].content[1].type");
  model.images_allowed = true;
  const auto prompt = built(model);
  ASSERT_TRUE(prompt);
  EXPECT_EQ(std::get<ToolResult>(prompt->messages.at(2).parts[0]).text, "seen");
  EXPECT_EQ(std::get<Image>(prompt->messages.back().parts[0]).media.data, std::string("\0\1\2", 3));
}

TEST_F(Anthropic, K35_a_result_reaches_its_call_whatever_was_said_in_between) {
  ask(of_messages(
          R"({"role":"user","content":"Do"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"cut","input":{}},
             {"type":"tool_use","id":"b","name":"paste","input":{}}]},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"AAA"},{"type":"text","text":"hurry"}]},
          {"role":"assistant","content":"Wait."},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"b","content":"BBB"}]},{"role":"user","content":"Go on"})"),
      "Done.");
  const auto prompt = built(small());
  ASSERT_TRUE(prompt);
  ASSERT_EQ(prompt->messages.size(), 7u);
  EXPECT_EQ(std::get<ToolResult>(prompt->messages[2].parts[0]).text, "AAA");
  EXPECT_EQ(std::get<ToolResult>(prompt->messages[2].parts[1]).text, "BBB");
  EXPECT_EQ(text_of(prompt->messages[6]), "Go on");
}

TEST_F(Anthropic, K35_any_number_of_calls_have_their_results) {
  constexpr int kMany = 30'000;
  std::string calls, results;
  for (int i = 0; i < kMany; ++i) {
    const std::string id = std::to_string(i);
    calls += R"({"type":"tool_use","name":"cut","id":")" + id + "\"},";
    results += R"({"type":"tool_result","content":"r)" + id + R"(","tool_use_id":")" + id + "\"},";
  }
  calls.pop_back();
  results.pop_back();
  ask(of_messages(R"({"role":"user","content":"Do"},{"role":"assistant","content":[)" + calls +
                  R"(]},{"role":"user","content":[)" + results + "]}"),
      "Done.");
  Model model = small();
  model.window = {1'000'000'000};
  const auto prompt = built(model);
  ASSERT_TRUE(prompt);
  ASSERT_EQ(prompt->messages.at(2).parts.size(), std::size_t{kMany});
  for (int i = 0; i < kMany; ++i)
    ASSERT_EQ(std::get<ToolResult>(prompt->messages[2].parts[static_cast<std::size_t>(i)]).text,
              "r" + std::to_string(i));
}

TEST_F(Anthropic, K35_tools_and_the_choice_among_them) {
  const std::string tools =
      R"("tools":[{"name":"cut","description":"Cuts.","input_schema":{"type": "object"},"strict":true,"cache_control":{"type":"ephemeral"}},
                  {"type":"custom","name":"paste","input_schema":{"type":"object"}}])";
  ask(with(tools), "Yes.");
  const services::StartRun& start = fixture.runs.started();
  ASSERT_EQ(start.tools.size(), 2u);
  EXPECT_EQ(start.tools[0].name, "cut");
  EXPECT_EQ(start.tools[0].description, "Cuts.");
  EXPECT_EQ(start.tools[0].schema, R"({"type":"object"})");
  EXPECT_TRUE(start.tools[0].strict);
  EXPECT_FALSE(start.tools[1].strict);
  EXPECT_FALSE(start.sampling.tool_choice);
  using Mode = ToolChoice::Mode;
  for (const auto& [type, mode] :
       {std::pair{"auto", Mode::automatic}, {"any", Mode::required}, {"none", Mode::none}}) {
    ask(with(tools + R"(,"tool_choice":{"type":")" + type + "\"}"), "Yes.");
    EXPECT_EQ(fixture.runs.started().sampling.tool_choice->mode, mode);
  }
  ask(with(tools + R"(,"tool_choice":{"type":"tool","name":"cut","disable_parallel_tool_use":true})"),
      "Yes.");
  EXPECT_EQ(fixture.runs.started().sampling.tool_choice, (ToolChoice{Mode::named, "cut"}));
  EXPECT_EQ(fixture.runs.started().sampling.parallel_tool_calls, false);
}

TEST_F(Anthropic, K30_a_schema_for_the_answer) {
  for (const std::string member :
       {R"("output_config":{"format":{"type":"json_schema","schema":{"type": "object"}}})",
        R"("output_format":{"type":"json_schema","schema":{"type": "object"}})"}) {
    ask(with(member), "{}");
    EXPECT_EQ(
        fixture.runs.started().sampling.response_format,
        (ResponseFormat{ResponseFormat::Kind::json_schema, "answer", "", R"({"type":"object"})", true}));
  }
}

TEST_F(Anthropic, K32_errors_have_anthropics_form) {
  EXPECT_EQ(
      fixture.post(kPath, kHi).text(),
      refusal(401, "authentication_error",
              "Sign in: send `Authorization: Bearer TOKEN`. In development mode `dev:YOUR_NAME` is a token.",
              "unauthenticated", "Authorization", "WWW-Authenticate: Bearer\n"));
  EXPECT_EQ(refused("{"),
            refusal(400, "invalid_request_error",
                    "The body is not valid JSON: it ends too early, at byte 2 (line 1, column 2).",
                    "invalid_request", "body"));
  fixture.refuse_with(ErrorCode::invalid_request, "There is no model \"x\".", "model");
  EXPECT_EQ(refused(kHi),
            refusal(404, "not_found_error", R"(There is no model \"x\".)", "not_found", "model"));
  fixture.refuse_with(ErrorCode::unprocessable, "Too long.", "messages");
  EXPECT_EQ(refused(kHi), refusal(400, "invalid_request_error", "Too long.", "unprocessable", "messages"));
  fixture.refuse_with(ErrorCode::forbidden, "Not yours.", "model");
  EXPECT_EQ(refused(kHi), refusal(403, "permission_error", "Not yours.", "forbidden", "model"));
  fixture.refuse_with(ErrorCode::idempotency_mismatch, "Another body.", "Idempotency-Key");
  EXPECT_THAT(refused(kHi), StartsWith("422\n"));
}

TEST_F(Anthropic, K6_K32_a_refusal_says_when_to_come_again_or_that_it_is_of_no_use) {
  fixture.refuse_by(fixture.limit("messages", 1), Milliseconds(1'500));
  const Answer rate = fixture.post(kPath, kHi, {ann});
  EXPECT_EQ(rate.status, 429);
  EXPECT_THAT(rate.head(), HasSubstr("Retry-After: 2\n"));
  EXPECT_THAT(rate.head(), HasSubstr("retry-after-ms: 1500\n"));
  EXPECT_THAT(rate.body, StartsWith(R"({"type":"error","error":{"type":"rate_limit_error","message":)"));
  EXPECT_EQ(rate.head().find("x-should-retry"), std::string::npos);
  for (const auto& [code, status, type] : {std::tuple{ErrorCode::quota_exceeded, 429, "rate_limit_error"},
                                           {ErrorCode::provider_rejected, 502, "api_error"}}) {
    fixture.refuse_with(code, "No.", "");
    const Answer refused = fixture.post(kPath, kHi, {ann});
    EXPECT_EQ(refused.status, status);
    EXPECT_THAT(refused.head(), HasSubstr("x-should-retry: false\n"));
    EXPECT_THAT(refused.body, HasSubstr(std::string(R"("error":{"type":")") + type + '"'));
  }
  fixture.refuse_with(ErrorCode::draining, "The server is shutting down.", "");
  const Answer draining = fixture.post(kPath, kHi, {ann});
  EXPECT_EQ(draining.status, 503);
  EXPECT_THAT(draining.body, HasSubstr(R"("error":{"type":"overloaded_error")"));
}

TEST_F(Anthropic, K32_what_is_wrong_or_cannot_be_done_is_named) {
  struct Row {
    std::string body, param, code;
  };
  const std::string wrong = "invalid_request", unsupported = "not_implemented";
  const auto user = [](const std::string& blocks) {
    return of_messages(R"({"role":"user","content":[)" + blocks + "]}");
  };
  const auto assistant = [](const std::string& blocks) {
    return of_messages(R"({"role":"assistant","content":[)" + blocks + "]}");
  };
  const Row rows[] = {
      {R"({"messages":[{"role":"user","content":"Hi"}]})", "max_tokens", wrong},
      {R"({"max_tokens":0,"messages":[{"role":"user","content":"Hi"}]})", "max_tokens", wrong},
      {R"({"max_tokens":1.5,"messages":[{"role":"user","content":"Hi"}]})", "max_tokens", wrong},
      {R"({"max_tokens":1})", "messages", wrong},
      {R"({"max_tokens":1,"messages":[]})", "messages", wrong},
      {R"({"max_tokens":1,"messages":"Hi"})", "messages", wrong},
      {with(R"("system":7)"), "system", wrong},
      {with(R"("system":[7])"), "system[0]", wrong},
      {with(R"("system":[{"type":"image"}])"), "system[0].type", unsupported},
      {with(R"("temperature":2)"), "temperature", wrong},
      {with(R"("top_p":-1)"), "top_p", wrong},
      {with(R"("stop_sequences":"x")"), "stop_sequences", wrong},
      {with(R"("stop_sequences":[7])"), "stop_sequences", wrong},
      {with(R"("stream":"yes")"), "stream", wrong},
      {with(R"("model":7)"), "model", wrong},
      {with(R"("mcp_servers":[{"type":"url"}])"), "mcp_servers", unsupported},
      {with(R"("tools":[{"type":"web_search_20250305","name":"web_search"}])"), "tools[0].type", unsupported},
      {with(R"("tools":[{"name":"a b"}])"), "tools[0].name", wrong},
      {with(R"("tools":[{"name":"a","input_schema":[]}])"), "tools[0].input_schema", wrong},
      {with(R"("tools":[{"name":"a"},{"name":"a"}])"), "tools[1].name", wrong},
      {with(R"("tools":[{"name":"a","strict":"yes"}])"), "tools[0].strict", wrong},
      {with(R"("tools":{})"), "tools", wrong},
      {with(R"("tool_choice":{"type":"tool","name":"cut"})"), "tool_choice.name", wrong},
      {with(R"("tool_choice":{"type":"all"})"), "tool_choice.type", wrong},
      {with(R"("tool_choice":"auto")"), "tool_choice", wrong},
      {with(R"("output_config":{"format":{"type":"xml"}})"), "output_config.format.type", unsupported},
      {with(R"("output_format":{"type":"json_schema"})"), "output_format.schema", wrong},
      {of_messages("7"), "messages[0]", wrong},
      {of_messages("{}"), "messages[0].role", wrong},
      {of_messages(R"({"role":"user"})"), "messages[0].content", wrong},
      {of_messages(R"({"role":"system","content":"x"})"), "messages[0].role", unsupported},
      {of_messages(R"({"role":"user","content":7})"), "messages[0].content", wrong},
      {user("7"), "messages[0].content[0]", wrong},
      {user(R"({"type":"text","text":7})"), "messages[0].content[0].text", wrong},
      {user(R"({"type":"search_result"})"), "messages[0].content[0].type", unsupported},
      {user(R"({"type":"image"})"), "messages[0].content[0].source", wrong},
      {user(R"({"type":"image","source":{"type":"file","file_id":"f"}})"),
       "messages[0].content[0].source.type", unsupported},
      {user(R"({"type":"image","source":{"type":"url","url":"file:///etc/passwd"}})"),
       "messages[0].content[0].source.url", wrong},
      {user(R"({"type":"image","source":{"type":"base64","data":"AAEC"}})"),
       "messages[0].content[0].source.media_type", wrong},
      {user(R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":"*"}})"),
       "messages[0].content[0].source.data", wrong},
      {user(R"({"type":"tool_result","tool_use_id":"c"})"), "messages[0].content[0].tool_use_id", wrong},
      {assistant(R"({"type":"image"})"), "messages[0].content[0].type", unsupported},
      {assistant(R"({"type":"tool_use","name":"cut","input":{}})"), "messages[0].content[0].id", wrong},
      {assistant(R"({"type":"tool_use","id":"c","name":"cut","input":"{}"})"), "messages[0].content[0].input",
       wrong},
      {assistant(
           R"({"type":"tool_use","id":"c","name":"cut","input":{}},{"type":"tool_use","id":"c","name":"cut","input":{}})"),
       "messages[0].content[1].id", wrong},
  };
  for (const Row& row : rows) {
    const std::string text = refused(row.body);
    EXPECT_THAT(text, StartsWith("400\n")) << row.body;
    EXPECT_THAT(text, HasSubstr(R"("error":{"type":"invalid_request_error")")) << row.body;
    EXPECT_THAT(text, HasSubstr("\"code\":\"" + row.code + "\",\"param\":\"" + row.param + "\"}"))
        << row.body;
  }
  EXPECT_TRUE(fixture.runs.requests.empty());
}

TEST_F(Anthropic, K33_an_api_key_signs_in) {
  const auto signed_in = fixture.begin_post(kPath, kHi, {{"x-api-key", "dev:ann"}});
  fixture.runs.answer("Hello.");
  EXPECT_EQ(fixture.finish(*signed_in).status, 200);
  EXPECT_EQ(fixture.runs.started().caller.user, "ann");
  const Answer wrong = fixture.post(kPath, kHi, {{"x-api-key", "dev:"}});
  EXPECT_EQ(wrong.status, 401);
  EXPECT_THAT(wrong.body, HasSubstr(R"("error":{"type":"authentication_error")"));
}

TEST_F(Anthropic, K34_tokens_are_counted_without_an_answer) {
  const auto count = [&](const std::string& body) {
    return fixture.post(kPath + "/count_tokens", body, {ann}).text();
  };
  const std::string head =
      "200\nContent-Type: application/json\nCache-Control: no-store\nrequest-id: r-1\n\n";
  EXPECT_EQ(count(R"({"model":"small","messages":[{"role":"user","content":"Hi"}]})"),
            head + R"({"input_tokens":10})");
  EXPECT_EQ(count(R"({"model":"small","system":"Be brief.","messages":[{"role":"user","content":"Hi"}]})"),
            head + R"({"input_tokens":23})");
  const std::string large(1'000'000, 'a');
  EXPECT_THAT(count(R"({"messages":[{"role":"user","content":")" + large + "\"}]}"), StartsWith("200\n"))
      << "more than any window";
  EXPECT_THAT(
      count(R"({"model":"small","messages":[{"role":"user","content":"Hi"}],"tools":[{"name":"cut"}]})"),
      Not(HasSubstr("\"input_tokens\":10}")));
  EXPECT_THAT(count(R"({"model":"large","messages":[{"role":"user","content":"Hi"}]})"),
              HasSubstr(R"("error":{"type":"not_found_error")"));
  EXPECT_THAT(count(R"({"model":"small"})"), HasSubstr(R"("param":"messages"})"));
  EXPECT_TRUE(fixture.runs.requests.empty());
}

TEST_F(Anthropic, K10_a_key_is_one_run) {
  const std::string first = ask(kHi, "Hello.", {{"idempotency-key", "k"}}).text();
  EXPECT_EQ(fixture.post(kPath, kHi, {ann, {"idempotency-key", "k"}}).text(), first);
  EXPECT_EQ(fixture.runs.started().key, "k");
}

TEST_F(Anthropic, K7_an_answer_ends_without_readers_unless_its_client_may_come_back) {
  ask(kHi, "Hello.");
  EXPECT_EQ(fixture.runs.started().unwatched, Unwatched::cancel_after(Milliseconds(10'000)));
  ask(kHi, "Hello.", {{"idempotency-key", "k"}});
  EXPECT_EQ(fixture.runs.started().unwatched, Unwatched::never());
}

TEST_F(Anthropic, K12_attempts_of_an_sdk_are_passed_on_and_deliveries_noted) {
  using Attempt = services::StartRun::Attempt;
  ask(kHi, "Hello.", {{"x-stainless-retry-count", "0"}});
  EXPECT_EQ(fixture.runs.started().attempt, Attempt::first);
  ask(kHi, "Hello.", {{"x-stainless-retry-count", "1"}});
  EXPECT_EQ(fixture.runs.started().attempt, Attempt::later);
  EXPECT_EQ(fixture.runs.delivered.size(), 2u);
  const auto gone = fixture.begin_post(kPath, kHi, {ann});
  gone->client.leave();
  fixture.finish(*gone);
  EXPECT_EQ(fixture.runs.delivered.size(), 2u) << "its client has left";
  Answer stream = fixture.post(kPath, kHiStreamed, {ann});
  fixture.runs.text("Hel");
  stream.bytes();
  EXPECT_EQ(fixture.runs.delivered.size(), 2u) << "half an answer";
  fixture.runs.answer("lo.");
  EXPECT_TRUE(stream.has_ended());
  EXPECT_EQ(fixture.runs.delivered.back(), fixture.runs.last_run());
}

TEST_F(Anthropic, K35_the_owner_cancels_as_often_as_they_like) {
  Answer stream = fixture.post(kPath, kHiStreamed, {ann});
  const std::string one = kPath + "/msg_" + fixture.runs.last_run().text();
  EXPECT_EQ(fixture.post(one + "/cancel", "", {fixture.user("bob")}).status, 404);
  EXPECT_EQ(fixture.post(one + "/cancel", "", {ann}).status, 204);
  EXPECT_EQ(fixture.post(one + "/cancel", "", {ann}).status, 204);
  EXPECT_TRUE(stream.has_ended());
  EXPECT_THAT(stream.bytes(), HasSubstr("event: error\ndata: {\"type\":\"error\",\"error\":{"));
  EXPECT_EQ(stream.bytes().find("message_stop"), std::string::npos);
  const Answer whole = fixture.get(one, {ann});
  EXPECT_EQ(whole.status, 409);
  EXPECT_THAT(whole.head(), HasSubstr("x-should-retry: false\n"));
}

}  // namespace
}  // namespace belay::surfaces::anthropic

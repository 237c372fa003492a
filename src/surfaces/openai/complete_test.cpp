// POST and GET of completions and models, from literal bytes to literal bytes.
#include <gmock/gmock.h>

#include "surfaces/openai/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::openai {
namespace {

using testing::Answer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Headers;
using ::testing::StartsWith;
using testing::SurfaceFixture;

const std::string kPath = "/v1/chat/completions";
const std::string kHi = R"({"model":"small","messages":[{"role":"user","content":"Hi"}]})";
const std::string kHiStreamed =
    R"({"model":"small","stream":true,"messages":[{"role":"user","content":"Hi"}]})";

struct OpenAi : ::testing::Test {
  SurfaceFixture fixture{openai::make};
  const transport::Header ann = fixture.user("ann");

  // A request for a whole answer, which ends after this text.
  Answer ask(const std::string& body, const std::string& text, Headers headers = {}) {
    headers.push_back(ann);
    const auto exchange = fixture.begin_post(kPath, body, headers);
    if (!exchange->response) fixture.runs.answer(text, {{12}, {3}, {}, {}, false, {}});
    return fixture.finish(*exchange);
  }
  prompts::BuiltPrompt prompt_of(const services::StartRun& start, TokenCount window = {}) {
    const prompts::Config config;
    const prompts::Persona persona;
    Model model = fixture.settings->models->find("small")->model;
    if (window.value != 0) model.window = window;
    return start.recipe->build({config, model, persona, {}, {}, false, false}).value();
  }
  std::string refused(const std::string& body, Headers headers = {}) {
    headers.push_back(ann);
    return fixture.post(kPath, body, headers).text();
  }
  static std::string refusal(int status, const std::string& message, const std::string& param,
                             const std::string& code, const std::string& more = {}) {
    return std::to_string(status) + "\nContent-Type: application/json\nCache-Control: no-store\n" + more +
           "request-id: r-1\n\n{\"error\":{\"message\":\"" + message +
           R"(","type":"invalid_request_error","param":)" + (param.empty() ? "null" : '"' + param + '"') +
           R"(,"code":")" + code + "\"}}";
  }
};

TEST_F(OpenAi, K1_a_whole_answer) {
  const std::string answer = ask(kHi, "Hello.").text();
  const std::string id = fixture.runs.last_run().text();
  EXPECT_EQ(
      answer,
      "200\nContent-Type: application/json\nCache-Control: no-store\nrequest-id: r-1\nx-belay-run-id: " + id +
          "\n\n{\"id\":\"chatcmpl-" + id + R"(","object":"chat.completion","created":)" +
          std::to_string(fixture.runs.last_run().time.ms / 1000) +
          R"(,"model":"small","choices":[{"index":0,"message":{"role":"assistant","content":"Hello.","refusal":null},)"
          R"("logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":3,)"
          R"("total_tokens":15,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}})");
  const services::StartRun& start = fixture.runs.started();
  EXPECT_EQ(start.surface, "openai");
  EXPECT_EQ(start.mode, "chat");
  EXPECT_EQ(start.model, "small");
  EXPECT_FALSE(start.may_restart);
  EXPECT_TRUE(start.streams_parts);
  EXPECT_EQ(start.caller.user, "ann");
}

TEST_F(OpenAi, K2_a_streamed_answer_begins_with_the_time_to_reconnect_inside_the_first_block) {
  Answer stream = fixture.post(kPath, kHiStreamed, {ann});
  const std::string id = fixture.runs.last_run().text();
  EXPECT_EQ(stream.head(),
            "200\nContent-Type: text/event-stream; charset=utf-8\nCache-Control: no-cache, no-transform\n"
            "X-Accel-Buffering: no\nrequest-id: r-1\nx-belay-run-id: " +
                id + "\n");
  fixture.runs.answer("Hello.");
  EXPECT_TRUE(stream.has_ended());
  EXPECT_THAT(stream.bytes(), StartsWith("retry: "));
  EXPECT_EQ(stream.heartbeat, ":\n");
  EXPECT_EQ(stream.bytes().find("\n\n\n"), std::string::npos);
  const std::string begin =
      R"(data: {"id":"chatcmpl-)" + id + R"(","object":"chat.completion.chunk","created":)" +
      std::to_string(fixture.runs.last_run().time.ms / 1000) + R"(,"model":"small","choices":)";
  EXPECT_EQ(
      stream.bytes().substr(stream.bytes().find("data: ")),
      begin +
          R"([{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]})" +
          "\nid: 1-1\n\n" + begin +
          R"([{"index":0,"delta":{"content":"Hello."},"logprobs":null,"finish_reason":null}]})" +
          "\nid: 1-2\n\n" + begin + R"([{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]})" +
          "\n\ndata: [DONE]\nid: 1-3\n\n");
}

TEST_F(OpenAi, K3_usage_is_sent_when_it_is_asked_for) {
  Answer stream = fixture.post(
      kPath,
      R"({"model":"small","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Hi"}]})",
      {ann});
  fixture.runs.answer("Hello.");
  EXPECT_THAT(stream.bytes(), HasSubstr(R"("choices":[],"usage":{"prompt_tokens":0)"));
  EXPECT_THAT(stream.bytes(), HasSubstr(R"("finish_reason":null}],"usage":null})"));
}

TEST_F(OpenAi, K4_the_models_that_the_caller_may_use) {
  const std::string models = fixture.get("/v1/models", {ann}).body;
  EXPECT_THAT(models, StartsWith(R"({"object":"list","data":[{"id":"small","object":"model")"));
  EXPECT_THAT(models, HasSubstr(R"("first_id":"small","last_id":"small"})"));
  EXPECT_THAT(fixture.get("/v1/models", {fixture.user("ann:pro")}).body, HasSubstr(R"("last_id":"large"})"));
  EXPECT_THAT(fixture.get("/v1/models/small", {ann}).body, StartsWith(R"({"id":"small","object":"model")"));
  const std::string none =
      refusal(404, "There is no such model. GET /v1/models lists those that you may use.", "model",
              "model_not_found");
  EXPECT_EQ(fixture.get("/v1/models/large", {ann}).text(), none) << "another tier's";
  EXPECT_EQ(fixture.get("/v1/models/other", {ann}).text(), none);
}

TEST_F(OpenAi, K5_errors_have_openais_form) {
  EXPECT_EQ(
      fixture.post(kPath, kHi).text(),
      refusal(401,
              "Sign in: send `Authorization: Bearer TOKEN`. In development mode `dev:YOUR_NAME` is a token.",
              "Authorization", "invalid_api_key", "WWW-Authenticate: Bearer\n"));
  EXPECT_EQ(refused("{"),
            refusal(400, "The body is not valid JSON: it ends too early, at byte 2 (line 1, column 2).",
                    "body", "invalid_request"));
  fixture.refuse_with(ErrorCode::invalid_request, "There is no model \"x\".", "model");
  EXPECT_EQ(refused(kHi), refusal(404, R"(There is no model \"x\".)", "model", "model_not_found"));
  fixture.refuse_with(ErrorCode::unprocessable, "Too long.", "messages");
  EXPECT_EQ(refused(kHi), refusal(400, "Too long.", "messages", "context_length_exceeded"));
  fixture.refuse_with(ErrorCode::forbidden, "Not yours.", "model");
  EXPECT_THAT(refused(kHi),
              HasSubstr(R"("type":"permission_error","param":"model","code":"tier_required"})"));
  fixture.refuse_with(ErrorCode::idempotency_mismatch, "Another body.", "Idempotency-Key");
  EXPECT_THAT(refused(kHi), StartsWith("422\n"));
}

TEST_F(OpenAi, K6_a_refusal_says_when_to_come_again_or_that_it_is_of_no_use) {
  fixture.refuse_by(fixture.limit("chat", 1), Milliseconds(1'500));
  const Answer rate = fixture.post(kPath, kHi, {ann});
  EXPECT_EQ(rate.status, 429);
  EXPECT_THAT(rate.head(), HasSubstr("Retry-After: 2\n"));
  EXPECT_THAT(rate.head(), HasSubstr("retry-after-ms: 1500\n"));
  EXPECT_THAT(rate.body,
              HasSubstr(R"("type":"rate_limit_error","param":null,"code":"rate_limit_exceeded"})"));
  EXPECT_EQ(rate.head().find("x-should-retry"), std::string::npos);
  fixture.refuse_by(fixture.limit("chat", 0));
  const Answer active = fixture.post(kPath, kHi, {ann});
  EXPECT_THAT(active.body, HasSubstr(R"("code":"too_many_active"})"));
  EXPECT_THAT(active.head(), HasSubstr("retry-after-ms: 5000\n"));
  for (const auto& [code, status, name] : {std::tuple{ErrorCode::quota_exceeded, 429, "insufficient_quota"},
                                           {ErrorCode::position_ahead, 409, "position_ahead"},
                                           {ErrorCode::provider_rejected, 502, "provider_rejected"}}) {
    fixture.refuse_with(code, "No.", "");
    const Answer refused = fixture.post(kPath, kHi, {ann});
    EXPECT_EQ(refused.status, status);
    EXPECT_THAT(refused.head(), HasSubstr("x-should-retry: false\n")) << name;
    EXPECT_THAT(refused.body, HasSubstr(std::string(R"("code":")") + name + "\"}"));
  }
}

TEST_F(OpenAi, K8_what_front_ends_send_is_taken) {
  ask(R"({"model":"small","temperature":0.5,"top_p":1,"presence_penalty":0,"frequency_penalty":0,"user":"u-1","n":1.0,
          "logprobs":false,"top_logprobs":0.0,"max_tokens":100,"metadata":{"a":1},"unknown":[1,{"b":null}],"stream":false,"messages":[
       {"role":"system","content":"Be brief."},
       {"role":"developer","content":[{"type":"text","text":"Be kind."}],"name":"dev"},
       {"role":"user","content":[{"type":"text","text":"Hi"},{"type":"text","text":"there"}],"name":"ann"},
       {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"cut","arguments":"{}"}}]},
       {"role":"tool","tool_call_id":"c","content":"done"},
       {"role":"assistant","content":"","refusal":null},
       {"role":"assistant","content":[{"type":"refusal","refusal":"No."}]},
       {"role":"user","content":"Go on"}]})",
      "Yes.");
  const services::StartRun& start = fixture.runs.started();
  EXPECT_EQ(start.sampling.max_output.value, 100u);
  EXPECT_EQ(start.sampling.temperature, 0.5);
  EXPECT_EQ(start.sampling.top_p, 1);
  const prompts::BuiltPrompt prompt = prompt_of(start);
  EXPECT_EQ(prompt.system, "Be brief.\n\nBe kind.");
  ASSERT_EQ(prompt.messages.size(), 5u);
  EXPECT_EQ(text_of(prompt.messages[0]), "Hi\n\nthere");
  EXPECT_EQ(std::get<ToolResult>(prompt.messages[2].parts[0]).text, "done");
  EXPECT_EQ(text_of(prompt.messages[3]), "No.");
  EXPECT_EQ(text_of(prompt.messages[4]), "Go on");
}

TEST_F(OpenAi, K8_the_newer_name_of_the_largest_output_wins) {
  ask(R"({"max_tokens":100,"max_completion_tokens":50,"messages":[{"role":"user","content":"Hi"}]})", "Yes.");
  EXPECT_EQ(fixture.runs.started().sampling.max_output.value, 50u);
  EXPECT_EQ(fixture.runs.started().model, "");
}

TEST_F(OpenAi, K8_what_a_request_wants_of_the_model_is_passed_on) {
  ask(R"({"messages":[{"role":"user","content":"Hi"}],"top_p":0.5,"presence_penalty":-1,"frequency_penalty":2,"seed":7,
          "stop":["END","","\u4e16\n"],"reasoning_effort":"low","parallel_tool_calls":false,
          "tools":[{"type":"function","function":{"name":"cut"}}],
          "tool_choice":{"type":"function","function":{"name":"cut"}},
          "response_format":{"type":"json_schema","json_schema":{"name":"answer","description":"What.","strict":true,
                             "schema":{"type": "object"}}}})",
      "Yes.");
  Sampling wanted;
  wanted.top_p = 0.5;
  wanted.presence_penalty = -1;
  wanted.frequency_penalty = 2;
  wanted.seed = 7;
  wanted.stop = {"END", "世\n"};
  wanted.effort = "low";
  wanted.parallel_tool_calls = false;
  wanted.tool_choice = ToolChoice{ToolChoice::Mode::named, "cut"};
  wanted.response_format =
      ResponseFormat{ResponseFormat::Kind::json_schema, "answer", "What.", R"({"type":"object"})", true};
  EXPECT_EQ(fixture.runs.started().sampling, wanted);
  ask(R"({"messages":[{"role":"user","content":"Hi"}],"stop":"END","tool_choice":"required","response_format":{"type":"json_object"}})",
      "Yes.");
  const Sampling& second = fixture.runs.started().sampling;
  EXPECT_THAT(second.stop, ElementsAre("END"));
  EXPECT_EQ(second.tool_choice->mode, ToolChoice::Mode::required);
  EXPECT_EQ(second.response_format->kind, ResponseFormat::Kind::json_object);
}

TEST_F(OpenAi, K8_images_and_files_are_passed_on_where_the_model_takes_them) {
  ask(R"({"messages":[{"role":"user","name":"ann","content":[{"type":"text","text":"What is it?"},
         {"type":"image_url","image_url":{"url":"data:image/png;base64,AAEC","detail":"low"}},
         {"type":"image_url","image_url":{"url":"https://example.com/a.png","detail":"auto"}},
         {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERg=="}}]}]})",
      "A cat.");
  const services::StartRun& start = fixture.runs.started();
  Model model = fixture.settings->models->find("small")->model;
  const prompts::Config config;
  const prompts::Persona persona;
  const auto build = [&] { return start.recipe->build({config, model, persona, {}, {}, false, false}); };
  EXPECT_EQ(build().error().code, ErrorCode::not_implemented);
  EXPECT_EQ(build().error().field, "messages[0].content[1].type");
  model.images_allowed = true;
  EXPECT_EQ(build().error().field, "messages[0].content[3].type");
  model.files_allowed = true;
  const auto built = build();
  ASSERT_TRUE(built);
  ASSERT_EQ(built->messages.size(), 1u);
  const Message& message = built->messages[0];
  EXPECT_EQ(message.name, "ann");
  ASSERT_EQ(message.parts.size(), 4u);
  EXPECT_EQ(std::get<Image>(message.parts[1]).media.data, std::string("\0\1\2", 3));
  EXPECT_EQ(std::get<Image>(message.parts[1]).media.media_type, "image/png");
  EXPECT_EQ(std::get<Image>(message.parts[1]).detail, "low");
  EXPECT_EQ(std::get<Image>(message.parts[2]).media.url, "https://example.com/a.png");
  EXPECT_EQ(std::get<Image>(message.parts[2]).detail, "");
  EXPECT_EQ(std::get<File>(message.parts[3]).name, "a.pdf");
  EXPECT_EQ(std::get<File>(message.parts[3]).media.data, "%PDF");
}

TEST_F(OpenAi, K7_an_answer_ends_without_readers_unless_its_client_may_come_back) {
  ask(kHi, "Hello.");
  EXPECT_EQ(fixture.runs.started().unwatched, Unwatched::cancel_after(Milliseconds(10'000)));
  ask(kHi, "Hello.", {{"idempotency-key", "k"}});
  EXPECT_EQ(fixture.runs.started().unwatched, Unwatched::never());
  ask(R"({"store":true,"messages":[{"role":"user","content":"Hi"}]})", "Hello.");
  EXPECT_EQ(fixture.runs.started().unwatched, Unwatched::never());
}

TEST_F(OpenAi, K8_what_cannot_be_done_is_named) {
  const auto with = [](const std::string& member) {
    return R"({"messages":[{"role":"user","content":"Hi"}],)" + member + "}";
  };
  const auto message = [](const std::string& text) { return "{\"messages\":[" + text + "]}"; };
  struct Row {
    std::string body, param, code;
  };
  const Row rows[] = {
      {with(R"("n":2)"), "n", "unsupported_value"},
      {with(R"("logprobs":true)"), "logprobs", "unsupported_value"},
      {with(R"("top_logprobs":3)"), "top_logprobs", "unsupported_value"},
      {with(R"("modalities":["text","audio"])"), "modalities", "unsupported_value"},
      {with(R"("audio":{"voice":"x"})"), "audio", "unsupported_value"},
      {with(R"("functions":[])"), "functions", "unsupported_value"},
      {with(R"("tools":[{"type":"custom","custom":{"name":"x"}}])"), "tools[0].type", "unsupported_value"},
      {with(R"("tools":[{"type":"function"}])"), "tools[0].function", "invalid_request"},
      {with(R"("tools":[{"type":"function","function":{"name":"a b"}}])"), "tools[0].function.name",
       "invalid_request"},
      {with(R"("tools":[{"type":"function","function":{"name":"a","parameters":[]}}])"),
       "tools[0].function.parameters", "invalid_request"},
      {with(R"("tools":{})"), "tools", "invalid_request"},
      {with(
           R"("tools":[{"type":"function","function":{"name":"a"}},{"type":"function","function":{"name":"a"}}])"),
       "tools[1].function.name", "invalid_request"},
      {with(R"("tool_choice":"cut")"), "tool_choice", "invalid_request"},
      {with(R"("tool_choice":{"type":"function","function":{"name":"cut"}})"), "tool_choice.function.name",
       "invalid_request"},
      {with(R"("response_format":{"type":"xml"})"), "response_format.type", "unsupported_value"},
      {with(R"("response_format":{"type":"json_schema"})"), "response_format.json_schema", "invalid_request"},
      {with(R"("stop":[7])"), "stop", "invalid_request"},
      {with(R"("stop":{})"), "stop", "invalid_request"},
      {with(R"("seed":"x")"), "seed", "invalid_request"},
      {with(R"("top_p":2)"), "top_p", "invalid_request"},
      {with(R"("stream":"yes")"), "stream", "invalid_request"},
      {with(R"("stream_options":{"include_usage":1})"), "stream_options.include_usage", "invalid_request"},
      {with(R"("temperature":3)"), "temperature", "invalid_request"},
      {with(R"("max_tokens":0)"), "max_tokens", "invalid_request"},
      {with(R"("max_completion_tokens":1.5)"), "max_completion_tokens", "invalid_request"},
      {with(R"("model":7)"), "model", "invalid_request"},
      {"{}", "messages", "invalid_request"},
      {R"({"messages":[]})", "messages", "invalid_request"},
      {R"({"messages":"Hi"})", "messages", "invalid_request"},
      {message("7"), "messages[0]", "invalid_request"},
      {message("{}"), "messages[0].role", "invalid_request"},
      {message(R"({"role":"function","name":"x","content":"y"})"), "messages[0].role", "unsupported_value"},
      {message(R"({"role":"user","content":7})"), "messages[0].content", "invalid_request"},
      {message(R"({"role":"user","content":[7]})"), "messages[0].content[0]", "invalid_request"},
      {message(R"({"role":"user","content":[{"type":"input_audio"}]})"), "messages[0].content[0].type",
       "unsupported_value"},
      {message(R"({"role":"system","content":[{"type":"image_url"}]})"), "messages[0].content[0].type",
       "unsupported_value"},
      {message(R"({"role":"user","content":[{"type":"image_url"}]})"), "messages[0].content[0].image_url",
       "invalid_request"},
      {message(
           R"({"role":"user","content":[{"type":"image_url","image_url":{"url":"file:///etc/passwd"}}]})"),
       "messages[0].content[0].image_url.url", "invalid_request"},
      {message(
           R"({"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,*"}}]})"),
       "messages[0].content[0].image_url.url", "invalid_request"},
      {message(R"({"role":"user","content":[{"type":"file","file":{"file_id":"f"}}]})"),
       "messages[0].content[0].file.file_data", "unsupported_value"},
      {message(R"({"role":"tool","tool_call_id":"c","content":"x"})"), "messages[0].tool_call_id",
       "invalid_request"},
      {message(R"({"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f"}},
                  {"id":"c","type":"function","function":{"name":"f"}}]})"),
       "messages[0].tool_calls[1].id", "invalid_request"},
      {message(R"({"role":"assistant","tool_calls":[{"type":"function"}]})"), "messages[0].tool_calls[0].id",
       "invalid_request"},
      {message(R"({"role":"assistant","tool_calls":[{"id":"c","type":"custom"}]})"),
       "messages[0].tool_calls[0].type", "unsupported_value"},
  };
  for (const Row& row : rows) {
    const std::string text = refused(row.body);
    EXPECT_THAT(text, StartsWith("400\n")) << row.body;
    EXPECT_THAT(text, HasSubstr("\"param\":\"" + row.param + "\",\"code\":\"" + row.code + "\"}}"))
        << row.body;
  }
  EXPECT_TRUE(fixture.runs.requests.empty());
}

TEST_F(OpenAi, K9_the_clients_tools_are_offered_and_none_if_it_says_so) {
  const std::string tools =
      R"("tools":[{"type":"function","function":{"name":"cut","description":"Cuts.","strict":true,
          "parameters":{"type": "object","properties":{"a":{"type":"number"}}}}},{"type":"function","function":{"name":"paste"}}])";
  const std::string messages = R"({"messages":[{"role":"user","content":"Hi"}],)";
  ask(messages + tools + "}", "Yes.");
  const services::StartRun& start = fixture.runs.started();
  ASSERT_EQ(start.tools.size(), 2u);
  EXPECT_EQ(start.tools[0].name, "cut");
  EXPECT_EQ(start.tools[0].description, "Cuts.");
  EXPECT_EQ(start.tools[0].schema, R"({"type":"object","properties":{"a":{"type":"number"}}})");
  EXPECT_EQ(start.tools[1].schema, R"({"type":"object","properties":{}})");
  EXPECT_TRUE(start.tools[0].strict);
  EXPECT_FALSE(start.tools[1].strict);
  ask(messages + tools + R"(,"tool_choice":"none"})", "Yes.");
  EXPECT_EQ(fixture.runs.started().sampling.tool_choice->mode, ToolChoice::Mode::none);
}

TEST_F(OpenAi, K9_a_result_reaches_its_call_whatever_was_said_in_between) {
  const std::string called =
      R"({"messages":[{"role":"user","content":"Do"},{"role":"assistant","content":null,"tool_calls":[
          {"id":"a","type":"function","function":{"name":"cut","arguments":"{}"}},
          {"id":"b","type":"function","function":{"name":"paste","arguments":"{}"}}]},
          {"role":"tool","tool_call_id":"a","content":"AAA"},)";
  for (const std::string between :
       {R"({"role":"user","content":"Hurry"},{"role":"tool","tool_call_id":"b","content":"BBB"}]})",
        R"({"role":"assistant","content":"Wait."},{"role":"tool","tool_call_id":"b","content":"BBB"},
           {"role":"user","content":"Go on"}]})",
        R"({"role":"assistant","tool_calls":[{"id":"c","function":{"name":"cut"}}]},
           {"role":"tool","tool_call_id":"b","content":"BBB"}]})"}) {
    ask(called + between, "Done.");
    const prompts::BuiltPrompt prompt = prompt_of(fixture.runs.started());
    EXPECT_EQ(std::get<ToolResult>(prompt.messages.at(2).parts.at(0)).text, "AAA");
    EXPECT_EQ(std::get<ToolResult>(prompt.messages.at(2).parts.at(1)).text, "BBB");
  }
}

TEST_F(OpenAi, K9_any_number_of_calls_have_their_results) {
  constexpr int kMany = 30'000;
  std::string calls, results;
  for (int i = 0; i < kMany; ++i) {
    const std::string id = std::to_string(i);
    calls += R"({"function":{"name":"cut"},"id":")" + id + "\"},";
    results += R"(,{"role":"tool","content":"r)" + id + R"(","tool_call_id":")" + id + "\"}";
  }
  calls.pop_back();
  ask(R"({"messages":[{"role":"user","content":"Do"},{"role":"assistant","tool_calls":[)" + calls + "]}" +
          results + "]}",
      "Done.");
  const prompts::BuiltPrompt prompt = prompt_of(fixture.runs.started(), {1'000'000'000});
  ASSERT_EQ(prompt.messages.at(2).parts.size(), std::size_t{kMany});
  for (int i = 0; i < kMany; ++i)
    ASSERT_EQ(std::get<ToolResult>(prompt.messages[2].parts[static_cast<std::size_t>(i)]).text,
              "r" + std::to_string(i));
}

TEST_F(OpenAi, K10_a_key_is_one_run) {
  const std::string first = ask(kHi, "Hello.", {{"idempotency-key", "k"}}).text();
  const std::string id = fixture.runs.last_run().text();
  EXPECT_EQ(fixture.post(kPath, kHi, {ann, {"idempotency-key", "k"}}).text(), first);
  EXPECT_EQ(fixture.runs.last_run().text(), id);
  EXPECT_EQ(fixture.runs.started().key, "k");
}

TEST_F(OpenAi, K11_the_whole_answer_and_the_stream_can_be_read_by_id) {
  const std::string first = ask(kHi, "Hello.").text();
  const std::string one = kPath + "/chatcmpl-" + fixture.runs.last_run().text();
  EXPECT_EQ(fixture.get(one, {ann}).text(), first);
  const std::string all = fixture.get(one + "?stream=true", {ann}).bytes();
  const std::string rest = all.substr(all.find("\n\n") + 2);
  const auto read = [&](const std::string& query, Headers headers = {}) {
    headers.push_back(ann);
    const std::string got = fixture.get(one + query, headers).bytes();
    return got.substr(got.find('\n') + 1);
  };
  EXPECT_EQ(read("?stream=true&starting_after=1"), rest);
  EXPECT_EQ(read("?stream=true", {{"last-event-id", "1-1"}}), rest);
  EXPECT_EQ(read("?stream=true&last_event_id=1-1"), rest);
  EXPECT_EQ(read("?stream=true&starting_after=2"), rest.substr(rest.find("\n\n") + 2));
  EXPECT_EQ(read("?stream=true&starting_after=3"), "data: [DONE]\nid: 1-3\n\n");
  EXPECT_EQ(fixture.get(one + "?stream=true&starting_after=4", {ann}).status, 204);
  EXPECT_EQ(fixture.get(one + "?stream=true&starting_after=5", {ann}).status, 409);
  EXPECT_EQ(fixture.get(one + "?stream=true", {ann, {"last-event-id", "1-3"}}).status, 204);
  EXPECT_EQ(fixture.get(one + "?stream=true", {ann, {"last-event-id", "1-9"}}).status, 409);
  EXPECT_EQ(fixture.get(one + "?stream=true&starting_after=x", {ann}).status, 400);
  EXPECT_EQ(fixture.get(one, {fixture.user("bob")}).status, 404) << "the owner's alone";
  EXPECT_EQ(fixture.get(kPath + "/chatcmpl-x", {ann}).status, 404);
  EXPECT_EQ(fixture.get(one).status, 401);
}

TEST_F(OpenAi, K11_a_number_ahead_of_a_running_answer_is_a_conflict) {
  fixture.post(kPath, kHiStreamed, {ann});
  const std::string one = kPath + "/chatcmpl-" + fixture.runs.last_run().text();
  const Answer ahead = fixture.get(one + "?stream=true&starting_after=9", {ann});
  EXPECT_EQ(ahead.status, 409);
  EXPECT_THAT(ahead.head(), HasSubstr("x-should-retry: false\n"));
}

TEST_F(OpenAi, K12_the_attempt_of_an_sdk_is_passed_on) {
  using Attempt = services::StartRun::Attempt;
  ask(kHi, "Hello.");
  EXPECT_EQ(fixture.runs.started().attempt, Attempt::first);
  ask(kHi, "Hello.", {{"x-stainless-retry-count", "0"}});
  EXPECT_EQ(fixture.runs.started().attempt, Attempt::first);
  ask(kHi, "Hello.", {{"x-stainless-retry-count", "2"}});
  EXPECT_EQ(fixture.runs.started().attempt, Attempt::later);
  EXPECT_FALSE(fixture.runs.started().digest.empty());
}

TEST_F(OpenAi, K12_an_answer_is_delivered_when_its_client_has_all_of_it) {
  ask(kHi, "Hello.");
  EXPECT_THAT(fixture.runs.delivered, ElementsAre(fixture.runs.last_run()));
  const auto gone = fixture.begin_post(kPath, kHi, {ann});
  gone->client.leave();
  fixture.finish(*gone);
  EXPECT_EQ(fixture.runs.delivered.size(), 1u) << "its client has left";
  Answer stream = fixture.post(kPath, kHiStreamed, {ann});
  fixture.runs.text("Hel");
  stream.bytes();
  EXPECT_EQ(fixture.runs.delivered.size(), 1u) << "half an answer";
  fixture.runs.answer("lo.");
  EXPECT_TRUE(stream.has_ended());
  EXPECT_EQ(fixture.runs.delivered.back(), fixture.runs.last_run());
}

TEST_F(OpenAi, K33_an_api_key_signs_in_too) {
  EXPECT_EQ(fixture.get("/v1/models", {{"x-api-key", "dev:ann"}}).status, 200);
  const Answer wrong = fixture.get("/v1/models", {{"x-api-key", "dev:"}});
  EXPECT_EQ(wrong.status, 401);
  EXPECT_THAT(wrong.body, HasSubstr(R"("param":"X-Api-Key","code":"invalid_api_key"})"));
}

TEST_F(OpenAi, K80_a_ticket_opens_a_stream) {
  fixture.post(kPath, kHiStreamed, {ann});
  const std::string one = kPath + "/chatcmpl-" + fixture.runs.last_run().text();
  EXPECT_EQ(fixture.get(one + "?stream=true&ticket=" + fixture.ticket("ann", one)).status, 200);
}

TEST_F(OpenAi, K81_a_second_POST_with_the_key_and_a_position_goes_on) {
  Answer first = fixture.post(kPath, kHiStreamed, {ann, {"idempotency-key", "k"}});
  fixture.runs.answer("Hello.");
  const std::string all = first.bytes();
  Answer second = fixture.post(kPath, kHiStreamed, {ann, {"idempotency-key", "k"}, {"last-event-id", "1-1"}});
  const std::string rest = second.bytes();
  EXPECT_EQ(rest.substr(rest.find('\n') + 1), all.substr(all.find("\n\n") + 2));
  EXPECT_EQ(
      fixture.post(kPath, kHiStreamed, {ann, {"idempotency-key", "k"}, {"last-event-id", "1-3"}}).status,
      204);
  EXPECT_EQ(fixture.post(kPath, kHiStreamed, {ann, {"last-event-id", "1-1"}}).status, 400);
  EXPECT_EQ(
      fixture.post(kPath, kHiStreamed, {ann, {"idempotency-key", "k2"}, {"last-event-id", "1-1"}}).status,
      404)
      << "no new run";
}

TEST_F(OpenAi, K11_the_owner_cancels_as_often_as_they_like) {
  Answer stream = fixture.post(kPath, kHiStreamed, {ann});
  const std::string cancel = kPath + "/chatcmpl-" + fixture.runs.last_run().text() + "/cancel";
  EXPECT_EQ(fixture.post(cancel, "", {fixture.user("bob")}).status, 404);
  EXPECT_EQ(fixture.post(cancel, "", {ann}).status, 204);
  EXPECT_EQ(fixture.post(cancel, "", {ann}).status, 204);
  EXPECT_TRUE(stream.has_ended());
  EXPECT_THAT(stream.bytes(), HasSubstr(R"(data: {"error":{"message":"The request was cancelled.")"));
  EXPECT_EQ(stream.bytes().find("[DONE]"), std::string::npos);
}

}  // namespace
}  // namespace belay::surfaces::openai

// POST, GET and DELETE of responses, from literal bytes to literal bytes.
#include <boost/json.hpp>
#include <gmock/gmock.h>

#include "surfaces/openai/responses/names.hpp"
#include "surfaces/openai/responses/request_facts.hpp"
#include "surfaces/openai/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::openai::responses {
namespace {

using testing::Answer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Headers;
using ::testing::StartsWith;
using testing::SurfaceFixture;

const std::string kPath = "/v1/responses";
const std::string kHi = R"({"model":"small","input":"Hi"})";
const std::string kHiStreamed = R"({"model":"small","input":"Hi","stream":true})";

struct Responses : ::testing::Test {
  SurfaceFixture fixture{openai::make};
  const transport::Header ann = fixture.user("ann");

  // A request for a whole response, which ends after this text.
  Answer ask(const std::string& body, const std::string& text, Headers headers = {}) {
    headers.push_back(ann);
    const auto exchange = fixture.begin_post(kPath, body, headers);
    if (!exchange->response) fixture.runs.answer(text, {{12}, {3}, {}, {}, false, {}});
    return fixture.finish(*exchange);
  }
  prompts::BuiltPrompt prompt_of(const services::StartRun& start) {
    const prompts::Config config;
    const prompts::Persona persona;
    return start.recipe
        ->build({config, fixture.settings->models->find("small")->model, persona, {}, {}, false, false})
        .value();
  }
  // The place and the code of an error.
  std::string refused(const std::string& body, Headers headers = {}) {
    headers.push_back(ann);
    const std::string answer = fixture.post(kPath, body, headers).body;
    const boost::json::value error = boost::json::parse(answer).at("error");
    return boost::json::serialize(error.at("param")) + " " + std::string(error.at("code").as_string());
  }
  std::string path() { return kPath + "/" + response_id(fixture.runs.last_run()); }
  boost::json::value read(const std::string& target, Headers headers = {}) {
    headers.push_back(ann);
    return boost::json::parse(fixture.get(target, headers).body);
  }
};

TEST_F(Responses, K20_a_whole_response) {
  Answer answer =
      ask(R"({"model":"small","input":"Hi","instructions":"Be brief.","metadata":{"a":"b"}})", "Hello.");
  const RunId run = fixture.runs.last_run();
  EXPECT_EQ(
      answer.head(),
      "200\nContent-Type: application/json\nCache-Control: no-store\nrequest-id: r-1\nx-belay-run-id: " +
          run.text() + "\n");
  const boost::json::value object = boost::json::parse(answer.body);
  EXPECT_EQ(object.at("id").as_string(), response_id(run));
  EXPECT_EQ(object.at("status").as_string(), "completed");
  EXPECT_EQ(object.at("output").at(0).at("content").at(0).at("text").as_string(), "Hello.");
  EXPECT_EQ(object.at("instructions").as_string(), "Be brief.");
  EXPECT_EQ(object.at("usage").at("total_tokens").as_int64(), 15);
  EXPECT_THAT(fixture.runs.delivered, ElementsAre(run));
  const services::StartRun& start = fixture.runs.started();
  EXPECT_EQ(start.surface, "openai");
  EXPECT_EQ(start.mode, "responses");
  EXPECT_EQ(start.model, "small");
  EXPECT_FALSE(start.may_restart);
  EXPECT_TRUE(start.streams_parts);
  EXPECT_EQ(start.unwatched, Unwatched::cancel_after(Milliseconds(10'000)));
  EXPECT_EQ(prompt_of(start).system, "Be brief.");
  EXPECT_EQ(read(path()), object) << "K22";
}

TEST_F(Responses, K21_a_stream_begins_with_the_time_to_reconnect_inside_the_first_block) {
  Answer stream = fixture.post(kPath, kHiStreamed, {ann});
  EXPECT_EQ(stream.head(),
            "200\nContent-Type: text/event-stream; charset=utf-8\nCache-Control: no-cache, no-transform\n"
            "X-Accel-Buffering: no\nrequest-id: r-1\nx-belay-run-id: " +
                fixture.runs.last_run().text() + "\n");
  fixture.runs.answer("Hello.");
  EXPECT_TRUE(stream.has_ended());
  EXPECT_THAT(stream.bytes(), StartsWith("retry: "));
  EXPECT_THAT(stream.bytes(), HasSubstr("event: response.completed\n"));
  EXPECT_EQ(stream.heartbeat, ":\n");
}

TEST_F(Responses, K22_in_the_background_it_is_answered_at_once_and_goes_on) {
  Answer queued = fixture.post(kPath, R"({"input":"Hi","background":true})", {ann});
  EXPECT_EQ(boost::json::parse(queued.body).at("status").as_string(), "queued");
  EXPECT_EQ(fixture.runs.started().unwatched, Unwatched::never());
  EXPECT_TRUE(fixture.runs.delivered.empty()) << "K12: a retry is the run under way";
  fixture.runs.text("Hel");
  fixture.turns();
  const boost::json::value polled = read(path());
  EXPECT_EQ(polled.at("status").as_string(), "in_progress");
  EXPECT_TRUE(polled.at("output").as_array().empty());
  EXPECT_FALSE(fixture.runs.delivered.empty()) << "K12: whoever polls has the id";
  fixture.runs.answer("lo.");
  EXPECT_EQ(read(path()).at("output").at(0).at("content").at(0).at("text").as_string(), "Hello.");
}

TEST_F(Responses, K7_who_comes_back_is_waited_for) {
  fixture.post(kPath, kHiStreamed, {ann, {"idempotency-key", "k"}});
  EXPECT_EQ(fixture.runs.started().unwatched, Unwatched::never());
  fixture.post(kPath, R"({"input":"Hi","stream":true,"store":true})", {ann});
  EXPECT_EQ(fixture.runs.started().unwatched, Unwatched::cancel_after(Milliseconds(10'000)))
      << "`store` is on by default, so it says nothing";
}

TEST_F(Responses, K12_a_retry_says_so_and_a_chat_completion_with_the_same_body_is_another_request) {
  fixture.post(kPath, kHiStreamed, {ann, {"x-stainless-retry-count", "1"}});
  EXPECT_EQ(fixture.runs.started().attempt, services::StartRun::Attempt::later);
  const std::string both = R"({"stream":true,"input":"Hi","messages":[{"role":"user","content":"Hi"}]})";
  fixture.post(kPath, both, {ann});
  fixture.post("/v1/chat/completions", both, {ann});
  EXPECT_NE(fixture.runs.started(0).digest, fixture.runs.started(1).digest);
}

TEST_F(Responses, K10_a_repeated_request_is_its_run_although_the_response_before_it_is_gone) {
  ask(kHi, "Hello.");
  const RunId first = fixture.runs.last_run();
  const std::string behind =
      R"({"model":"small","input":"Go on","previous_response_id":")" + response_id(first) + "\"}";
  const std::string referring = R"({"model":"small","input":[{"id":")" + item_id(PartKind::text, first, 0) +
                                R"("},{"role":"user","content":"x"}]})";
  std::vector<std::string> answers;
  for (const std::string& body : {behind, referring})
    answers.push_back(ask(body, "Done.", {{"idempotency-key", "k" + std::to_string(answers.size())}}).text());
  fixture.runs.forget(first);
  EXPECT_EQ(fixture.post(kPath, behind, {ann, {"idempotency-key", "k0"}}).text(), answers[0]);
  EXPECT_EQ(fixture.post(kPath, referring, {ann, {"idempotency-key", "k1"}}).text(), answers[1]);
  EXPECT_THAT(fixture.post(kPath, behind, {ann, {"idempotency-key", "k2"}}).text(), StartsWith("400\n"));
  EXPECT_THAT(fixture.post(kPath, behind, {ann, {"idempotency-key", "k1"}}).text(), StartsWith("422\n"));
}

TEST_F(Responses, K23_the_rest_behind_a_number_or_an_event) {
  ask(kHi, "Hello.");
  const auto events = [&](const std::string& query, Headers headers = {}) {
    headers.push_back(ann);
    const std::string bytes = fixture.get(path() + "?stream=true" + query, headers).bytes();
    return bytes.substr(bytes.find('\n') + 1);
  };
  const std::string all = events("");
  EXPECT_EQ(events("&starting_after=1"), all.substr(all.find("event: response.output_item.added")));
  EXPECT_EQ(events("&starting_after=7"), all.substr(all.find(":      \nevent: response.completed")));
  EXPECT_EQ(events("&starting_after=8"), "") << "a stream without events";
  EXPECT_EQ(events("", {{"last-event-id", "1-1"}}), events("&starting_after=1"));
  EXPECT_THAT(fixture.get(path() + "?stream=true", {ann, {"last-event-id", "1-3"}}).text(),
              StartsWith("204\n"));
  const std::string ahead = fixture.get(path() + "?stream=true&starting_after=9", {ann}).text();
  EXPECT_THAT(ahead, StartsWith("409\n"));
  EXPECT_THAT(ahead, HasSubstr(R"("param":"starting_after","code":"position_ahead")")) << "K5";
  for (const char* wrong : {"x", "-1", "1.5", "18446744073709551615"})
    EXPECT_THAT(fixture.get(path() + "?stream=true&starting_after=" + wrong, {ann}).text(),
                StartsWith("400\n"))
        << wrong;
}

TEST_F(Responses, K24_a_cancelled_response_is_one_to_whoever_waits_for_it) {
  const auto waiting = fixture.begin_post(kPath, kHi, {ann});
  fixture.runs.text("Half");
  fixture.turns();
  EXPECT_THAT(fixture.post(path() + "/cancel", "", {fixture.user("bob")}).text(), StartsWith("404\n"));
  const auto cancelling = fixture.begin_post(path() + "/cancel", "", {ann});
  fixture.turns();
  const boost::json::value cancelled = boost::json::parse(fixture.finish(*cancelling).body);
  EXPECT_EQ(cancelled.at("status").as_string(), "cancelled");
  EXPECT_EQ(cancelled.at("output").at(0).at("content").at(0).at("text").as_string(), "Half");
  EXPECT_EQ(boost::json::parse(fixture.finish(*waiting).body), cancelled);
}

TEST_F(Responses, K24_a_failed_response_is_an_error_to_the_request_and_can_be_read) {
  const auto waiting = fixture.begin_post(kPath, kHi, {ann});
  Terminal terminal;
  terminal.code = ErrorCode::provider_broken;
  terminal.message = "It broke.";
  fixture.runs.end(EventType::failed, terminal);
  EXPECT_THAT(fixture.finish(*waiting).text(),
              HasSubstr(R"({"error":{"message":"It broke.","type":"server_error")"));
  const boost::json::value failed = read(path());
  EXPECT_EQ(failed.at("status").as_string(), "failed");
  EXPECT_EQ(failed.at("error").at("message").as_string(), "It broke.");
}

TEST_F(Responses, K24_what_is_deleted_is_removed_for_good) {
  ask(R"({"model":"small","input":"Hi","metadata":{"a":"b"}})", "Hello.");
  const std::string id = fixture.runs.last_run().text();
  EXPECT_THAT(fixture.remove(path(), {fixture.user("bob")}).text(), StartsWith("404\n"));
  EXPECT_TRUE(fixture.erasures.requests.empty());
  EXPECT_THAT(fixture.remove(path(), {ann}).text(),
              HasSubstr(R"({"id":"resp_)" + id + R"(","object":"response","deleted":true})"));
  ASSERT_EQ(fixture.erasures.requests.size(), 1u);
  const Erasure& erasure = fixture.erasures.requests.front();
  EXPECT_EQ(erasure.what, Erasure::What::run);
  EXPECT_EQ(erasure.user + " " + erasure.conversation, "ann " + id);
}

TEST_F(Responses, K8_input_in_all_its_forms) {
  ask(R"({"model":"small","instructions":"A.","input":[{"role":"system","content":"B."},
      {"type":"message","role":"developer","content":[{"type":"input_text","text":"C."}]},
      {"role":"user","content":[{"type":"input_text","text":"One"},{"type":"input_text","text":"two"}]},
      {"type":"reasoning","id":"rs_1","summary":[]},
      {"type":"message","role":"assistant","content":[{"type":"output_text","text":"Wait.","annotations":[]},{"type":"refusal","refusal":"No."}]},
      {"type":"function_call","call_id":"a","name":"cut","arguments":"{}"},
      {"type":"function_call","call_id":"b","name":"paste","arguments":"[]"},
      {"type":"function_call_output","call_id":"b","output":"pasted"},
      {"type":"function_call_output","call_id":"a","output":[{"type":"input_text","text":"cut"},{"type":"input_text","text":"it"}]},
      {"type":"function_call","call_id":"a","name":"cut","arguments":"{}"},
      {"type":"function_call_output","call_id":"a","output":""}]})",
      "Hello.");
  const services::StartRun& start = fixture.runs.started();
  const prompts::BuiltPrompt prompt = prompt_of(start);
  EXPECT_EQ(prompt.system, "A.\n\nB.\n\nC.");
  EXPECT_EQ(decode_facts(start.surface_data).system, "B.\n\nC.") << "instructions do not hold on";
  std::string shown;
  for (const Message& message : prompt.messages) {
    shown += message.role == Role::user ? "user" : message.role == Role::tool ? "tool" : "assistant";
    for (const Part& part : message.parts) {
      if (const Text* text = std::get_if<Text>(&part)) shown += " " + text->text;
      if (const ToolCall* call = std::get_if<ToolCall>(&part)) shown += " " + call->id + call->name;
      if (const ToolResult* result = std::get_if<ToolResult>(&part))
        shown += " " + result->call_id + "=" + result->text;
    }
    shown += "\n";
  }
  EXPECT_EQ(shown,
            "user One two\nassistant Wait. No. call00001cut call00002paste\ntool call00001=cut\n\nit "
            "call00002=pasted\nassistant call00003cut\ntool call00003=The action has no result.\n");
}

TEST_F(Responses, K25_an_output_reaches_its_call_whatever_was_said_in_between) {
  ask(R"({"input":[{"role":"user","content":"Do"},{"type":"function_call","call_id":"a","name":"cut","arguments":"{}"},
      {"type":"function_call","call_id":"b","name":"paste","arguments":"{}"},
      {"type":"function_call_output","call_id":"a","output":"AAA"},{"role":"assistant","content":"Wait."},
      {"role":"user","content":"Hurry"},{"type":"function_call_output","call_id":"b","output":"BBB"}]})",
      "Done.");
  const prompts::BuiltPrompt prompt = prompt_of(fixture.runs.started());
  ASSERT_EQ(prompt.messages.size(), 5u);
  EXPECT_EQ(std::get<ToolResult>(prompt.messages[2].parts.at(0)).text, "AAA");
  EXPECT_EQ(std::get<ToolResult>(prompt.messages[2].parts.at(1)).text, "BBB");
  EXPECT_EQ(text_of(prompt.messages[4]), "Hurry");
}

TEST_F(Responses, K25_any_number_of_calls_are_taken_and_each_has_its_own_id) {
  std::string calls = R"({"role":"user","content":"Do"})";
  for (int i = 0; i < 60'000; ++i)
    calls += R"(,{"type":"function_call","name":"cut","call_id":")" + std::to_string(i) + "\"}";
  EXPECT_EQ(refused("{\"input\":[" + calls + R"(,{"type":"function_call","name":"cut","call_id":"7"}]})"),
            "\"input[60001].call_id\" invalid_request");
  EXPECT_EQ(refused("{\"input\":[" + calls + R"(,{"type":"function_call_output","call_id":"60000"}]})"),
            "\"input[60001].call_id\" invalid_request");
}

TEST_F(Responses, K8_wishes_of_the_request) {
  ask(R"({"input":"Hi","max_output_tokens":77,"temperature":0.5,"top_p":1,"parallel_tool_calls":false,
      "tools":[{"type":"function","name":"cut","description":"Cuts.","parameters":{"type":"object"},"strict":true}],
      "tool_choice":{"type":"function","name":"cut"},"reasoning":{"effort":"low","summary":"auto"},
      "text":{"format":{"type":"json_schema","name":"p","schema":{"a": 1},"strict":true},"verbosity":"low"},
      "truncation":"disabled","top_logprobs":0.0,"include":[],"user":"u","stream":null,"service_tier":"auto"})",
      "Hello.");
  const services::StartRun& start = fixture.runs.started();
  EXPECT_EQ(start.sampling.max_output.value, 77u);
  EXPECT_EQ(start.sampling.temperature, 0.5);
  EXPECT_EQ(start.sampling.top_p, 1);
  EXPECT_EQ(start.sampling.parallel_tool_calls, false);
  EXPECT_EQ(start.sampling.effort, "low");
  EXPECT_EQ(start.sampling.tool_choice, (ToolChoice{ToolChoice::Mode::named, "cut"}));
  EXPECT_EQ(start.sampling.response_format,
            (ResponseFormat{ResponseFormat::Kind::json_schema, "p", "", R"({"a":1})", true}));
  ASSERT_EQ(start.tools.size(), 1u);
  EXPECT_EQ(start.tools[0].name + start.tools[0].description + start.tools[0].schema,
            R"(cutCuts.{"type":"object"})");
  EXPECT_TRUE(start.tools[0].strict);
}

TEST_F(Responses, K5_refusals_name_their_place) {
  const auto with = [](const std::string& members) { return R"({"input":"Hi",)" + members + "}"; };
  const auto items = [](const std::string& elements) { return R"({"input":[)" + elements + "]}"; };
  EXPECT_EQ(refused("{}"), "\"input\" invalid_request");
  EXPECT_EQ(refused(R"({"input":[]})"), "\"input\" invalid_request");
  EXPECT_EQ(refused(R"({"input":7})"), "\"input\" invalid_request");
  EXPECT_EQ(refused(items("7")), "\"input[0]\" invalid_request");
  EXPECT_EQ(refused(items("{}")), "\"input[0].role\" invalid_request");
  EXPECT_EQ(refused(items(R"({"role":"tool","content":"x"})")), "\"input[0].role\" unsupported_value");
  EXPECT_EQ(refused(items(R"({"type":"web_search_call"})")), "\"input[0].type\" unsupported_value");
  EXPECT_EQ(refused(items(R"({"role":"user","content":[{"type":"input_audio"}]})")),
            "\"input[0].content[0].type\" unsupported_value");
  EXPECT_EQ(refused(items(R"({"role":"user","content":[{"type":"input_image","file_id":"f"}]})")),
            "\"input[0].content[0].image_url\" unsupported_value");
  EXPECT_EQ(refused(items(R"({"role":"user","content":[{"type":"input_image","image_url":"x"}]})")),
            "\"input[0].content[0].image_url\" invalid_request");
  EXPECT_EQ(refused(items(R"({"role":"user","content":[{"type":"input_file","file_id":"f"}]})")),
            "\"input[0].content[0].file_data\" unsupported_value");
  EXPECT_EQ(refused(items(R"({"type":"function_call","name":"cut"})")),
            "\"input[0].call_id\" invalid_request");
  EXPECT_EQ(
      refused(items(
          R"({"type":"function_call","call_id":"a","name":"cut"},{"type":"function_call","call_id":"a","name":"cut"})")),
      "\"input[1].call_id\" invalid_request");
  EXPECT_EQ(
      refused(items(
          R"({"type":"function_call_output","call_id":"a","output":"x"},{"type":"function_call","call_id":"a","name":"cut"})")),
      "\"input[0].call_id\" invalid_request")
      << "its call must come before it";
  EXPECT_EQ(refused(items(R"({"type":"item_reference","id":"x"})")), "\"input[0].id\" invalid_request");
  EXPECT_EQ(refused(items(R"({"type":"item_reference"})")), "\"input[0].id\" invalid_request");
  EXPECT_EQ(refused(with(R"("conversation":"c")")), "\"conversation\" unsupported_value");
  EXPECT_EQ(refused(with(R"("prompt":{"id":"p"})")), "\"prompt\" unsupported_value");
  EXPECT_EQ(refused(with(R"("top_logprobs":2)")), "\"top_logprobs\" unsupported_value");
  EXPECT_EQ(refused(with(R"("truncation":"auto")")), "\"truncation\" unsupported_value");
  EXPECT_EQ(refused(with(R"("truncation":1)")), "\"truncation\" invalid_request");
  EXPECT_EQ(refused(with(R"("tools":[{"type":"web_search"}])")), "\"tools[0].type\" unsupported_value");
  EXPECT_EQ(refused(with(R"("tools":[{"type":"function"}])")), "\"tools[0].name\" invalid_request");
  EXPECT_EQ(refused(with(R"("tool_choice":{"type":"function","name":"x"})")),
            "\"tool_choice.name\" invalid_request");
  EXPECT_EQ(refused(with(R"("text":{"format":{"type":"x"}})")), "\"text.format.type\" unsupported_value");
  EXPECT_EQ(refused(with(R"("text":{"format":{"type":"json_schema"}})")),
            "\"text.format.name\" invalid_request");
  EXPECT_EQ(refused(with(R"("reasoning":{"effort":7})")), "\"reasoning.effort\" invalid_request");
  EXPECT_EQ(refused(with(R"("metadata":{"a":1})")), "\"metadata.a\" invalid_request");
  EXPECT_EQ(refused(with(R"("metadata":[])")), "\"metadata\" invalid_request");
  EXPECT_EQ(refused(with(R"("background":true,"store":false)")), "\"background\" invalid_request");
  EXPECT_EQ(refused(with(R"("max_output_tokens":0)")), "\"max_output_tokens\" invalid_request");
  EXPECT_EQ(refused(with(R"("temperature":3)")), "\"temperature\" invalid_request");
  EXPECT_EQ(refused(with(R"("stream":1)")), "\"stream\" invalid_request");
  EXPECT_EQ(refused(kHi, {{"last-event-id", "1-1"}}), "\"Last-Event-ID\" invalid_request");
  std::string many;
  for (int i = 0; i < 65; ++i) {
    fixture.clock.advance(Milliseconds(1));
    const RunId run = fixture.new_id();
    many += (i == 0 ? "" : ",") + std::string(R"({"type":"item_reference","id":")") +
            item_id(PartKind::text, run, 0) + "\"}";
  }
  EXPECT_EQ(refused(items(many)), "\"input\" invalid_request");
}

TEST_F(Responses, K20_what_a_request_may_go_on_with) {
  const auto with = [](const std::string& id) {
    return R"({"input":"Hi","previous_response_id":")" + id + "\"}";
  };
  const std::string unknown = "\"previous_response_id\" previous_response_not_found";
  EXPECT_EQ(refused(with("resp_x")), unknown);
  EXPECT_EQ(refused(with(response_id(fixture.new_id()))), unknown);
  fixture.post(kPath, R"({"input":"Hi","background":true})", {ann});
  const std::string running = response_id(fixture.runs.last_run());
  EXPECT_EQ(refused(with(running)), "\"previous_response_id\" invalid_request") << "it is being made";
  fixture.runs.answer("Hello.");
  EXPECT_THAT(fixture.post(kPath, with(running), {fixture.user("bob")}).text(), StartsWith("400\n"));
  ask(R"({"input":"Hi","store":false})", "Hello.");
  EXPECT_EQ(refused(with(response_id(fixture.runs.last_run()))), unknown);
}

TEST_F(Responses, K20_a_reference_may_leave_out_its_type) {
  ask(kHi, "Hello.");
  const std::string id = item_id(PartKind::text, fixture.runs.last_run(), 0);
  for (const std::string& reference :
       {R"({"id":")" + id + "\"}", R"({"id":")" + id + R"(","type":null})", R"({"i\u0064":")" + id + "\"}",
        R"({"type":"item\u005freference","id":")" + id + "\"}"}) {
    ask(R"({"model":"small","input":[)" + reference + R"(,{"role":"user","content":"Go on"}]})", "Done.");
    const prompts::BuiltPrompt prompt = prompt_of(fixture.runs.started());
    ASSERT_EQ(prompt.messages.size(), 3u) << reference;
    EXPECT_EQ(text_of(prompt.messages[1]), "Hello.");
  }
}

TEST_F(Responses, K20_the_items_of_an_input_are_as_they_were_given) {
  ask(R"({"model":"small","instructions":"A.","input":[{"role":"developer","content":"B."},
      {"id":"msg_mine","role":"user","content":[{"type": "input_text", "text": "One"}]},
      {"role":"user","content":"two"},{"type":"reasoning","id":"rs_1","summary":[]},
      {"role":"assistant","content":"Wait."},
      {"type":"function_call","call_id":"a","name":"cut","arguments":"{\"x\":1}"},
      {"type":"function_call_output","call_id":"a","output":[{"type":"input_text","text":"cut"}]}]})",
      "Hello.");
  const std::string first = fixture.runs.last_run().text();
  const auto item = [](const std::string& id, const std::string& members) {
    return R"({"id":")" + id + R"(",)" + members + "}";
  };
  const auto list = [](const std::vector<std::string>& items, const std::string& first_id,
                       const std::string& last_id, const std::string& has_more = "false") {
    std::string data;
    for (const std::string& each : items) data += (data.empty() ? "" : ",") + each;
    return R"({"object":"list","data":[)" + data + R"(],"has_more":)" + has_more + R"(,"first_id":")" +
           first_id + R"(","last_id":")" + last_id + "\"}";
  };
  const std::string message = R"("type":"message","status":"completed","role":)";
  std::vector<std::string> items = {
      item("msg_" + first + "_in0", message + R"("developer","content":[{"type":"input_text","text":"B."}])"),
      item("msg_mine", message + R"("user","content":[{"type":"input_text","text":"One"}])"),
      item("msg_" + first + "_in2", message + R"("user","content":[{"type":"input_text","text":"two"}])"),
      item("rs_1", R"("type":"reasoning","summary":[])"),
      item("msg_" + first + "_in4",
           message + R"("assistant","content":[{"type":"output_text","annotations":[],"text":"Wait."}])"),
      item(
          "fc_" + first + "_in5",
          R"("type":"function_call","status":"completed","call_id":"a","name":"cut","arguments":"{\"x\":1}")"),
      item(
          "fco_" + first + "_in6",
          R"("type":"function_call_output","status":"completed","call_id":"a","output":[{"type":"input_text","text":"cut"}])")};
  const auto get = [&](const std::string& target) { return fixture.get(target, {ann}).body; };
  const std::string ids = path() + "/input_items";
  const std::string last = "fco_" + first + "_in6";
  EXPECT_EQ(get(ids), list(items, "msg_" + first + "_in0", last));
  EXPECT_EQ(get(ids + "?limit=2&after=msg_mine"),
            list({items[2], items[3]}, "msg_" + first + "_in2", "rs_1", "true"));
  EXPECT_EQ(get(ids + "?order=desc&limit=1"), list({items[6]}, last, last, "true"));
  EXPECT_EQ(get(ids + "?order=asc&after=" + last), list({}, "", ""));
  for (const char* wrong : {"limit=0", "limit=101", "limit=x", "order=up", "after=msg_x"})
    EXPECT_THAT(fixture.get(ids + "?" + wrong, {ann}).text(), StartsWith("400\n")) << wrong;

  ask(R"({"model":"small","input":"Go on","previous_response_id":"resp_)" + first + "\"}", "Done.");
  const std::string second = fixture.runs.last_run().text();
  items.push_back(
      item("msg_" + first + "_0",
           message + R"("assistant","content":[{"type":"output_text","annotations":[],"text":"Hello."}])"));
  items.push_back(
      item("msg_" + second + "_in8", message + R"("user","content":[{"type":"input_text","text":"Go on"}])"));
  EXPECT_EQ(get(path() + "/input_items"), list(items, "msg_" + first + "_in0", "msg_" + second + "_in8"));

  ask(R"({"model":"small","input":")" + std::string(kMaxGivenItems, 'x') + "\"}", "Hello.");
  EXPECT_TRUE(decode_facts(fixture.runs.started().surface_data).input.empty()) << "it is bounded";
}

}  // namespace
}  // namespace belay::surfaces::openai::responses

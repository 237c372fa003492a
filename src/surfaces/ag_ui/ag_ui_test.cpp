// The routes of AG-UI, from literal bytes to literal bytes.
#include <gmock/gmock.h>

#include "surfaces/ag_ui/routes.hpp"
#include "surfaces/testing/prompt_checks.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::ag_ui {
namespace {

using testing::Answer;
using ::testing::HasSubstr;
using testing::Headers;
using ::testing::StartsWith;
using testing::SurfaceFixture;

struct AgUi : ::testing::Test {
  SurfaceFixture fixture{ag_ui::make};
  const transport::Header ann = fixture.user("ann");

  static std::string said(const std::string& role, const std::string& text, const std::string& id = "m1") {
    return R"({"id":")" + id + R"(","role":")" + role + R"(","content":")" + text + "\"}";
  }
  static std::string called(const std::string& id, const std::string& call,
                            const std::string& arguments = "{}") {
    return R"({"id":")" + id + R"(","role":"assistant","toolCalls":[{"id":")" + call +
           R"(","type":"function","function":{"name":"set_tempo","arguments":")" + arguments + "\"}}]}";
  }
  static std::string result(const std::string& call, const std::string& text) {
    return R"({"id":"t1","role":"tool","toolCallId":")" + call + R"(","content":")" + text + "\"}";
  }
  static std::string body(const std::string& messages, const std::string& run = "r1",
                          const std::string& more = {}) {
    return R"({"threadId":"t-1","runId":")" + run + R"(","state":{},"messages":[)" + messages +
           R"(],"tools":[],"context":[],"forwardedProps":{})" + more + "}";
  }
  Answer send(const std::string& text, Headers headers = {}, const std::string& target = "/ag-ui") {
    headers.push_back(ann);
    return fixture.post(target, text, std::move(headers));
  }
  Answer get(const std::string& path) { return fixture.get(path, {ann}); }
  std::optional<prompts::BuiltPrompt> built(Error* refused = nullptr) {
    const prompts::Config config;
    const prompts::Persona persona;
    auto prompt = fixture.runs.started().recipe->build(
        {config, fixture.settings->models->find("small")->model, persona, {}, {}, false, false});
    if (!prompt && refused) *refused = prompt.error();
    if (!prompt) return std::nullopt;
    testing::check_messages(prompt->messages);
    return std::move(*prompt);
  }
  // The messages of the prompt, by role: "u:Hi a:Hello c:play{} t:done u:And?".
  std::string prompt() {
    std::string text;
    const auto prompt = built();
    if (!prompt) return "refused";
    for (const Message& message : prompt->messages) {
      for (const Part& part : message.parts) {
        text.append(text.empty() ? "" : " ");
        if (const auto* said_text = std::get_if<Text>(&part))
          text.append(message.role == Role::user ? "u:" : "a:").append(said_text->text);
        if (const auto* call = std::get_if<ToolCall>(&part)) text.append("c:").append(call->arguments);
        if (const auto* its = std::get_if<ToolResult>(&part)) text.append("t:").append(its->text);
      }
    }
    return text;
  }
  RunId turn(const std::string& question, const std::string& answer, Branch branch = {}) {
    SurfaceFixture::Turn turn{"t-1", question, answer};
    turn.branch = branch;
    return fixture.add_turn(turn);
  }
  static std::string answer_id(const RunId& run) { return MessageId{run, Role::assistant}.text(); }
  static std::string question_id(const RunId& run) { return MessageId{run, Role::user}.text(); }
  // What the started run replaces: "edit RUN".
  std::string replaced() {
    const auto& replaces = fixture.runs.started().replaces;
    if (!replaces) return "nothing";
    const std::string how = replaces->how == Branch::Kind::edit         ? "edit "
                            : replaces->how == Branch::Kind::regenerate ? "regenerate "
                                                                        : "continue ";
    return how + replaces->message.text() + (replaces->has_results ? " with results" : "");
  }
};

TEST_F(AgUi, K70_a_question_is_answered_as_events) {
  Answer stream = send(body(said("user", "Hi"), "r1", R"(,"protocolVersion":"1.0","unknown":[1])"));
  const std::string run = fixture.runs.last_run().text();
  EXPECT_EQ(stream.head(),
            "200\nContent-Type: text/event-stream; charset=utf-8\nCache-Control: no-cache, no-transform\n"
            "X-Accel-Buffering: no\nx-belay-run-id: " +
                run + "\n");
  fixture.runs.answer("Hello.");
  EXPECT_TRUE(stream.has_ended());
  const std::string bytes = stream.bytes();
  EXPECT_THAT(
      bytes.substr(bytes.find('\n') + 1),
      StartsWith("data: {\"type\":\"RUN_STARTED\",\"threadId\":\"t-1\",\"runId\":\"r1\"}\nid: 1-1\n\n"));
  EXPECT_THAT(bytes, HasSubstr("\"delta\":\"Hello.\"}\nid: 1-2\n\n"));
  EXPECT_THAT(bytes, ::testing::ContainsRegex("RUN_FINISHED.*\nid: 1-3\n\n$"));
  EXPECT_EQ(bytes.find('\r'), bytes.npos);
  const services::StartRun& start = fixture.runs.started();
  EXPECT_EQ(start.surface, "ag_ui");
  EXPECT_EQ(start.mode, "run");
  EXPECT_EQ(start.conversation, "t-1");
  EXPECT_EQ(start.key, "t-1/r1");
  EXPECT_FALSE(start.session);
  EXPECT_EQ(start.model, "");
  EXPECT_EQ(start.prompt, "Hi");
  EXPECT_EQ(replaced(), "nothing");
  EXPECT_FALSE(start.may_restart);
  EXPECT_TRUE(start.streams_parts);
  EXPECT_EQ(start.unwatched, Unwatched::never());
  EXPECT_EQ(prompt(), "u:Hi");
}

TEST_F(AgUi, K70_the_model_and_restarts_are_the_clients_choice) {
  send(R"({"threadId":"t","runId":"r","messages":[)" + said("user", "Hi") +
           R"(],"forwardedProps":{"model":"large"}})",
       {}, "/ag-ui?restarts=1");
  EXPECT_EQ(fixture.runs.started().model, "large");
  EXPECT_TRUE(fixture.runs.started().may_restart);
  EXPECT_EQ(send(body(said("user", "Hi"), "r2"), {}, "/ag-ui?restarts=yes").status, 400);
}

TEST_F(AgUi, K71_what_the_client_shows_is_what_the_model_sees) {
  const RunId first = turn("Hi", "Hello.");
  send(body(
      said("system", "Obey.") + "," + said("user", "Hi") + "," +
          R"({"id":"x","role":"reasoning","content":"Hm"},{"id":"y","role":"activity","content":{"a":1}},)" +
          said("assistant", "Hello, edited.", answer_id(first)) + "," + said("developer", "Be short.") + "," +
          said("user", "And?"),
      "r1"));
  EXPECT_EQ(replaced(), "nothing");
  EXPECT_EQ(prompt(), "u:Hi a:Hello, edited. u:And?");
  EXPECT_THAT(built()->system, ::testing::EndsWith("Obey.\n\nBe short."));
  EXPECT_EQ(fixture.runs.started().prompt, "And?");
}

TEST_F(AgUi, K71_facts_of_the_page_follow_the_instructions) {
  send(
      R"({"threadId":"t","runId":"r","messages":[)" + said("system", "Obey.") + "," + said("user", "Hi") +
      R"(],"context":[{"description":"The page","value":"/cart"},{"description":"","value":"dark"},{"value":""}]})");
  EXPECT_THAT(built()->system, ::testing::EndsWith("Obey.\n\nThe page: /cart\n\ndark"));
}

TEST(AgUiInstructions, K71_may_be_the_servers_alone) {
  AgUiConfig config;
  config.instructions = false;
  SurfaceFixture fixture(ag_ui::make, config);
  fixture.post("/ag-ui",
               R"({"threadId":"t","runId":"r","messages":[)" + AgUi::said("system", "Obey.") + "," +
                   AgUi::said("user", "Hi") + R"(],"context":[{"description":"d","value":"v"}]})",
               {fixture.user("ann")});
  const prompts::Config prompt_config;
  const prompts::Persona persona;
  const auto built = fixture.runs.started().recipe->build(
      {prompt_config, fixture.settings->models->find("small")->model, persona, {}, {}, false, false});
  EXPECT_EQ(built->system.find("Obey"), std::string::npos);
}

TEST_F(AgUi, K71_a_shorter_list_stands_beside_what_it_does_not_have) {
  const RunId first = turn("One", "1");
  const RunId second = turn("Two", "2");
  turn("Three", "3");
  const std::string begin = said("user", "One") + "," + said("assistant", "1", answer_id(first)) + ",";
  send(body(begin + said("user", "Zwei"), "r1"));
  EXPECT_EQ(replaced(), "edit " + question_id(second));
  EXPECT_EQ(fixture.runs.started().prompt, "Zwei");
  send(body(begin + said("user", "Two"), "r2"));
  EXPECT_EQ(replaced(), "regenerate " + question_id(second)) << "the same question again";
  EXPECT_EQ(fixture.runs.started().prompt, "");
  EXPECT_EQ(prompt(), "u:One a:1 u:Two");
  send(body(said("user", "Eins"), "r3"));
  EXPECT_EQ(replaced(), "edit " + question_id(first)) << "no known message: the thread begins again";
  send(body(said("user", "Zwei", question_id(second)), "r4"));
  EXPECT_EQ(replaced(), "edit " + question_id(second)) << "a page that was filled by the server";
}

TEST_F(AgUi, K72_a_known_run_is_replayed_whatever_else_is_sent) {
  Answer first = send(body(said("user", "Hi")));
  const RunId run = fixture.runs.last_run();
  fixture.runs.text("Hel");
  fixture.turns();
  Answer second = send(body("", "r1"));
  fixture.runs.answer("lo.");
  Answer third = send(R"({"threadId":"t-1","runId":"r1"})");
  const auto events = [](Answer& answer) {
    const std::string bytes = answer.bytes();
    return bytes.substr(bytes.find("data: "));
  };
  const std::string all = events(first);
  EXPECT_THAT(all, HasSubstr("RUN_FINISHED"));
  EXPECT_EQ(events(second), all);
  EXPECT_EQ(events(third), all);
  EXPECT_EQ(fixture.runs.last_run(), run);
  EXPECT_THAT(third.head(), HasSubstr("x-belay-run-id: " + run.text()));
  Answer rest = send(body("", "r1"), {{"last-event-id", "1-2"}});
  EXPECT_EQ(events(rest), all.substr(all.find("id: 1-2\n\n") + 9));
  EXPECT_EQ(send(body("", "r1"), {{"last-event-id", "1-4"}}).status, 204);
  EXPECT_EQ(send(body("", "r1"), {{"last-event-id", "1-9"}}).status, 409);
  EXPECT_EQ(send(body(said("user", "Hi"), "r2"), {{"last-event-id", "1-2"}}).status, 404)
      << "nothing is started for a client that comes back";
  EXPECT_EQ(fixture.runs.last_run(), run);
}

TEST_F(AgUi, K72_a_run_is_its_users_and_its_threads_alone) {
  send(body(said("user", "Hi")));
  const RunId run = fixture.runs.last_run();
  fixture.post("/ag-ui", body(said("user", "Ho")), {fixture.user("bob")});
  EXPECT_NE(fixture.runs.last_run(), run);
  const RunId bobs = fixture.runs.last_run();
  send(R"({"threadId":"t-2","runId":"r1","messages":[)" + said("user", "Hi") + "]}");
  EXPECT_NE(fixture.runs.last_run(), bobs);
}

TEST_F(AgUi, K73_results_of_tools_continue_the_answer_that_asked_for_them) {
  const RunId first = turn("Faster", "");
  const std::string tools =
      R"({"threadId":"t-1","runId":"r2","messages":[)" + said("user", "Faster") + "," +
      called(answer_id(first), "c1", R"({\"bpm\":120})") + "," + result("c1", "done") +
      R"(],"tools":[{"name":"set_tempo","description":"Sets it.","parameters":{"type": "object"}}]})";
  send(tools);
  EXPECT_EQ(replaced(), "continue " + answer_id(first) + " with results");
  EXPECT_EQ(fixture.runs.started().prompt, "");
  EXPECT_EQ(prompt(), R"(u:Faster c:{"bpm":120} t:done)");
  ASSERT_EQ(fixture.runs.started().tools.size(), 1u);
  EXPECT_EQ(fixture.runs.started().tools[0].schema, R"({"type":"object"})");
}

TEST_F(AgUi, K73_results_may_stand_anywhere_behind_their_calls) {
  send(body(said("user", "Go") + "," + called("a1", "c1") + "," + called("a2", "c2") + "," +
                said("assistant", "Wait.", "a3") + "," + result("c2", "two") + "," + result("c1", "one"),
            "r1"));
  EXPECT_EQ(replaced(), "nothing") << "the store knows no such answer";
  EXPECT_EQ(fixture.runs.started().prompt, "Go");
  EXPECT_EQ(prompt(), "u:Go a:Wait. c:{} c:{} t:one t:two");
  send(body(said("user", "Go") + "," + called("a1", "c1") + "," + said("user", "Well?", "m2") + "," +
                result("c1", "late"),
            "r2"));
  EXPECT_EQ(fixture.runs.started().prompt, "Well?");
  EXPECT_EQ(prompt(), "u:Go c:{} t:late a:Done. u:Well?");
}

TEST_F(AgUi, K73_any_number_of_calls_have_their_results) {
  constexpr int kMany = 10'000;
  std::string messages = said("user", "Go");
  for (int i = 0; i < kMany; ++i) {
    messages += "," + said("assistant", "w" + std::to_string(i), "a");
    messages += "," + called("a", "c" + std::to_string(i));
  }
  for (int i = 0; i < kMany; ++i) messages += "," + result("c" + std::to_string(i), "r" + std::to_string(i));
  send(body(messages, "r1"));
  const prompts::Config config;
  const prompts::Persona persona;
  Model model = fixture.settings->models->find("small")->model;
  model.window = {1'000'000'000};
  const auto prompt = fixture.runs.started().recipe->build({config, model, persona, {}, {}, false, false});
  ASSERT_TRUE(prompt);
  ASSERT_EQ(prompt->messages.size(), 3u);
  ASSERT_EQ(prompt->messages[1].parts.size(), std::size_t{2 * kMany});
  ASSERT_EQ(prompt->messages[2].parts.size(), std::size_t{kMany});
  for (std::size_t i = 0; i < kMany; ++i) {
    ASSERT_EQ(std::get<Text>(prompt->messages[1].parts[i]).text, "w" + std::to_string(i));
    ASSERT_EQ(std::get<ToolResult>(prompt->messages[2].parts[i]).text, "r" + std::to_string(i));
  }
}

TEST_F(AgUi, K73_calls_without_a_result_and_failed_ones) {
  send(body(said("user", "Go") + "," + called("a1", "c1") + "," +
                R"({"id":"t1","role":"tool","toolCallId":"c1","content":"","error":"It broke."},)" +
                called("a2", "c2", R"({\"half)") + "," + said("user", "Stop"),
            "r1"));
  EXPECT_EQ(prompt(), "u:Go c:{} t:It broke. c:{\"half t:The action has no result. a:Done. u:Stop");
}

TEST_F(AgUi, K71_images_and_documents) {
  const auto part = [&](const std::string& text) {
    return body(
        R"({"id":"m","role":"user","content":[)" + text + R"(,{"type":"text","text":"What is it?"}]})",
        std::to_string(fixture.runs.requests.size()));
  };
  send(part(R"({"type":"image","source":{"type":"data","value":"AAEC","mimeType":"image/png"}})"));
  EXPECT_EQ(fixture.runs.started().prompt, "[image]\n\nWhat is it?");
  Error refused;
  EXPECT_FALSE(built(&refused));
  EXPECT_EQ(refused.field, "messages[0].content[0].type");
  send(part(
      R"({"type":"document","source":{"type":"url","value":"https://x/y.pdf","mimeType":"application/pdf"},"metadata":{"filename":"y.pdf"}})"));
  EXPECT_EQ(fixture.runs.started().prompt, "[file: y.pdf]\n\nWhat is it?");
  send(part(R"({"type":"binary","mimeType":"image/png","data":"AAEC"})"));
  EXPECT_EQ(fixture.runs.started().prompt, "[image]\n\nWhat is it?");
  for (const char* const bad :
       {R"({"type":"audio","source":{"type":"data","value":"AAEC","mimeType":"a/b"}})",
        R"({"type":"image","source":{"type":"file","value":"f_1"}})",
        R"({"type":"binary","mimeType":"image/png","id":"f_1"})"})
    EXPECT_EQ(send(part(bad)).status, 400) << bad;
}

TEST_F(AgUi, K72_refusals_are_json) {
  const auto refusal = [](int status, const std::string& head, const std::string& body) {
    return std::to_string(status) + "\nContent-Type: application/json\nCache-Control: no-store\n" + head +
           "\n" + body;
  };
  EXPECT_EQ(
      fixture.post("/ag-ui", body(said("user", "Hi"))).text(),
      refusal(
          401, "WWW-Authenticate: Bearer\n",
          R"({"message":"Sign in: send `Authorization: Bearer TOKEN`. In development mode `dev:YOUR_NAME` is a token.","code":"unauthenticated","field":"Authorization","requestId":"r-1"})"));
  EXPECT_EQ(
      send(body(said("assistant", "Hi"))).text(),
      refusal(
          400, "",
          R"({"message":"messages must end with a message of the user, or with results of tool calls.","code":"invalid_request","field":"messages","requestId":"r-1"})"));
  EXPECT_EQ(
      send(body(said("user", "Hi"), "a b")).text(),
      refusal(
          400, "",
          R"({"message":"runId must be 1 to 128 letters, digits, dots, colons, dashes or underscores.","code":"invalid_request","field":"runId","requestId":"r-1"})"));
  const auto place_of = [&](const std::string& text) {
    const std::string its = send(text).body;
    const std::size_t at = its.find("\"field\":\"") + 9;
    return its.substr(at, its.find('"', at) - at);
  };
  EXPECT_EQ(place_of("{"), "body");
  EXPECT_EQ(place_of(R"({"runId":"r"})"), "threadId");
  EXPECT_EQ(place_of(R"({"threadId":"t"})"), "runId");
  EXPECT_EQ(place_of(R"({"threadId":"t","runId":"r"})"), "messages");
  EXPECT_EQ(place_of(body("")), "messages");
  EXPECT_EQ(place_of(body(said("user", " "))), "messages");
  EXPECT_EQ(place_of(body(said("user", "Hi") + "," + result("none", "x"))), "messages[1].toolCallId");
  EXPECT_EQ(place_of(body(said("bot", "Hi"))), "messages[0].role");
  EXPECT_EQ(
      place_of(body(said("user", "Hi"), "r1", R"(,"resume":[{"interruptId":"i","status":"resolved"}])")),
      "resume");
  fixture.refuse_with(ErrorCode::invalid_request, "There is no model \"x\".", "model", "x");
  EXPECT_EQ(place_of(body(said("user", "Hi"))), "forwardedProps.model");
  const Answer document = send(body(""), {{"accept", "application/problem+json"}});
  EXPECT_THAT(document.body, StartsWith("{\"type\":"));
}

TEST_F(AgUi, K72_stop_ends_the_runs_of_the_thread_for_its_owner_alone) {
  Answer stream = send(body(said("user", "Hi")));
  const RunId run = fixture.runs.last_run();
  const auto stop = [&](const std::string& text, const transport::Header& who) {
    return fixture.send("POST", "/ag-ui/t-1/stop", {who}, text).text();
  };
  const std::string done =
      "200\nContent-Type: application/json\nCache-Control: no-store\n\n{\"success\":true}";
  EXPECT_THAT(stop("", fixture.user("bob")), StartsWith("404\n"));
  EXPECT_EQ(stop(R"({"runId":"another"})", ann), done);
  EXPECT_TRUE(fixture.runs.cancelled.empty());
  EXPECT_EQ(stop(R"({"runId":"r1"})", ann), done);
  EXPECT_EQ(fixture.runs.cancelled, std::vector{run});
  fixture.turns();
  EXPECT_THAT(stream.bytes(), HasSubstr("\"outcome\":{\"type\":\"cancelled\"}"));
  send(body(said("user", "Hi"), "r2"));
  EXPECT_EQ(stop("", ann), done);
  EXPECT_EQ(fixture.runs.cancelled.size(), 2u);
  EXPECT_THAT(stop("now", ann), StartsWith("400\n"));
}

TEST_F(AgUi, K71_a_page_begins_with_the_messages_of_its_thread) {
  const RunId run = turn("One", "1");
  EXPECT_EQ(get("/ag-ui/t-1/messages").text(),
            "200\nContent-Type: application/json\nCache-Control: no-store\n\n"
            R"({"messages":[{"id":")" +
                question_id(run) + R"(","role":"user","content":"One"},{"id":")" + answer_id(run) +
                R"(","role":"assistant","content":"1"}],"activeRunId":null,"nextCursor":null})");
  const std::string nothing = R"({"messages":[],"activeRunId":null,"nextCursor":null})";
  EXPECT_EQ(get("/ag-ui/other/messages").body, nothing);
  EXPECT_EQ(fixture.get("/ag-ui/t-1/messages", {fixture.user("bob")}).body, nothing);
  EXPECT_EQ(get("/ag-ui/t-1/messages?cursor=x").status, 400);
  send(body(said("user", "Hi"), "r7"));
  EXPECT_THAT(get("/ag-ui/t-1/messages").body, HasSubstr(R"("activeRunId":"r7")"));
}

TEST_F(AgUi, C11_a_thread_is_removed_for_its_owner_alone) {
  turn("One", "1");
  EXPECT_EQ(fixture.remove("/ag-ui/t-1", {fixture.user("bob")}).status, 204);
  EXPECT_THAT(get("/ag-ui/t-1/messages").body, HasSubstr("One"));
  EXPECT_EQ(fixture.remove("/ag-ui/t-1", {ann}).status, 204);
  EXPECT_EQ(get("/ag-ui/t-1/messages").body, R"({"messages":[],"activeRunId":null,"nextCursor":null})");
  EXPECT_EQ(fixture.remove("/ag-ui/t-1").status, 401);
}

}  // namespace
}  // namespace belay::surfaces::ag_ui

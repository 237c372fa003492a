// The routes of useChat, from literal bytes to literal bytes.
#include <gmock/gmock.h>

#include "surfaces/chat/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::chat {
namespace {

using testing::Answer;
using ::testing::HasSubstr;
using testing::Headers;
using ::testing::StartsWith;
using testing::SurfaceFixture;

struct UseChat : ::testing::Test {
  SurfaceFixture fixture{chat::make};
  const transport::Header ann = fixture.user("ann");

  static std::string said(const std::string& role, const std::string& text, const std::string& id = "c1") {
    return R"({"id":")" + id + R"(","role":")" + role + R"(","parts":[{"type":"text","text":")" + text +
           R"("}]})";
  }
  static std::string body(const std::string& messages, const std::string& more = {}) {
    return R"({"id":"chat-1","messages":[)" + messages + "]" + more + "}";
  }
  Answer send(const std::string& text, Headers headers = {}) {
    headers.push_back(ann);
    return fixture.send("POST", "/api/chat", std::move(headers), text);
  }
  Answer get(const std::string& path) { return fixture.get(path, {ann}); }
  // The text messages of the prompt, by role: "u:Hi a:Hello u:And?".
  std::string prompt_of(const services::StartRun& start, std::vector<StoredMessage> older = {},
                        std::string instruction = {}) {
    const prompts::Config config;
    const prompts::Persona persona;
    const auto built = start.recipe->build({config, fixture.settings->models->find("small")->model, persona,
                                            std::move(instruction), std::move(older), false, false});
    if (!built) return built.error().detail;
    std::string prompt;
    for (const Message& message : built->messages) {
      if (!prompt.empty()) prompt.push_back(' ');
      prompt.append(message.role == Role::user ? "u:" : message.role == Role::tool ? "t:" : "a:");
      prompt.append(shown_text_of(message));
    }
    return prompt;
  }
  RunId turn(const std::string& question, const std::string& answer, Branch branch = {}) {
    SurfaceFixture::Turn turn{"chat-1", question, answer};
    turn.branch = branch;
    return fixture.add_turn(turn);
  }
  static std::string answer_id(const RunId& run) { return MessageId{run, Role::assistant}.text(); }
  static std::string question_id(const RunId& run) { return MessageId{run, Role::user}.text(); }
  // What the started run replaces: "edit RUN".
  std::string replaced() {
    const auto& replaces = fixture.runs.started().replaces;
    if (!replaces) return "nothing";
    const char* const how = replaces->how == Branch::Kind::edit ? "edit " : "regenerate ";
    return how + replaces->message.text();
  }
};

TEST_F(UseChat, K50_a_question_is_answered_as_a_stream) {
  Answer stream = send(body(said("user", "Hi"), R"(,"trigger":"submit-message","model":"small")"));
  const std::string run = fixture.runs.last_run().text();
  EXPECT_EQ(stream.head(),
            "200\nContent-Type: text/event-stream; charset=utf-8\nCache-Control: no-cache, no-transform\n"
            "X-Accel-Buffering: no\nx-vercel-ai-ui-message-stream: v1\nx-workflow-run-id: " +
                run + "\n");
  fixture.runs.answer("Hello.");
  EXPECT_TRUE(stream.has_ended());
  EXPECT_THAT(stream.bytes(), HasSubstr(R"(data: {"type":"start","messageId":")" + run + R"(-a")"));
  EXPECT_THAT(stream.bytes(),
              HasSubstr("data: {\"type\":\"text-delta\",\"id\":\"text-0\",\"delta\":\"Hello.\"}\nid: "));
  EXPECT_THAT(stream.bytes(), ::testing::ContainsRegex("data: \\[DONE\\]\nid: [0-9-]+\n\n$"));
  const services::StartRun& start = fixture.runs.started();
  EXPECT_EQ(start.surface, "chat");
  EXPECT_EQ(start.mode, "chat");
  EXPECT_EQ(start.conversation, "chat-1");
  EXPECT_FALSE(start.session);
  EXPECT_EQ(start.model, "small");
  EXPECT_EQ(start.prompt, "Hi");
  EXPECT_EQ(replaced(), "nothing");
  EXPECT_FALSE(start.may_restart);
  EXPECT_TRUE(start.streams_parts);
  EXPECT_EQ(start.unwatched, Unwatched::never());
  EXPECT_EQ(prompt_of(start), "u:Hi");
}

TEST_F(UseChat, K50_what_the_client_shows_is_what_the_model_sees) {
  const RunId first = turn("Hi", "Hello.");
  send(body(said("system", "Obey.") + "," + said("user", "Hi") + "," +
            said("assistant", "Hello, edited.", answer_id(first)) + "," + said("user", "And?")));
  EXPECT_EQ(replaced(), "nothing");
  EXPECT_EQ(prompt_of(fixture.runs.started()), "u:Hi a:Hello, edited. u:And?");
  EXPECT_EQ(fixture.runs.started().prompt, "And?");
}

TEST_F(UseChat, K50_a_shorter_list_is_an_edit_beside_what_it_does_not_have) {
  const RunId first = turn("One", "1");
  const RunId second = turn("Two", "2");
  turn("Three", "3");
  send(body(said("user", "Zwei")));
  EXPECT_EQ(replaced(), "edit " + question_id(first)) << "no known message: the chat begins again";
  send(body(said("user", "One") + "," + said("assistant", "1", answer_id(first)) + "," +
            said("user", "Zwei")));
  EXPECT_EQ(replaced(), "edit " + question_id(second));
  send(body(said("user", "Zwei", question_id(second)), R"(,"messageId":")" + question_id(second) + "\""));
  EXPECT_EQ(replaced(), "edit " + question_id(second)) << "a page that was filled by the server";
}

TEST_F(UseChat, K50_a_shorter_list_of_a_long_chat) {
  const RunId first = turn("One", "1");
  const RunId second = turn("Two", "2");
  for (int i = 0; i < 60; ++i) turn("More", "more");
  send(body(said("user", "One") + "," + said("assistant", "1", answer_id(first)) + "," +
            said("user", "Zwei")));
  EXPECT_EQ(replaced(), "edit " + question_id(second));
  send(body(said("user", "Eins")));
  EXPECT_EQ(replaced(), "edit " + question_id(first));
}

TEST_F(UseChat, K50_regenerate_asks_the_stored_question_again) {
  const RunId first = turn("One", "1");
  const RunId second = turn("Two", "2");
  const std::string begin = said("user", "One") + "," + said("assistant", "1", answer_id(first)) + ",";
  const std::string trigger = R"(,"trigger":"regenerate-message")";
  send(body(begin + said("user", "Two"), trigger));
  EXPECT_EQ(replaced(), "regenerate " + question_id(second));
  EXPECT_EQ(fixture.runs.started().prompt, "");
  EXPECT_EQ(prompt_of(fixture.runs.started()), "u:One a:1 u:Two");
  send(body(begin + said("user", "Two!"), trigger));
  EXPECT_EQ(replaced(), "edit " + question_id(second)) << "the page has changed the question";
  send(body(said("user", "New"), trigger + R"(,"messageId":"unknown")"));
  EXPECT_EQ(replaced(), "edit " + question_id(first));
}

TEST_F(UseChat, K50_an_answer_on_another_branch_chooses_its_branch) {
  const RunId first = turn("One", "1");
  const RunId second = turn("Two", "2");
  const RunId other = turn("Zwei", "II", {Branch::Kind::edit, second});
  send(body(said("user", "One") + "," + said("assistant", "1", answer_id(first)) + "," + said("user", "Two") +
            "," + said("assistant", "2", answer_id(second)) + "," + said("user", "Three")));
  EXPECT_EQ(replaced(), "nothing") << "it follows the branch that the client shows";
  EXPECT_THAT(get("/api/chat/chat-1/messages").body, HasSubstr(answer_id(second)));
  EXPECT_THAT(get("/api/chat/chat-1/messages").body, ::testing::Not(HasSubstr(answer_id(other))));
}

TEST_F(UseChat, K50_questions_that_were_never_answered_are_asked_together) {
  send(body(said("user", "One") + "," + said("user", "Two")));
  EXPECT_EQ(fixture.runs.started().prompt, "One\n\nTwo");
}

TEST_F(UseChat, K50_the_newest_message_alone_takes_the_rest_from_the_store) {
  const RunId first = turn("One", "1");
  const auto alone = [&](const std::string& more) {
    send(R"({"id":"chat-1","message":)" + said("user", "Two") + more + "}");
    return replaced();
  };
  EXPECT_EQ(alone(""), "nothing");
  StoredMessage asked, answered;
  asked.content = "One";
  asked.tokens = {5};
  answered.role = Role::assistant;
  answered.content = "1";
  answered.tokens = {5};
  EXPECT_EQ(prompt_of(fixture.runs.started(), {asked, answered}), "u:One a:1 u:Two");
  EXPECT_EQ(alone(R"(,"trigger":"regenerate-message","messageId":")" + answer_id(first) + "\""),
            "regenerate " + question_id(first));
  EXPECT_EQ(alone(R"(,"trigger":"regenerate-message")"), "regenerate " + question_id(first));
  send(R"({"id":"chat-1","trigger":"regenerate-message"})");
  EXPECT_EQ(replaced(), "regenerate " + question_id(first));
  EXPECT_EQ(prompt_of(fixture.runs.started(), {}, "One"), "u:One");
  EXPECT_EQ(
      send(R"({"id":"chat-2","trigger":"regenerate-message"})").text(),
      "404\nContent-Type: text/plain; charset=utf-8\nCache-Control: no-store\nX-Error-Code: not_found\n\n"
      "There is no answer that could be made again.");
}

TEST_F(UseChat, K56_a_client_without_a_chat_goes_on_in_the_chat_of_its_messages) {
  const RunId first = turn("One", "1");
  send("{\"messages\":[" + said("user", "Hi") + "]}", {{"content-type", "text/plain;charset=UTF-8"}});
  EXPECT_THAT(fixture.runs.started().conversation, StartsWith("chat_"));
  send("{\"messages\":[" + said("user", "One") + "," + said("assistant", "1", answer_id(first)) + "," +
       said("user", "Two") + "]}");
  EXPECT_EQ(fixture.runs.started().conversation, "chat-1");
}

TEST_F(UseChat, K50_regenerate_stops_the_answer_that_it_replaces) {
  send(body(said("user", "Hi")));
  const RunId first = fixture.runs.last_run();
  send(
      body(said("user", "Hi"), R"(,"trigger":"regenerate-message","messageId":")" + answer_id(first) + "\""));
  // The fake store has no question of a run that is being made, so nothing is replaced, and nothing is stopped.
  EXPECT_EQ(replaced(), "nothing");
  EXPECT_TRUE(fixture.runs.cancelled.empty());
}

TEST_F(UseChat, K51_a_follow_up_to_an_answer_that_is_being_made) {
  turn("One", "1");
  send(body(said("user", "Hi")));
  const RunId running = fixture.runs.last_run();
  send(body(said("user", "Hi") + "," + said("assistant", "Hel", answer_id(running)) + "," +
            said("user", "Go on")));
  EXPECT_EQ(replaced(), "nothing");
}

TEST_F(UseChat, K51_the_stream_is_replayed_until_somebody_certainly_has_it) {
  turn("One", "1");
  send(body(said("user", "Hi")));
  const RunId run = fixture.runs.last_run();
  const std::string path = "/api/chat/" + run.text() + "/stream";
  Answer first = fixture.get(path, {ann});
  fixture.runs.answer("Hello.");
  fixture.runs.delivered.clear();
  Answer second = fixture.get(path, {ann});
  EXPECT_THAT(second.bytes(), ::testing::ContainsRegex("data: \\[DONE\\]\nid: [0-9-]+\n\n$"));
  EXPECT_EQ(second.bytes().substr(second.bytes().find("data: ")),
            first.bytes().substr(first.bytes().find("data: ")));
  EXPECT_THAT(fixture.runs.delivered, ::testing::Contains(run));
  EXPECT_EQ(fixture.get(path, {ann}).status, 200);
  send(body(said("user", "Hi") + "," + said("assistant", "Hello.", answer_id(run)) + "," +
            said("user", "More")));
  EXPECT_EQ(fixture.runs.seen, std::vector{run});
  EXPECT_EQ(fixture.get(path, {ann}).status, 204);
}

TEST_F(UseChat, K52_nothing_to_resume) {
  EXPECT_EQ(get("/api/chat/none/stream").text(), "204\nCache-Control: no-store\n\n");
  send(body(said("user", "Hi")));
  const std::string run = fixture.runs.last_run().text();
  EXPECT_EQ(fixture.get("/api/chat/" + run + "/stream", {fixture.user("bob")}).status, 204);
  EXPECT_EQ(fixture.get("/api/chat/" + run + "/stream").status, 401);
}

TEST_F(UseChat, K56_from_a_number_of_parts_on) {
  send(body(said("user", "Hi")));
  const std::string path = "/api/chat/" + fixture.runs.last_run().text() + "/stream?startIndex=";
  fixture.runs.answer("Hello.");
  const auto from = [&](const std::string& index) {
    Answer stream = fixture.get(path + index, {ann});
    return stream.bytes().substr(stream.bytes().find("data: "));
  };
  EXPECT_THAT(from("0"), StartsWith("data: {\"type\":\"start\""));
  EXPECT_THAT(from("1"), StartsWith("data: {\"type\":\"start-step\"}"));
  EXPECT_THAT(from("3"), StartsWith("data: {\"type\":\"text-delta\""));
  EXPECT_THAT(from("6"), StartsWith("data: {\"type\":\"finish\""));
  EXPECT_THAT(from("-1"), StartsWith("data: {\"type\":\"finish\""));
  EXPECT_THAT(from("-99"), StartsWith("data: {\"type\":\"start\""));
  EXPECT_THAT(fixture.get(path + "-2", {ann}).head(), HasSubstr("x-workflow-stream-tail-index: 6\n"));
  EXPECT_EQ(fixture.get(path + "8", {ann}).status, 204);
  EXPECT_EQ(fixture.get(path + "9", {ann}).status, 409);
  EXPECT_EQ(fixture.get(path + "x", {ann}).status, 400);
  EXPECT_THAT(fixture.get(path + "-9223372036854775808", {ann}).head(), StartsWith("200\n"));
}

TEST_F(UseChat, K53_stop_ends_the_run_for_its_owner_alone) {
  Answer stream = send(body(said("user", "Hi")));
  const RunId run = fixture.runs.last_run();
  const auto stop = [&](const std::string& text, const transport::Header& who) {
    return fixture.send("POST", "/api/chat/chat-1/stop", {who}, text).text();
  };
  const std::string done =
      "200\nContent-Type: application/json\nCache-Control: no-store\n\n{\"success\":true}";
  EXPECT_THAT(stop("", fixture.user("bob")), StartsWith("404\n"));
  EXPECT_EQ(stop(R"({"activeStreamId":"stale"})", ann), done);
  EXPECT_TRUE(fixture.runs.cancelled.empty());
  EXPECT_EQ(
      stop(R"({"activeStreamId":")" + run.text() + R"(","assistantMessage":{"id":"x","parts":[]}})", ann),
      done);
  EXPECT_EQ(fixture.runs.cancelled, std::vector{run});
  fixture.turns();
  EXPECT_THAT(stream.bytes(), HasSubstr("data: {\"type\":\"abort\"}\n\ndata: {\"type\":\"finish\","));
}

TEST_F(UseChat, K53_the_messages_of_a_chat) {
  const RunId run = turn("One", "1");
  const std::string id = run.text();
  EXPECT_EQ(
      get("/api/chat/chat-1/messages").text(),
      "200\nContent-Type: application/json\nCache-Control: no-store\n\n"
      R"({"messages":[{"id":")" +
          id + R"(-u","role":"user","parts":[{"type":"text","text":"One"}]},{"id":")" + id +
          R"(-a","role":"assistant","metadata":{"runId":")" + id +
          R"(","model":"small","usage":{"inputTokens":12,"outputTokens":3,"totalTokens":15,"cachedInputTokens":0,)"
          R"("reasoningTokens":0}},"parts":[{"type":"step-start"},{"type":"text","text":"1","state":"done"}]}],)"
          R"("activeStreamId":null,"nextCursor":null})");
  EXPECT_EQ(fixture.runs.seen, std::vector{run}) << "the client has the answer";
  const std::string nothing = R"({"messages":[],"activeStreamId":null,"nextCursor":null})";
  EXPECT_EQ(get("/api/chat/other/messages").body, nothing);
  EXPECT_EQ(fixture.get("/api/chat/chat-1/messages", {fixture.user("bob")}).body, nothing);
  send(body(said("user", "Hi")));
  EXPECT_THAT(get("/api/chat/chat-1/messages").body,
              HasSubstr(R"("activeStreamId":")" + fixture.runs.last_run().text() + "\""));
}

TEST_F(UseChat, K54_refusals_are_plain_text) {
  const auto refusal = [](int status, const std::string& code, const std::string& text) {
    return std::to_string(status) + "\nContent-Type: text/plain; charset=utf-8\nCache-Control: no-store\n" +
           (status == 401 ? "WWW-Authenticate: Bearer\n" : "") + "X-Error-Code: " + code + "\n\n" + text;
  };
  EXPECT_EQ(
      fixture.send("POST", "/api/chat", {}, body(said("user", "Hi"))).text(),
      refusal(
          401, "unauthenticated",
          "Sign in: send `Authorization: Bearer TOKEN`. In development mode `dev:YOUR_NAME` is a token."));
  EXPECT_EQ(send(body(said("assistant", "Hi"))).text(),
            refusal(400, "invalid_request",
                    "messages must end with a message of the user: results of tools are sent together with "
                    "the next one."));
  EXPECT_EQ(send(body(said("user", " "))).text(),
            refusal(400, "invalid_request",
                    "message must not be empty: it holds spaces and invisible characters only."));
  EXPECT_EQ(send(R"({"id":"start","messages":[]})").text(),
            refusal(400, "invalid_request", "This id is a word of the API. Choose another."));
  fixture.refuse_with(ErrorCode::invalid_request, "There is no model \"x\".", "model", "x");
  EXPECT_EQ(send(body(said("user", "Hi"))).text(),
            refusal(400, "invalid_request",
                    "There is no model \"x\". GET /api/chat/models lists those that you may use."));
  const Answer document = send(body(""), {{"accept", "application/problem+json"}});
  EXPECT_THAT(document.body, StartsWith("{\"type\":"));
  EXPECT_THAT(fixture.post("/api/chat/start", "{}", {ann}).body, StartsWith("{\"type\":"))
      << "the surface's other paths keep their form";
}

TEST_F(UseChat, K50_files_of_a_question_are_passed_on_where_the_model_takes_them) {
  const std::string file =
      R"({"id":"c1","role":"user","parts":[{"type":"file","mediaType":"image/png","url":"data:image/png;base64,AAEC"},)"
      R"({"type":"text","text":"What is it?"}]})";
  send(body(file));
  EXPECT_EQ(fixture.runs.started().prompt, "[image]\n\nWhat is it?");
  EXPECT_EQ(prompt_of(fixture.runs.started()),
            "The model \"small\" takes no images. Leave them out, or choose another model.");
}

TEST_F(UseChat, K55_tools_of_the_page_and_their_results) {
  send(body(said("user", "Faster") + "," +
                R"({"id":"a","role":"assistant","parts":[{"type":"step-start"},{"type":"tool-set_tempo",)"
                R"("toolCallId":"t1","state":"output-available","input":{"bpm":120},"output":{"ok":true}},)"
                R"({"type":"tool-fly","toolCallId":"t2","state":"input-available","input":{}}]},)" +
                said("user", "Thanks"),
            R"(,"tools":[{"name":"set_tempo","inputSchema":{"type": "object"}}])"));
  const services::StartRun& start = fixture.runs.started();
  ASSERT_EQ(start.tools.size(), 1u);
  EXPECT_EQ(start.tools[0].name, "set_tempo");
  EXPECT_EQ(start.tools[0].schema, R"({"type":"object"})");
  const prompts::Config config;
  const prompts::Persona persona;
  const auto built = start.recipe->build(
      {config, fixture.settings->models->find("small")->model, persona, {}, {}, false, false});
  ASSERT_TRUE(built);
  ASSERT_EQ(built->messages.size(), 5u);
  EXPECT_EQ(std::get<ToolCall>(built->messages[1].parts[0]).arguments, R"({"bpm":120})");
  EXPECT_EQ(std::get<ToolResult>(built->messages[2].parts[0]).text, R"({"ok":true})");
}

TEST_F(UseChat, X13_an_idempotency_key_gives_one_answer) {
  send(body(said("user", "Hi")), {{"idempotency-key", "k1"}});
  const RunId first = fixture.runs.last_run();
  Answer again = send(body(said("user", "Hi")), {{"idempotency-key", "k1"}});
  EXPECT_THAT(again.head(), HasSubstr("x-workflow-run-id: " + first.text()));
  EXPECT_EQ(send(body(said("user", "Ho")), {{"idempotency-key", "k1"}}).status, 422);
}

}  // namespace
}  // namespace belay::surfaces::chat

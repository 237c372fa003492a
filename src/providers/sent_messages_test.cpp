#include "providers/sent_messages.hpp"

#include <gtest/gtest.h>

#include "providers/calls/protocol.hpp"
#include "providers/testing/strict_requests.hpp"

namespace belay::providers {
namespace {

GenerationRequest request_with_calls() {
  GenerationRequest request;
  request.model.upstream_name = "m";
  request.model.provider = "p";
  request.tools = {{"play", "", ""}, {"stop", "", ""}};
  request.messages = {{Role::user, "Play"}, Message(Role::assistant), Message(Role::tool)};
  request.messages[1].parts.emplace_back(ToolCall{"call00001", "play", R"({"at":1})"});
  request.messages[1].parts.emplace_back(ToolCall{"call00002", "stop", ""});
  request.messages[2].parts.emplace_back(ToolResult{"call00001", "Sent."});
  request.messages[2].parts.emplace_back(ToolResult{"call00002", "Sent, too."});
  request.messages.push_back({Role::assistant, "Done."});
  request.messages.push_back({Role::user, "Now?"});
  return request;
}

std::string body_of(ProtocolKind kind, const GenerationRequest& request, HttpProviderConfig config = {}) {
  return *make_protocol(kind)->request(config, request).body;
}

// The list of messages in a body, up to the next member.
std::string messages_of(ProtocolKind kind, const GenerationRequest& request, HttpProviderConfig config = {}) {
  const std::string body = body_of(kind, request, config);
  const std::size_t start = body.find(kind == ProtocolKind::responses ? "\"input\":[" : "\"messages\":[");
  const std::size_t from = body.find('[', start);
  std::size_t to = from;
  for (int depth = 0; to < body.size(); ++to) {
    depth += body[to] == '[' ? 1 : body[to] == ']' ? -1 : 0;
    if (depth == 0) break;
  }
  return body.substr(from, to + 1 - from);
}

constexpr ProtocolKind kProtocols[] = {ProtocolKind::chat, ProtocolKind::responses, ProtocolKind::messages};

TEST(SentMessages, C18_calls_and_results_are_sent_as_each_protocol_has_them) {
  const GenerationRequest request = request_with_calls();
  EXPECT_EQ(messages_of(ProtocolKind::chat, request),
            R"([{"role":"user","content":"Play"},{"role":"assistant","content":null,"tool_calls":[)"
            R"({"id":"call00001","type":"function","function":{"name":"play","arguments":"{\"at\":1}"}},)"
            R"({"id":"call00002","type":"function","function":{"name":"stop","arguments":"{}"}}]},)"
            R"({"role":"tool","content":"Sent.","tool_call_id":"call00001"},)"
            R"({"role":"tool","content":"Sent, too.","tool_call_id":"call00002"},)"
            R"({"role":"assistant","content":"Done."},{"role":"user","content":"Now?"}])");
  EXPECT_EQ(messages_of(ProtocolKind::responses, request),
            R"([{"role":"user","content":"Play"},)"
            R"({"type":"function_call","call_id":"call00001","name":"play","arguments":"{\"at\":1}"},)"
            R"({"type":"function_call","call_id":"call00002","name":"stop","arguments":"{}"},)"
            R"({"type":"function_call_output","call_id":"call00001","output":"Sent."},)"
            R"({"type":"function_call_output","call_id":"call00002","output":"Sent, too."},)"
            R"({"role":"assistant","content":"Done."},{"role":"user","content":"Now?"}])");
  EXPECT_EQ(messages_of(ProtocolKind::messages, request),
            R"([{"role":"user","content":"Play"},{"role":"assistant","content":[)"
            R"({"type":"tool_use","id":"call00001","name":"play","input":{"at":1}},)"
            R"({"type":"tool_use","id":"call00002","name":"stop","input":{}}]},{"role":"user","content":[)"
            R"({"type":"tool_result","tool_use_id":"call00001","content":"Sent."},)"
            R"({"type":"tool_result","tool_use_id":"call00002","content":"Sent, too."}]},)"
            R"({"role":"assistant","content":"Done."},{"role":"user","content":"Now?"}])");
  for (const ProtocolKind kind : kProtocols)
    EXPECT_EQ(StrictRequest::refusal(kind, body_of(kind, request)), "");
}

TEST(SentMessages, C18_text_and_calls_of_one_message_stay_together) {
  GenerationRequest request = request_with_calls();
  request.messages[1].parts.insert(request.messages[1].parts.begin(), Text{"I play."});
  EXPECT_NE(messages_of(ProtocolKind::chat, request)
                .find(R"({"role":"assistant","content":"I play.","tool_calls":[{"id":"call00001")"),
            std::string::npos);
  EXPECT_NE(messages_of(ProtocolKind::messages, request)
                .find(R"("content":[{"type":"text","text":"I play."},{"type":"tool_use","id":"call00001")"),
            std::string::npos);
}

TEST(SentMessages, C18_a_model_that_is_offered_no_tools_reads_of_earlier_calls_in_words) {
  GenerationRequest request = request_with_calls();
  request.model.tools_allowed = false;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(
        messages_of(ProtocolKind::chat, request),
        R"([{"role":"user","content":"Play"},{"role":"assistant","content":)"
        R"("Action: play {\"at\":1}\n\nAction: stop {}\n\nResult: Sent.\n\nResult: Sent, too.\n\nDone."},)"
        R"({"role":"user","content":"Now?"}])");
    for (const ProtocolKind kind : kProtocols)
      EXPECT_EQ(StrictRequest::refusal(kind, body_of(kind, request)), "");
    request.model.tools_allowed = true;
    request.tools.clear();
  }
}

TEST(SentMessages, C18_several_texts_are_one_separated_by_blank_lines_and_nothing_blank_is_sent) {
  GenerationRequest request;
  request.system = " \n";
  request.messages = {
      {Role::user, "one"}, {Role::assistant, "\u00A0\n"}, {Role::assistant, "a"}, {Role::user, "b"}};
  request.messages[0].parts.emplace_back(Text{" \u200B"});
  request.messages[0].parts.emplace_back(Text{"two"});
  const std::string expected = R"([{"role":"user","content":"one\n\ntwo"},)"
                               R"({"role":"assistant","content":"a"},{"role":"user","content":"b"}])";
  for (const ProtocolKind kind : kProtocols) {
    EXPECT_EQ(messages_of(kind, request), expected);
    EXPECT_EQ(StrictRequest::refusal(kind, body_of(kind, request)), "");
  }
}

TEST(SentMessages, C18_arguments_are_always_a_json_object) {
  EXPECT_EQ(arguments_object(" \n"), "{}");
  EXPECT_EQ(arguments_object(R"( {"a":[1]} )"), R"( {"a":[1]} )");
  EXPECT_EQ(arguments_object("[1]"), R"({"arguments":"[1]"})");
  EXPECT_EQ(arguments_object(R"({"a":)"), R"({"arguments":"{\"a\":"})");
  EXPECT_EQ(arguments_object("{} {}"), R"({"arguments":"{} {}"})");
}

TEST(SentMessages, C15_the_partial_answer_goes_on_in_the_assistants_last_message) {
  GenerationRequest request;
  request.messages = {{Role::user, "Go"}, {Role::assistant, "Once upon \n"}};
  EXPECT_TRUE(request.continues());
  HttpProviderConfig config;
  config.continue_style = ContinueStyle::prefix_flag;
  EXPECT_EQ(
      messages_of(ProtocolKind::chat, request, config),
      R"([{"role":"user","content":"Go"},{"role":"assistant","content":"Once upon \n","prefix":true}])");
  EXPECT_EQ(messages_of(ProtocolKind::messages, request),
            R"([{"role":"user","content":"Go"},{"role":"assistant","content":"Once upon"}])");
  Overlap overlap = make_protocol(ProtocolKind::messages)->overlap(request);
  std::string_view piece = " \na time";
  EXPECT_TRUE(overlap.take(piece));
  EXPECT_EQ(piece, "a time");
  request.partial_answer = "a ti";
  EXPECT_EQ(messages_of(ProtocolKind::chat, request),
            R"([{"role":"user","content":"Go"},{"role":"assistant","content":"Once upon \na ti"}])");
  EXPECT_EQ(messages_of(ProtocolKind::messages, request),
            R"([{"role":"user","content":"Go"},{"role":"assistant","content":"Once upon \na ti"}])");
  EXPECT_EQ(continued_text(request), "Once upon \na ti");
}

TEST(SentMessages, C18_a_blank_partial_answer_is_no_message) {
  GenerationRequest request;
  request.messages = {{Role::user, "Go"}};
  request.partial_answer = " \n";
  for (const ProtocolKind kind : {ProtocolKind::chat, ProtocolKind::messages})
    EXPECT_EQ(messages_of(kind, request), R"([{"role":"user","content":"Go"}])");
}

TEST(SentMessages, C17_reasoning_is_sent_back_only_to_the_model_that_signed_it) {
  GenerationRequest request = request_with_calls();
  Message& asked = request.messages[1];
  const auto think = [&](Reasoning reasoning) {
    if (std::holds_alternative<Reasoning>(asked.parts.front()))
      asked.parts.front() = std::move(reasoning);
    else
      asked.parts.insert(asked.parts.begin(), std::move(reasoning));
  };
  const auto is_sent = [&](ProtocolKind kind) {
    const std::string body = body_of(kind, request);
    EXPECT_EQ(StrictRequest::refusal(kind, body), "");
    return body.find("SIGNED") != std::string::npos || body.find("THOUGHT") != std::string::npos;
  };
  think({"THOUGHT", "", signer_of("messages", request.model)});
  for (const ProtocolKind kind : kProtocols) EXPECT_FALSE(is_sent(kind)) << "without a signature";
  think({"THOUGHT", "SIGNED", "messages/p/another"});
  for (const ProtocolKind kind : kProtocols) EXPECT_FALSE(is_sent(kind)) << "of another model";
  think({"THOUGHT", "SIGNED", ""});
  for (const ProtocolKind kind : kProtocols) EXPECT_FALSE(is_sent(kind)) << "of nobody";

  think({"THOUGHT", "SIGNED", signer_of("messages", request.model)});
  EXPECT_TRUE(is_sent(ProtocolKind::messages));
  EXPECT_FALSE(is_sent(ProtocolKind::responses));
  EXPECT_FALSE(is_sent(ProtocolKind::chat));
  EXPECT_NE(messages_of(ProtocolKind::messages, request)
                .find(R"([{"type":"thinking","thinking":"THOUGHT","signature":"SIGNED"},{"type":"tool_use")"),
            std::string::npos);

  think({"THOUGHT", "SIGNED", signer_of("responses", request.model)});
  EXPECT_FALSE(is_sent(ProtocolKind::messages));
  EXPECT_TRUE(is_sent(ProtocolKind::responses));
  EXPECT_NE(
      messages_of(ProtocolKind::responses, request)
          .find(R"({"type":"reasoning","summary":[],"encrypted_content":"SIGNED"},{"type":"function_call")"),
      std::string::npos);
}

// ---- The helper that finds invalid requests

std::string refusal(ProtocolKind kind, const std::string& messages,
                    StrictRequest::Last last = StrictRequest::Last::user) {
  const std::string name = kind == ProtocolKind::responses ? "input" : "messages";
  return StrictRequest::refusal(kind, "{\"" + name + "\":[" + messages + "],\"tools\":[]}", last);
}

TEST(StrictRequest, C18_refuses_what_a_strict_server_refuses) {
  const std::string user = R"({"role":"user","content":"u"})", said = R"({"role":"assistant","content":"a"})";
  const std::string calls = R"({"role":"assistant","content":null,"tool_calls":[{"id":"call00001",)"
                            R"("function":{"name":"f","arguments":"{}"}}]})";
  const std::string result = R"({"role":"tool","content":"r","tool_call_id":"call00001"})";
  const auto chat = [](const std::string& messages) { return refusal(ProtocolKind::chat, messages); };
  const std::string fine = user + ',' + calls + ',' + result + ',' + said + ',' + user;
  EXPECT_EQ(chat(fine), "");
  for (const std::string& wrong :
       {std::string(), said, user + ',' + user, user + ',' + said,
        user + ',' + said + ',' + said + ',' + user, user + ',' + calls + ',' + said + ',' + user,
        user + ',' + result + ',' + said + ',' + user, user + ',' + calls + ',' + result + ',' + user,
        fine + ',' + calls + ',' + result + ',' + said + ',' + user,
        std::string(R"({"role":"user","content":" \n"})"), std::string(R"({"role":"user","content":null})")})
    EXPECT_NE(chat(wrong), "") << wrong;
  EXPECT_EQ(StrictRequest::refusal(ProtocolKind::chat, "{\"messages\":[" + fine + "]}"),
            "calls without declared tools");
  EXPECT_EQ(refusal(ProtocolKind::chat, user + ',' + said, StrictRequest::Last::assistant), "");
  EXPECT_NE(refusal(ProtocolKind::messages, user + R"(,{"role":"assistant","content":"a "})",
                    StrictRequest::Last::assistant),
            "");
  EXPECT_NE(refusal(ProtocolKind::messages, user + ',' + user), "");
  EXPECT_NE(refusal(ProtocolKind::messages, R"({"role":"user","content":[]})"), "");
  EXPECT_NE(refusal(ProtocolKind::messages, R"({"role":"user","content":[{"type":"text","text":""}]})"), "");
  EXPECT_NE(refusal(ProtocolKind::responses, R"({"type":"function_call_output","call_id":"c","output":"r"})"),
            "");
}

}  // namespace
}  // namespace belay::providers

// X7: how servers differ from the documentation of their protocol in calls of tools. As in quirks_test.cpp.
#include "providers/testing/speech.hpp"

namespace belay::providers {
namespace {

TEST(Quirks, X7TheServersOwnToolsFailNoAnswer) {
  expect_no_difference(
      kChat,
      chunk(R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"s","type":"web_search",)"
            R"("function":{"name":"search","arguments":"{"}}]}}]})") +
          chunk(R"({"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]}}]})"));
  for (const char* type : {"web_search_call", "mcp_call", "code_interpreter_call", "custom_tool_call"}) {
    const std::string item =
        R"("output_index":5,"item":{"id":"s_1","name":"search","arguments":"{}","type":")" +
        std::string(type) + "\"}";
    expect_no_difference(
        kResponses, event("response.output_item.added", item) +
                        event("response.function_call_arguments.delta",
                              R"("output_index":5,"item_id":"s_1","delta":"{}")") +
                        event("response.mcp_call_arguments.delta", R"("output_index":5,"delta":"{}")") +
                        event("response.web_search_call.searching", R"("output_index":5,"item_id":"s_1")") +
                        event("response.output_item.done", item));
  }
  for (const char* type : {"server_tool_use", "mcp_tool_use", "something_new"})
    expect_no_difference(
        kMessages,
        event("content_block_start",
              R"("index":5,"content_block":{"id":"s","name":"web_search","input":{},"type":")" +
                  std::string(type) + "\"}") +
            event("content_block_delta",
                  R"("index":5,"delta":{"type":"input_json_delta","partial_json":"{\"q\":1}"})") +
            event("content_block_stop", R"("index":5)") +
            event(
                "content_block_start",
                R"("index":6,"content_block":{"type":"web_search_tool_result","tool_use_id":"s","content":[]})"));
}

TEST(Quirks, X7TheServersOwnToolsDoNotMixWithOurs) {
  const std::string own =
      event("content_block_start",
            R"("index":1,"content_block":{"type":"server_tool_use","id":"s","name":"x","input":{}})") +
      event("content_block_delta",
            R"("index":1,"delta":{"type":"input_json_delta","partial_json":"{\"q\":1}"})");
  const std::string ours = messages_call(1, "a", R"({\"x\":|1})");
  for (const std::string& bytes : {own + ours, ours + own})
    expect(kMessages, kMessages.begin + bytes + end_with_calls(kMessages),
           {"", {"a f {\"x\":1}"}, kUsage, "3"});
}

TEST(Quirks, X7ParallelCallsUnderOneIndex) {
  for (const Speech* speech : kAll) {
    const std::string two = speech->call(0, "a", R"({\"x\":|1})") + speech->call(0, "b", R"({\"x\":|2})");
    const std::vector<std::string> calls = {"a f {\"x\":1}", "b f {\"x\":2}"};
    expect(*speech, speech->begin + two + end_with_calls(*speech), {"", calls, kUsage, "3"});
    expect(*speech, speech->begin + speech->text("Yes.") + two + end_with_calls(*speech),
           {"Yes.", calls, kUsage, "3"});
    expect(*speech, speech->begin + two + speech->text("Yes.") + end_with_calls(*speech),
           {"Yes.", calls, kUsage, "3"});
  }
}

// Half an answer is not taken for a whole one: a client would carry out a call that the model had not finished.
TEST(Quirks, K9ACallThatIsCutBeforeItsFirstArgumentHasNone) {
  for (const Speech* speech : kAll) {
    const std::string call = speech->begin + speech->call(0, "a", "|");
    const std::string cut = speech->kind == ProtocolKind::chat        ? "length"
                            : speech->kind == ProtocolKind::responses ? "max_output_tokens"
                                                                      : "max_tokens";
    expect(*speech, call + speech->finish(cut) + speech->last, {"", {"a f "}, kUsage, "2"});
    expect(*speech, call + end_with_calls(*speech), {"", {"a f {}"}, kUsage, "3"});
  }
}

std::string without(std::string bytes, std::string_view part) {
  for (std::size_t at; (at = bytes.find(part)) != std::string::npos;) bytes.erase(at, part.size());
  return bytes;
}

TEST(Quirks, X7CallsWithoutAnIndex) {
  const std::string chat = chat_call(0, "a", R"({\"x\":|1})") + chat_call(0, "b", R"({\"x\":|2})");
  const std::string responses =
      responses_call(3, "a", R"({\"x\":|1})") + responses_call(3, "b", R"({\"x\":|2})");
  const std::string messages =
      messages_call(3, "a", R"({\"x\":|1})") + messages_call(3, "b", R"({\"x\":|2})");
  const DecoderOutcome both{"", {"a f {\"x\":1}", "b f {\"x\":2}"}, kUsage, "3"};
  expect(kChat, without(chat, R"("index":0,)") + end_with_calls(kChat), both);
  expect(kResponses, without(responses, R"("output_index":3,)") + end_with_calls(kResponses), both);
  expect(kMessages,
         kMessages.begin + without(without(messages, R"("index":3,)"), R"(,"index":3)") +
             end_with_calls(kMessages),
         both);
}

TEST(Quirks, X7CallsWithoutAnIdAreGivenOne) {
  for (const Speech* speech : kAll) {
    std::string bytes = speech->call(0, "X", R"({\"x\":|1})") + speech->call(1, "X", R"({\"x\":|2})");
    for (const char* id : {R"("id":"X",)", R"("call_id":"X",)", R"("id":"fc_X",)", R"("item_id":"fc_X",)"})
      bytes = without(bytes, id);
    DecoderFixture fixture(speech->kind);
    const DecoderOutcome outcome =
        fixture.finish(fixture.push(speech->begin + bytes + end_with_calls(*speech)));
    ASSERT_EQ(outcome.tools.size(), 2u) << bytes;
    for (const std::string& call : outcome.tools) {
      EXPECT_TRUE(call.starts_with("call_")) << call;
      EXPECT_NE(call.find(" f {\"x\":"), std::string::npos) << call;
    }
    EXPECT_NE(outcome.tools[0].substr(0, 21), outcome.tools[1].substr(0, 21));
    expect(*speech, speech->begin + bytes + end_with_calls(*speech), outcome);
  }
}

TEST(Quirks, X7ArgumentsAsAnObject) {
  const DecoderOutcome one{"", {R"(a f {"x":1})"}, kUsage, "3"};
  const auto chat = [](std::string_view arguments) {
    return chunk(
        R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":)" +
        std::string(arguments) + "}}]}}]}");
  };
  expect(kChat, chat(R"({"x":1})") + end_with_calls(kChat), one);
  expect(kChat, chat("{}") + chat(R"({"x":1})") + end_with_calls(kChat), one);
  expect(kChat, chat("5") + end_with_calls(kChat), {"", {"a f {}"}, kUsage, "3"});
  const auto item = [](std::string_view arguments) {
    return R"("output_index":0,"item":{"type":"function_call","id":"fc","call_id":"a","name":"f","arguments":)" +
           std::string(arguments) + "}";
  };
  expect(kResponses, event("response.output_item.done", item(R"({"x":1})")) + end_with_calls(kResponses),
         one);
  expect(kResponses,
         event("response.output_item.added", item("{}")) +
             event("response.function_call_arguments.delta", R"("output_index":0,"delta":{"x":1})") +
             event("response.function_call_arguments.done", R"("output_index":0,"arguments":{"x":1})") +
             end_with_calls(kResponses),
         one);
  const auto block = [](std::string_view input) {
    return event("content_block_start",
                 R"("index":0,"content_block":{"type":"tool_use","id":"a","name":"f","input":)" +
                     std::string(input) + "}");
  };
  const auto piece = [](std::string_view json) {
    return event("content_block_delta",
                 R"("index":0,"delta":{"type":"input_json_delta","partial_json":)" + std::string(json) + "}");
  };
  for (const std::string& bytes : {block(R"({"x":1})"), block(R"("{\"x\":1}")"),
                                   block("{}") + piece(R"({"x":1})"), block("null") + piece(R"("{\"x\":1}")"),
                                   block(R"({"x":1})") + piece(R"("{\"x\"")") + piece(R"(":1}")")})
    expect(kMessages, kMessages.begin + bytes + end_with_calls(kMessages), one);
}

TEST(Quirks, X7ArgumentsSpacedOtherwiseInTheEnd) {
  const std::string spaced =
      event("response.output_item.added",
            R"("output_index":0,"item":{"type":"function_call","id":"fc","call_id":"a","name":"f"})") +
      event("response.function_call_arguments.delta", R"("output_index":0,"delta":"{\"x\": 1, \"y\": 2}")");
  const DecoderOutcome one{"", {R"(a f {"y":2,"x":1})"}, kUsage, "3"};
  const std::string item =
      R"({"type":"function_call","id":"fc","call_id":"a","name":"f","arguments":"{\"y\":2,\"x\":1}"})";
  expect(kResponses,
         spaced +
             event("response.function_call_arguments.done",
                   R"("output_index":0,"arguments":"{\"y\":2,\"x\":1}")") +
             end_with_calls(kResponses),
         one);
  expect(kResponses,
         spaced + event("response.output_item.done", R"("output_index":0,"item":)" + item) +
             end_with_calls(kResponses),
         one);
  expect(kResponses,
         spaced + event("response.completed", R"("response":{"output":[)" + item +
                                                  R"(],"usage":{"input_tokens":7,"output_tokens":2}})"),
         one);
  expect(
      kChat,
      chunk(
          R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\": 1, \"y\": 2}"}}]}}]})") +
          chunk(
              R"({"object":"chat.completion","choices":[{"message":{"content":null,"tool_calls":[{"id":"a","type":"function",)"
              R"("function":{"name":"f","arguments":"{\"y\":2,\"x\":1}"}}]},"finish_reason":"tool_calls"}],)"
              R"("usage":{"prompt_tokens":7,"completion_tokens":2}})"),
      one);
  expect(
      kMessages,
      kMessages.begin + messages_call(0, "a", R"({\"x\": 1,| \"y\": 2})") + kMessages.finish("tool_use") +
          event("message_stop",
                R"("message":{"content":[{"type":"tool_use","id":"a","name":"f","input":{"y":2,"x":1}}]})"),
      one);
}

}  // namespace
}  // namespace belay::providers

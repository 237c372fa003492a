// X7: how servers differ from the documentation of their protocol, and the results. Each quirk is tested in
// every protocol where it can occur, at the beginning, in the middle and at the end of the stream, and cut at
// every byte. tests/e2e/lib/quirks.mjs has the same quirks for a whole server.
#include <gtest/gtest.h>

#include "providers/testing/decoder_cases.hpp"

namespace belay::providers {
namespace {

std::string chunk(std::string_view json) {
  return "data: " + std::string(json) + "\n\n";
}
// For Responses and Messages.
std::string event(std::string_view type, std::string_view members = "") {
  std::string out = "event: " + std::string(type) + "\ndata: {\"type\":\"" + std::string(type) + '"';
  if (!members.empty()) out += "," + std::string(members);
  return out + "}\n\n";
}
std::string number(std::uint64_t value) {
  return std::to_string(value);
}

// How a protocol expresses the usual things. Texts and arguments are the content between the quotes of JSON
// strings.
struct Speech {
  const char* name;
  ProtocolKind kind;
  std::string begin;
  std::string (*text)(std::string_view piece);
  std::string (*call)(int index, std::string_view id, std::string_view arguments_in_two);  // cut at '|'
  std::string (*finish)(std::string_view reason);  // the finish reason, and the usage: 7 and 2
  std::string last;                                // means that nothing follows
  std::string stop;                                // usual finish reasons
  std::string tools;
};

std::string chat_call(int index, std::string_view id, std::string_view arguments) {
  const auto cut = arguments.find('|');
  const auto piece = [&](std::string_view members, std::string_view part) {
    return chunk(R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":)" + number(index) +
                 std::string(members) + R"("arguments":")" + std::string(part) + R"("}}]}}]})");
  };
  return piece(R"(,"id":")" + std::string(id) + R"(","type":"function","function":{"name":"f",)",
               arguments.substr(0, cut)) +
         piece(R"(,"function":{)", arguments.substr(cut + 1));
}
std::string responses_call(int index, std::string_view id, std::string_view arguments) {
  const auto cut = arguments.find('|');
  const std::string at =
      R"("output_index":)" + number(index) + R"(,"item_id":"fc_)" + std::string(id) + R"(",)";
  const std::string item = R"("item":{"type":"function_call","id":"fc_)" + std::string(id) +
                           R"(","call_id":")" + std::string(id) + R"(","name":"f","arguments":")";
  const std::string whole = std::string(arguments.substr(0, cut)) + std::string(arguments.substr(cut + 1));
  const std::string delta = "response.function_call_arguments.delta";
  const std::string place = R"("output_index":)" + number(index) + ",";
  return event("response.output_item.added", place + item + R"("})") +
         event(delta, at + R"("delta":")" + std::string(arguments.substr(0, cut)) + '"') +
         event(delta, at + R"("delta":")" + std::string(arguments.substr(cut + 1)) + '"') +
         event("response.output_item.done", place + item + whole + R"("})");
}
std::string messages_call(int index, std::string_view id, std::string_view arguments) {
  const auto cut = arguments.find('|');
  const std::string at = R"("index":)" + number(index);
  const auto piece = [&](std::string_view part) {
    return event("content_block_delta", at + R"(,"delta":{"type":"input_json_delta","partial_json":")" +
                                            std::string(part) + R"("})");
  };
  return event("content_block_start", at + R"(,"content_block":{"type":"tool_use","id":")" + std::string(id) +
                                          R"(","name":"f","input":{}})") +
         piece(arguments.substr(0, cut)) + piece(arguments.substr(cut + 1)) + event("content_block_stop", at);
}

const Speech kChat = {
    "Chat",
    ProtocolKind::chat,
    chunk(R"({"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]})"),
    [](std::string_view piece) {
      return chunk(R"({"choices":[{"index":0,"delta":{"content":")" + std::string(piece) + R"("}}]})");
    },
    chat_call,
    [](std::string_view reason) {
      return chunk(R"({"choices":[{"index":0,"delta":{},"finish_reason":")" + std::string(reason) +
                   R"("}]})") +
             chunk(R"({"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}})");
    },
    chunk("[DONE]"),
    "stop",
    "tool_calls"};
const Speech kResponses = {
    "Responses",
    ProtocolKind::responses,
    event("response.created", R"("response":{"id":"resp_1","status":"in_progress"})"),
    [](std::string_view piece) {
      return event("response.output_text.delta",
                   R"("output_index":0,"content_index":0,"delta":")" + std::string(piece) + '"');
    },
    responses_call,
    [](std::string_view reason) {
      const bool whole = reason == "completed";
      std::string members =
          R"("response":{"status":")" + std::string(whole ? "completed" : "incomplete") + '"';
      if (!whole) members += R"(,"incomplete_details":{"reason":")" + std::string(reason) + "\"}";
      return event(whole ? "response.completed" : "response.incomplete",
                   members + R"(,"output":[],"usage":{"input_tokens":7,"output_tokens":2}})");
    },
    "",
    "completed",
    "completed"};
const Speech kMessages = {
    "Messages",
    ProtocolKind::messages,
    event("message_start",
          R"("message":{"type":"message","content":[],"usage":{"input_tokens":7,"output_tokens":1}})"),
    [](std::string_view piece) {
      return event("content_block_delta",
                   R"("index":0,"delta":{"type":"text_delta","text":")" + std::string(piece) + R"("})");
    },
    messages_call,
    [](std::string_view reason) {
      return event("message_delta",
                   R"("delta":{"stop_reason":")" + std::string(reason) + R"("},"usage":{"output_tokens":2})");
    },
    event("message_stop"),
    "end_turn",
    "tool_use"};
const Speech* const kAll[] = {&kChat, &kResponses, &kMessages};

std::string end(const Speech& speech) {
  return speech.finish(speech.stop) + speech.last;
}
std::string end_with_calls(const Speech& speech) {
  return speech.finish(speech.tools) + speech.last;
}

void expect(const Speech& speech, const std::string& bytes, DecoderOutcome outcome,
            HttpProviderConfig config = {}) {
  SCOPED_TRACE(std::string(speech.name) + ":\n" + bytes);
  expect_same_however_cut(speech.kind, {"", bytes, std::move(outcome), std::move(config)});
}
const std::string kUsage = "7 2 0 0";
DecoderOutcome said(std::string text, std::string finish = "1") {
  return {std::move(text), {}, kUsage, std::move(finish)};
}

// Bytes that change nothing at any position.
void expect_no_difference(const Speech& speech, const std::string& noise) {
  const std::string parts[] = {speech.begin, speech.text("Hel"), speech.text("lo."),
                               speech.finish(speech.stop), speech.last};
  for (std::size_t at = 0; at <= std::size(parts); ++at) {
    std::string bytes;
    for (std::size_t i = 0; i <= std::size(parts); ++i) {
      if (i == at) bytes += noise;
      if (i < std::size(parts)) bytes += parts[i];
    }
    expect(speech, bytes, said("Hello."));
  }
}

TEST(Quirks, X7KeepAlivesOfEveryKindAreSkipped) {
  for (const Speech* speech : kAll)
    for (const char* noise :
         {"data:\n\n", "data: \n\n", "data\n\n", "data:\r\n\r\n", ": ping\n\n", "event: ping\ndata: ping\n\n",
          "event: keepalive\ndata: 1764547200\n\n", "event: ping\ndata: {}\n\n",
          "event: heartbeat\ndata:\n\n", "data: ping\n\n", "data: [KEEPALIVE]\n\n", "data: : keep-alive\n\n",
          "data: null\n\n", "event: ping\n\n"})
      expect_no_difference(*speech, noise);
}

TEST(Quirks, X7WhatIsBrokenIsNotTakenForAKeepAlive) {
  for (const Speech* speech : kAll)
    for (const char* broken : {"data: <html>\n\n", "data: pingpong\n\n", "data: {\n\n",
                               "event: message\ndata: x\n\n", "data: [1]\n\n"})
      expect(*speech, speech->begin + speech->text("Hel") + broken + speech->text("lo.") + end(*speech),
             {"Hel", {}, speech == &kMessages ? "7 1 0 0 …" : "", "provider_broken"});
}

TEST(Quirks, X7AnErrorEventIsAnErrorWhateverItHolds) {
  for (const Speech* speech : kAll)
    for (const char* error : {"event: error\ndata: Internal Server Error\n\n", "event: error\ndata:\n\n",
                              "event: error\ndata: {}\n\n", "data: {\"error\":{\"message\":\"x\"}}\n\n",
                              "event: error\ndata: {\"error\":\"x\"}\n\n"})
      expect(*speech, speech->begin + speech->text("Hel") + error + end(*speech),
             {"Hel", {}, speech == &kMessages ? "7 1 0 0 …" : "", "provider_unavailable"});
}

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

TEST(Quirks, X7ContentAsAListOfParts) {
  const auto chat = [](std::string_view content) {
    return chunk(R"({"choices":[{"index":0,"delta":{"content":)" + std::string(content) + "}}]}");
  };
  for (
      const std::string& bytes :
      {chat(R"([{"type":"text","text":"Hel"}])") + chat(R"([{"type":"text","text":"lo."}])"),
       chat(
           R"([{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"Hel"},{"type":"text","text":"lo."}])"),
       chat(
           R"([{"text":"Hel","type":"output_text"},"lo.",{"type":"image_url","image_url":{}},{"type":"reasoning","text":"no"}])"),
       chat(R"({"type":"text","text":"Hello."})"), chat("[]") + chat(R"("Hello.")"),
       chat(R"("Hel")") + chat(R"([{"type":"refusal","refusal":"lo."}])")})
    expect(kChat, bytes + end(kChat), said("Hello."));
  expect(kResponses,
         event("response.output_text.delta",
               R"("output_index":0,"content_index":0,"delta":{"type":"output_text","text":"Hel"})") +
             event("response.output_text.delta",
                   R"("output_index":0,"content_index":0,"delta":[{"text":"lo."}])") +
             end(kResponses),
         said("Hello."));
  expect(kMessages,
         kMessages.begin + kMessages.finish("end_turn") +
             event("message_stop", R"("message":{"content":"Hello."})"),
         said("Hello."));
}

TEST(Quirks, X7HalvesOfACharacter) {
  for (const Speech* speech : kAll) {
    const auto text = [&](std::initializer_list<const char*> pieces) {
      std::string bytes = speech->begin;
      for (const char* piece : pieces) bytes += speech->text(piece);
      return bytes + end(*speech);
    };
    expect(*speech, text({"\\ud83d", "\\ude00 B"}), said("😀 B"));
    expect(*speech, text({"A \\ud83d", "\\ude00 B"}), said("A 😀 B"));
    expect(*speech, text({"A ", "\\ud83d", "\\ude00"}), said("A 😀"));
    expect(*speech, text({"A \\ud83d", "", "\\ude00 B"}), said("A 😀 B"));
    expect(*speech, text({"\\ud83d", " A"}), said("\uFFFD A"));
    expect(*speech, text({"A \\ud83d"}), said("A \uFFFD"));
    expect(*speech, text({"A \\ude00"}), said("A \uFFFD"));
    expect(*speech, text({"A \xE2\x82", "\xAC B"}), said("A € B"));
    expect(*speech,
           speech->begin + speech->call(1, "a", R"({\"x\":\"\ud83d|\ude00\"})") + end_with_calls(*speech),
           {"", {"a f {\"x\":\"😀\"}"}, kUsage, "3"});
    expect(*speech, speech->begin + speech->call(1, "a", R"({\"x\":\"\ud83d|\"})") + end_with_calls(*speech),
           {"", {"a f {\"x\":\"\uFFFD\"}"}, kUsage, "3"});
    expect(*speech,
           speech->begin + speech->call(1, "a", R"({\"x\":\"\\ud83d|\\ude00\\ud83d\"})") +
               end_with_calls(*speech),
           {"", {"a f {\"x\":\"\\ud83d\\ude00\\ufffd\"}"}, kUsage, "3"});
  }
}

TEST(Quirks, X7TheWholeTextAgainOrOnlyAtTheEnd) {
  const std::string chat = chunk(
      R"({"object":"chat.completion","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"Hello."}}],)"
      R"("usage":{"prompt_tokens":7,"completion_tokens":2}})");
  const std::string part = R"("output_index":0,"content_index":0,"text":"Hello.")";
  const std::string item = R"({"type":"message","content":[{"type":"output_text","text":"Hello."}]})";
  const std::string usage = R"(,"usage":{"input_tokens":7,"output_tokens":2}})";
  const std::string completed =
      event("response.completed", R"("response":{"status":"completed","output":[)" + item + "]" + usage);
  const std::string bare =
      event("response.completed", R"("response":{"status":"completed","output":[])" + usage);
  const std::string part_done = event("response.output_text.done", part);
  const std::string item_done = event("response.output_item.done", R"("output_index":0,"item":)" + item);
  const std::string stopped =
      event("message_stop", R"("message":{"content":[{"type":"text","text":"Hello."}]})");
  for (const std::string& before : {std::string(), std::string("Hello."), std::string("Hel|lo."),
                                    std::string("\\n|Hello."), std::string("\\n")}) {
    const auto sent = [&](const Speech& speech) {
      if (before.empty()) return speech.begin;
      const auto cut = before.find('|');
      std::string bytes = speech.begin + speech.text(before.substr(0, cut));
      if (cut != std::string::npos) bytes += speech.text(before.substr(cut + 1));
      return bytes;
    };
    const DecoderOutcome outcome = said(before.starts_with("\\n|") ? "\nHello." : "Hello.");
    expect(kChat, sent(kChat) + chat + kChat.last, outcome);
    expect(kChat, sent(kChat) + chat, outcome);
    expect(kMessages, sent(kMessages) + kMessages.finish("end_turn") + stopped, outcome);
    for (const std::string& again :
         {part_done + bare, item_done + bare, completed, part_done + item_done + completed})
      expect(kResponses, sent(kResponses) + again, outcome);
  }
  // Missing or wrong positions.
  const auto delta = [](std::string_view place) {
    return event("response.output_text.delta", std::string(place) + R"("delta":"Hello.")");
  };
  for (const char* place : {"", R"("output_index":0,)", R"("output_index":7,)"})
    expect(kResponses,
           delta(place) + event("response.output_text.done", R"("output_index":1,"text":"Hello.")") +
               item_done + completed,
           said("Hello."));
  // Two items, one of them without deltas.
  const auto done = [](int place, std::string_view text) {
    return event("response.output_text.done",
                 R"("output_index":)" + number(place) + R"(,"text":")" + std::string(text) + '"');
  };
  expect(kResponses,
         kResponses.text("Hello.") + done(0, "Hello.") + done(1, " And") + done(2, " more.") + bare,
         said("Hello. And more."));
  // At the beginning.
  const auto block = [](std::string_view text) {
    return event("content_block_start",
                 R"("index":0,"content_block":{"type":"text","text":")" + std::string(text) + "\"}");
  };
  expect(kMessages, kMessages.begin + block("Hello.") + end(kMessages), said("Hello."));
  expect(kMessages, kMessages.begin + block("Hel") + kMessages.text("lo.") + end(kMessages), said("Hello."));
  const std::string start = event(
      "message_start",
      R"("message":{"content":[{"type":"text","text":"Hello."}],"usage":{"input_tokens":7,"output_tokens":1}})");
  expect(kMessages, start + end(kMessages), said("Hello."));
  expect(kMessages, start + block("") + kMessages.text("Hel") + kMessages.text("lo.") + end(kMessages),
         said("Hello."));
}

TEST(Quirks, X7PiecesThatAreCalledMessagesAreStillPieces) {
  const auto message = [](std::string_view text) {
    return chunk(R"({"choices":[{"message":{"role":"assistant","content":")" + std::string(text) +
                 R"("}}]})");
  };
  expect(kChat, message("Hel") + message("lo.") + end(kChat), said("Hello."));
  const auto both = [](std::string_view first, std::string_view second) {
    return chunk(R"({"choices":[{)" + std::string(first) + "," + std::string(second) + "}]}");
  };
  const std::string delta = R"("delta":{"content":"Hello."})";
  const std::string again = R"("message":{"content":"Hello."})";
  for (const std::string& bytes : {both(delta, again), both(again, delta)})
    expect(kChat, bytes + end(kChat), said("Hello."));
}

TEST(Quirks, X7CarelessSequenceNumbersDecideNothingWithoutBackground) {
  for (const std::vector<int>& numbers : {std::vector<int>{0, 0, 0}, {1, 1, 2}, {5, 3, 1}, {0, 7, 9}}) {
    const auto numbered = [&](std::size_t at, std::string_view type, std::string_view members) {
      return event(type, R"("sequence_number":)" + number(static_cast<std::uint64_t>(numbers[at])) + "," +
                             std::string(members));
    };
    expect(
        kResponses,
        numbered(0, "response.created", R"("response":{"id":"resp_1"})") +
            numbered(1, "response.output_text.delta", R"("output_index":0,"delta":"Hello.")") +
            numbered(2, "response.completed", R"("response":{"usage":{"input_tokens":7,"output_tokens":2}})"),
        said("Hello."));
  }
}

TEST(Quirks, X7CountsAsDecimalsAndAsTexts) {
  const char* const counts[][2] = {{"7.0", "2.0"}, {"\"7\"", "\"2\""}, {"7e0", "2"}, {"\"7.0\"", "2"}};
  for (const auto& count : counts) {
    const auto usage = [&](std::string_view input, std::string_view output) {
      return R"("usage":{")" + std::string(input) + "\":" + count[0] + ",\"" + std::string(output) +
             "\":" + count[1] + "}";
    };
    expect(kChat,
           kChat.text("Hi") +
               chunk(R"({"choices":[{"delta":{},"finish_reason":"stop"}],)" +
                     usage("prompt_tokens", "completion_tokens") + "}") +
               kChat.last,
           said("Hi"));
    expect(kResponses,
           kResponses.text("Hi") +
               event("response.completed", R"("response":{)" + usage("input_tokens", "output_tokens") + "}"),
           said("Hi"));
    expect(kMessages,
           kMessages.begin + kMessages.text("Hi") +
               event("message_delta",
                     R"("delta":{"stop_reason":"end_turn"},)" + usage("input_tokens", "output_tokens")) +
               kMessages.last,
           said("Hi"));
  }
}

TEST(Quirks, X7AZeroDoesNotEraseACount) {
  const auto chat = [](int input, int output) {
    return chunk(R"({"choices":[],"usage":{"prompt_tokens":)" + number(static_cast<unsigned>(input)) +
                 R"(,"completion_tokens":)" + number(static_cast<unsigned>(output)) + "}}");
  };
  const std::string stop = chunk(R"({"choices":[{"delta":{},"finish_reason":"stop"}]})");
  expect(kChat, chat(7, 0) + kChat.text("Hi") + stop + chat(0, 2) + kChat.last, said("Hi"));
  expect(kChat, kChat.text("Hi") + stop + chat(7, 2) + chat(0, 0) + kChat.last, said("Hi"));
  expect(kChat, kChat.text("Hi") + stop + chunk(R"({"choices":[],"usage":[]})") + kChat.last,
         {"Hi", {}, "", "1"});
  expect(kMessages,
         kMessages.begin + kMessages.text("Hi") +
             event("message_delta",
                   R"("delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":0,"output_tokens":2})") +
             kMessages.last,
         said("Hi"));
  expect(kMessages,
         kMessages.begin + kMessages.text("Hi") + kMessages.finish("end_turn") +
             event("message_stop", R"("usage":{"input_tokens":0,"output_tokens":0})"),
         said("Hi"));
  // A count that never came is estimated.
  expect(kChat, kChat.text("Hi") + stop + chat(0, 0) + kChat.last, {"Hi", {}, "0 0 0 0 …", "1"});
  expect(kResponses,
         kResponses.text("Hi") +
             event("response.completed", R"("response":{"usage":{"input_tokens":7,"output_tokens":0}})"),
         {"Hi", {}, "7 0 0 0 …", "1"});
}

TEST(Quirks, X7TheFinishReasonIsTheEnd) {
  for (const Speech* speech : {&kChat, &kMessages})
    expect(*speech, speech->begin + speech->text("Hello.") + speech->finish(speech->stop), said("Hello."));
  // A stream without a finish reason is incomplete, unless the configuration allows it.
  for (const Speech* speech : kAll)
    for (const bool lenient : {false, true}) {
      HttpProviderConfig config;
      config.lenient_end = lenient;
      const std::string usage = speech == &kMessages ? "7 1 0 0 …" : "";
      expect(*speech, speech->begin + speech->text("Hello."),
             {"Hello.", {}, usage, lenient ? "1" : "provider_broken"}, config);
      expect(*speech, speech->begin, {"", {}, usage, "provider_broken"}, config);
    }
}

TEST(Quirks, X7FinishReasons) {
  struct Case {
    std::vector<const char*> names;
    const char* end;
  };
  const Case chat[] = {
      {{"stop", "eos", "STOP"}, "1"},
      {{"length", "MAX_TOKENS", "something_new"}, "2"},
      {{"tool_calls", "function_call"}, "3"},
      {{"content_filter", "SAFETY", "sensitive"}, "4"},
      {{"error", "abort", "network_error", "insufficient_system_resource"}, "provider_broken"}};
  for (const Case& c : chat)
    for (const char* name : c.names)
      expect(kChat, kChat.begin + kChat.text("Hel") + kChat.finish(name) + kChat.last, said("Hel", c.end));
  const Case responses[] = {{{"completed"}, "1"},
                            {{"max_output_tokens", "max_tool_calls", "something_new", ""}, "2"},
                            {{"content_filter"}, "4"},
                            {{"error"}, "provider_unavailable"}};
  for (const Case& c : responses)
    for (const char* name : c.names)
      expect(kResponses, kResponses.begin + kResponses.text("Hel") + kResponses.finish(name),
             said("Hel", c.end));
  const Case messages[] = {
      {{"end_turn", "stop_sequence", "stop"}, "1"},
      {{"max_tokens", "model_context_window_exceeded", "pause_turn", "something_new"}, "2"},
      {{"tool_use"}, "3"},
      {{"refusal"}, "4"},
      {{"error", "abort"}, "provider_broken"}};
  for (const Case& c : messages)
    for (const char* name : c.names)
      expect(kMessages, kMessages.begin + kMessages.text("Hel") + kMessages.finish(name) + kMessages.last,
             said("Hel", c.end));
}

TEST(Quirks, X7AnErrorThatSaysNothingIsNone) {
  for (const char* none : {"null", "\"\"", "false"})
    expect(kChat,
           chunk(R"({"error":)" + std::string(none) +
                 R"(,"choices":[{"delta":{"content":"Hello."},"error":)" + std::string(none) + "}]}") +
               end(kChat),
           said("Hello."));
}

TEST(Quirks, X7AnErrorWithinTheChoice) {
  const auto failed = [](std::string_view error) {
    return chunk(R"({"choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"error","error":)" +
                 std::string(error) + "}]}");
  };
  const std::string usage = chunk(R"({"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}})");
  expect(kChat, kChat.text("Hel") + failed(R"({"code":502,"message":"x"})") + usage + kChat.last,
         said("Hello", "provider_unavailable"));
  expect(kChat,
         kChat.text("Hel") + chunk(R"({"choices":[{"delta":{},"error":{"code":502}}]})") + usage + kChat.last,
         said("Hel", "provider_unavailable"));
  expect(kChat,
         chunk(R"({"choices":[{"delta":{},"error":{"message":"prompt is too long"}}]})") + usage + kChat.last,
         said("", "provider_rejected"));
}

TEST(Quirks, X7AnswersWithoutAWord) {
  for (const Speech* speech : kAll) {
    for (const char* text : {"", " ", "\\n\\n", "\\u00a0\\u200b"}) {
      DecoderFixture fixture(speech->kind);
      const auto failure = fixture.push(speech->begin + speech->text(text) + end(*speech));
      ASSERT_FALSE(failure);
      const auto blank = fixture.decoder->finish();
      ASSERT_TRUE(blank) << speech->name;
      EXPECT_TRUE(blank->may_retry);
      EXPECT_FALSE(fixture.decoder->delivered());
      expect(*speech, speech->begin + speech->text(text) + end(*speech), said("", "provider_broken"));
    }
    // White space before the first word and after the last word is part of the answer.
    expect(*speech,
           speech->begin + speech->text("\\n") + speech->text(" a ") + speech->text("\\n") + end(*speech),
           said("\n a \n"));
    // A tool call is an answer, and so is a refusal. If a filter withholds the answer, that is not the
    // model's fault.
    expect(*speech, speech->begin + speech->text(" ") + speech->call(1, "a", "{|}") + end_with_calls(*speech),
           {"", {"a f {}"}, kUsage, "3"});
    expect(*speech,
           speech->begin + speech->finish(speech == &kMessages ? "refusal" : "content_filter") + speech->last,
           said("", "4"));
  }
  expect(kChat, chunk(R"({"choices":[{"delta":{"refusal":"No."}}]})") + end(kChat), said("No."));
  expect(kResponses, event("response.refusal.done", R"("output_index":0,"refusal":"No.")") + end(kResponses),
         said("No."));
  // Thinking is not an answer.
  expect(kChat, chunk(R"({"choices":[{"delta":{"reasoning_content":"hm"}}]})") + end(kChat),
         said("", "provider_broken"));
  expect(kResponses, event("response.reasoning_text.delta", R"("delta":"hm")") + end(kResponses),
         said("", "provider_broken"));
  expect(kMessages,
         kMessages.begin +
             event("content_block_delta", R"("index":0,"delta":{"type":"thinking_delta","thinking":"hm"})") +
             end(kMessages),
         said("", "provider_broken"));
}

TEST(Quirks, X7ThinkingUntilThereIsNoRoomIsNotTriedAgain) {
  for (const Speech* speech : kAll) {
    DecoderFixture fixture(speech->kind);
    ASSERT_FALSE(fixture.push(speech->begin + speech->finish("max_output_tokens") + speech->last));
    const auto blank = fixture.decoder->finish();
    ASSERT_TRUE(blank);
    EXPECT_FALSE(blank->may_retry);
    EXPECT_EQ(blank->error.code, ErrorCode::provider_broken);
  }
}

// Such a long run of white space is delivered as it comes, so that not all of it is held.
TEST(Quirks, X7WhiteSpaceWithoutEndIsNotKept) {
  for (const Speech* speech : kAll) {
    DecoderFixture fixture(speech->kind);
    std::string bytes = speech->begin;
    for (int i = 0; i < 100; ++i) bytes += speech->text(std::string(100, ' '));
    ASSERT_FALSE(fixture.push(bytes));
    EXPECT_TRUE(fixture.decoder->delivered());
    EXPECT_EQ(fixture.finish(fixture.push(end(*speech))).end, "provider_broken");
  }
}

}  // namespace
}  // namespace belay::providers

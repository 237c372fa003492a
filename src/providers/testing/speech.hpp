// How the three protocols say the usual things, for tests of what is unusual.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "providers/testing/decoder_cases.hpp"

namespace belay::providers {

inline std::string chunk(std::string_view json) {
  return "data: " + std::string(json) + "\n\n";
}
// For Responses and Messages.
inline std::string event(std::string_view type, std::string_view members = "") {
  std::string out = "event: " + std::string(type) + "\ndata: {\"type\":\"" + std::string(type) + '"';
  if (!members.empty()) out += "," + std::string(members);
  return out + "}\n\n";
}
inline std::string number(std::uint64_t value) {
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

inline std::string chat_call(int index, std::string_view id, std::string_view arguments) {
  const auto cut = arguments.find('|');
  const auto piece = [&](std::string_view members, std::string_view part) {
    return chunk(R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":)" + number(index) +
                 std::string(members) + R"("arguments":")" + std::string(part) + R"("}}]}}]})");
  };
  return piece(R"(,"id":")" + std::string(id) + R"(","type":"function","function":{"name":"f",)",
               arguments.substr(0, cut)) +
         piece(R"(,"function":{)", arguments.substr(cut + 1));
}
inline std::string responses_call(int index, std::string_view id, std::string_view arguments) {
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
inline std::string messages_call(int index, std::string_view id, std::string_view arguments) {
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

inline const Speech kChat = {
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
inline const Speech kResponses = {
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
inline const Speech kMessages = {
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
inline const Speech* const kAll[] = {&kChat, &kResponses, &kMessages};

inline std::string end(const Speech& speech) {
  return speech.finish(speech.stop) + speech.last;
}
inline std::string end_with_calls(const Speech& speech) {
  return speech.finish(speech.tools) + speech.last;
}

inline void expect(const Speech& speech, const std::string& bytes, DecoderOutcome outcome,
                   HttpProviderConfig config = {}) {
  SCOPED_TRACE(std::string(speech.name) + ":\n" + bytes);
  expect_same_however_cut(speech.kind, {"", bytes, std::move(outcome), std::move(config)});
}
inline const std::string kUsage = "7 2 0 0";
inline DecoderOutcome said(std::string text, std::string finish = "1") {
  return {std::move(text), {}, kUsage, std::move(finish)};
}

// Bytes that change nothing at any position.
inline void expect_no_difference(const Speech& speech, const std::string& noise) {
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

}  // namespace belay::providers

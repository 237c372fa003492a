// X7: how servers differ from the documentation of their protocol, and the results. Each quirk is tested in
// every protocol where it can occur, at the beginning, in the middle and at the end of the stream, and cut at
// every byte. tests/e2e/lib/quirks.mjs has the same quirks for a whole server.
#include "providers/testing/speech.hpp"

namespace belay::providers {
namespace {

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

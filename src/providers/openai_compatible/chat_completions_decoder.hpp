// Decodes an answer of Chat Completions. The answer is complete once `finish_reason` has arrived. `[DONE]`
// means that the usage has been sent too.
#pragma once

#include "providers/calls/answer_decoder.hpp"
#include "providers/openai_compatible/chat_chunk.hpp"

namespace belay::providers {

class ChatCompletionsDecoder final : public AnswerDecoder {
 public:
  using AnswerDecoder::AnswerDecoder;

 private:
  void take_event(const SseEvent& event) override;
  void take_whole(std::string_view text) override;
  void take_done() override { set_done(); }
  void take_chunk(std::string_view text);
  void take_reasoning();
  void take_text();
  void take_tool_calls(bool is_whole);
  void take_usage();

  ChatChunk chunk_;
  Usage usage_;  // so far
  bool has_deltas_ = false;
};

}  // namespace belay::providers

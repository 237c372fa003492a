// Reads an answer of Chat Completions. It is whole with its `finish_reason` and then `[DONE]`; a server that
// never sends that is configured as lenient_end.
#pragma once

#include "providers/calls/answer_reader.hpp"
#include "providers/openai_compatible/chat_chunk.hpp"

namespace belay::providers {

class ChatReader final : public AnswerReader {
 public:
  using AnswerReader::AnswerReader;

 private:
  void take_event(const SseEvent& event) override;
  void take_whole(std::string_view text) override;
  void take_chunk(std::string_view text);

  ChatChunk chunk_;
};

}  // namespace belay::providers

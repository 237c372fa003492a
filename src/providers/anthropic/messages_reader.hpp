// Reads an answer of Anthropic's Messages dialect. It is whole with its `stop_reason`; message_stop ends the
// stream.
#pragma once

#include "providers/anthropic/message_event.hpp"
#include "providers/calls/answer_reader.hpp"

namespace belay::providers {

class MessagesReader final : public AnswerReader {
 public:
  using AnswerReader::AnswerReader;

 private:
  void take_event(const SseEvent& event) override;
  void take_whole(std::string_view text) override;
  void take_rest() override;
  void take_block(std::optional<std::uint64_t> index, const MessageBlock& block);
  void take_message();
  void take_first_message();
  void take_delta();
  void take_usage();

  MessageEvent event_;
  MessageUsage usage_;      // so far
  std::string first_text_;  // of message_start: the answer, if no block holds a word
};

}  // namespace belay::providers

// Reads an answer of Anthropic's Messages dialect. It is whole with its `stop_reason` and then message_stop.
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
  void take_block(std::uint64_t index, const MessageBlock& block);
  void take_delta();
  void take_usage();
  void take_stop_reason();

  MessageEvent event_;
  MessageUsage usage_;  // so far
};

}  // namespace belay::providers

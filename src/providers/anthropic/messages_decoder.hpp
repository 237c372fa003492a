// Decodes an answer of Anthropic's Messages protocol. The answer is complete once `stop_reason` has arrived;
// message_stop ends the stream.
#pragma once

#include "providers/anthropic/message_event.hpp"
#include "providers/calls/answer_decoder.hpp"

namespace belay::providers {

class MessagesDecoder final : public AnswerDecoder {
 public:
  using AnswerDecoder::AnswerDecoder;

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
  std::string first_text_;  // text in message_start: becomes the answer if no block contains text
};

}  // namespace belay::providers

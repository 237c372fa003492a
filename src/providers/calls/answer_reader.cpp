#include "providers/calls/answer_reader.hpp"

namespace belay::providers {

AnswerReader::AnswerReader(Parts parts)
    : parts_(std::move(parts)), events_(parts_.config.most_event_bytes.value), tool_calls_(parts_.config) {}

AnswerReader::Failure AnswerReader::push(std::string_view bytes) {
  if (const auto pushed = events_.push(bytes, *this); !pushed && !failure_)
    failure_ = broken_answer(pushed.error().detail);
  return failure_;
}

AnswerReader::Failure AnswerReader::push_whole(std::string_view text) {
  whole_ = true;
  take_whole(text);
  return failure_;
}

SseParser::Flow AnswerReader::on_event(const SseEvent& event) {
  take_event(event);
  return done_ || failure_ ? SseParser::Flow::stop : SseParser::Flow::more;
}

void AnswerReader::begin_again() {
  events_ = SseParser(parts_.config.most_event_bytes.value);
}

void AnswerReader::tell(std::string_view text) {
  if (text.empty() || failure_) return;
  progress_ = true;
  if (!parts_.overlap.take(text))
    return fail_broken("The provider went on with another answer than the one that it had begun.");
  if (text.empty()) return;
  told_ = true;
  parts_.sink.on_text(text);
}

void AnswerReader::fail(FailedAttempt failed) {
  if (!failure_) failure_ = std::move(failed);
}

void AnswerReader::check(const Result<>& result) {
  if (!result) fail_broken(result.error().detail);
}

AnswerReader::Failure AnswerReader::finish() {
  if (failure_) return failure_;
  if (!finish_ || !parts_.overlap.over()) {
    fail_broken("The provider's stream ended before the answer did.");
  } else if (!done_ && !whole_ && !parts_.config.lenient_end) {
    fail_broken("The provider's stream ended without saying so. Set lenient_end if this server never does.");
  }
  if (failure_) return failure_;
  auto calls = tool_calls_.finish();
  if (!calls) {
    fail_broken(calls.error().detail);
    return failure_;
  }
  for (ToolCall& call : *calls) parts_.sink.on_tool_call(std::move(call));
  return std::nullopt;
}

}  // namespace belay::providers

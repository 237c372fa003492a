#include "providers/anthropic/messages_reader.hpp"

namespace belay::providers {
namespace {

FinishReason reason_of(std::string_view text) {
  if (text == "max_tokens" || text == "model_context_window_exceeded") return FinishReason::length;
  if (text == "tool_use") return FinishReason::tool_calls;
  if (text == "refusal") return FinishReason::content_filter;
  return FinishReason::stop;  // end_turn, stop_sequence, pause_turn
}

void merge(std::optional<std::uint64_t>& into, const std::optional<std::uint64_t>& newer) {
  if (newer) into = newer;
}

}  // namespace

void MessagesReader::take_event(const SseEvent& event) {
  if (!event_.read(json(), event.data) || event_.type.empty())
    return fail_broken("The provider's event is no JSON of the expected form.");
  const std::string_view type = event_.type;
  if (type == "content_block_delta") return take_delta();
  if (type == "content_block_start") return take_block(event_.index, event_.block);
  if (type == "message_start") return take_usage();
  if (type == "message_delta") {
    take_stop_reason();
    return take_usage();
  }
  if (type == "message_stop") return set_done();
  if (type != "error") return;  // ping, content_block_stop, and what is not known yet
  const ReportedError error = event_.error.value_or(ReportedError());
  fail({error.status, error.type, error.code});
}

void MessagesReader::take_block(std::uint64_t index, const MessageBlock& block) {
  set_progress();
  if (block.type == "text") return tell(block.text);
  if (block.type != "tool_use") return;
  // In a stream the input begins as {} and comes in pieces.
  const bool is_empty = block.input.find_first_not_of("{} \t\r\n") == std::string_view::npos;
  check(tool_calls().add({index, block.id, block.name, is_empty ? std::string_view() : block.input}));
}

void MessagesReader::take_delta() {
  set_progress();  // thinking and signatures too
  if (event_.delta_type == "text_delta") return tell(event_.text);
  if (event_.delta_type == "input_json_delta")
    check(tool_calls().add({event_.index, {}, {}, event_.partial_json}));
}

void MessagesReader::take_usage() {
  merge(usage_.input, event_.usage.input);
  merge(usage_.cache_read, event_.usage.cache_read);
  merge(usage_.cache_written, event_.usage.cache_written);
  merge(usage_.output, event_.usage.output);
  if (!usage_.input && !usage_.output) return;
  Usage usage;
  usage.cached = {usage_.cache_read.value_or(0)};
  usage.input = {usage_.input.value_or(0) + usage.cached.value + usage_.cache_written.value_or(0)};
  usage.output = {usage_.output.value_or(0)};
  usage.estimated = !has_finish();  // more output is to be counted
  tell_usage(usage);
}

void MessagesReader::take_stop_reason() {
  if (event_.stop_reason.empty()) return;
  set_progress();
  set_finish(reason_of(event_.stop_reason));
}

void MessagesReader::take_whole(std::string_view text) {
  if (!event_.read(json(), text))
    return fail_broken("The provider's response is no JSON of the expected form.");
  if (event_.error || event_.type == "error") {
    const ReportedError error = event_.error.value_or(ReportedError());
    return fail({error.status, error.type, error.code});
  }
  if (event_.type != "message") return fail_broken("The provider's answer holds no message.");
  std::uint64_t index = 0;
  for (const MessageBlock& block : event_.content) take_block(index++, block);
  take_stop_reason();
  take_usage();
}

}  // namespace belay::providers

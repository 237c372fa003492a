#include "providers/openai_compatible/chat_completions_decoder.hpp"

namespace belay::providers {

void ChatCompletionsDecoder::take_event(const SseEvent& event) {
  take_chunk(event.data);
  if (event.type == "error" && !failed()) fail(ServerError());
}

void ChatCompletionsDecoder::take_whole(std::string_view text) {
  take_chunk(text);
  if (!failed() && !chunk_.has_choice) fail_unreadable("The provider's answer holds no choice.");
}

void ChatCompletionsDecoder::take_chunk(std::string_view text) {
  if (!chunk_.read(json(), text))
    return fail_unreadable("The provider's response is no JSON of the expected form.");
  if (const auto& error = chunk_.error) return fail(server_error(*error));

  // The last chunk of some servers is the complete answer, repeated or sent for the first time. Other servers
  // use `message` instead of `delta` for pieces.
  const bool is_whole = chunk_.has_message && !chunk_.has_delta && (chunk_.is_completion || has_deltas_);
  has_deltas_ |= chunk_.has_delta;
  if (!is_whole || !reasoned()) take_reasoning();
  if (!is_whole) {
    take_text();
  } else if (!has_words()) {
    begin_text_again();
    take_text();
  }
  if (!chunk_.tool_calls.empty()) take_tool_calls(is_whole);
  if (const auto& error = chunk_.choice_error) give_up(failed_attempt(meaning_of(server_error(*error))));
  if (!chunk_.finish_reason.empty()) take_finish_reason(chunk_.finish_reason);
  if (chunk_.usage) take_usage();
}

void ChatCompletionsDecoder::take_reasoning() {
  if (!chunk_.reasoning.empty()) tell_reasoning(chunk_.reasoning);
  if (chunk_.content.is_thought) set_progress();
  for (const std::string_view thought : chunk_.content.thoughts) tell_reasoning(thought);
}

void ChatCompletionsDecoder::take_text() {
  tell(chunk_.content.first);
  for (const std::string_view part : chunk_.content.more) tell(part);
  if (!chunk_.refusal.empty()) tell(chunk_.refusal);
}

void ChatCompletionsDecoder::take_tool_calls(bool is_whole) {
  if (is_whole) tool_calls().begin_list();
  for (ToolCallGatherer::Piece& piece : chunk_.tool_calls) {
    set_progress();
    piece.has_placeholders = json().has_placeholders();
    check(is_whole ? tool_calls().settle(piece) : tool_calls().add(piece));
  }
}

// Some servers send a running count, and some send nothing at the end. The last nonzero count is used.
void ChatCompletionsDecoder::take_usage() {
  const auto take = [](TokenCount& count, TokenCount newer) {
    if (newer.value != 0) count = newer;
  };
  take(usage_.input, chunk_.usage->input);
  take(usage_.output, chunk_.usage->output);
  take(usage_.cached, chunk_.usage->cached);
  take(usage_.reasoning, chunk_.usage->reasoning);
  Usage usage = usage_;
  if (config().reasoning_is_extra) usage.output.value += usage.reasoning.value;
  usage.estimated = !has_end();
  report_usage(usage);
}

}  // namespace belay::providers

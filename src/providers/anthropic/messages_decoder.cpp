#include "providers/anthropic/messages_decoder.hpp"

#include "providers/json_reading.hpp"

namespace belay::providers {
namespace {

void merge(TokenCount& into, TokenCount newer) {
  if (newer.value != 0) into = newer;
}

// True for blocks that never contain the JSON of a call. All other blocks may contain it: "tool_use", the
// server's own "server_tool_use" and "mcp_tool_use", and unknown types.
bool is_prose(std::string_view type) {
  return type.empty() || type == "text" || type.ends_with("thinking");
}

}  // namespace

void MessagesDecoder::take_event(const SseEvent& event) {
  if (!event_.read(json(), event.data))
    return fail_unreadable("The provider's event is no JSON of the expected form.");
  const std::string_view type = event_.type.empty() ? event.type : event_.type;
  if (type == "error" || (type.empty() && event_.error))
    return fail(server_error(event_.error.value_or(ReportedError())));
  if (type.empty()) return fail_unreadable("The provider's event has no type.");
  if (type == "content_block_delta") return take_delta();
  if (type == "content_block_start") return take_block(event_.index, event_.block);
  if (type == "message_start") return take_first_message();
  // ping, content_block_stop, and unknown types.
  if (type != "message_delta" && type != "message_stop") return;
  take_message();
  if (type == "message_stop") set_done();
}

void MessagesDecoder::take_block(std::optional<std::uint64_t> index, const MessageBlock& block) {
  set_progress();
  if (block.type == "text") return tell(block.text);
  if (block.type == "thinking") {
    if (reasoned()) tell_reasoning("\n\n");
    return tell_reasoning(block.thinking);
  }
  if (is_prose(block.type)) return;
  ToolCallGatherer::Piece piece;
  piece.index = index;
  piece.id = block.id;
  piece.name = block.name;
  piece.arguments = block.input;
  piece.has_placeholders = json().has_placeholders();
  const bool is_ours = block.type == "tool_use";
  piece.whose = is_ours ? ToolCallGatherer::Whose::ours : ToolCallGatherer::Whose::the_servers;
  check(tool_calls().open(piece));
}

void MessagesDecoder::take_delta() {
  set_progress();  // also for signatures
  if (event_.delta_type == "text_delta") return tell(event_.text);
  if (event_.delta_type == "thinking_delta") return tell_reasoning(event_.thinking);
  if (event_.delta_type != "input_json_delta") return;
  ToolCallGatherer::Piece piece;
  piece.index = event_.index;
  piece.arguments = event_.partial_json;
  piece.is_object = event_.partial_json_is_object;
  piece.has_placeholders = json().has_placeholders();
  check(tool_calls().append(piece));
}

// Usually the content of message_start is empty and comes in blocks. Some servers send all of it here; it is
// kept for take_rest().
void MessagesDecoder::take_first_message() {
  std::string text;
  for (const MessageBlock& block : event_.content)
    if (block.type == "text") text += block.text;
  first_text_ = joined(text, json().has_placeholders());
  take_usage();
}

// Takes what the end says about the whole message. If no text has come before, the text is delivered from
// here.
void MessagesDecoder::take_message() {
  const bool is_first = !has_words();
  if (is_first && !event_.content.empty()) begin_text_again();
  tool_calls().begin_list();
  std::uint64_t index = 0;
  for (const MessageBlock& block : event_.content) {
    ToolCallGatherer::Piece piece;
    piece.index = index++;
    piece.id = block.id;
    piece.name = block.name;
    piece.arguments = block.input;
    piece.has_placeholders = json().has_placeholders();
    if (block.type == "thinking" && is_first && !reasoned()) tell_reasoning(block.thinking);
    if (block.type == "text" && is_first) tell(block.text);
    if (block.type == "tool_use") check(tool_calls().settle(piece));
  }
  take_finish_reason(event_.stop_reason);
  if (event_.stop_reason == "stop_sequence" && !event_.stop_sequence.empty())
    sink().on_stop_sequence(joined(event_.stop_sequence, json().has_placeholders()));
  take_usage();
}

void MessagesDecoder::take_rest() {
  if (has_words() || first_text_.empty()) return;
  begin_text_again();
  deliver_joined_text(first_text_);
}

void MessagesDecoder::take_usage() {
  merge(usage_.input, event_.usage.input);
  merge(usage_.cache_read, event_.usage.cache_read);
  merge(usage_.cache_written, event_.usage.cache_written);
  merge(usage_.output, event_.usage.output);
  Usage usage;
  usage.cached = usage_.cache_read;
  usage.input = {usage_.input.value + usage_.cache_read.value + usage_.cache_written.value};
  usage.output = usage_.output;
  if (usage.input.value == 0 && usage.output.value == 0) return;
  usage.estimated = !has_end();  // until the end, more output will be counted
  report_usage(usage);
}

void MessagesDecoder::take_whole(std::string_view text) {
  if (!event_.read(json(), text))
    return fail_unreadable("The provider's response is no JSON of the expected form.");
  if (event_.error || event_.type == "error")
    return fail(server_error(event_.error.value_or(ReportedError())));
  if (event_.type != "message") return fail_unreadable("The provider's answer holds no message.");
  take_message();
}

}  // namespace belay::providers

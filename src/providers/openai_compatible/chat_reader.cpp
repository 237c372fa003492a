#include "providers/openai_compatible/chat_reader.hpp"

namespace belay::providers {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

}  // namespace

void ChatReader::take_event(const SseEvent& event) {
  if (trimmed(event.data) == "[DONE]") return set_done();
  take_chunk(event.data);
  if (event.type == "error" && !failed()) fail(ServerError());
}

void ChatReader::take_whole(std::string_view text) {
  take_chunk(text);
  if (!chunk_.has_choice) fail_broken("The provider's answer holds no choice.");
}

void ChatReader::take_chunk(std::string_view text) {
  if (!chunk_.read(json(), text))
    return fail_broken("The provider's response is no JSON of the expected form.");
  if (const auto& error = chunk_.error) return fail({error->status, error->type, error->code});

  if (chunk_.reasoning) set_progress();
  tell(chunk_.content);
  tell(chunk_.refusal);
  for (const ToolCallGatherer::Piece& piece : chunk_.tool_calls) {
    set_progress();
    check(tool_calls().add(piece));
  }
  if (chunk_.finish) {
    set_progress();
    set_finish(*chunk_.finish);
  }
  if (!chunk_.usage) return;
  Usage usage = *chunk_.usage;
  if (config().reasoning_is_extra) usage.output.value += usage.reasoning.value;
  // Some servers count along; what they say at the end counts.
  usage.estimated = !has_finish();
  tell_usage(usage);
}

}  // namespace belay::providers

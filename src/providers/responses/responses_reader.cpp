#include "providers/responses/responses_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace belay::providers {
namespace {

std::optional<FinishReason> reason_of(const ResponseObject& response, bool has_calls) {
  if (response.status == "incomplete") {
    return response.incomplete_reason == "content_filter" ? FinishReason::content_filter
                                                          : FinishReason::length;
  }
  if (!response.status.empty() && response.status != "completed") return std::nullopt;
  return has_calls ? FinishReason::tool_calls : FinishReason::stop;
}

}  // namespace

bool is_response_id(std::string_view id) {
  constexpr std::size_t kMost = 256;
  return !id.empty() && id.size() <= kMost && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
}

std::string response_path(std::string_view id) {
  return fmt::format("/responses/{}?stream=true", id);
}

std::string ResponsesReader::resume_path() const {
  if (id_.empty() || done() || !last_number_) return {};
  return fmt::format("{}&starting_after={}", response_path(id_), *last_number_);
}

std::string ResponsesReader::cancel_path() const {
  if (id_.empty() || done()) return {};
  return fmt::format("/responses/{}/cancel", id_);
}

// A gap means that a part of the answer is missing.
bool ResponsesReader::follows() {
  if (!event_.sequence_number) return true;
  const bool fits = !last_number_ || *event_.sequence_number == *last_number_ + 1;
  last_number_ = event_.sequence_number;
  return fits;
}

void ResponsesReader::take_event(const SseEvent& event) {
  if (event.data == "[DONE]") return;  // some compatible servers send it all the same
  if (!event_.read(json(), event.data) || event_.type.empty())
    return fail_broken("The provider's event is no JSON of the expected form.");
  if (!follows()) return fail_broken("Events are missing in the provider's stream.");
  const std::string_view type = event_.type;
  if (type == "response.output_text.delta" || type == "response.refusal.delta") return tell(event_.delta);
  if (type.starts_with("response.reasoning")) return set_progress();
  if (type == "response.created") return take_created();
  if (type == "response.output_item.added" || type == "response.output_item.done") {
    set_progress();
    if (event_.item.type != "function_call") return;
    // The arguments come in pieces between the two; the second repeats them.
    check(tool_calls().add({event_.output_index, event_.item.call_id, event_.item.name, {}}));
    if (type == "response.output_item.done")
      check(tool_calls().close(event_.output_index, event_.item.arguments));
    return;
  }
  if (type == "response.function_call_arguments.delta") {
    set_progress();
    return check(tool_calls().add({event_.output_index, {}, {}, event_.delta}));
  }
  if (type == "response.function_call_arguments.done")
    return check(tool_calls().close(event_.output_index, event_.arguments));
  if (type == "error") return fail({event_.error.status, event_.error.type, event_.error.code});
  const bool is_end = type == "response.completed" || type == "response.incomplete" ||
                      type == "response.failed" || type == "response.cancelled";
  if (is_end) take_end(event_.response);
}

void ResponsesReader::take_created() {
  if (!config().background || !is_response_id(event_.response.id)) return;
  id_ = event_.response.id;
  sink().on_resumable(id_);
}

void ResponsesReader::take_end(const ResponseObject& response) {
  if (response.usage) tell_usage(*response.usage);
  set_done();
  if (response.error) return fail({response.error->status, response.error->type, response.error->code});
  const auto reason = reason_of(response, !tool_calls().empty());
  if (!reason) return fail(ServerError());
  set_finish(*reason);
}

void ResponsesReader::take_whole(std::string_view text) {
  ResponseObject response;
  if (!read_response(json(), text, response))
    return fail_broken("The provider's response is no JSON of the expected form.");
  if (response.output.empty() && !response.error && response.status != "incomplete")
    return fail_broken("The provider's answer holds no output.");
  std::uint64_t index = 0;
  for (const ResponseItem& item : response.output) {
    ++index;
    if (item.type == "message")
      for (const std::string_view part : item.texts) tell(part);
    if (item.type == "function_call")
      check(tool_calls().add({index, item.call_id, item.name, item.arguments}));
  }
  take_end(response);
}

}  // namespace belay::providers

#include "providers/responses/responses_decoder.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "providers/finish_reasons.hpp"

namespace belay::providers {
namespace {

constexpr std::size_t kMaxPlaces = 1024;

// Returns nothing if the provider has failed.
std::optional<FinishReason> reason_of(std::string_view type, const ResponseObject& response, bool has_calls) {
  const std::string_view status = response.status;
  if (status == "failed" || status == "cancelled") return std::nullopt;
  if (type == "response.incomplete" || status == "incomplete") {
    const auto said = read_finish_reason(response.incomplete_reason);
    return said ? said->reason : FinishReason::length;
  }
  // A complete response that was not streamed must have a status that means the end.
  if (type.empty() && !status.empty() && status != "completed") return std::nullopt;
  return has_calls ? FinishReason::tool_calls : FinishReason::stop;
}

}  // namespace

bool is_response_id(std::string_view id) {
  constexpr std::size_t kMax = 256;
  return !id.empty() && id.size() <= kMax && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
}

std::string response_path(std::string_view id) {
  return fmt::format("/responses/{}?stream=true", id);
}

std::string ResponsesDecoder::resume_path() const {
  if (id_.empty() || done() || !last_number_) return {};
  return fmt::format("{}&starting_after={}", response_path(id_), *last_number_);
}

std::string ResponsesDecoder::cancel_path() const {
  if (id_.empty() || done()) return {};
  return fmt::format("/responses/{}/cancel", id_);
}

// Checks the sequence number. A gap means that a part of the answer is missing and can be fetched.
bool ResponsesDecoder::follows() {
  if (!config().background || !event_.sequence_number) return true;
  if (last_number_ && *event_.sequence_number != *last_number_ + 1) return false;
  last_number_ = event_.sequence_number;
  return true;
}

void ResponsesDecoder::Sum::take(std::string_view text) {
  bytes += text.size();
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;  // FNV-1
}

void ResponsesDecoder::take_event(const SseEvent& event) {
  if (!event_.read(json(), event.data))
    return fail_unreadable("The provider's event is no JSON of the expected form.");
  const std::string_view type = event_.type.empty() ? event.type : event_.type;
  if (type == "error" || (type.empty() && event_.error))
    return fail(server_error(event_.error.value_or(ReportedError())));
  if (type.empty()) return fail_unreadable("The provider's event has no type.");
  if (!follows()) return fail(cut_answer("Events are missing in the provider's stream."));
  if (type == "response.output_text.delta" || type == "response.refusal.delta") return take_delta();
  if (type == "response.output_text.done" || type == "response.refusal.done") return take_part();
  if (type == "response.reasoning_text.delta" || type == "response.reasoning_summary_text.delta")
    return take_reasoning();
  if (type == "response.reasoning_summary_part.added") return begin_reasoning_part();
  if (type.starts_with("response.reasoning")) return set_progress();
  if (type == "response.created") return take_created();
  if (type == "response.output_item.added") return take_item(false);
  if (type == "response.output_item.done") return take_item(true);
  if (type == "response.function_call_arguments.delta") return take_arguments(false);
  if (type == "response.function_call_arguments.done") return take_arguments(true);
  const bool is_end = type == "response.completed" || type == "response.incomplete" ||
                      type == "response.failed" || type == "response.cancelled";
  if (is_end) take_end(type, event_.response);
}

void ResponsesDecoder::take_created() {
  if (!config().background || !is_response_id(event_.response.id)) return;
  id_ = event_.response.id;
  sink().on_resumable(id_);
}

void ResponsesDecoder::take_reasoning() {
  tell_reasoning(event_.delta.first);
  for (const std::string_view part : event_.delta.more) tell_reasoning(part);
}

// A summary of the reasoning has several parts: paragraphs.
void ResponsesDecoder::begin_reasoning_part() {
  set_progress();
  if (reasoned()) tell_reasoning("\n\n");
}

void ResponsesDecoder::take_delta() {
  const auto take = [this](std::string_view text) {
    tell(text);
    all_.take(text);
    item_.take(text);
  };
  take(event_.delta.first);
  for (const std::string_view part : event_.delta.more) take(part);
  if (!event_.output_index) {
    delivered_somewhere_ = true;
    return;
  }
  const Place place{*event_.output_index, event_.content_index};
  if (!delivered_.empty() && delivered_.back() == place) return;
  if (delivered_.size() < kMaxPlaces &&
      std::find(delivered_.begin(), delivered_.end(), place) == delivered_.end())
    delivered_.push_back(place);
}

// Takes a text that repeats a part, an item or the whole response when it is done. Delivers it if it is not
// known.
void ResponsesDecoder::deliver_if_new(const json::TextParts& text, bool is_known) {
  Sum sum;
  sum.take(text.first);
  for (const std::string_view part : text.more) sum.take(part);
  if (is_known || sum.bytes == 0 || sum == all_ || sum == item_) return;
  if (!has_words()) begin_text_again();
  tell(text.first);
  for (const std::string_view part : text.more) tell(part);
  all_.take(text.first);
  item_.take(text.first);
  for (const std::string_view part : text.more) {
    all_.take(part);
    item_.take(part);
  }
}

void ResponsesDecoder::take_part() {
  const bool has_place = event_.output_index.has_value();
  const Place place{event_.output_index.value_or(0), event_.content_index};
  const bool is_delivered = std::find(delivered_.begin(), delivered_.end(), place) != delivered_.end();
  const bool is_known = has_words() && (is_delivered || delivered_somewhere_ || !has_place);
  deliver_if_new(event_.text, is_known);
  if (has_place && !is_delivered && delivered_.size() < kMaxPlaces) delivered_.push_back(place);
}

void ResponsesDecoder::take_item(bool is_done) {
  set_progress();
  const ResponseItem& item = event_.item;
  const auto is_of_item = [&](const Place& place) { return place.item == event_.output_index; };
  if (item.type == "message") {
    if (is_done) {
      const bool is_delivered = std::any_of(delivered_.begin(), delivered_.end(), is_of_item);
      deliver_if_new(item.texts,
                     has_words() && (is_delivered || delivered_somewhere_ || !event_.output_index));
    } else {
      // This is another item, even if the index was used before.
      std::erase_if(delivered_, is_of_item);
    }
    item_ = Sum();
    return;
  }
  if (item.type == "reasoning" || item.type.empty()) return;
  ToolCallGatherer::Piece piece = piece_of(item);
  piece.index = event_.output_index;
  if (!is_done) return check(tool_calls().open(piece));
  tool_calls().begin_list();
  check(tool_calls().settle(piece));
}

ToolCallGatherer::Piece ResponsesDecoder::piece_of(const ResponseItem& item) {
  ToolCallGatherer::Piece piece;
  piece.id = item.call_id;
  piece.item = item.id;
  piece.name = item.name;
  piece.arguments = item.arguments;
  // Searches, code execution and calls of other servers run at the provider.
  piece.whose =
      item.type == "function_call" ? ToolCallGatherer::Whose::ours : ToolCallGatherer::Whose::the_servers;
  piece.has_placeholders = json().has_placeholders();
  return piece;
}

void ResponsesDecoder::take_arguments(bool is_done) {
  set_progress();
  ToolCallGatherer::Piece piece;
  piece.index = event_.output_index;
  piece.item = event_.item_id;
  piece.name = event_.name;
  piece.has_placeholders = json().has_placeholders();
  piece.is_object = event_.arguments_are_object;
  piece.arguments = is_done || event_.arguments_are_object ? event_.arguments : event_.delta.first;
  check(is_done ? tool_calls().close(piece) : tool_calls().append(piece));
}

// Takes the output at the end, which repeats the whole response. Delivers what was not delivered before.
void ResponsesDecoder::take_output(const ResponseObject& response, bool is_delivered) {
  tool_calls().begin_list();
  std::uint64_t index = 0;
  for (const ResponseItem& item : response.output) {
    if (item.type == "message") deliver_if_new(item.texts, is_delivered);
    if (item.type == "function_call") {
      ToolCallGatherer::Piece piece = piece_of(item);
      piece.index = index;
      check(tool_calls().settle(piece));
    }
    ++index;
  }
}

void ResponsesDecoder::take_end(std::string_view type, const ResponseObject& response) {
  set_done();
  const bool has_failed = response.error || type == "response.failed" || type == "response.cancelled";
  if (!has_failed) take_output(response, has_words());
  if (response.usage) report_usage(*response.usage);
  if (has_failed) return fail(server_error(response.error.value_or(ReportedError())));
  const auto reason = reason_of(type, response, !tool_calls().empty());
  if (!reason) return fail(ServerError());
  set_finish(*reason);
}

void ResponsesDecoder::take_whole(std::string_view text) {
  ResponseObject response;
  if (!read_response(json(), text, response))
    return fail_unreadable("The provider's response is no JSON of the expected form.");
  if (response.output.empty() && !response.error && response.status != "incomplete")
    return fail_unreadable("The provider's answer holds no output.");
  take_end({}, response);
}

}  // namespace belay::providers

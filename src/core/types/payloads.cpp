#include "core/types/payloads.hpp"

#include "core/types/described.hpp"
#include "core/types/message_codec.hpp"

namespace belay {

// The fields of each payload, in the order in which they are written.

template <class Visitor>
void describe(Visitor& field, Of<Visitor, Usage>& usage) {
  field(1, usage.input);
  field(2, usage.output);
  field(3, usage.cached);
  field(4, usage.reasoning);
  field(5, usage.estimated);
  field(6, usage.cost);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, Tool>& tool) {
  field(1, tool.name);
  field(2, tool.description);
  field(3, tool.schema);
  field(4, tool.strict);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, AppendixItem>& item) {
  field(1, item.kind);
  field(2, item.language);
  field(3, item.content);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, LostCall>& lost) {
  field(1, lost.call);
  field(2, lost.usage);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, ChannelUse>& use) {
  field(1, use.shows_pieces);
  field(2, use.slow_after_ms);
  field(3, use.upload);
  field(4, use.suggestion);
  field(5, use.suggestion_url);
  field(6, use.shows_at_once);
}

// Of an optional number: one that is zero is there, too.
template <class Visitor>
void describe(Visitor& field, Of<Visitor, double>& number) {
  field(1, number);
}
template <class Visitor>
void describe(Visitor& field, Of<Visitor, std::int64_t>& number) {
  auto bits = static_cast<std::uint64_t>(number);
  field(1, bits);
  if constexpr (Visitor::kReads) number = static_cast<std::int64_t>(bits);
}
template <class Visitor>
void describe(Visitor& field, Of<Visitor, std::uint32_t>& number) {
  field(1, number);
}
template <class Visitor>
void describe(Visitor& field, Of<Visitor, bool>& flag) {
  field(1, flag);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, ToolChoice>& choice) {
  field(1, choice.mode, ToolChoice::Mode::automatic, ToolChoice::Mode::named);
  field(2, choice.name);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, ResponseFormat>& format) {
  field(1, format.kind, ResponseFormat::Kind::text, ResponseFormat::Kind::json_schema);
  field(2, format.name);
  field(3, format.description);
  field(4, format.schema);
  field(5, format.strict);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, Unwatched>& unwatched) {
  field(1, unwatched.then, Unwatched::Then::as_configured, Unwatched::Then::is_cancelled);
  auto ms = static_cast<std::uint64_t>(unwatched.after.count());
  field(2, ms);
  if constexpr (Visitor::kReads) unwatched.after = Milliseconds(static_cast<std::int64_t>(ms));
}

// Its fields are those of the request.
template <class Visitor>
void describe(Visitor& field, Of<Visitor, Sampling>& sampling) {
  field(27, sampling.max_output);
  field(28, sampling.temperature);
  field(30, sampling.top_p);
  field(31, sampling.presence_penalty);
  field(32, sampling.frequency_penalty);
  field(33, sampling.stop);
  field(34, sampling.seed);
  field(35, sampling.tool_choice);
  field(36, sampling.response_format);
  field(37, sampling.effort);
  field(38, sampling.parallel_tool_calls);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, RunRequest>& request) {
  field(1, request.id);
  field(2, request.user);
  field(3, request.tier);
  field(4, request.surface);
  field(5, request.mode);
  field(6, request.conversation);
  field(7, request.prompt);
  field(8, request.model);
  field(9, request.system);
  field(12, request.idempotency_key);
  field(13, request.body_digest);
  field(15, request.may_restart);
  field(16, request.created);
  field(17, request.project);
  field(18, request.task);
  field(19, request.prompt_tokens);
  field(20, request.turn);
  field(21, request.share_key);
  field(22, request.precomputed_answer);
  field(23, request.session);
  field(24, request.branch.kind, Branch::Kind::none, Branch::Kind::continuation);
  field(25, request.branch.of);
  field(26, request.channel);
  describe(field, request.sampling);
  field(29, request.streams_parts);
  if (Visitor::kReads || request.unwatched != Unwatched()) field(39, request.unwatched);
  field(40, request.surface_data);
  visit_messages(field, 10, request.messages);
  field(11, request.tools);
  field(14, request.reserved);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, Stage>& stage) {
  field(1, stage.name);
  field(2, stage.resume_token);
  field(3, stage.call);
  field(4, stage.charge);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, ToolCallEvent>& event) {
  field(1, event.call);
  field(2, event.problem);
  field(3, event.index);
  field(4, event.place);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, PartEvent>& part) {
  field(1, part.kind, PartKind::text, PartKind::tool_call);
  field(2, part.index);
  field(3, part.id);
  field(4, part.name);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, ToolDelta>& delta) {
  field(1, delta.index);
  field(2, delta.json);
  field(3, delta.place);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, Restarted>& restarted) {
  field(1, restarted.reason);
  field(2, restarted.charge);
  field(3, restarted.open_calls);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, Terminal>& terminal) {
  field(1, terminal.finish, FinishReason::stop, FinishReason::content_filter);
  field(2, terminal.actions);
  field(3, terminal.appendix);
  field(4, terminal.code);
  field(5, terminal.message);
  field(6, terminal.usage);
  field(7, terminal.text_from);
  field(8, terminal.text_bytes);
  field(9, terminal.source, AnswerSource::generated, AnswerSource::stale);
  field(10, terminal.paid_call);
  field(11, terminal.stop_sequence);
  field(12, terminal.open_calls);
}

namespace {

// `record`: what a missing field means.
template <class Record>
Result<Record> decode_payload(std::string_view payload, std::string_view what, Record record = {}) {
  if (!decode_fields(payload, record))
    return make_error(ErrorCode::internal,
                      "A stored " + std::string(what) + " can not be read: its bytes are broken.");
  return record;
}

}  // namespace

std::string_view to_string(FinishReason finish) {
  switch (finish) {
    case FinishReason::stop:
      return "stop";
    case FinishReason::length:
      return "length";
    case FinishReason::tool_calls:
      return "tool_calls";
    case FinishReason::content_filter:
      return "content_filter";
  }
  return {};
}

std::string_view to_string(AnswerSource source) {
  switch (source) {
    case AnswerSource::generated:
      return "generated";
    case AnswerSource::shared:
      return "shared";
    case AnswerSource::cached:
      return "cached";
    case AnswerSource::ready:
      return "ready";
    case AnswerSource::stale:
      return "stale";
  }
  return {};
}

std::string encode(const RunRequest& request) {
  return encode_fields(request);
}
Result<RunRequest> decode_request(std::string_view payload) {
  RunRequest request;
  request.may_restart = false;  // false is not written
  return decode_payload(payload, "request", std::move(request));
}

std::string encode_sampling(const Sampling& sampling) {
  return encode_fields(sampling);
}

std::string encode(const Stage& stage) {
  return encode_fields(stage);
}
Result<Stage> decode_stage(std::string_view payload) {
  return decode_payload<Stage>(payload, "stage");
}

std::string encode(const ToolCallEvent& call) {
  return encode_fields(call);
}
Result<ToolCallEvent> decode_tool_call(std::string_view payload) {
  return decode_payload<ToolCallEvent>(payload, "tool call");
}

std::string encode(const PartEvent& part) {
  return encode_fields(part);
}
Result<PartEvent> decode_part(std::string_view payload) {
  return decode_payload<PartEvent>(payload, "part of an answer");
}

std::string encode(const ToolDelta& delta) {
  return encode_fields(delta);
}
Result<ToolDelta> decode_tool_delta(std::string_view payload) {
  return decode_payload<ToolDelta>(payload, "piece of a tool call");
}

std::string encode(const Usage& usage) {
  return encode_fields(usage);
}
Result<Usage> decode_usage(std::string_view payload) {
  return decode_payload<Usage>(payload, "usage");
}

std::string encode(const Restarted& restarted) {
  return encode_fields(restarted);
}
Result<Restarted> decode_restarted(std::string_view payload) {
  return decode_payload<Restarted>(payload, "restart");
}

std::string encode(const Terminal& terminal) {
  return encode_fields(terminal);
}
Result<Terminal> decode_terminal(std::string_view payload) {
  return decode_payload<Terminal>(payload, "end of a run");
}

}  // namespace belay

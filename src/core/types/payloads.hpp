// The payloads of events, as typed values. encode() makes an event's payload, and decode_…() reads it. The
// payload of a delta is its text and needs neither.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/run_id.hpp"
#include "core/types/branch.hpp"
#include "core/types/channel.hpp"
#include "core/types/event.hpp"
#include "core/types/message.hpp"
#include "core/types/sampling.hpp"

namespace belay {

// Where an answer comes from, which also decides who is charged for it. Each generation is charged once.
enum class AnswerSource : std::uint8_t {
  generated = 1,  // a call of the provider that this run is charged for
  shared = 2,     // a call of the provider that another run is charged for
  cached = 3,     // the answer of an earlier call, from the cache
  ready = 4,      // no model was called: the answer of a command
  stale = 5,      // from the cache although expired, because the provider failed (S11)
};
std::string_view to_string(AnswerSource source);

// The name in JSON: "stop", "length", "tool_calls", "content_filter".
std::string_view to_string(FinishReason finish);

// What becomes of a run when its last reader has left (requirement X5). A run that nobody has opened yet is no such run.
struct Unwatched {
  enum class Then : std::uint8_t {
    as_configured = 1,  // engine.unwatched_grace
    continues = 2,
    is_cancelled = 3,  // after `after`
  };
  Then then = Then::as_configured;
  Milliseconds after{0};

  static Unwatched never() { return {Then::continues, {}}; }
  static Unwatched cancel_after(Milliseconds time) { return {Then::is_cancelled, time}; }
  friend bool operator==(const Unwatched&, const Unwatched&) = default;
};

// The payload of `started`: everything needed to answer the request, now or after a crash.
struct RunRequest {
  RunId id;
  std::string user;
  std::string tier;
  std::string surface;       // "assistant"
  std::string mode;          // "chat"
  std::string conversation;  // empty: stateless
  std::string prompt;        // what the user wrote, for the stored message
  std::string model;         // alias
  std::string system;        // the built system prompt
  std::vector<Message> messages;
  std::vector<Tool> tools;
  std::string idempotency_key;        // empty: none
  std::string body_digest;            // digest of the body of the HTTP request
  std::vector<std::string> reserved;  // keys of the concurrency limits that the run holds
  bool may_restart = true;            // its clients can discard the text so far
  WallTime created;
  std::string project;  // set by the product, for the stored messages
  std::string task;
  TokenCount prompt_tokens;  // of `prompt`, estimated
  std::uint32_t turn = 0;    // which request of its session, from 0
  // Runs with the same key share one answer: one that is being generated, or one from the cache. Empty: the
  // run gets an answer of its own.
  std::string share_key;
  // An answer that is already known (a command's). The provider is not called.
  std::string precomputed_answer;
  std::string session;  // the client's id of the session in which it was requested; empty: none
  Branch branch{};      // where its messages stand
  // How it appears in its user's channel. Nothing: not at all.
  std::optional<ChannelUse> channel{};
  Sampling sampling{};
  Unwatched unwatched{};
  // Whether its log says where each part of the answer begins, and has the arguments of tool calls in pieces: for
  // surfaces that show both (EventType::part, tool_delta). The tools are the client's own: calls are passed on unchecked.
  bool streams_parts = false;
  // What the surface must know to show the answer again, in a form of its own. Not part of the prompt.
  std::string surface_data{};
};
std::string encode(const RunRequest& request);
Result<RunRequest> decode_request(std::string_view payload);
// Bytes that are different for different wishes.
std::string encode_sampling(const Sampling& sampling);

inline constexpr std::string_view kStageProvider = "provider";  // the model has been asked
inline constexpr std::string_view kStageAnswer = "answer";      // the model has begun to answer
// The answer continues after a crash, exactly where it stopped.
inline constexpr std::string_view kStageRecovered = "recovered";
inline constexpr std::string_view kStageFallback = "fallback";  // another model answers instead
inline constexpr std::string_view kStageCached = "cached";      // an earlier answer is sent instead

// A provider call that a crash cut off, and that this run is charged for.
struct LostCall {
  std::string call;  // empty: the run's own call, not shared
  Usage usage;
};

struct Stage {
  std::string name;  // empty: clients are not notified of this stage
  // The provider's name for an answer that the provider stores. It is used to resume the answer after a
  // crash.
  std::string resume_token;
  // The provider call that the answer comes from now. Runs that share an answer name the same call. A run
  // that shares no answer names none. After a crash, this shows which runs were waiting for the same call.
  std::string call;
  std::optional<LostCall> charge;
};
std::string encode(const Stage& stage);
Result<Stage> decode_stage(std::string_view payload);

// The payload of a `tool_call`. If the call does not match its declaration, `problem` says why, and the
// client must not carry it out.
struct ToolCallEvent {
  ToolCall call;
  std::string problem;
  std::uint32_t index = 0;  // of PartEvent, if a part has begun the call
  std::uint32_t place = 0;  // of a call that a `part` has begun: the number of parts before it
};
std::string encode(const ToolCallEvent& call);
Result<ToolCallEvent> decode_tool_call(std::string_view payload);

// The payload of a `part`. The first text has none if nothing came before it: it begins with its first delta, after
// the stage "answer". So the offsets of an answer that is only text are the same in every log.
struct PartEvent {
  PartKind kind = PartKind::text;
  // Of a tool call: which one of the answer it is, from 0, and what the model calls. They are known before the
  // arguments. What the call says is not checked yet.
  std::uint32_t index = 0;
  std::string id;
  std::string name;
};
std::string encode(const PartEvent& part);
Result<PartEvent> decode_part(std::string_view payload);

// The payload of a `tool_delta`. All pieces of a call together are its arguments. Then the whole `tool_call` follows.
struct ToolDelta {
  std::uint32_t index = 0;  // of the call
  std::string json;         // valid UTF-8, whole characters
  std::uint32_t place = 0;  // like ToolCallEvent
};
std::string encode(const ToolDelta& delta);
Result<ToolDelta> decode_tool_delta(std::string_view payload);

std::string encode(const Usage& usage);
Result<Usage> decode_usage(std::string_view payload);

struct Restarted {
  std::string reason;
  std::optional<LostCall> charge;
  std::vector<std::uint32_t> open_calls{};  // the calls that parts have begun and that will never be whole
};
std::string encode(const Restarted& restarted);
Result<Restarted> decode_restarted(std::string_view payload);

// A part of the answer that a client may want to display separately.
struct AppendixItem {
  std::string kind;      // "code"
  std::string language;  // as the fence names it; may be empty
  std::string content;
};

// The payload of the four terminal events.
struct Terminal {
  // For completed events. For failed ones: content_filter if the provider withheld the rest of the answer.
  FinishReason finish = FinishReason::stop;
  std::vector<ToolCall> actions;
  std::vector<AppendixItem> appendix;
  // For all except completed events.
  ErrorCode code = ErrorCode::internal;
  std::string message;
  // For all events.
  Usage usage;
  Offset text_from = 1;          // the answer consists of the deltas from this offset on
  std::uint64_t text_bytes = 0;  // length of the answer
  AnswerSource source = AnswerSource::generated;
  std::string paid_call;  // the shared call (Stage::call) that this run is charged for; empty: none
  // The stop sequence at which the provider ended the answer, if it said so. Then `finish` is `stop`.
  std::string stop_sequence{};
  std::vector<std::uint32_t> open_calls{};  // of Restarted
};
std::string encode(const Terminal& terminal);
Result<Terminal> decode_terminal(std::string_view payload);

}  // namespace belay

// What events carry, typed. encode() gives an event's payload, decode() reads it back; a delta's payload is
// its text, and needs neither.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/run_id.hpp"
#include "core/chat.hpp"
#include "core/event.hpp"

namespace belay {

// Where an answer comes from, and so who is charged for it: each generation is charged once.
enum class AnswerSource : std::uint8_t {
  generated = 1,  // the provider was called for this run, or it was the last that the call was kept up for
  shared = 2,     // another run's call, which went on after this run or is charged to another one
  cached = 3,     // an earlier call
  ready = 4,      // no model: a command's answer
  stale = 5,      // an earlier call, past its lifetime, as the provider failed (S11)
};
std::string_view to_string(AnswerSource source);

// The name in JSON: "stop", "length", "tool_calls", "content_filter".
std::string_view to_string(FinishReason finish);

// The payload of `started`: all that is needed to answer the request, now or after a crash.
struct RunRequest {
  RunId id;
  std::string user;
  std::string tier;
  std::string surface;       // "assistant"
  std::string mode;          // "chat"
  std::string conversation;  // empty: stateless
  std::string prompt;        // the user's own words, for the stored message
  std::string model;         // alias
  std::string system;        // the built system prompt
  std::vector<ChatMessage> messages;
  std::vector<Tool> tools;
  std::string idempotency_key;        // empty: none
  std::string body_digest;            // of the request that brought it
  std::vector<std::string> reserved;  // keys of the concurrency limits that it holds
  bool may_restart = true;            // its clients can drop the text so far
  WallTime created;
  std::string project;  // the product's own, for the stored messages
  std::string task;
  TokenCount prompt_tokens;  // of `prompt`, estimated
  std::uint32_t turn = 0;    // which request of its session, from 0
  // Runs with the same key get the same answer: the one that is under way, or one from the cache. Empty: an
  // answer of its own.
  std::string share_key;
  // The answer is known already: a command's. The provider is not asked.
  std::string ready_answer;
};
std::string encode(const RunRequest& request);
Result<RunRequest> decode_request(std::string_view payload);

inline constexpr std::string_view kStageProvider = "provider";  // the model has been asked
inline constexpr std::string_view kStageAnswer = "answer";      // it has begun to answer
inline constexpr std::string_view kStageRecovered =
    "recovered";  // the answer goes on after a crash, exactly where it was
inline constexpr std::string_view kStageFallback = "fallback";  // another model answers in its stead
inline constexpr std::string_view kStageCached = "cached";      // an earlier answer is given in its stead

// A call of the provider that a crash cut off, and that this run is charged for.
struct LostCall {
  std::string call;  // empty: the run's own, shared with nobody
  Usage usage;
};

struct Stage {
  std::string name;  // empty: nothing that clients are told of
  // What the provider calls the answer that it keeps, to take it up after a crash.
  std::string resume_token;
  // The provider's call that the answer comes from now. Runs that share an answer name the same call; a run
  // that shares none names none. After a crash it says which runs were waiting for one call.
  std::string call;
  std::optional<LostCall> charge;
};
std::string encode(const Stage& stage);
Result<Stage> decode_stage(std::string_view payload);

// A `tool_call`. One that does not fit its declaration is reported with `problem` and is not to be carried
// out.
struct ToolCallEvent {
  ToolCall call;
  std::string problem;
};
std::string encode(const ToolCallEvent& call);
Result<ToolCallEvent> decode_tool_call(std::string_view payload);

std::string encode(const Usage& usage);
Result<Usage> decode_usage(std::string_view payload);

struct Restarted {
  std::string reason;
  std::optional<LostCall> charge;
};
std::string encode(const Restarted& restarted);
Result<Restarted> decode_restarted(std::string_view payload);

// A part of the answer that a client may want to show by itself.
struct AppendixItem {
  std::string kind;      // "code"
  std::string language;  // as the fence names it; may be empty
  std::string content;
};

// The payload of the four terminal events.
struct Terminal {
  // completed; of a failed one, content_filter where the provider withheld the rest of the answer
  FinishReason finish = FinishReason::stop;
  std::vector<ToolCall> actions;
  std::vector<AppendixItem> appendix;
  // all but completed
  ErrorCode code = ErrorCode::internal;
  std::string message;
  // always
  Usage usage;
  Offset text_from = 1;          // the answer is the deltas from here on
  std::uint64_t text_bytes = 0;  // its length
  AnswerSource source = AnswerSource::generated;
  std::string paid_call;  // the shared call (Stage::call) that this run is charged for; empty: none
};
std::string encode(const Terminal& terminal);
Result<Terminal> decode_terminal(std::string_view payload);

}  // namespace belay

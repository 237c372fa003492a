// All that surfaces see of runs: start one, find its log, read it, wait for its end, cancel it.
//
// start() has one order for all surfaces (start_run.cpp):
//
//   tier ▸ idempotency ▸ branch ▸ session, conversation ▸ model ▸ limits ▸ command or prompt ▸ Engine::start
//
// Each call is made on the caller's loop and resumes there. The service can be called from all loops at once.
// Errors name a subject of the request in Error::field ("session", "conversation", "model"), not a surface's
// field: the surface words them (surfaces/NAME/errors). Errors about an idempotency key name the header.
//
// An interface, so that surfaces are tested without an engine (testing/fake_run_service.hpp). Both pass
// testing/run_service_contract.hpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_source.hpp"
#include "base/deadline.hpp"
#include "base/presence.hpp"
#include "base/result.hpp"
#include "base/run_id.hpp"
#include "base/thread_pool.hpp"
#include "core/log/dialect.hpp"
#include "core/types/caller.hpp"
#include "core/types/channel.hpp"
#include "core/types/limit.hpp"
#include "core/types/message.hpp"
#include "core/types/payloads.hpp"
#include "core/types/position.hpp"
#include "core/types/session.hpp"
#include "policy/tiers.hpp"
#include "prompts/recipe.hpp"
#include "services/commands/command_line.hpp"

namespace belay {
class LogBuffer;
}

namespace belay::services {

// What an error of start() is about, in Error::field.
inline constexpr std::string_view kAboutSession = "session";
inline constexpr std::string_view kAboutConversation = "conversation";
inline constexpr std::string_view kAboutModel = "model";
inline constexpr std::string_view kAboutMessage = "message";
inline constexpr std::string_view kAboutKey = "Idempotency-Key";

struct StartRun {
  // The session of the request. Without it the run has none.
  struct InSession {
    std::string id;            // empty: a new session, in `conversation`
    std::string conversation;  // empty: the session's, or a new one. Fails with `conflict` if it is another
  };
  // An answer that is made again or goes on, or a question that is edited (requirements C13, C15). The run is in the
  // message's conversation; `prompt` is the edited question, else empty.
  struct Replaces {
    Branch::Kind how = Branch::Kind::regenerate;
    MessageId message;
    // Of a continuation: the client has the results of the answer's tool calls. Such an answer goes on although it is
    // complete.
    bool has_results = false;
  };
  struct Command {
    CommandLine line;
    std::string export_prefix;  // of the export's address: "/api/chat/"
  };

  Caller caller;
  std::string surface;
  std::string mode;  // of the surface's rules: "chat"
  std::optional<InSession> session;
  std::string conversation;  // of a run without a session; empty: none
  std::string model;         // empty: the one chosen before, or the rules' default
  std::string persona;       // of a run without a session; empty: the default one
  std::string prompt;        // the user's own words, for the history
  std::unique_ptr<prompts::Recipe> recipe;
  std::optional<Replaces> replaces{};
  std::optional<Command> command;  // answered without the model, or an instruction to it
  std::vector<Tool> tools;
  std::string project;  // labels of the product; empty: the session's
  std::string task;
  std::string key;     // Idempotency-Key; empty: none
  std::string digest;  // of the body, if there is a key or an attempt is named
  // The request goes on with the one that had its key, and starts nothing. Fails with `not_found`.
  bool must_repeat = false;
  // Libraries send a request again without a key, but they say so. A later attempt of a request without a key is
  // answered with the run of an earlier one: of the same user and surface, with the same body, whose answer was not
  // delivered (answer_delivered()) and has not failed. A first attempt never is.
  enum class Attempt { only, first, later };
  Attempt attempt = Attempt::only;
  bool may_restart = false;
  bool bypass_cache = false;  // a new answer, whatever the cache has
  // How the answer appears in the user's channel (services/channels/channels.hpp). Nothing: not at all.
  std::optional<ChannelUse> channel{};
  Sampling sampling{};
  Unwatched unwatched{};
  bool streams_parts = false;  // the surface shows where parts begin, and tool calls in pieces
  std::string surface_data{};  // RunRequest::surface_data
  Deadline deadline = Deadline::never();
};

struct StartedRun {
  RunId run;
  bool is_repeated = false;  // the run was started by an earlier request with the same key
  std::string user;          // of the run: for open(), wait() and cancel()
  MessageId question{};      // the message that the run answers; of an earlier run, if it is answered again
  Session session;           // if the request had one: with this run as its last, unless it is repeated
  // If it appears in a channel and is not repeated: from there a reader sees all of it.
  std::optional<Position> in_channel{};
};

struct StartOutcome {
  Result<StartedRun> run;
  // For the rate headers. After a refusal: the limit that refused, if it was one. Else: the tightest window, then
  // the session's limit.
  std::vector<LimitStatus> limits{};
  // What an error about the model is about.
  std::string model{};
  policy::Tier tier{};
};

// A run's log, and where a reader continues in it.
struct OpenLog {
  std::shared_ptr<LogBuffer> log;
  Position after{1, 0};
  std::size_t skip = 0;    // bytes of the next event's messages that the reader has (message_position.hpp)
  std::uint32_t turn = 0;  // which request of its session the run answers
  bool has_ended = false;  // the run has
  bool is_over = false;    // nothing will ever follow `after`
};

// What cannot be done with an answer that is not stored yet.
inline Error still_being_written() {
  return make_error(ErrorCode::conflict,
                    "This answer is still being written. Wait until it has ended, or stop it, and try again.",
                    std::string(kAboutMessage));
}

// An answer that is being made.
struct RunningAnswer {
  RunId run;
  std::string conversation;  // empty: none
  std::string session;       // same
  std::string key{};         // StartRun::key
};

struct WholeAnswer {
  std::string text;
  std::string finish;  // how it ended: "stop", or "length" when it was cut off (core/types/payloads.hpp)
  Usage usage;
  std::string model;  // the alias that was asked for
  std::vector<ToolCall> calls;
};

struct WaitFor {
  Deadline deadline = Deadline::never();
  Presence* client = nullptr;     // the wait ends when it goes; null: it stays
  bool cancel_if_unread = false;  // if the wait ends early and nobody else reads the answer, it is cancelled
};

class RunService {
 public:
  virtual ~RunService() = default;

  // If it fails, nothing is held, charged or stored.
  virtual Awaitable<StartOutcome> start(Loop& loop, StartRun request) = 0;
  // Fails with `not_found`, also for another user's run, `expired`, `position_ahead` or `position_lost`. Without a
  // position: from the beginning.
  virtual Awaitable<Result<OpenLog>> open(Loop& loop, std::string user, RunId run,
                                          std::optional<Position> after) = 0;
  // The events behind `log.after`. Call it on the reader's loop.
  virtual std::unique_ptr<ByteSource> read(Loop& loop, OpenLog log, const Format& format) = 0;
  // The answer of a run that completes, or its error. The run goes on when the wait ends early: with
  // `deadline_exceeded`, or with `cancelled` when the client has gone.
  virtual Awaitable<Result<WholeAnswer>> wait(Loop& loop, std::string user, RunId run, WaitFor how) = 0;
  // Fine for a run that has ended. Fails with `not_found`, also for another user's run.
  virtual Awaitable<Result<>> cancel(Loop& loop, std::string user, RunId run) = 0;
  // The client has the answer of this run: a later attempt of its request is a request of its own. Fine for any run.
  virtual void answer_delivered(const RunId& run) = 0;
  // The user's answers on this surface that are being made, oldest first. An answer whose end a reader may have seen is
  // not among them. To miss none, ask before you read what is stored.
  virtual std::vector<RunningAnswer> running(const std::string& user, const std::string& surface) = 0;
  // The answer with this id, if it is not stored yet: it is being made, or has just ended. Ask before the store.
  virtual std::optional<RunningAnswer> find_unstored(const std::string& user, const std::string& surface,
                                                     const MessageId& message) = 0;
  // A client has shown that it has the whole answer of this run, by what it sent or by another response that it got.
  virtual void answer_seen(const RunId& run) = 0;
  // Whether a client certainly has the whole answer: one has shown it, or the answer was delivered long ago and nobody has
  // come back for it since. Known of the newest answers of this process; else false.
  virtual bool was_seen(const RunId& run) = 0;
};

}  // namespace belay::services

#include "providers/scripted/scripted_generation.hpp"

#include <cassert>
#include <cmath>

#include <boost/asio/post.hpp>

#include "providers/status.hpp"

namespace belay::providers {
namespace {

// What one call delivers before other calls on its loop get their turn.
constexpr std::uint64_t kMaxPiecesPerBurst = 64;
constexpr std::uint64_t kMaxBytesPerBurst = 4096;

// The usual rule of thumb for English text.
constexpr std::uint64_t kBytesPerToken = 4;

FailedAttempt failed_attempt(const Fault& fault) {
  if (fault.kind == Fault::Kind::refuse) {
    FailedAttempt failed;
    failed.error =
        make_error(ErrorCode::provider_unavailable, "The provider refused the connection (scripted).");
    failed.may_retry = true;
    return failed;
  }
  const StatusMeaning meaning =
      fault.kind == Fault::Kind::quota ? meaning_of_exhausted_account() : meaning_of_status(fault.status);
  FailedAttempt failed;
  failed.error = make_error(meaning.code, std::string(meaning.text) + " (scripted)");
  failed.error.advice = meaning.advice;
  failed.error.retry_after = fault.retry_after;
  failed.may_retry = meaning.may_retry;
  return failed;
}

}  // namespace

ScriptedGeneration::ScriptedGeneration(Loop& loop, ScriptedPlan plan, GenerationSink& sink, Parts parts)
    : loop_(loop),
      plan_(std::move(plan)),
      sink_(sink),
      parts_(parts),
      timer_(loop.timers(), [this] { step(); }),
      times_(loop.clock().steady()) {
  assert(plan_.text || plan_.rejected);
  ++parts_.counters.started;
  post_step();
}

ScriptedGeneration::~ScriptedGeneration() {
  if (phase_ == Phase::over) return;
  ++parts_.counters.cancelled;
  times_.ended(CallOutcome::cancelled, loop_.clock().steady(), parts_.counters);
}

void ScriptedGeneration::pause() {
  paused_ = true;
  // During a pause, the time of a stall is not measured.
  if (phase_ == Phase::streaming || phase_ == Phase::stalled) timer_.cancel();
}

void ScriptedGeneration::resume() {
  if (!paused_) return;
  paused_ = false;
  paced_from_ = loop_.clock().steady();
  paced_from_piece_ = pieces_;
  if (phase_ == Phase::stalled) return timer_.arm(parts_.config.idle_timeout);
  if (phase_ == Phase::streaming) post_step();
}

// Posts directly to the context instead of Loop::post(). Each burst is then its own handler, and a turn stays
// bounded for any number of calls.
void ScriptedGeneration::post_step() {
  if (posted_) return;
  posted_ = true;
  boost::asio::post(loop_.executor(), [alive = std::weak_ptr(alive_)] {
    const auto self = alive.lock();
    if (!self) return;
    (*self)->posted_ = false;
    (*self)->step();
  });
}

void ScriptedGeneration::step() {
  switch (phase_) {
    case Phase::connecting:
      return connect();
    case Phase::waiting:
      phase_ = Phase::streaming;
      paced_from_ = loop_.clock().steady();
      return stream();
    case Phase::streaming:
      return stream();
    case Phase::stalled:
      if (!paused_)
        fail(make_error(ErrorCode::provider_timeout,
                        "The provider was silent for too long in the middle of its answer (scripted)."));
      return;
    case Phase::over:
      return;
  }
}

void ScriptedGeneration::connect() {
  if (plan_.rejected) return fail(std::move(*plan_.rejected));
  if (plan_.fault) {
    fault_active_ = plan_.fault->times == 0 || plan_.fault_hits->fetch_add(1) < plan_.fault->times;
    if (fault_active_ && plan_.fault->before_first_byte()) return fail_attempt(*plan_.fault);
  }
  phase_ = Phase::waiting;
  if (plan_.first_token_delay > Milliseconds(0)) return timer_.arm(plan_.first_token_delay);
  step();
}

void ScriptedGeneration::fail_attempt(const Fault& fault) {
  FailedAttempt failed = failed_attempt(fault);
  const double jitter = std::ldexp(static_cast<double>(parts_.random.next() >> 11), -53);
  const auto delay = retry_delay(parts_.config.retry, retries_, failed, jitter);
  if (!delay) return fail(std::move(failed.error));
  ++retries_;
  ++parts_.counters.retried;
  timer_.arm(*delay);  // the phase is still `connecting`
}

void ScriptedGeneration::stream() {
  if (!paused_ && !accepted_) {
    accepted_ = true;
    sink_.on_accepted();
  }
  const std::uint64_t first = pieces_;
  const std::uint64_t first_byte = bytes_;
  const SteadyTime now = loop_.clock().steady();
  const std::uint64_t due = pieces_due(now);
  // The sink may pause during any call.
  while (!paused_) {
    if (apply_fault()) return;
    if (pieces_ >= due) return wait_for_next_piece(now);
    if (pieces_ - first >= kMaxPiecesPerBurst || bytes_ - first_byte >= kMaxBytesPerBurst) return post_step();
    if (plan_.reasoning && stream_reasoning()) continue;
    const std::string_view piece = plan_.text->next();
    if (piece.empty() && stream_call()) continue;
    if (piece.empty()) return finish();
    if (++pieces_ == 1) times_.piece(now);
    bytes_ += piece.size();
    sink_.on_text(piece);
  }
}

// Returns true if a piece was delivered.
bool ScriptedGeneration::stream_reasoning() {
  const std::string_view piece = plan_.reasoning->next();
  if (piece.empty()) {
    plan_.reasoning.reset();
    return false;
  }
  ++pieces_;
  bytes_ += piece.size();
  sink_.on_reasoning(piece);
  return true;
}

// Returns true if there was something to deliver.
bool ScriptedGeneration::stream_call() {
  if (!plan_.streams_calls || next_call_ == plan_.tool_calls.size()) return false;
  ToolCall& call = plan_.tool_calls[next_call_];
  const auto index = static_cast<std::uint32_t>(next_call_);
  if (++pieces_ == 1) times_.piece(loop_.clock().steady());
  if (!arguments_) {
    Cutting cutting;
    cutting.by = Cutting::By::bytes;
    cutting.size = plan_.call_piece;
    arguments_ = cut_text(std::make_shared<const std::string>(call.arguments), cutting);
    sink_.on_tool_call_begin(index, call.id, call.name);
    return true;
  }
  const std::string_view piece = arguments_->next();
  bytes_ += piece.size();
  if (!piece.empty()) {
    sink_.on_tool_call_piece(index, piece);
    return true;
  }
  arguments_.reset();
  ++next_call_;
  sink_.on_tool_call(std::move(call));
  return true;
}

// Returns true if the fault has ended or stopped the stream at this piece.
bool ScriptedGeneration::apply_fault() {
  if (!fault_active_ || pieces_ < plan_.fault->after_pieces) return false;
  fault_active_ = false;
  switch (plan_.fault->kind) {
    case Fault::Kind::error:
      fail(make_error(ErrorCode::provider_unavailable,
                      "The provider reported an error in the middle of its answer (scripted)."));
      return true;
    case Fault::Kind::truncate:
      fail(make_error(ErrorCode::provider_broken,
                      "The provider's stream ended before the answer did (scripted)."));
      return true;
    case Fault::Kind::garbage:
      fail(make_error(ErrorCode::provider_broken, "The provider's stream could not be read (scripted)."));
      return true;
    case Fault::Kind::stall:
      phase_ = Phase::stalled;
      timer_.arm(parts_.config.idle_timeout);
      return true;
    case Fault::Kind::broken_utf8:
      sink_.on_text("\xC3\x28\xFF");
      return paused_;
    case Fault::Kind::refuse:
    case Fault::Kind::status:
    case Fault::Kind::quota:
      break;
  }
  assert(false && "faults before the first byte never reach the stream");
  return false;
}

std::uint64_t ScriptedGeneration::pieces_due(SteadyTime now) const {
  if (plan_.pace_per_second == 0) return UINT64_MAX;
  const std::chrono::duration<double> since = now - paced_from_;
  // The first piece is due at once. The small addition prevents rounding from delaying a piece by a tick.
  return paced_from_piece_ + 1 + static_cast<std::uint64_t>(since.count() * plan_.pace_per_second + 1e-6);
}

void ScriptedGeneration::wait_for_next_piece(SteadyTime now) {
  const double ahead = static_cast<double>(pieces_ - paced_from_piece_);
  const std::chrono::duration<double, std::milli> at(1000 * ahead / plan_.pace_per_second);
  const std::chrono::duration<double, std::milli> since = now - paced_from_;
  timer_.arm(Milliseconds(static_cast<std::int64_t>(std::ceil((at - since).count()))));
}

void ScriptedGeneration::finish() {
  for (; next_call_ < plan_.tool_calls.size(); ++next_call_)
    sink_.on_tool_call(std::move(plan_.tool_calls[next_call_]));
  if (!plan_.stop_sequence.empty()) sink_.on_stop_sequence(plan_.stop_sequence);
  Usage usage;
  if (plan_.usage) {
    usage = *plan_.usage;
  } else {
    usage.input = plan_.input;
    usage.output.value = (bytes_ + kBytesPerToken - 1) / kBytesPerToken;
  }
  sink_.on_usage(usage);
  phase_ = Phase::over;
  ++parts_.counters.completed;
  times_.ended(CallOutcome::completed, loop_.clock().steady(), parts_.counters);
  sink_.on_end(plan_.finish);
}

void ScriptedGeneration::fail(Error error) {
  phase_ = Phase::over;
  ++parts_.counters.failed;
  times_.ended(CallOutcome::failed, loop_.clock().steady(), parts_.counters);
  sink_.on_error(std::move(error));
}

}  // namespace belay::providers

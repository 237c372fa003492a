#include "core/run/run.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "core/run/replay.hpp"
#include "core/run/started_event.hpp"
#include "core/types/cost.hpp"

namespace belay {
namespace {

constexpr std::size_t kMaxStopSequence = 1024;

}  // namespace

Run::Run(Context context, RunRequest request, std::shared_ptr<const ModelTarget> target,
         std::shared_ptr<LogBuffer> log, UniqueFunction<void()> ended)
    : context_(context),
      log_(std::move(log)),
      appendix_(context_.config.max_appendix),
      request_(std::move(request)),
      target_(std::move(target)),
      ended_(std::move(ended)),
      max_answer_(context_.config.max_answer.value),
      begun_(context_.loop.clock().steady()),
      deadline_(
          context_.loop.timers(),
          [this] { fail(ErrorCode::deadline_exceeded, "The answer took longer than a run may take."); }),
      watch_(context_.loop.timers(), [this] { watch(); }) {
  shows_reasoning_ = target_->model.shows_reasoning;
  streams_parts_ = request_.streams_parts;
  log_->write_on(context_.loop.index());
}

Run::~Run() {
  generation_.reset();  // before the objects that it was started with
}

void Run::log_request(UniqueFunction<void(Result<>)> done) {
  logged_ = std::move(done);
  append(EventType::started, encode_started(request_, context_.seal));
}

void Run::show_in(std::unique_ptr<ChannelFeed> feed) {
  feed_ = std::move(feed);
  log_->open_first();  // its readers read the channel
  max_answer_ = std::min(max_answer_, ChannelFeed::kMaxAnswer);
}

std::optional<Position> Run::begin() {
  const Milliseconds spent = context_.loop.clock().wall() - request_.created;
  deadline_.arm(std::max(context_.config.run_deadline - spent, Milliseconds(1)));
  arm_watch();
  state_ = RunState::running;
  append_stage(kStageProvider);
  std::optional<Position> before;
  if (feed_) before = feed_->begin();
  call_provider({});
  return before;
}

void Run::recover_after(Milliseconds delay, RecoveredState recovered) {
  // This state is set now, because the run may be cancelled before the delay is over.
  counted_ = log_->last();
  terminal_.text_from = recovered.text_from;
  terminal_.text_bytes = recovered.text.size();
  // Clients have seen a part of the reasoning. What is thought again cannot follow it.
  if (recovered.reasoning_bytes != 0 || !recovered.text.empty()) shows_reasoning_ = false;
  text_before_ = recovered.text.size();
  charged_ = recovered.charged;
  const std::uint64_t bytes = std::max<std::uint64_t>(
      recovered.call_bytes, recovered.text.size() - recovered.call_from + recovered.call_reasoning);
  if (!recovered.charged_elsewhere && (recovered.accepted || bytes != 0)) {
    lost_call_ =
        LostCall{recovered.call, recovered.call_usage.value_or(estimated_usage(recovered.call_from, bytes))};
    lost_call_->usage.cost = cost_of(target_->model.price, lost_call_->usage);
  }
  terminal_.actions = std::move(recovered.actions);
  refused_calls_ = std::move(recovered.refused_calls);
  logged_calls_ = recovered.calls;
  cut_calls_ = recovered.open_calls;
  auto later = [this, recovered = std::make_shared<RecoveredState>(std::move(recovered))] {
    recover(std::move(*recovered));
  };
  recovery_.emplace(context_.loop.timers(), std::move(later));
  recovery_->arm(delay);
}

void Run::recover(RecoveredState recovered) {
  if (log_->ended()) return;  // cancelled during the delay
  if (feed_) feed_->resume(recovered.text);
  if (never_opened()) {
    context_.observer.run_recovered(request_, Recovery::given_up);
    return expire();
  }
  const bool is_kept = target_->provider != nullptr && !recovered.resume_token.empty() &&
                       terminal_.actions.empty() && recovered.open_calls.empty() &&
                       target_->provider->can_resume(target_->model);
  const bool continues = is_kept || can_continue(recovered);
  if (recovered.recoveries >= context_.config.max_recoveries || (!continues && !can_restart())) {
    context_.observer.run_recovered(request_, Recovery::given_up);
    return interrupt();
  }
  const Milliseconds spent = context_.loop.clock().wall() - request_.created;
  deadline_.arm(std::max(context_.config.run_deadline - spent, Milliseconds(1)));
  arm_watch();
  state_ = RunState::running;
  context_.observer.run_recovered(request_, continues ? Recovery::continued : Recovery::restarted);
  if (!continues) return restart();
  answering_ = !recovered.text.empty();
  if (!is_kept) {
    append(EventType::stage, encode(Stage{std::string(kStageRecovered), {}, {}, take_charge()}));
    return continue_from(std::move(recovered.text));
  }
  // The provider call continues, so it is not lost.
  append_stage(kStageRecovered);
  text_before_ = recovered.call_from;
  resumed_ = std::make_unique<Resumed>(Resumed{recovered, std::exchange(lost_call_, std::nullopt)});
  call_provider(std::move(recovered.text), std::move(recovered.resume_token));
}

// If no part of the answer has been delivered, starting from the beginning is also a way to continue.
bool Run::can_continue(const RecoveredState& recovered) const {
  if (!request_.precomputed_answer.empty()) return true;
  if (target_->provider == nullptr) return false;
  // No model continues in the middle of a call.
  if (!recovered.open_calls.empty()) return false;
  const bool was_delivered = !recovered.text.empty() || !terminal_.actions.empty() || recovered.calls != 0;
  // A shared answer may have been completed by another run and is then in the cache. The lookup will show
  // whether it is.
  const bool may_be_known = !request_.share_key.empty();
  return !was_delivered ||
         (!recovered.text.empty() && (may_be_known || target_->provider->can_continue(target_->model)));
}

bool Run::can_restart() const {
  const bool can_drop_text = request_.may_restart || (feed_ && !feed_->has_shown_text());
  return target_->provider != nullptr && can_drop_text;
}

void Run::continue_from(std::string text) {
  appendix_.push(text);
  text_before_ = text.size();
  call_provider(std::move(text));
}

void Run::restart() {
  append(EventType::restarted, encode(Restarted{"The server was restarted. The answer begins anew.",
                                                take_charge(), take_open_calls()}));
  if (feed_) feed_->on_restarted();
  terminal_.text_from = log_->appended() + 1;
  terminal_.text_bytes = 0;
  terminal_.actions.clear();
  text_before_ = 0;
  reasoning_bytes_ = 0;
  refused_calls_.clear();
  logged_calls_ = 0;
  shows_reasoning_ = target_->model.shows_reasoning;
  appendix_.reset();
  call_provider({});
}

void Run::interrupt() {
  terminal_.code = ErrorCode::interrupted;
  terminal_.message =
      "The server was restarted while this answer was made, and it could not be taken up again.";
  end(EventType::interrupted);
}

// The provider has continued the answer that it stores.
void Run::confirm_resumed() {
  if (!resumed_) return;
  appendix_.push(resumed_->recovered.text);
  resumed_.reset();
}

// The provider no longer has the answer: uses the next best way to recover.
void Run::resume_failed(Error error) {
  if (log_->ended() || !resumed_) return;
  RecoveredState recovered = std::move(resumed_->recovered);
  lost_call_ = std::move(resumed_->lost_call);
  resumed_.reset();
  participant_ = nullptr;
  generation_.reset();
  context_.observer.provider_failed(request_.id.text(), request_.model, error);
  called_ = accepted_ = false;
  text_before_ = recovered.text.size();
  if (can_continue(recovered)) {
    if (auto charge = take_charge()) append(EventType::stage, encode(Stage{{}, {}, {}, std::move(charge)}));
    return continue_from(std::move(recovered.text));
  }
  if (can_restart()) return restart();
  fail(error.code, std::move(error.detail));
}

void Run::call_provider(std::string partial_answer, std::string resume_token) {
  if (!request_.precomputed_answer.empty()) {
    KnownAnswer known{
        std::make_shared<const std::string>(request_.precomputed_answer), partial_answer.size(), {}, {}};
    known.finish = FinishReason::stop;
    generation_ =
        start_replay(context_.loop, std::move(known), context_.cache.replay_words_per_second, *this);
    return;
  }
  GenerationRequest call;
  called_ = true;
  call.label = request_.id.text();
  call.model = target_->model;
  call.system = request_.system;
  call.messages = request_.messages;
  call.tools = request_.tools;
  call.sampling = request_.sampling;
  // Runs that share an answer get its calls whole.
  call.streams_calls = streams_parts_ && request_.share_key.empty();
  call.partial_answer = std::move(partial_answer);
  call.resume_token = std::move(resume_token);
  if (request_.share_key.empty()) {
    generation_ = target_->provider->start(context_.loop, call, *this);
    return;
  }
  call.call = call.label + '.' + std::to_string(log_->appended());
  const SharedGenerations::AnswerLog own{log_, terminal_.text_from, &context_.hub};
  auto participant =
      context_.shared.join(context_.loop, request_.share_key, call, *target_->provider, *this, own);
  participant_ = participant.get();
  generation_ = std::move(participant);
}

// Usually the call is logged with the stage that on_accepted() appends. A recovered answer has no such stage.
void Run::on_call(std::string_view call) {
  if (log_->ended()) return;
  call_ = call;
  if (answering_) append(EventType::stage, encode(Stage{{}, {}, call_, {}}));
}

void Run::on_accepted() {
  if (log_->ended()) return;
  accepted_ = true;
  if (!std::exchange(answering_, true))
    append(EventType::stage, encode(Stage{std::string(kStageAnswer), {}, call_, {}}));
}

void Run::on_text(std::string_view piece) {
  if (log_->ended() || piece.empty()) return;
  confirm_resumed();
  in_sink_ = true;
  if (!joiner_.holding() && is_valid_utf8(piece)) {
    append_delta(piece);
  } else {
    joined_.clear();
    joiner_.push(piece, joined_);
    if (!joined_.empty()) append_delta(joined_);
  }
  update_pace();
  in_sink_ = false;
}

void Run::append_delta(std::string_view text) {
  if (terminal_.text_bytes == 0) context_.observer.first_delta(request_, age());
  if (!fits(text.size())) return;
  terminal_.text_bytes += text.size();
  if (streams_parts_) begin_part(PartKind::text);
  append(EventType::delta, text);
  if (feed_) feed_->on_text(text);
  appendix_.push(text);
}

// Text or reasoning begins, unless it goes on. A text with nothing before it needs no event of its own.
void Run::begin_part(PartKind kind) {
  const std::optional<PartKind> open = log_->counts().open;
  if (open == kind || (!open && kind == PartKind::text)) return;
  append(EventType::part, encode(PartEvent{kind, 0, {}, {}}));
}

// Whether the answer may grow by `more` bytes. Ends the run if not.
bool Run::fits(std::size_t more) {
  if (terminal_.text_bytes + reasoning_bytes_ + tool_call_bytes_ + more <= max_answer_) return true;
  fail(ErrorCode::answer_too_large, "The answer grew past the limit and was cut off.");
  return false;
}

void Run::on_reasoning(std::string_view piece) {
  if (log_->ended() || piece.empty() || !shows_reasoning_) return;
  in_sink_ = true;
  if (fits(piece.size())) {
    reasoning_bytes_ += piece.size();
    if (streams_parts_) begin_part(PartKind::reasoning);
    append(EventType::reasoning_delta, piece);
    update_pace();
  }
  in_sink_ = false;
}

void Run::on_resumable(std::string_view token) {
  if (!log_->ended()) append(EventType::stage, encode(Stage{{}, std::string(token), {}, {}}));
}

void Run::on_stage(std::string_view name) {
  if (!log_->ended()) append_stage(name);
}

void Run::on_usage(const Usage& usage) {
  if (log_->ended()) return;
  usage_known_ = true;
  terminal_.usage = usage;
}

void Run::on_stop_sequence(std::string_view sequence) {
  if (!log_->ended() && sequence.size() <= kMaxStopSequence) terminal_.stop_sequence = sequence;
}

void Run::on_end(FinishReason reason) {
  if (log_->ended()) return;
  confirm_resumed();
  in_sink_ = true;
  joined_.clear();
  joiner_.finish(joined_);
  if (!joined_.empty()) append_delta(joined_);
  if (!log_->ended()) {
    // Many servers end an answer with calls like one without. Clients carry calls out only if the reason says so.
    const bool has_calls = !terminal_.actions.empty() && terminal_.stop_sequence.empty();
    if (reason == FinishReason::stop && has_calls) reason = FinishReason::tool_calls;
    terminal_.finish = reason;
    if (reason != FinishReason::content_filter) {
      end(EventType::completed);
    } else {
      const bool began = terminal_.text_bytes != 0;
      fail(ErrorCode::provider_content_filter,
           began ? "The provider withheld the rest of the answer." : "The provider withheld the answer.");
    }
  }
  in_sink_ = false;
}

void Run::on_error(Error error) {
  if (log_->ended()) return;
  if (resumed_)
    return context_.loop.post(
        [self = shared_from_this(), error = std::move(error)] { self->resume_failed(error); });
  in_sink_ = true;
  joined_.clear();
  joiner_.finish(joined_);
  if (!joined_.empty()) append_delta(joined_);
  if (!log_->ended()) {
    if (error.code != ErrorCode::interrupted) {
      context_.observer.provider_failed(request_.id.text(), request_.model, error);
      fail(error.code, std::move(error.detail));
    } else {
      fail_unrecoverable();
    }
  }
  in_sink_ = false;
}

// The shared answer that this run should continue cannot be found.
void Run::fail_unrecoverable() {
  if (!can_restart()) return interrupt();
  context_.loop.post([self = shared_from_this()] {
    if (self->log_->ended()) return;
    self->participant_ = nullptr;
    self->generation_.reset();
    self->restart();
  });
}

void Run::fail(ErrorCode code, std::string message) {
  if (log_->ended()) return;
  terminal_.code = code;
  terminal_.message = std::move(message);
  end(EventType::failed);
}

void Run::cancel(Error reason, UniqueFunction<void()> done) {
  if (reported_) return done();
  when_ended_.push_back(std::move(done));
  if (log_->ended()) return;
  terminal_.code = reason.code;
  terminal_.message = std::move(reason.detail);
  end(EventType::cancelled);
}

void Run::end(EventType type) {
  assert(!log_->ended());
  state_ = state_after(type);
  if (type == EventType::completed) terminal_.appendix = appendix_.finish();
  complete_usage();
  terminal_.open_calls = take_open_calls();
  append(EventType::usage, encode(terminal_.usage));
  append(type, encode(terminal_));
  if (feed_) feed_->end(type, terminal_);
  deadline_.cancel();
  watch_.cancel();
  if (recovery_) recovery_->cancel();
  close_generation();
}

// The estimated usage of a call that continued after `answer_before` bytes of the answer and sent `answer`
// more bytes.
Usage Run::estimated_usage(std::uint64_t answer_before, std::uint64_t answer) const {
  std::uint64_t prompt = request_.system.size() + answer_before;
  for (const Message& message : request_.messages) prompt += bytes_of(message);
  Usage usage;
  usage.estimated = true;
  complete_estimate(usage, prompt, answer);
  return usage;
}

// Returns the pending charge, and counts it as charged. The caller logs it, as such or as part of the usage.
std::optional<LostCall> Run::take_charge() {
  std::optional<LostCall> charge = std::exchange(lost_call_, std::nullopt);
  if (charge) add_usage(charged_, charge->usage);
  return charge;
}

// Usage that the provider did not report is estimated: the provider may have failed, or the run may have
// left, before the report. A request that the provider never accepted costs nothing. A call that a crash cut
// off is charged to one of the runs that waited for it.
void Run::complete_usage() {
  Usage& usage = terminal_.usage;
  if (!request_.precomputed_answer.empty()) {
    terminal_.source = AnswerSource::ready;
    return;
  }
  if (participant_)
    terminal_.source = participant_->cost_share();
  else if (!called_ && !request_.share_key.empty())
    terminal_.source = AnswerSource::shared;
  if (terminal_.source == AnswerSource::generated) terminal_.paid_call = call_;
  if (!usage_known_) usage.estimated = true;
  const std::uint64_t answer = terminal_.text_bytes - text_before_ + reasoning_bytes_ + tool_call_bytes_;
  if (usage.estimated && (accepted_ || answer != 0)) {
    const Usage estimate = estimated_usage(text_before_, answer);
    if (usage.input.value == 0) usage.input = estimate.input;
    usage.output = std::max(usage.output, estimate.output);
  }
  if (usage.cost.value == 0) usage.cost = cost_of(target_->model.price, usage);
  if (terminal_.source != AnswerSource::generated) usage.cost = {};
  take_charge();
  if (charged_.input.value == 0 && charged_.output.value == 0) return;
  add_usage(usage, charged_);
  terminal_.source = AnswerSource::generated;
}

void Run::close_generation() {
  participant_ = nullptr;
  if (!generation_) return;
  if (!in_sink_) return generation_.reset();
  // Not from inside the generation's own call into this sink: it is destroyed right after that call returns.
  context_.loop.post([self = shared_from_this()] { self->generation_.reset(); });
}

void Run::hand_over() {
  if (feed_) feed_->stop();
  deadline_.cancel();
  watch_.cancel();
  if (recovery_) recovery_->cancel();
  participant_ = nullptr;
  if (generation_) generation_->leave();
  generation_.reset();
}

void Run::append(EventType type, std::string_view payload) {
  log_->append(type, context_.loop.clock().wall(), payload);
  context_.committer.schedule(*this, *log_);
}

void Run::append_stage(std::string_view name) {
  append(EventType::stage, encode(Stage{std::string(name), {}, {}, {}}));
}

// Reads the provider more slowly while the journal or the store cannot keep up.
void Run::update_pace() {
  const std::size_t max = context_.config.max_uncommitted.value;
  const bool behind =
      log_->uncommitted_bytes() > max ||
      ((spilling_ || spill_failed_) && log_->held_bytes() > max + context_.config.log_window.value);
  if (behind == paused_ || !generation_) return;
  paused_ = behind;
  if (behind)
    generation_->pause();
  else
    generation_->resume();
}

void Run::on_published() {
  const auto self = shared_from_this();  // the engine may release the run in ended_
  context_.observer.events_published(log_->last() - std::exchange(counted_, log_->last()));
  if (logged_) std::exchange(logged_, nullptr)(Result<>());
  if (log_->terminal() != 0) {
    if (std::exchange(reported_, true)) return;
    feed_.reset();
    context_.observer.run_ended(request_, state_, terminal_, age());
    for (auto& done : std::exchange(when_ended_, {})) done();
    return;
  }
  if (!spill_failed_) spill(context_.config.log_window.value);  // else watch() retries
  update_pace();
}

void Run::on_refused(const Error& error) {
  if (logged_) std::exchange(logged_, nullptr)(error);
}

void Run::spill(std::size_t window) {
  if (spilling_ || reported_) return;
  const Offset before = log_->archive_taken();
  std::vector<ArchivedRange> ranges = log_->take_for_archive(window);
  if (ranges.empty()) return;
  spilling_ = true;
  const Offset through = ranges.back().first + ranges.back().count - 1;
  context_.store.put_events(
      std::move(ranges), [self = shared_from_this(), before, through, window](Result<> result) {
        self->context_.loop.post([self, before, through, window, result = std::move(result)] {
          self->spilling_ = false;
          self->spill_failed_ = !result;
          if (!result && self->deadline_.armed()) self->arm_watch();
          if (result) {
            self->log_->archived(through, self->context_.config.log_window.value);
            self->context_.events.trim(self->request_.id, through);
          } else {
            self->log_->return_from_archive(before);
            self->context_.observer.storage_error("store", result.error());
          }
          if (!self->reported_) {
            self->update_pace();
            if (result && window == self->context_.config.log_window.value) self->spill(window);
          }
        });
      });
}

}  // namespace belay

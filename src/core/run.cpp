#include "core/run.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "core/cost.hpp"
#include "core/replay.hpp"

namespace belay {
namespace {

constexpr Milliseconds kWatchInterval{1000};

}  // namespace

Run::Run(House house, RunRequest request, ModelTarget target, std::shared_ptr<RunLog> log,
         UniqueFunction<void()> ended)
    : house_(house),
      log_(std::move(log)),
      appendix_(house_.config.most_appendix),
      request_(std::move(request)),
      target_(std::move(target)),
      ended_(std::move(ended)),
      begun_(house_.loop.clock().steady()),
      deadline_(
          house_.loop.timers(),
          [this] { fail(ErrorCode::deadline_exceeded, "The answer took longer than a run may take."); }),
      watch_(house_.loop.timers(), [this] { watch(); }) {
  log_->write_on(house_.loop.index());
}

Run::~Run() {
  generation_.reset();  // before what it was started with
}

void Run::log_request(UniqueFunction<void(Result<>)> done) {
  logged_ = std::move(done);
  append(EventType::started, encode(request_));
}

void Run::begin() {
  const Milliseconds spent = house_.loop.clock().wall() - request_.created;
  deadline_.arm(std::max(house_.config.run_deadline - spent, Milliseconds(1)));
  arm_watch();
  state_ = RunState::running;
  append_stage(kStageProvider);
  call_provider({});
}

void Run::recover_after(Milliseconds delay, Past past) {
  // Known from now on: it may be cancelled before its turn comes.
  counted_ = log_->last();
  terminal_.text_from = past.text_from;
  terminal_.text_bytes = past.text.size();
  text_before_ = past.text.size();
  charged_ = past.charged;
  const std::uint64_t bytes = std::max<std::uint64_t>(past.call_bytes, past.text.size() - past.call_from);
  if (!past.charged_elsewhere && (past.accepted || bytes != 0)) {
    lost_call_ = LostCall{past.call, past.call_usage.value_or(estimated_usage(past.call_from, bytes))};
    lost_call_->usage.cost = cost_of(target_.model.price, lost_call_->usage);
  }
  terminal_.actions = std::move(past.actions);
  auto later = [this, past = std::make_shared<Past>(std::move(past))] { recover(std::move(*past)); };
  recovery_.emplace(house_.loop.timers(), std::move(later));
  recovery_->arm(delay);
}

void Run::recover(Past past) {
  if (log_->ended()) return;  // cancelled while it waited for its turn
  if (nobody_came()) {
    house_.observer.run_recovered(request_, Recovery::given_up);
    return expire();
  }
  const bool is_kept = target_.provider != nullptr && !past.resume_token.empty() &&
                       terminal_.actions.empty() && target_.provider->can_resume(target_.model);
  const bool goes_on = is_kept || can_continue(past);
  if (past.recoveries >= house_.config.most_recoveries || (!goes_on && !can_restart())) {
    house_.observer.run_recovered(request_, Recovery::given_up);
    return interrupt();
  }
  const Milliseconds spent = house_.loop.clock().wall() - request_.created;
  deadline_.arm(std::max(house_.config.run_deadline - spent, Milliseconds(1)));
  arm_watch();
  state_ = RunState::running;
  house_.observer.run_recovered(request_, goes_on ? Recovery::continued : Recovery::restarted);
  if (!goes_on) return restart();
  answering_ = !past.text.empty();
  if (!is_kept) {
    append(EventType::stage, encode(Stage{std::string(kStageRecovered), {}, {}, take_charge()}));
    return go_on(std::move(past.text));
  }
  // The call goes on: it is not lost.
  append_stage(kStageRecovered);
  text_before_ = past.call_from;
  resumed_ = std::make_unique<Past>(past);
  resumed_lost_call_ = std::exchange(lost_call_, std::nullopt);
  call_provider(std::move(past.text), std::move(past.resume_token));
}

// Where nobody has been told anything of the answer, beginning it is going on.
bool Run::can_continue(const Past& past) const {
  if (!request_.ready_answer.empty()) return true;
  if (target_.provider == nullptr) return false;
  const bool was_told = !past.text.empty() || !terminal_.actions.empty();
  // What is shared may have come to its end in another run, and then stands in the cache: who asks for it
  // sees.
  const bool may_be_known = !request_.share_key.empty();
  return !was_told || (!past.text.empty() && (may_be_known || target_.provider->can_continue(target_.model)));
}

bool Run::can_restart() const {
  return target_.provider != nullptr && request_.may_restart;
}

void Run::go_on(std::string text) {
  appendix_.push(text);
  text_before_ = text.size();
  call_provider(std::move(text));
}

void Run::restart() {
  append(EventType::restarted,
         encode(Restarted{"The server was restarted. The answer begins anew.", take_charge()}));
  terminal_.text_from = log_->appended() + 1;
  terminal_.text_bytes = 0;
  terminal_.actions.clear();
  text_before_ = 0;
  appendix_.reset();
  call_provider({});
}

void Run::interrupt() {
  terminal_.code = ErrorCode::interrupted;
  terminal_.message =
      "The server was restarted while this answer was made, and it could not be taken up again.";
  end(EventType::interrupted);
}

// The provider goes on with the answer that it kept.
void Run::confirm_resumed() {
  if (!resumed_) return;
  appendix_.push(resumed_->text);
  resumed_.reset();
  resumed_lost_call_.reset();
}

// The provider does not have the answer any more: the next best way is taken.
void Run::resume_failed(Error error) {
  if (log_->ended() || !resumed_) return;
  Past past = std::move(*resumed_);
  resumed_.reset();
  lost_call_ = std::exchange(resumed_lost_call_, std::nullopt);
  seat_ = nullptr;
  generation_.reset();
  house_.observer.provider_failed(request_.id.text(), request_.model, error);
  called_ = accepted_ = false;
  text_before_ = past.text.size();
  if (can_continue(past)) {
    if (auto charge = take_charge()) append(EventType::stage, encode(Stage{{}, {}, {}, std::move(charge)}));
    return go_on(std::move(past.text));
  }
  if (can_restart()) return restart();
  fail(error.code, std::move(error.detail));
}

void Run::call_provider(std::string partial_answer, std::string resume_token) {
  if (!request_.ready_answer.empty()) {
    KnownAnswer known{
        std::make_shared<const std::string>(request_.ready_answer), partial_answer.size(), {}, {}};
    known.finish = FinishReason::stop;
    generation_ = start_replay(house_.loop, std::move(known), house_.cache.replay_words_per_second, *this);
    return;
  }
  GenerationRequest call;
  called_ = true;
  call.label = request_.id.text();
  call.model = target_.model;
  call.system = request_.system;
  call.messages = request_.messages;
  call.tools = request_.tools;
  call.partial_answer = std::move(partial_answer);
  call.resume_token = std::move(resume_token);
  if (request_.share_key.empty()) {
    generation_ = target_.provider->start(house_.loop, call, *this);
    return;
  }
  call.call = call.label + '.' + std::to_string(log_->appended());
  const SharedGenerations::AnswerLog own{log_, terminal_.text_from, &house_.hub};
  auto seat = house_.shared.join(house_.loop, request_.share_key, call, *target_.provider, *this, own);
  seat_ = seat.get();
  generation_ = std::move(seat);
}

// Logged with the stage that on_accepted() brings; a recovered answer has no such stage.
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
  if (terminal_.text_bytes == 0) house_.observer.first_delta(request_, age());
  if (!fits(text.size())) return;
  terminal_.text_bytes += text.size();
  append(EventType::delta, text);
  appendix_.push(text);
}

// Whether the answer may grow by so much; ends the run if not.
bool Run::fits(std::size_t more) {
  if (terminal_.text_bytes + tool_call_bytes_ + more <= house_.config.most_answer.value) return true;
  fail(ErrorCode::answer_too_large, "The answer grew past the limit and was cut off.");
  return false;
}

void Run::on_tool_call(ToolCall call) {
  if (log_->ended()) return;
  confirm_resumed();
  in_sink_ = true;
  const std::size_t bytes = call.id.size() + call.name.size() + call.arguments.size();
  // A provider that goes on from a partial answer may repeat what it asked for before.
  const bool repeated =
      std::any_of(terminal_.actions.begin(), terminal_.actions.end(),
                  [&](const ToolCall& told) { return !told.id.empty() && told.id == call.id; });
  if (++tool_calls_ > house_.config.most_tool_calls) {
    fail(ErrorCode::provider_broken, "The model asked for more actions than an answer may hold.");
  } else if (!repeated && fits(bytes)) {
    tool_call_bytes_ += bytes;
    const auto declared = std::find_if(request_.tools.begin(), request_.tools.end(),
                                       [&](const Tool& tool) { return tool.name == call.name; });
    const std::string problem = declared == request_.tools.end() ? "This action was not offered to the model."
                                                                 : house_.tool_check(*declared, call);
    append(EventType::tool_call, encode(ToolCallEvent{call, problem}));
    if (problem.empty()) terminal_.actions.push_back(std::move(call));
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

void Run::on_end(FinishReason reason) {
  if (log_->ended()) return;
  confirm_resumed();
  in_sink_ = true;
  joined_.clear();
  joiner_.finish(joined_);
  if (!joined_.empty()) append_delta(joined_);
  if (!log_->ended()) {
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
    return house_.loop.post(
        [self = shared_from_this(), error = std::move(error)] { self->resume_failed(error); });
  in_sink_ = true;
  joined_.clear();
  joiner_.finish(joined_);
  if (!joined_.empty()) append_delta(joined_);
  if (!log_->ended()) {
    if (error.code != ErrorCode::interrupted) {
      house_.observer.provider_failed(request_.id.text(), request_.model, error);
      fail(error.code, std::move(error.detail));
    } else {
      taken_up_in_vain();
    }
  }
  in_sink_ = false;
}

// The shared answer that it was to go on with is nowhere to be found.
void Run::taken_up_in_vain() {
  if (!request_.may_restart) return interrupt();
  house_.loop.post([self = shared_from_this()] {
    if (self->log_->ended()) return;
    self->seat_ = nullptr;
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
  append(EventType::usage, encode(terminal_.usage));
  append(type, encode(terminal_));
  deadline_.cancel();
  watch_.cancel();
  if (recovery_) recovery_->cancel();
  close_generation();
}

// Of a call that goes on from so much of the answer and was told so much more.
Usage Run::estimated_usage(std::uint64_t answer_before, std::uint64_t answer) const {
  std::uint64_t prompt = request_.system.size() + answer_before;
  for (const ChatMessage& message : request_.messages) prompt += message.content.size();
  Usage usage;
  usage.estimated = true;
  complete_estimate(usage, prompt, answer);
  return usage;
}

// From here on the charge stands in the log.
std::optional<LostCall> Run::take_charge() {
  std::optional<LostCall> charge = std::exchange(lost_call_, std::nullopt);
  if (charge) add_usage(charged_, charge->usage);
  return charge;
}

// What the provider did not count is estimated: it may have died, or been left, before it said. A request
// that it never accepted costs nothing; a call that a crash cut off is charged to one of the runs that waited
// for it.
void Run::complete_usage() {
  Usage& usage = terminal_.usage;
  if (!request_.ready_answer.empty()) {
    terminal_.source = AnswerSource::ready;
    return;
  }
  if (seat_)
    terminal_.source = seat_->settle_up();
  else if (!called_ && !request_.share_key.empty())
    terminal_.source = AnswerSource::shared;
  if (terminal_.source == AnswerSource::generated) terminal_.paid_call = call_;
  if (!usage_known_) usage.estimated = true;
  const std::uint64_t answer = terminal_.text_bytes - text_before_ + tool_call_bytes_;
  if (usage.estimated && (accepted_ || answer != 0)) {
    const Usage estimate = estimated_usage(text_before_, answer);
    if (usage.input.value == 0) usage.input = estimate.input;
    usage.output = std::max(usage.output, estimate.output);
  }
  if (usage.cost.value == 0) usage.cost = cost_of(target_.model.price, usage);
  if (terminal_.source != AnswerSource::generated) usage.cost = {};
  take_charge();
  if (charged_.input.value == 0 && charged_.output.value == 0) return;
  add_usage(usage, charged_);
  terminal_.source = AnswerSource::generated;
}

void Run::close_generation() {
  seat_ = nullptr;
  if (!generation_) return;
  if (!in_sink_) return generation_.reset();
  // Not from inside its own call: as soon as that returns.
  house_.loop.post([self = shared_from_this()] { self->generation_.reset(); });
}

void Run::abandon() {
  deadline_.cancel();
  watch_.cancel();
  if (recovery_) recovery_->cancel();
  seat_ = nullptr;
  if (generation_) generation_->leave();
  generation_.reset();
}

void Run::append(EventType type, std::string_view payload) {
  log_->append(type, house_.loop.clock().wall(), payload);
  house_.committer.touch(*this, *log_);
}

void Run::append_stage(std::string_view name) {
  append(EventType::stage, encode(Stage{std::string(name), {}, {}, {}}));
}

// Reads the provider more slowly while the journal or the store does not keep up.
void Run::update_pace() {
  const std::size_t most = house_.config.most_uncommitted.value;
  const bool behind =
      log_->uncommitted_bytes() > most ||
      ((spilling_ || spill_failed_) && log_->held_bytes() > most + house_.config.log_window.value);
  if (behind == paused_ || !generation_) return;
  paused_ = behind;
  if (behind)
    generation_->pause();
  else
    generation_->resume();
}

void Run::on_published() {
  const auto self = shared_from_this();  // the engine lets go of it in ended_
  house_.observer.events_published(log_->last() - std::exchange(counted_, log_->last()));
  if (logged_) std::exchange(logged_, nullptr)(Result<>());
  if (log_->terminal() != 0) {
    if (std::exchange(reported_, true)) return;
    house_.observer.run_ended(request_, state_, terminal_, age());
    for (auto& done : std::exchange(when_ended_, {})) done();
    return;
  }
  if (!spill_failed_) spill(house_.config.log_window.value);  // else watch() tries again, in its own time
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
  house_.store.put_events(
      std::move(ranges), [self = shared_from_this(), before, through, window](Result<> result) {
        self->house_.loop.post([self, before, through, window, result = std::move(result)] {
          self->spilling_ = false;
          self->spill_failed_ = !result;
          if (!result && self->deadline_.armed()) self->arm_watch();
          if (result) {
            self->log_->archived(through, self->house_.config.log_window.value);
            self->house_.events.release(self->request_.id, through);
          } else {
            self->log_->return_from_archive(before);
            self->house_.observer.storage_trouble("store", result.error());
          }
          if (!self->reported_) {
            self->update_pace();
            if (result && window == self->house_.config.log_window.value) self->spill(window);
          }
        });
      });
}

// Has nobody come, or everybody gone? Does the store take events again?
void Run::watch() {
  const EngineConfig& config = house_.config;
  const SteadyTime now = house_.loop.clock().steady();
  if (nobody_came()) return expire();
  if (log_->readers() != 0 || !log_->opened())
    unwatched_since_.reset();
  else if (!unwatched_since_)
    unwatched_since_ = now;
  if (config.unwatched_grace.count() != 0 && unwatched_since_ &&
      now - *unwatched_since_ >= config.unwatched_grace)
    return cancel(
        make_error(ErrorCode::cancelled, "Nobody was watching any more, so the answer was stopped."), [] {});
  if (spill_failed_) spill(config.log_window.value);
  arm_watch();
}

bool Run::nobody_came() const {
  return !log_->opened() && unopened_rest() <= Milliseconds(0);
}

void Run::expire() {
  expired_ = true;
  cancel(make_error(ErrorCode::expired, "Nobody opened this stream in time, so the answer was stopped."),
         [] {});
}

Milliseconds Run::unopened_rest() const {
  return house_.config.unopened_expiry - (house_.loop.clock().wall() - request_.created);
}

// Most runs are opened and then need no more watching.
void Run::arm_watch() {
  std::optional<Milliseconds> next;
  if (!log_->opened()) next = unopened_rest();
  if (house_.config.unwatched_grace.count() != 0 || spill_failed_)
    next = std::min(next.value_or(kWatchInterval), kWatchInterval);
  if (next) watch_.arm(std::max(*next, Milliseconds(1)));
}

}  // namespace belay

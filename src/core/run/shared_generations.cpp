#include "core/run/shared_generations.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <optional>
#include <utility>
#include <vector>

#include "base/utf8.hpp"
#include "core/log/subscription.hpp"
#include "core/run/replay.hpp"

namespace belay {
namespace {

// The window for an answer that the cache would not keep.
constexpr std::size_t kMinWindow = 64 * 1024;
// How far the provider may be ahead of the participant that has received the most.
constexpr std::size_t kMaxAhead = 1024 * 1024;
// The maximum number of bytes that a participant receives in one turn while it catches up.
constexpr std::size_t kCatchUpTurn = 64 * 1024;

// How much reasoning is kept for the participants. More is not shown.
constexpr std::size_t kMaxReasoning = 4 * 1024 * 1024;

// The plain answer: only the deltas.
class PlainText final : public Dialect {
 public:
  void render(const LogHead&, const Event& event, const Position&, MessageWriter& writer) const override {
    if (event.type != EventType::delta) return;
    writer.begin({}).append(event.payload);
    writer.end();
  }
};
const PlainText kPlainText;

}  // namespace

// The shared generation. Its provider's calls arrive on its home loop. Participants read it from their own
// loops.
class SharedGenerations::SharedGeneration final : public std::enable_shared_from_this<SharedGeneration>,
                                                  private GenerationSink {
 public:
  SharedGeneration(SharedGenerations& owner, Loop& home, std::string key, const GenerationRequest& request,
                   Provider& provider, std::string sent)
      : owner_(owner), home_(home), key_(std::move(key)), request_(request), provider_(provider) {
    request_.partial_answer.clear();
    text_ = std::move(sent);
    const std::size_t kept = owner_.cache_ ? owner_.config_.max_answer.value : 0;
    window_ = std::max(kept, kMinWindow);
  }

  const std::string& key() const { return key_; }
  std::size_t held_bytes() const {
    const std::lock_guard lock(mutex_);
    return text_.size() + reasoning_.size();
  }
  // Called once, on the home loop.
  void begin();

  // Call it on the participant's loop. Returns false if the text that the run has already delivered is not
  // the beginning of this answer.
  bool add(GenerationParticipant& participant, const std::string& sent);
  AnswerSource leave(GenerationParticipant& participant);
  void wake(Loop& loop);
  // Resumes reading from the provider if it was too far ahead of all participants and no longer is.
  void check_pace();
  // The process is stopping: an answer that the provider stores must not be ended there.
  void hand_over_call() { left_ = true; }

 private:
  enum class From { looking, provider, cache, stale };
  struct End {
    std::optional<Error> error;
    FinishReason finish = FinishReason::stop;
  };

  void on_accepted() override;
  void on_text(std::string_view piece) override;
  void on_reasoning(std::string_view piece) override;
  void on_tool_call(ToolCall call) override;
  void on_usage(const Usage& usage) override;
  void on_end(FinishReason reason) override;
  void on_error(Error error) override;
  void on_resumable(std::string_view token) override;
  void on_stage(std::string_view name) override;

  void look_up(WallTime now);
  void looked_up(Result<std::optional<CachedAnswer>> found);
  void call_provider();
  void decide(From from);
  bool may_be_stale(const Error& error) const;
  void keep_answer(FinishReason reason);
  void end(End end);
  // The source of the answer for a participant that is not charged.
  static AnswerSource source_of(From from);
  template <class Change>
  void change(Change what);
  void wake_all();
  void pump(Loop& loop);
  void catch_up(GenerationParticipant& participant, const std::shared_ptr<bool>& alive);
  // The caller holds the mutex.
  std::uint64_t size() const { return dropped_ + text_.size(); }
  bool is_too_far_ahead() const;
  void trim_text();

  SharedGenerations& owner_;
  Loop& home_;
  const std::string key_;
  GenerationRequest request_;
  Provider& provider_;

  // The members below belong to the home loop.
  std::unique_ptr<Generation> generation_;
  std::optional<Timer> patience_;  // limits how long the cache lookup may take
  bool is_looking_ = false;
  std::uint64_t looks_ = 0;
  // The provider's error. While it is set, the cache may be used even for a stale answer.
  std::optional<Error> failure_;
  bool abandoned_ = false;
  // The logs hold complete characters. With the joiner, text_ has the same bytes as the logs.
  Utf8Joiner joiner_;
  std::string joined_;
  std::size_t window_ = 0;  // bytes of text_ that are kept for participants

  std::atomic<bool> provider_paused_{false};

  std::atomic<bool> left_{false};
  mutable std::mutex mutex_;   // guards the members below
  std::string text_;           // the answer, from its byte `dropped_` on
  std::uint64_t dropped_ = 0;  // the bytes before it are read from archive_
  AnswerLog archive_;
  bool called_ = false;  // whether the provider has been called
  std::string call_;     // the name of that call
  std::string token_;    // of an answer that the provider stores
  std::vector<std::string> stages_;
  From from_ = From::looking;
  bool accepted_ = false;
  std::string reasoning_;  // at most kMaxReasoning
  std::vector<ToolCall> calls_;
  std::optional<Usage> usage_;
  std::optional<End> end_;
  // The serial of the participant that is charged, once the generation has ended.
  std::optional<std::uint64_t> charged_participant_;
  std::uint64_t next_serial_ = 0;
  std::vector<GenerationParticipant*> participants_;  // in the order in which they joined
  // For each loop with participants: whether a pump() is already posted.
  std::map<Loop*, bool> wake_wanted_;
};

class SharedGenerations::GenerationParticipant final : public Participant {
 public:
  GenerationParticipant(std::shared_ptr<SharedGeneration> generation, Loop& loop, GenerationSink& sink,
                        std::size_t sent, AnswerLog own)
      : generation_(std::move(generation)), loop_(loop), sink_(sink), own_(std::move(own)), sent_(sent) {}
  ~GenerationParticipant() override {
    *alive_ = false;
    cost_share();
  }
  AnswerSource cost_share() override {
    if (!cost_share_) cost_share_ = generation_->leave(*this);
    return *cost_share_;
  }
  void pause() override { paused_ = true; }
  void resume() override {
    paused_ = false;
    generation_->wake(loop_);
  }
  void leave() override { generation_->hand_over_call(); }

 private:
  friend class SharedGeneration;
  friend class SharedGenerations;
  const std::shared_ptr<SharedGeneration> generation_;
  Loop& loop_;
  GenerationSink& sink_;
  const AnswerLog own_;
  std::uint64_t serial_ = 0;
  std::uint64_t sent_;  // bytes; changed with the generation's mutex held
  std::size_t delivered_reasoning_ = 0;
  std::size_t delivered_calls_ = 0;
  std::size_t delivered_stages_ = 0;
  bool delivered_token_ = false;
  bool delivered_call_ = false;
  bool delivered_accepted_ = false;
  bool delivered_end_ = false;
  bool paused_ = false;
  std::optional<AnswerSource> cost_share_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

  // Reads another run's log while this participant's position is before the generation's text.
  struct CatchUp final : ByteSource::Waker {
    CatchUp(GenerationParticipant& s, const AnswerLog& from)
        : participant(s),
          skip(s.sent_),
          log(from.log, {kPlainText, plain_framing()}, from.text_from - 1, *s.own_.hub) {
      log.attach(*this);
    }
    void wake() override { participant.generation_->wake(participant.loop_); }
    GenerationParticipant& participant;
    std::uint64_t skip;  // bytes that the participant has already received
    Subscription log;
  };
  std::unique_ptr<CatchUp> catch_up_;
};

void SharedGenerations::SharedGeneration::begin() {
  if (!owner_.cache_) return call_provider();
  // An earlier process may have been cut off in the middle of a stale answer.
  bool continues = false;
  {
    const std::lock_guard lock(mutex_);
    continues = !text_.empty();
  }
  look_up(owner_.clock_.wall() - (continues ? owner_.config_.stale_if_error : Milliseconds(0)));
}

// Looks for an answer that had not expired at `now`.
void SharedGenerations::SharedGeneration::look_up(WallTime now) {
  is_looking_ = true;
  // A cache that does not answer in time counts as a miss.
  patience_.emplace(home_.timers(), [this] { looked_up(std::optional<CachedAnswer>()); });
  patience_->arm(owner_.config_.patience);
  auto take = [self = shared_from_this(), look = ++looks_](Result<std::optional<CachedAnswer>> found) {
    self->home_.post([self, look, found = std::move(found)]() mutable {
      if (look == self->looks_) self->looked_up(std::move(found));
    });
  };
  owner_.cache_->find_answer(key_, now, std::move(take));
}

void SharedGenerations::SharedGeneration::looked_up(Result<std::optional<CachedAnswer>> found) {
  if (!is_looking_ || abandoned_) return;
  is_looking_ = false;
  patience_->cancel();
  if (!found) owner_.observer_.storage_error("cache", found.error());
  std::size_t sent = 0;
  bool fits = false;
  if (found && *found) {
    const std::lock_guard lock(mutex_);
    sent = text_.size();
    fits = (*found)->text.starts_with(text_);
  }
  if (!fits && failure_) return end({std::move(failure_), {}});
  if (!fits) return call_provider();
  const bool is_stale = (*found)->expires <= owner_.clock_.wall();
  if (failure_) owner_.observer_.provider_failed(request_.label, request_.model.alias, *failure_);
  if (is_stale) on_stage(kStageCached);
  decide(is_stale ? From::stale : From::cache);
  KnownAnswer known{std::make_shared<const std::string>(std::move((*found)->text)), sent, (*found)->usage,
                    (*found)->finish};
  known.usage.cost = {};
  generation_ = start_replay(home_, std::move(known), owner_.config_.replay_words_per_second, *this);
}

void SharedGenerations::SharedGeneration::call_provider() {
  GenerationRequest request = std::exchange(request_, {});
  const bool continues = !request.resume_token.empty() || provider_.can_continue(request.model);
  {
    const std::lock_guard lock(mutex_);
    request.partial_answer = text_;
    called_ = request.partial_answer.empty() || continues;
    if (called_) call_ = request.call;
  }
  if (!called_)
    return end({make_error(ErrorCode::interrupted, "The answer could not be taken up again."), {}});
  decide(From::provider);
  generation_ = provider_.start(home_, request, *this);
}

void SharedGenerations::SharedGeneration::decide(From from) {
  std::size_t participants = 0;
  {
    const std::lock_guard lock(mutex_);
    from_ = from;
    participants = participants_.size();
  }
  for (std::size_t i = 0; i < participants; ++i)
    owner_.observer_.answer_from(i == 0 && from == From::provider ? AnswerSource::generated
                                                                  : source_of(from));
}

AnswerSource SharedGenerations::SharedGeneration::source_of(From from) {
  if (from == From::cache) return AnswerSource::cached;
  return from == From::stale ? AnswerSource::stale : AnswerSource::shared;
}

bool SharedGenerations::SharedGeneration::add(GenerationParticipant& participant, const std::string& sent) {
  {
    const std::lock_guard lock(mutex_);
    const bool fits = dropped_ == 0 ? text_.starts_with(sent) : sent.empty() && participant.own_.hub;
    if (!fits) return false;
    participant.serial_ = next_serial_++;
    participants_.push_back(&participant);
    if (from_ != From::looking) owner_.observer_.answer_from(source_of(from_));
  }
  wake(participant.loop_);
  return true;
}

AnswerSource SharedGenerations::SharedGeneration::leave(GenerationParticipant& participant) {
  AnswerSource owes;
  bool was_last = false;
  {
    // Both locks are held, so that no run can find this generation and join it in between.
    const std::lock_guard owner_lock(owner_.mutex_);
    const std::lock_guard lock(mutex_);
    std::erase(participants_, &participant);
    was_last = participants_.empty();
    const bool pays = end_ ? charged_participant_ == participant.serial_ : was_last;
    owes = source_of(from_);
    if (owes == AnswerSource::shared && pays && called_) owes = AnswerSource::generated;
    if (was_last && !end_)
      if (const auto found = owner_.generations_.find(key_);
          found != owner_.generations_.end() && found->second.get() == this)
        owner_.generations_.erase(found);
  }
  participant.catch_up_.reset();
  if (!was_last) {
    check_pace();
    return owes;
  }
  // The provider call is closed now, or as soon as its loop runs.
  auto drop = [self = shared_from_this()] {
    self->abandoned_ = true;
    if (self->left_ && self->generation_) self->generation_->leave();
    self->generation_.reset();
    self->patience_.reset();
  };
  home_.post(std::move(drop));
  return owes;
}

template <class Change>
void SharedGenerations::SharedGeneration::change(Change what) {
  {
    const std::lock_guard lock(mutex_);
    what();
  }
  wake_all();
}

void SharedGenerations::SharedGeneration::on_accepted() {
  change([this] { accepted_ = true; });
}
void SharedGenerations::SharedGeneration::on_text(std::string_view piece) {
  std::string_view whole = piece;
  if (joiner_.holding() || !is_valid_utf8(piece)) {
    joined_.clear();
    joiner_.push(piece, joined_);
    whole = joined_;
  }
  if (whole.empty()) return;
  bool too_far = false;
  change([&] {
    text_.append(whole);
    trim_text();
    too_far = is_too_far_ahead();
  });
  if (too_far && generation_ && !provider_paused_.exchange(true)) generation_->pause();
}

bool SharedGenerations::SharedGeneration::is_too_far_ahead() const {
  std::uint64_t sent = 0;
  for (const GenerationParticipant* participant : participants_) sent = std::max(sent, participant->sent_);
  return size() - std::min(size(), sent) > kMaxAhead;
}

// Keeps the newest half of the window for participants that are slightly behind.
void SharedGenerations::SharedGeneration::trim_text() {
  if (text_.size() <= window_ || from_ == From::looking) return;
  const GenerationParticipant* first = nullptr;
  for (const GenerationParticipant* participant : participants_)
    if (participant->own_.log && (!first || participant->sent_ > first->sent_)) first = participant;
  if (!first) return;
  const std::uint64_t upto = std::min<std::uint64_t>(first->sent_, size() - window_ / 2);
  if (upto <= dropped_) return;
  archive_ = first->own_;
  text_.erase(0, upto - dropped_);
  if (text_.capacity() > 2 * window_ + kMaxAhead) text_.shrink_to_fit();
  dropped_ = upto;
}

void SharedGenerations::SharedGeneration::check_pace() {
  if (!provider_paused_) return;
  {
    const std::lock_guard lock(mutex_);
    if (is_too_far_ahead()) return;
  }
  home_.post([self = shared_from_this()] {
    if (self->provider_paused_.exchange(false) && self->generation_) self->generation_->resume();
  });
}
void SharedGenerations::SharedGeneration::on_reasoning(std::string_view piece) {
  change([&] {
    if (reasoning_.size() + piece.size() <= kMaxReasoning) reasoning_.append(piece);
  });
}
void SharedGenerations::SharedGeneration::on_tool_call(ToolCall call) {
  change([&] { calls_.push_back(std::move(call)); });
}
void SharedGenerations::SharedGeneration::on_usage(const Usage& usage) {
  change([&] { usage_ = usage; });
}

void SharedGenerations::SharedGeneration::on_end(FinishReason reason) {
  joined_.clear();
  joiner_.finish(joined_);
  bool keep = false;
  {
    const std::lock_guard lock(mutex_);
    text_.append(joined_);
    keep = from_ == From::provider && reason == FinishReason::stop && calls_.empty() && !text_.empty() &&
           size() <= owner_.config_.max_answer.value && owner_.cache_;
  }
  end({std::nullopt, reason});
  if (keep) return keep_answer(reason);
  owner_.forget(*this);
}

void SharedGenerations::SharedGeneration::on_error(Error error) {
  if (!may_be_stale(error)) return end({std::move(error), {}});
  failure_ = std::move(error);
  look_up(owner_.clock_.wall() - owner_.config_.stale_if_error);
}

// Requirement S11: only for a provider that is broken, not for one that refuses this request, and only if
// nothing has been delivered yet.
bool SharedGenerations::SharedGeneration::may_be_stale(const Error& error) const {
  if (!owner_.cache_ || owner_.config_.stale_if_error == Milliseconds(0)) return false;
  switch (error.code) {
    case ErrorCode::provider_unavailable:
    case ErrorCode::provider_timeout:
    case ErrorCode::provider_rejected:
    case ErrorCode::provider_rate_limited:
    case ErrorCode::provider_broken:
      break;
    default:
      return false;
  }
  const std::lock_guard lock(mutex_);
  return size() == 0 && calls_.empty();
}

void SharedGenerations::SharedGeneration::on_resumable(std::string_view token) {
  change([&] { token_ = token; });
}
void SharedGenerations::SharedGeneration::on_stage(std::string_view name) {
  change([&] { stages_.emplace_back(name); });
}

void SharedGenerations::SharedGeneration::end(End end) {
  // A run that asks again after a failure gets a new generation.
  if (end.error) owner_.forget(*this);
  provider_paused_ = false;
  change([&] {
    end_ = std::move(end);
    // After a crash, runs rejoin in any order, so the ids decide which run has waited longest.
    const auto first =
        std::min_element(participants_.begin(), participants_.end(), [](const auto* a, const auto* b) {
          return a->own_.log && b->own_.log && a->own_.log->id() < b->own_.log->id();
        });
    if (first != participants_.end()) charged_participant_ = (*first)->serial_;
  });
}

// A run that asks in the meantime still finds this generation and gets the answer from it. At every moment,
// the answer is here or in the cache.
void SharedGenerations::SharedGeneration::keep_answer(FinishReason reason) {
  CachedAnswer answer;
  {
    const std::lock_guard lock(mutex_);
    answer.text = text_;
    if (usage_) answer.usage = *usage_;
  }
  answer.finish = reason;
  answer.expires = owner_.clock_.wall() + owner_.config_.lifetime;
  const auto self = shared_from_this();
  owner_.cache_->put_answer(key_, std::move(answer), [self](Result<> kept) {
    self->home_.post([self, kept = std::move(kept)] {
      if (!kept) self->owner_.observer_.storage_error("cache", kept.error());
      self->owner_.forget(*self);
    });
  });
}

void SharedGenerations::SharedGeneration::wake(Loop& loop) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(wake_wanted_[&loop], true)) return;
  }
  loop.post([self = shared_from_this(), &loop] { self->pump(loop); });
}

void SharedGenerations::SharedGeneration::wake_all() {
  std::vector<Loop*> loops;
  {
    const std::lock_guard lock(mutex_);
    for (const GenerationParticipant* participant : participants_)
      if (!std::exchange(wake_wanted_[&participant->loop_], true)) loops.push_back(&participant->loop_);
  }
  for (Loop* loop : loops) loop->post([self = shared_from_this(), loop] { self->pump(*loop); });
}

// Sends to the participants of one loop, on that loop, what they have not received yet. New text is copied
// once for all of them.
void SharedGenerations::SharedGeneration::pump(Loop& loop) {
  struct Turn {
    GenerationParticipant* participant;
    std::shared_ptr<bool> alive;
    bool is_behind;
  };
  std::vector<Turn> turns;
  std::uint64_t base = 0, end = 0;
  std::string news;
  std::string token;
  std::string call;
  std::vector<std::string> stages;
  std::string reasoning;  // from `reasoned` on
  std::size_t reasoned = 0;
  std::vector<ToolCall> calls;
  std::optional<Usage> usage;
  std::optional<End> over;
  bool accepted = false;
  {
    const std::lock_guard lock(mutex_);
    wake_wanted_[&loop] = false;
    base = end = size();
    reasoned = reasoning_.size();
    for (GenerationParticipant* participant : participants_) {
      if (&participant->loop_ != &loop || participant->paused_) continue;
      const bool is_behind = participant->sent_ < dropped_;
      turns.push_back({participant, participant->alive_, is_behind});
      if (!is_behind) base = std::min(base, participant->sent_);
      reasoned = std::min(reasoned, participant->delivered_reasoning_);
    }
    news = text_.substr(base - dropped_);
    token = token_;
    call = call_;
    stages = stages_;
    reasoning = reasoning_.substr(reasoned);
    calls = calls_;
    usage = usage_;
    over = end_;
    accepted = accepted_ || end != 0;
  }
  for (const auto& [participant, alive, is_behind] : turns) {
    const auto still_there = [&] { return *alive && !participant->cost_share_; };
    while (still_there() && participant->delivered_stages_ < stages.size())
      participant->sink_.on_stage(stages[participant->delivered_stages_++]);
    if (still_there() && !call.empty() && !std::exchange(participant->delivered_call_, true))
      participant->sink_.on_call(call);
    if (still_there() && accepted && !std::exchange(participant->delivered_accepted_, true))
      participant->sink_.on_accepted();
    if (still_there() && !token.empty() && !std::exchange(participant->delivered_token_, true))
      participant->sink_.on_resumable(token);
    if (const std::size_t all = reasoned + reasoning.size();
        still_there() && participant->delivered_reasoning_ < all)
      participant->sink_.on_reasoning(std::string_view(reasoning).substr(
          std::exchange(participant->delivered_reasoning_, all) - reasoned));
    if (is_behind) {
      if (still_there()) catch_up(*participant, alive);
      continue;
    }
    if (still_there() && participant->sent_ < end) {
      std::uint64_t from = 0;
      {
        const std::lock_guard lock(mutex_);
        from = std::exchange(participant->sent_, end) - base;
      }
      participant->sink_.on_text(std::string_view(news).substr(from));
    }
    while (still_there() && participant->delivered_calls_ < calls.size())
      participant->sink_.on_tool_call(calls[participant->delivered_calls_++]);
    if (!over || !still_there() || std::exchange(participant->delivered_end_, true)) continue;
    if (usage) participant->sink_.on_usage(*usage);
    if (!still_there()) continue;
    if (over->error)
      participant->sink_.on_error(*over->error);
    else
      participant->sink_.on_end(over->finish);
  }
  check_pace();
}

// Sends a limited part per turn, from the log of a run that has the text.
void SharedGenerations::SharedGeneration::catch_up(GenerationParticipant& participant,
                                                   const std::shared_ptr<bool>& alive) {
  if (!participant.catch_up_) {
    AnswerLog archive;
    {
      const std::lock_guard lock(mutex_);
      archive = archive_;
    }
    participant.catch_up_ = std::make_unique<GenerationParticipant::CatchUp>(participant, archive);
  }
  for (std::size_t given = 0; given < kCatchUpTurn;) {
    GenerationParticipant::CatchUp& from = *participant.catch_up_;
    ByteRanges ranges;
    const ByteSource::State state = from.log.peek(ranges);
    if (state == ByteSource::State::waiting || state == ByteSource::State::loading) return;
    if (state != ByteSource::State::ready) {
      participant.delivered_end_ = true;
      return participant.sink_.on_error(
          make_error(ErrorCode::unavailable, "The beginning of this answer can not be read. Ask again."));
    }
    std::string piece;
    for (std::size_t i = 0; i < ranges.count; ++i)
      piece.append(static_cast<const char*>(ranges.ranges[i].iov_base), ranges.ranges[i].iov_len);
    from.log.consume(ranges.bytes);
    given += piece.size();
    const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(from.skip, piece.size()));
    from.skip -= skipped;
    piece.erase(0, skipped);
    if (piece.empty()) continue;
    bool has_caught_up = false;
    {
      const std::lock_guard lock(mutex_);
      participant.sent_ += piece.size();
      has_caught_up = participant.sent_ >= dropped_;
    }
    if (has_caught_up) participant.catch_up_.reset();
    participant.sink_.on_text(piece);
    if (!*alive || participant.cost_share_ || participant.paused_) return;
    if (has_caught_up) break;
  }
  wake(participant.loop_);
}

std::unique_ptr<SharedGenerations::Participant> SharedGenerations::join(Loop& loop, const std::string& key,
                                                                        const GenerationRequest& request,
                                                                        Provider& provider,
                                                                        GenerationSink& sink, AnswerLog own) {
  assert(Loop::current() == &loop);
  const std::string& sent = request.partial_answer;
  const std::lock_guard lock(mutex_);
  if (const auto found = generations_.find(key); found != generations_.end()) {
    auto participant = std::make_unique<GenerationParticipant>(found->second, loop, sink, sent.size(), own);
    if (found->second->add(*participant, sent)) return participant;
    participant->cost_share_ = AnswerSource::generated;  // it never joined
  }
  std::string begun = sent;
  bool is_for_all = !generations_.contains(key);
  if (const auto expected = expected_.find(key); is_for_all && expected != expected_.end()) {
    is_for_all = expected->second.starts_with(sent);
    if (is_for_all) {
      begun = std::move(expected->second);
      expected_.erase(expected);
    }
  }
  auto generation = std::make_shared<SharedGeneration>(*this, loop, key, request, provider, std::move(begun));
  if (is_for_all) generations_.emplace(key, generation);
  auto participant =
      std::make_unique<GenerationParticipant>(generation, loop, sink, sent.size(), std::move(own));
  generation->add(*participant, sent);
  loop.post([generation] { generation->begin(); });
  return participant;
}

void SharedGenerations::forget(const SharedGeneration& generation) {
  std::shared_ptr<SharedGeneration> gone;  // destroyed after the lock is released
  const std::lock_guard lock(mutex_);
  if (const auto found = generations_.find(generation.key());
      found != generations_.end() && found->second.get() == &generation) {
    gone = std::move(found->second);
    generations_.erase(found);
  }
}

std::size_t SharedGenerations::held_bytes() {
  const std::lock_guard lock(mutex_);
  std::size_t held = 0;
  for (const auto& [key, generation] : generations_) held += generation->held_bytes();
  return held;
}

void SharedGenerations::expect(const std::string& key, std::string sent) {
  const std::lock_guard lock(mutex_);
  expected_[key] = std::move(sent);
}

void SharedGenerations::remember(const std::string& key, CachedAnswer answer) {
  if (!cache_ || answer.text.empty() || answer.text.size() > config_.max_answer.value) return;
  answer.expires = clock_.wall() + config_.lifetime;
  cache_->put_answer(key, std::move(answer), [&observer = observer_](Result<> kept) {
    if (!kept) observer.storage_error("cache", kept.error());
  });
}

}  // namespace belay

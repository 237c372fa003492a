#include "core/run/shared_generation.hpp"

#include <algorithm>
#include <utility>

#include "core/run/generation_participant.hpp"
#include "core/run/replay.hpp"

namespace belay {
namespace {

// The window for an answer that the cache would not keep.
constexpr std::size_t kMinWindow = 64 * 1024;
// How far the provider may be ahead of the participant that has received the most.
constexpr std::size_t kMaxAhead = 1024 * 1024;
// How much reasoning is kept for the participants. More is not shown.
constexpr std::size_t kMaxReasoning = 4 * 1024 * 1024;

}  // namespace

SharedGenerations::SharedGeneration::SharedGeneration(SharedGenerations& owner, Loop& home, std::string key,
                                                      const GenerationRequest& request, Provider& provider,
                                                      std::string sent)
    : owner_(owner), home_(home), key_(std::move(key)), request_(request), provider_(provider) {
  request_.partial_answer.clear();
  text_ = std::move(sent);
  const std::size_t kept = owner_.cache_ ? owner_.config_.max_answer.value : 0;
  window_ = std::max(kept, kMinWindow);
}

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

void SharedGenerations::SharedGeneration::on_stop_sequence(std::string_view sequence) {
  change([&] { stop_sequence_ = sequence; });
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

}  // namespace belay

#include "core/shared_generations.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <optional>
#include <utility>
#include <vector>

#include "core/replay.hpp"

namespace belay {

// The generation. Its provider's calls come on its home loop; seats read it from theirs.
class SharedGenerations::Flight final : public std::enable_shared_from_this<Flight>, private GenerationSink {
 public:
  Flight(SharedGenerations& house, Loop& home, std::string key, const GenerationRequest& request,
         Provider& provider, std::string told)
      : house_(house), home_(home), key_(std::move(key)), request_(request), provider_(provider) {
    request_.partial_answer.clear();
    text_ = std::move(told);
  }

  const std::string& key() const { return key_; }
  // On the home loop, once.
  void begin();

  // Any seat's loop. False: what the run has told is not how this answer begins.
  bool seat(FlightSeat& seat, const std::string& told);
  AnswerSource unseat(FlightSeat& seat);
  void wake(Loop& loop);
  // The process goes down: the answer is not to be ended where the provider keeps it.
  void leave_to_the_next() { left_ = true; }

 private:
  enum class From { looking, provider, cache, stale };
  struct End {
    std::optional<Error> error;
    FinishReason finish = FinishReason::stop;
  };

  void on_accepted() override;
  void on_text(std::string_view piece) override;
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
  // Of a seat that does not pay for the generation.
  static AnswerSource source_of(From from);
  template <class Change>
  void change(Change what);
  void wake_all();
  void pump(Loop& loop);

  SharedGenerations& house_;
  Loop& home_;
  const std::string key_;
  GenerationRequest request_;
  Provider& provider_;

  // the home loop's
  std::unique_ptr<Generation> generation_;
  std::optional<Timer> patience_;  // with the cache
  bool is_looking_ = false;
  std::uint64_t looks_ = 0;
  std::optional<Error> failure_;  // the provider's: what the cache has may be told though it is stale
  bool abandoned_ = false;

  std::atomic<bool> left_{false};
  mutable std::mutex mutex_;  // guards what follows
  std::string text_;
  std::string token_;  // of an answer that the provider keeps
  std::vector<std::string> stages_;
  From from_ = From::looking;
  bool accepted_ = false;
  std::vector<ToolCall> calls_;
  std::optional<Usage> usage_;
  std::optional<End> end_;
  std::optional<std::uint64_t> payer_;  // the serial of a seat, once it has ended
  std::uint64_t next_serial_ = 0;
  std::vector<FlightSeat*> seats_;     // in the order in which they came
  std::map<Loop*, bool> wake_wanted_;  // of each loop with seats: whether a pump is on its way
};

class SharedGenerations::FlightSeat final : public Seat {
 public:
  FlightSeat(std::shared_ptr<Flight> flight, Loop& loop, GenerationSink& sink, std::size_t told)
      : flight_(std::move(flight)), loop_(loop), sink_(sink), told_(told) {}
  ~FlightSeat() override {
    *alive_ = false;
    settle_up();
  }
  AnswerSource settle_up() override {
    if (!owes_) owes_ = flight_->unseat(*this);
    return *owes_;
  }
  void pause() override { paused_ = true; }
  void resume() override {
    paused_ = false;
    flight_->wake(loop_);
  }
  void leave() override { flight_->leave_to_the_next(); }

 private:
  friend class Flight;
  friend class SharedGenerations;
  const std::shared_ptr<Flight> flight_;
  Loop& loop_;
  GenerationSink& sink_;
  std::uint64_t serial_ = 0;
  std::size_t told_;
  std::size_t told_calls_ = 0;
  std::size_t told_stages_ = 0;
  bool told_token_ = false;
  bool told_accepted_ = false;
  bool told_end_ = false;
  bool paused_ = false;
  std::optional<AnswerSource> owes_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

void SharedGenerations::Flight::begin() {
  if (!house_.cache_) return call_provider();
  // An earlier process may have been in the middle of a stale answer.
  bool goes_on = false;
  {
    const std::lock_guard lock(mutex_);
    goes_on = !text_.empty();
  }
  look_up(house_.clock_.wall() - (goes_on ? house_.config_.stale_if_error : Milliseconds(0)));
}

// What had not expired by `now`.
void SharedGenerations::Flight::look_up(WallTime now) {
  is_looking_ = true;
  // A cache that does not answer is one that has nothing.
  patience_.emplace(home_.timers(), [this] { looked_up(std::optional<CachedAnswer>()); });
  patience_->arm(house_.config_.patience);
  auto take = [self = shared_from_this(), look = ++looks_](Result<std::optional<CachedAnswer>> found) {
    self->home_.post([self, look, found = std::move(found)]() mutable {
      if (look == self->looks_) self->looked_up(std::move(found));
    });
  };
  house_.cache_->find_answer(key_, now, std::move(take));
}

void SharedGenerations::Flight::looked_up(Result<std::optional<CachedAnswer>> found) {
  if (!is_looking_ || abandoned_) return;
  is_looking_ = false;
  patience_->cancel();
  if (!found) house_.observer_.storage_trouble("cache", found.error());
  std::size_t told = 0;
  bool fits = false;
  if (found && *found) {
    const std::lock_guard lock(mutex_);
    told = text_.size();
    fits = (*found)->text.starts_with(text_);
  }
  if (!fits && failure_) return end({std::move(failure_), {}});
  if (!fits) return call_provider();
  const bool is_stale = (*found)->expires <= house_.clock_.wall();
  if (is_stale) on_stage(kStageCached);
  decide(is_stale ? From::stale : From::cache);
  KnownAnswer known{std::make_shared<const std::string>(std::move((*found)->text)), told, (*found)->usage,
                    (*found)->finish};
  known.usage.cost = {};
  generation_ = start_replay(home_, std::move(known), house_.config_.replay_words_per_second, *this);
}

void SharedGenerations::Flight::call_provider() {
  decide(From::provider);
  {
    const std::lock_guard lock(mutex_);
    request_.partial_answer = text_;
  }
  const bool goes_on = !request_.resume_token.empty() || provider_.can_continue(request_.model);
  if (!request_.partial_answer.empty() && !goes_on)
    return end({make_error(ErrorCode::interrupted, "The answer could not be taken up again."), {}});
  generation_ = provider_.start(home_, request_, *this);
}

void SharedGenerations::Flight::decide(From from) {
  std::size_t seats = 0;
  {
    const std::lock_guard lock(mutex_);
    from_ = from;
    seats = seats_.size();
  }
  for (std::size_t i = 0; i < seats; ++i)
    house_.observer_.answer_from(i == 0 && from == From::provider ? AnswerSource::generated
                                                                  : source_of(from));
}

AnswerSource SharedGenerations::Flight::source_of(From from) {
  if (from == From::cache) return AnswerSource::cached;
  return from == From::stale ? AnswerSource::stale : AnswerSource::shared;
}

bool SharedGenerations::Flight::seat(FlightSeat& seat, const std::string& told) {
  {
    const std::lock_guard lock(mutex_);
    if (!text_.starts_with(told)) return false;
    seat.serial_ = next_serial_++;
    seats_.push_back(&seat);
    if (from_ != From::looking) house_.observer_.answer_from(source_of(from_));
  }
  wake(seat.loop_);
  return true;
}

AnswerSource SharedGenerations::Flight::unseat(FlightSeat& seat) {
  AnswerSource owes;
  bool was_last = false;
  {
    // Nobody may find this flight in between and sit down.
    const std::lock_guard house_lock(house_.mutex_);
    const std::lock_guard lock(mutex_);
    std::erase(seats_, &seat);
    was_last = seats_.empty();
    const bool pays = end_ ? payer_ == seat.serial_ : was_last;
    owes = source_of(from_);
    if (owes == AnswerSource::shared && pays) owes = AnswerSource::generated;
    if (was_last && !end_)
      if (const auto found = house_.flights_.find(key_);
          found != house_.flights_.end() && found->second.get() == this)
        house_.flights_.erase(found);
  }
  if (!was_last) return owes;
  // The provider's connection is closed now, or as soon as its loop gets to it.
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
void SharedGenerations::Flight::change(Change what) {
  {
    const std::lock_guard lock(mutex_);
    what();
  }
  wake_all();
}

void SharedGenerations::Flight::on_accepted() {
  change([this] { accepted_ = true; });
}
void SharedGenerations::Flight::on_text(std::string_view piece) {
  change([&] { text_.append(piece); });
}
void SharedGenerations::Flight::on_tool_call(ToolCall call) {
  change([&] { calls_.push_back(std::move(call)); });
}
void SharedGenerations::Flight::on_usage(const Usage& usage) {
  change([&] { usage_ = usage; });
}

void SharedGenerations::Flight::on_end(FinishReason reason) {
  bool keep = false;
  {
    const std::lock_guard lock(mutex_);
    keep = from_ == From::provider && reason == FinishReason::stop && calls_.empty() && !text_.empty() &&
           text_.size() <= house_.config_.most_answer.value && house_.cache_;
  }
  end({std::nullopt, reason});
  if (keep) return keep_answer(reason);
  house_.forget(*this);
}

void SharedGenerations::Flight::on_error(Error error) {
  if (!may_be_stale(error)) return end({std::move(error), {}});
  failure_ = std::move(error);
  look_up(house_.clock_.wall() - house_.config_.stale_if_error);
}

// Requirement S11: a provider that is broken, not one that refuses to say what was asked for; and nothing
// was told yet.
bool SharedGenerations::Flight::may_be_stale(const Error& error) const {
  if (!house_.cache_ || house_.config_.stale_if_error == Milliseconds(0)) return false;
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
  return text_.empty() && calls_.empty();
}

void SharedGenerations::Flight::on_resumable(std::string_view token) {
  change([&] { token_ = token; });
}
void SharedGenerations::Flight::on_stage(std::string_view name) {
  change([&] { stages_.emplace_back(name); });
}

void SharedGenerations::Flight::end(End end) {
  // Whoever asks again after a failure gets another generation.
  if (end.error) house_.forget(*this);
  change([&] {
    end_ = std::move(end);
    if (!seats_.empty()) payer_ = seats_.front()->serial_;
  });
}

// Whoever asks meanwhile still finds this flight, and is told the answer from it: there is no moment in which
// it is neither here nor in the cache.
void SharedGenerations::Flight::keep_answer(FinishReason reason) {
  CachedAnswer answer;
  {
    const std::lock_guard lock(mutex_);
    answer.text = text_;
    if (usage_) answer.usage = *usage_;
  }
  answer.finish = reason;
  answer.expires = house_.clock_.wall() + house_.config_.lifetime;
  const auto self = shared_from_this();
  house_.cache_->put_answer(key_, std::move(answer), [self](Result<> kept) {
    self->home_.post([self, kept = std::move(kept)] {
      if (!kept) self->house_.observer_.storage_trouble("cache", kept.error());
      self->house_.forget(*self);
    });
  });
}

void SharedGenerations::Flight::wake(Loop& loop) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(wake_wanted_[&loop], true)) return;
  }
  loop.post([self = shared_from_this(), &loop] { self->pump(loop); });
}

void SharedGenerations::Flight::wake_all() {
  std::vector<Loop*> loops;
  {
    const std::lock_guard lock(mutex_);
    for (const FlightSeat* seat : seats_)
      if (!std::exchange(wake_wanted_[&seat->loop_], true)) loops.push_back(&seat->loop_);
  }
  for (Loop* loop : loops) loop->post([self = shared_from_this(), loop] { self->pump(*loop); });
}

// Tells the seats of one loop, on that loop, what they have not been told. What is new is copied once for all
// of them.
void SharedGenerations::Flight::pump(Loop& loop) {
  struct Turn {
    FlightSeat* seat;
    std::shared_ptr<bool> alive;
  };
  std::vector<Turn> turns;
  std::size_t base = 0, end = 0;
  std::string news;
  std::string token;
  std::vector<std::string> stages;
  std::vector<ToolCall> calls;
  std::optional<Usage> usage;
  std::optional<End> over;
  bool accepted = false;
  {
    const std::lock_guard lock(mutex_);
    wake_wanted_[&loop] = false;
    base = end = text_.size();
    for (FlightSeat* seat : seats_) {
      if (&seat->loop_ != &loop || seat->paused_) continue;
      turns.push_back({seat, seat->alive_});
      base = std::min(base, seat->told_);
    }
    news = text_.substr(base);
    token = token_;
    stages = stages_;
    calls = calls_;
    usage = usage_;
    over = end_;
    accepted = accepted_ || end > base;
  }
  for (const auto& [seat, alive] : turns) {
    const auto still_there = [&] { return *alive && !seat->owes_; };
    while (still_there() && seat->told_stages_ < stages.size())
      seat->sink_.on_stage(stages[seat->told_stages_++]);
    if (still_there() && accepted && !std::exchange(seat->told_accepted_, true)) seat->sink_.on_accepted();
    if (still_there() && !token.empty() && !std::exchange(seat->told_token_, true))
      seat->sink_.on_resumable(token);
    if (still_there() && seat->told_ < end) {
      const std::size_t from = std::exchange(seat->told_, end) - base;
      seat->sink_.on_text(std::string_view(news).substr(from));
    }
    while (still_there() && seat->told_calls_ < calls.size())
      seat->sink_.on_tool_call(calls[seat->told_calls_++]);
    if (!over || !still_there() || std::exchange(seat->told_end_, true)) continue;
    if (usage) seat->sink_.on_usage(*usage);
    if (!still_there()) continue;
    if (over->error)
      seat->sink_.on_error(*over->error);
    else
      seat->sink_.on_end(over->finish);
  }
}

std::unique_ptr<SharedGenerations::Seat> SharedGenerations::join(Loop& loop, const std::string& key,
                                                                 const GenerationRequest& request,
                                                                 Provider& provider, GenerationSink& sink) {
  assert(Loop::current() == &loop);
  const std::string& told = request.partial_answer;
  const std::lock_guard lock(mutex_);
  if (const auto found = flights_.find(key); found != flights_.end()) {
    auto seat = std::make_unique<FlightSeat>(found->second, loop, sink, told.size());
    if (found->second->seat(*seat, told)) return seat;
    seat->owes_ = AnswerSource::generated;  // it never sat there
  }
  std::string begun = told;
  bool is_for_all = !flights_.contains(key);
  if (const auto expected = expected_.find(key); is_for_all && expected != expected_.end()) {
    is_for_all = expected->second.starts_with(told);
    if (is_for_all) {
      begun = std::move(expected->second);
      expected_.erase(expected);
    }
  }
  auto flight = std::make_shared<Flight>(*this, loop, key, request, provider, std::move(begun));
  if (is_for_all) flights_.emplace(key, flight);
  auto seat = std::make_unique<FlightSeat>(flight, loop, sink, told.size());
  flight->seat(*seat, told);
  loop.post([flight] { flight->begin(); });
  return seat;
}

void SharedGenerations::forget(const Flight& flight) {
  std::shared_ptr<Flight> gone;  // goes outside of the lock
  const std::lock_guard lock(mutex_);
  if (const auto found = flights_.find(flight.key());
      found != flights_.end() && found->second.get() == &flight) {
    gone = std::move(found->second);
    flights_.erase(found);
  }
}

void SharedGenerations::expect(const std::string& key, std::string told) {
  const std::lock_guard lock(mutex_);
  expected_[key] = std::move(told);
}

void SharedGenerations::remember(const std::string& key, CachedAnswer answer) {
  if (!cache_ || answer.text.empty() || answer.text.size() > config_.most_answer.value) return;
  answer.expires = clock_.wall() + config_.lifetime;
  cache_->put_answer(key, std::move(answer), [&observer = observer_](Result<> kept) {
    if (!kept) observer.storage_trouble("cache", kept.error());
  });
}

}  // namespace belay

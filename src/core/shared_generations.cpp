#include "core/shared_generations.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <optional>
#include <utility>
#include <vector>

#include "base/utf8.hpp"
#include "core/replay.hpp"
#include "core/subscription.hpp"

namespace belay {
namespace {

// Of an answer that the cache would not keep.
constexpr std::size_t kLeastWindow = 64 * 1024;
// How far the provider may be ahead of the seat that has been told most.
constexpr std::size_t kMostAhead = 1024 * 1024;
// Given to one seat in one turn while it catches up.
constexpr std::size_t kCatchUpTurn = 64 * 1024;

// The answer as it is: deltas without anything around them.
class PlainText final : public Dialect {
 public:
  void render(const RunHead&, const Event& event, const Position&, Frame& out) const override {
    if (event.type == EventType::delta) out.bytes.append(event.payload);
  }
};
const PlainText kPlainText;

}  // namespace

// The generation. Its provider's calls come on its home loop; seats read it from theirs.
class SharedGenerations::Flight final : public std::enable_shared_from_this<Flight>, private GenerationSink {
 public:
  Flight(SharedGenerations& house, Loop& home, std::string key, const GenerationRequest& request,
         Provider& provider, std::string told)
      : house_(house), home_(home), key_(std::move(key)), request_(request), provider_(provider) {
    request_.partial_answer.clear();
    text_ = std::move(told);
    const std::size_t kept = house_.cache_ ? house_.config_.most_answer.value : 0;
    window_ = std::max(kept, kLeastWindow);
  }

  const std::string& key() const { return key_; }
  std::size_t held_bytes() const {
    const std::lock_guard lock(mutex_);
    return text_.size();
  }
  // On the home loop, once.
  void begin();

  // Any seat's loop. False: what the run has told is not how this answer begins.
  bool seat(FlightSeat& seat, const std::string& told);
  AnswerSource unseat(FlightSeat& seat);
  void wake(Loop& loop);
  // The provider may be read on, if it was too far ahead of all seats.
  void check_pace();
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
  void catch_up(FlightSeat& seat, const std::shared_ptr<bool>& alive);
  // With the mutex held.
  std::uint64_t size() const { return dropped_ + text_.size(); }
  bool is_too_far_ahead() const;
  void drop_what_logs_have();

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
  Utf8Joiner joiner_;  // what the logs hold is whole characters: the text is the same bytes
  std::string joined_;
  std::size_t window_ = 0;  // bytes of text_ that are kept for seats

  std::atomic<bool> provider_paused_{false};

  std::atomic<bool> left_{false};
  mutable std::mutex mutex_;   // guards what follows
  std::string text_;           // the answer from its byte `dropped_` on
  std::uint64_t dropped_ = 0;  // what stands before it is read from archive_
  AnswerLog archive_;
  bool called_ = false;  // the provider
  std::string call_;     // its name
  std::string token_;    // of an answer that the provider keeps
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
  FlightSeat(std::shared_ptr<Flight> flight, Loop& loop, GenerationSink& sink, std::size_t told,
             AnswerLog own)
      : flight_(std::move(flight)), loop_(loop), sink_(sink), own_(std::move(own)), told_(told) {}
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
  const AnswerLog own_;
  std::uint64_t serial_ = 0;
  std::uint64_t told_;  // bytes; changes with the flight's mutex held
  std::size_t told_calls_ = 0;
  std::size_t told_stages_ = 0;
  bool told_token_ = false;
  bool told_call_ = false;
  bool told_accepted_ = false;
  bool told_end_ = false;
  bool paused_ = false;
  std::optional<AnswerSource> owes_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

  // Reads another run's log while this seat's place lies before the flight's text.
  struct CatchUp final : ByteSource::Waker {
    CatchUp(FlightSeat& s, const AnswerLog& from)
        : seat(s), skip(s.told_), log(from.log, kPlainText, from.text_from - 1, *s.own_.hub) {
      log.attach(*this);
    }
    void wake() override { seat.flight_->wake(seat.loop_); }
    FlightSeat& seat;
    std::uint64_t skip;  // bytes that the seat has been told already
    Subscription log;
  };
  std::unique_ptr<CatchUp> catch_up_;
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
  if (failure_) house_.observer_.provider_failed(request_.label, request_.model.alias, *failure_);
  if (is_stale) on_stage(kStageCached);
  decide(is_stale ? From::stale : From::cache);
  KnownAnswer known{std::make_shared<const std::string>(std::move((*found)->text)), told, (*found)->usage,
                    (*found)->finish};
  known.usage.cost = {};
  generation_ = start_replay(home_, std::move(known), house_.config_.replay_words_per_second, *this);
}

void SharedGenerations::Flight::call_provider() {
  GenerationRequest request = std::exchange(request_, {});
  const bool goes_on = !request.resume_token.empty() || provider_.can_continue(request.model);
  {
    const std::lock_guard lock(mutex_);
    request.partial_answer = text_;
    called_ = request.partial_answer.empty() || goes_on;
    if (called_) call_ = request.call;
  }
  if (!called_)
    return end({make_error(ErrorCode::interrupted, "The answer could not be taken up again."), {}});
  decide(From::provider);
  generation_ = provider_.start(home_, request, *this);
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
    const bool fits = dropped_ == 0 ? text_.starts_with(told) : told.empty() && seat.own_.hub;
    if (!fits) return false;
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
    if (owes == AnswerSource::shared && pays && called_) owes = AnswerSource::generated;
    if (was_last && !end_)
      if (const auto found = house_.flights_.find(key_);
          found != house_.flights_.end() && found->second.get() == this)
        house_.flights_.erase(found);
  }
  seat.catch_up_.reset();
  if (!was_last) {
    check_pace();
    return owes;
  }
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
    drop_what_logs_have();
    too_far = is_too_far_ahead();
  });
  if (too_far && generation_ && !provider_paused_.exchange(true)) generation_->pause();
}

bool SharedGenerations::Flight::is_too_far_ahead() const {
  std::uint64_t told = 0;
  for (const FlightSeat* seat : seats_) told = std::max(told, seat->told_);
  return size() - std::min(size(), told) > kMostAhead;
}

// Keeps the newest half of the window for seats that are a little behind.
void SharedGenerations::Flight::drop_what_logs_have() {
  if (text_.size() <= window_ || from_ == From::looking) return;
  const FlightSeat* first = nullptr;
  for (const FlightSeat* seat : seats_)
    if (seat->own_.log && (!first || seat->told_ > first->told_)) first = seat;
  if (!first) return;
  const std::uint64_t upto = std::min<std::uint64_t>(first->told_, size() - window_ / 2);
  if (upto <= dropped_) return;
  archive_ = first->own_;
  text_.erase(0, upto - dropped_);
  if (text_.capacity() > 2 * window_ + kMostAhead) text_.shrink_to_fit();
  dropped_ = upto;
}

void SharedGenerations::Flight::check_pace() {
  if (!provider_paused_) return;
  {
    const std::lock_guard lock(mutex_);
    if (is_too_far_ahead()) return;
  }
  home_.post([self = shared_from_this()] {
    if (self->provider_paused_.exchange(false) && self->generation_) self->generation_->resume();
  });
}
void SharedGenerations::Flight::on_tool_call(ToolCall call) {
  change([&] { calls_.push_back(std::move(call)); });
}
void SharedGenerations::Flight::on_usage(const Usage& usage) {
  change([&] { usage_ = usage; });
}

void SharedGenerations::Flight::on_end(FinishReason reason) {
  joined_.clear();
  joiner_.finish(joined_);
  bool keep = false;
  {
    const std::lock_guard lock(mutex_);
    text_.append(joined_);
    keep = from_ == From::provider && reason == FinishReason::stop && calls_.empty() && !text_.empty() &&
           size() <= house_.config_.most_answer.value && house_.cache_;
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
  return size() == 0 && calls_.empty();
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
  provider_paused_ = false;
  change([&] {
    end_ = std::move(end);
    // After a crash runs come back in any order.
    const auto first = std::min_element(seats_.begin(), seats_.end(), [](const auto* a, const auto* b) {
      return a->own_.log && b->own_.log && a->own_.log->id() < b->own_.log->id();
    });
    if (first != seats_.end()) payer_ = (*first)->serial_;
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
    bool is_behind;
  };
  std::vector<Turn> turns;
  std::uint64_t base = 0, end = 0;
  std::string news;
  std::string token;
  std::string call;
  std::vector<std::string> stages;
  std::vector<ToolCall> calls;
  std::optional<Usage> usage;
  std::optional<End> over;
  bool accepted = false;
  {
    const std::lock_guard lock(mutex_);
    wake_wanted_[&loop] = false;
    base = end = size();
    for (FlightSeat* seat : seats_) {
      if (&seat->loop_ != &loop || seat->paused_) continue;
      const bool is_behind = seat->told_ < dropped_;
      turns.push_back({seat, seat->alive_, is_behind});
      if (!is_behind) base = std::min(base, seat->told_);
    }
    news = text_.substr(base - dropped_);
    token = token_;
    call = call_;
    stages = stages_;
    calls = calls_;
    usage = usage_;
    over = end_;
    accepted = accepted_ || end != 0;
  }
  for (const auto& [seat, alive, is_behind] : turns) {
    const auto still_there = [&] { return *alive && !seat->owes_; };
    while (still_there() && seat->told_stages_ < stages.size())
      seat->sink_.on_stage(stages[seat->told_stages_++]);
    if (still_there() && !call.empty() && !std::exchange(seat->told_call_, true)) seat->sink_.on_call(call);
    if (still_there() && accepted && !std::exchange(seat->told_accepted_, true)) seat->sink_.on_accepted();
    if (still_there() && !token.empty() && !std::exchange(seat->told_token_, true))
      seat->sink_.on_resumable(token);
    if (is_behind) {
      if (still_there()) catch_up(*seat, alive);
      continue;
    }
    if (still_there() && seat->told_ < end) {
      std::uint64_t from = 0;
      {
        const std::lock_guard lock(mutex_);
        from = std::exchange(seat->told_, end) - base;
      }
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
  check_pace();
}

// From the log of a run that has the text, a stretch a turn.
void SharedGenerations::Flight::catch_up(FlightSeat& seat, const std::shared_ptr<bool>& alive) {
  if (!seat.catch_up_) {
    AnswerLog archive;
    {
      const std::lock_guard lock(mutex_);
      archive = archive_;
    }
    seat.catch_up_ = std::make_unique<FlightSeat::CatchUp>(seat, archive);
  }
  for (std::size_t given = 0; given < kCatchUpTurn;) {
    FlightSeat::CatchUp& from = *seat.catch_up_;
    ByteRanges ranges;
    const ByteSource::State state = from.log.peek(ranges);
    if (state == ByteSource::State::waiting || state == ByteSource::State::loading) return;
    if (state != ByteSource::State::ready) {
      seat.told_end_ = true;
      return seat.sink_.on_error(
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
      seat.told_ += piece.size();
      has_caught_up = seat.told_ >= dropped_;
    }
    if (has_caught_up) seat.catch_up_.reset();
    seat.sink_.on_text(piece);
    if (!*alive || seat.owes_ || seat.paused_) return;
    if (has_caught_up) break;
  }
  wake(seat.loop_);
}

std::unique_ptr<SharedGenerations::Seat> SharedGenerations::join(Loop& loop, const std::string& key,
                                                                 const GenerationRequest& request,
                                                                 Provider& provider, GenerationSink& sink,
                                                                 AnswerLog own) {
  assert(Loop::current() == &loop);
  const std::string& told = request.partial_answer;
  const std::lock_guard lock(mutex_);
  if (const auto found = flights_.find(key); found != flights_.end()) {
    auto seat = std::make_unique<FlightSeat>(found->second, loop, sink, told.size(), own);
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
  auto seat = std::make_unique<FlightSeat>(flight, loop, sink, told.size(), std::move(own));
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

std::size_t SharedGenerations::held_bytes() {
  const std::lock_guard lock(mutex_);
  std::size_t held = 0;
  for (const auto& [key, flight] : flights_) held += flight->held_bytes();
  return held;
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

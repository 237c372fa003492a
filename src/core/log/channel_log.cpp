#include "core/log/channel_log.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace belay {
namespace {

// How long events stay in the journal alone. Several answers of a user then go to the store together.
constexpr Milliseconds kArchiveAfter{5000};
constexpr Milliseconds kArchiveRetry{2000};
// Beyond it, events are moved at once.
constexpr std::size_t kMaxHeld = 256 << 10;

}  // namespace

ChannelLog::Writer::Writer(std::shared_ptr<ChannelLog> channel)
    : channel_(std::move(channel)), before_(channel_->log_->appended()) {
  channel_->writers_.push_back(this);
}

ChannelLog::Writer::~Writer() {
  std::erase(channel_->writers_, this);
}

ChannelLog::ChannelLog(Context context, std::shared_ptr<LogBuffer> log, WallTime created, Offset first)
    : context_(std::move(context)),
      log_(std::move(log)),
      created_(created),
      first_(first),
      archive_timer_(context_.loop.timers(), [this] { archive(); }) {
  log_->write_on(context_.loop.index());
  log_->open_first();
}

void ChannelLog::create(UniqueFunction<void(Result<>)> done) {
  if (is_created()) return done({});
  creating_.push_back(std::move(done));
  if (creating_.size() > 1) return;
  if (log_->appended() == 0) {
    created_ = context_.loop.clock().wall();
    append(EventType::channel_opened, encode(ChannelOpened{log_->head().user, log_->head().surface}));
  } else {
    context_.committer.schedule(*this, *log_);  // it was refused before
  }
}

void ChannelLog::publish(const ChannelMessage& message) {
  assert(is_created());
  append(EventType::channel_message, encode(message));
  if (message.ends_run) log_->publish_after_ends();
}

void ChannelLog::append(EventType type, std::string_view payload) {
  log_->append(type, context_.loop.clock().wall(), payload);
  if (!waiting_since_) waiting_since_ = context_.loop.clock().steady();
  context_.committer.schedule(*this, *log_);
}

void ChannelLog::when_durable(UniqueFunction<void()> done) {
  if (log_->last() == log_->appended()) return done();
  waiting_.push_back({log_->appended(), std::move(done)});
}

void ChannelLog::on_published() {
  const auto self = shared_from_this();
  if (const auto since = std::exchange(waiting_since_, std::nullopt))
    context_.observer.channel_published(log_->head().surface, std::chrono::duration_cast<Milliseconds>(
                                                                  context_.loop.clock().steady() - *since));
  for (auto& created : std::exchange(creating_, {})) created({});
  const auto is_due = [this](const Waiting& waiting) { return waiting.through <= log_->last(); };
  const auto due = std::stable_partition(waiting_.begin(), waiting_.end(), std::not_fn(is_due));
  std::vector<Waiting> durable(std::make_move_iterator(due), std::make_move_iterator(waiting_.end()));
  waiting_.erase(due, waiting_.end());
  for (Waiting& each : durable) each.done();
  if (log_->held_bytes() > kMaxHeld || !moving_.empty())
    archive();
  else if (!archive_timer_.armed())
    archive_timer_.arm(kArchiveAfter);
}

void ChannelLog::on_refused(const Error& error) {
  const auto self = shared_from_this();
  waiting_.clear();
  moved(log_->appended(), error);
  for (auto& created : std::exchange(creating_, {})) created(error);
}

Position ChannelLog::position_before(Offset offset) const {
  return {log_->epoch_at(offset - 1), offset - 1};
}

Position ChannelLog::newest() const {
  Offset last = log_->last();
  for (const Writer* const writer : writers_) last = std::min(last, writer->before_);
  return position_before(std::max(last + 1, first_));
}

ChannelRecord ChannelLog::record() const {
  ChannelRecord record;
  record.log = log_->id();
  record.user = log_->head().user;
  record.surface = log_->head().surface;
  record.created = created_;
  record.epochs = log_->epochs();
  return record;
}

void ChannelLog::archive() {
  if (archiving_ || erased_) return;
  const Offset before = log_->archive_taken();
  std::vector<ArchivedRange> ranges = log_->take_for_archive(0);
  if (ranges.empty()) return;
  archiving_ = true;
  const Offset through = ranges.back().first + ranges.back().count - 1;
  context_.store.put_channel(record(), std::move(ranges), context_.retention,
                             [self = shared_from_this(), before, through](Result<Offset> first) {
                               self->context_.loop.post([self, before, through, first = std::move(first)] {
                                 self->archived(before, through, first);
                               });
                             });
}

void ChannelLog::archived(Offset before, Offset through, Result<Offset> first) {
  archiving_ = false;
  if (erased_) return;
  if (!first) {
    context_.observer.storage_error("store", first.error());
    log_->return_from_archive(before);
    archive_timer_.arm(kArchiveRetry);
    return moved(log_->appended(), first.error());
  }
  first_ = std::max(first_, *first);
  log_->archived(through, 0);
  log_->rest();
  context_.events.trim(log_->id(), through);
  moved(through, {});
  if (!moving_.empty()) return archive();
  if (log_->appended() > through && !archive_timer_.armed()) archive_timer_.arm(kArchiveAfter);
}

void ChannelLog::move_to_store(UniqueFunction<void(Result<>)> done) {
  if (erased_ || (!archiving_ && log_->held_bytes() == 0)) return done({});
  log_->close_block();
  moving_.push_back({log_->appended(), std::move(done)});
  archive();
}

void ChannelLog::moved(Offset through, const Result<>& result) {
  const auto waits = [through](const Moving& each) { return each.through > through; };
  const auto over = std::stable_partition(moving_.begin(), moving_.end(), waits);
  std::vector<Moving> done(std::make_move_iterator(over), std::make_move_iterator(moving_.end()));
  moving_.erase(over, moving_.end());
  for (Moving& each : done) each.done(result);
}

bool ChannelLog::is_idle() const {
  return !archiving_ && creating_.empty() && writers_.empty() && log_->archive_taken() == log_->appended() &&
         log_->readers() == 0 && log_.use_count() == 1;
}

void ChannelLog::erase() {
  erased_ = true;
  archive_timer_.cancel();
  moved(log_->appended(), {});
  log_->remove();
  context_.committer.wake_readers(*log_);
  context_.events.trim(log_->id(), log_->appended());
}

}  // namespace belay

// The writer of one channel (core/types/channel.hpp), on the loop that its id names.
//
// Events are committed and delivered like those of runs: at the end of the turn, in the same batch as the events of
// the runs of that loop. So an event that a run causes in its channel is durable if and only if the run's own event is.
// Some seconds later they are moved to the store, which keeps the newest ones, and the memory is freed.
//
// Owned by shared_ptr: by the directory (core/run/channels.hpp), and by the runs that write to it. It belongs to its
// loop. Only log() is for other threads.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "core/log/log_committer.hpp"
#include "core/ports/channel_store.hpp"
#include "core/ports/engine_observer.hpp"

namespace belay {

class ChannelLog final : public std::enable_shared_from_this<ChannelLog>, private CommitListener {
 public:
  // All of it outlives the channel.
  struct Context {
    Loop& loop;
    LogCommitter& committer;
    EventLog& events;
    ChannelStore& store;
    EngineObserver& observer;
    ChannelRetention retention;
  };
  // A run that writes to the channel, while it does.
  class Writer {
   public:
    Writer(std::shared_ptr<ChannelLog> channel);
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    ChannelLog& channel() { return *channel_; }

   private:
    const std::shared_ptr<ChannelLog> channel_;
    const Offset before_;  // the last event before this writer's first one
    friend class ChannelLog;
  };

  // A channel without events, or one whose events are in the store. `first`: the oldest that is kept.
  ChannelLog(Context context, std::shared_ptr<LogBuffer> log, WallTime created, Offset first);

  const std::shared_ptr<LogBuffer>& log() const { return log_; }
  Loop& loop() { return context_.loop; }
  // `done` is called on the loop when the channel's first event is durable, maybe inside the call. Nothing may be
  // published before. Fails with `storage_full`, and may be tried again.
  void create(UniqueFunction<void(Result<>)> done);
  bool is_created() const { return log_->last() != 0; }
  void publish(const ChannelMessage& message);
  // `done` is called on the loop when everything published so far is durable.
  void when_durable(UniqueFunction<void()> done);

  // The oldest event that can be read.
  Offset first() const { return first_; }
  // The position of a reader who wants what is new: before the first event of the oldest run that is still writing.
  Position newest() const;
  Position position_before(Offset offset) const;

  // Moves all published events to the store now.
  void archive();
  // Everything published so far is in the store, and not in memory any more. `done` is called on the loop, maybe inside
  // the call. Fails if the log or the store refuses it. It is tried again anyway.
  void move_to_store(UniqueFunction<void(Result<>)> done);
  // Nobody uses it, and the store has everything: the directory may forget it.
  bool is_idle() const;
  // What was published must not be kept: nothing more goes to the store, and readers are cut off.
  void erase();

 private:
  // CommitListener
  void on_end_durable() override {}
  void on_published() override;
  void on_refused(const Error& error) override;

  void append(EventType type, std::string_view payload);
  void archived(Offset before, Offset through, Result<Offset> first);
  void moved(Offset through, const Result<>& result);
  ChannelRecord record() const;

  const Context context_;
  const std::shared_ptr<LogBuffer> log_;
  WallTime created_;
  Offset first_;
  bool erased_ = false;
  bool archiving_ = false;
  std::optional<SteadyTime> waiting_since_;  // when the oldest unpublished event was appended
  std::vector<UniqueFunction<void(Result<>)>> creating_;
  struct Waiting {
    Offset through;
    UniqueFunction<void()> done;
  };
  std::vector<Waiting> waiting_;
  struct Moving {
    Offset through;
    UniqueFunction<void(Result<>)> done;
  };
  std::vector<Moving> moving_;
  std::vector<const Writer*> writers_;
  Timer archive_timer_;
};

}  // namespace belay

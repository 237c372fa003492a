#include "core/run/channels.hpp"

#include <atomic>
#include <cassert>
#include <utility>

#include "core/run/wait_for.hpp"

namespace belay {
namespace {

constexpr Milliseconds kTidyEvery{10'000};
constexpr std::size_t kReadAtOnce = 256 << 10;

// A new channel is distinguished from an earlier one of the same user by its epoch: the time in seconds.
Epoch first_epoch(WallTime now) {
  return static_cast<Epoch>(std::max<std::int64_t>(now.ms / 1000, 1));
}

}  // namespace

Channels::Channels(Parts parts, const std::vector<LoopParts>& loops) : parts_(std::move(parts)) {
  for (const LoopParts& each : loops) homes_.push_back(std::make_unique<Home>(each, *this));
}

void Channels::begin_epochs_after(Epoch newest) {
  for (const auto& home : homes_) home->min_epoch = std::max(home->min_epoch, newest + 1);
}

Channels::Home& Channels::home_of(const RunId& channel) {
  return *homes_[channel.uuid[0] % homes_.size()];
}

Loop& Channels::home_of(std::string_view user, std::string_view surface) {
  return home_of(channel_id(user, surface)).loop;
}

void Channels::open(ChannelReader reader, Done<OpenChannel> done) {
  const RunId id = channel_id(reader.user, reader.surface);
  Home& home = home_of(id);
  home.loop.post([this, &home, id, reader = std::move(reader), done = std::move(done)]() mutable {
    if (const auto known = home.channels.find(id); known != home.channels.end())
      return done(opened(*known->second, reader));
    parts_.store.find_channel(id, [this, &home, id, reader = std::move(reader), done = std::move(done)](
                                      Result<std::optional<ChannelRecord>> record) mutable {
      home.loop.post([this, &home, id, reader = std::move(reader), done = std::move(done),
                      record = std::move(record)]() mutable {
        if (!record) return done(record.error());
        done(opened(home, id, reader, *record));
      });
    });
  });
}

OpenChannel Channels::opened(const ChannelLog& channel, const ChannelReader& reader) {
  OpenChannel open;
  open.log = channel.log();
  open.after = reader.after.value_or(channel.newest());
  if (!reader.after) return open;
  const Position oldest = channel.position_before(channel.first());
  open.is_reset = open.after.offset < oldest.offset || !open.log->check(open.after);
  if (open.is_reset) open.after = oldest;
  return open;
}

// A reader who has everything waits until somebody writes.
OpenChannel Channels::opened(Home& home, const RunId& id, const ChannelReader& reader,
                             const std::optional<ChannelRecord>& record) {
  const auto known = home.channels.find(id);
  if (known != home.channels.end()) return opened(*known->second, reader);
  const Position end = record ? Position{record->epochs.back().epoch, record->last}
                              : Position{std::max(first_epoch(home.loop.clock().wall()), home.min_epoch), 0};
  if (!reader.after || *reader.after == end) return pending(home, id, reader, end);
  if (record) return opened(*make(home, id, reader.user, reader.surface, record), reader);
  OpenChannel open = pending(home, id, reader, end);
  open.is_reset = reader.after->offset != 0;
  return open;
}

OpenChannel Channels::pending(Home& home, const RunId& id, const ChannelReader& reader, Position after) {
  OpenChannel open;
  open.after = after;
  open.pending = std::make_shared<PendingReader>(*reader.loop, after);
  home.pending[id].push_back(open.pending);
  if (!home.tidy_timer.armed()) home.tidy_timer.arm(kTidyEvery);
  return open;
}

void Channels::prepare(std::string user, std::string surface, Done<std::shared_ptr<ChannelLog>> done) {
  const RunId id = channel_id(user, surface);
  Home& home = home_of(id);
  assert(Loop::current() == &home.loop);
  auto create = [done = std::move(done)](Result<std::shared_ptr<ChannelLog>> found) mutable {
    if (!found) return done(std::move(found));
    ChannelLog& channel = **found;
    channel.create([done = std::move(done), found = std::move(*found)](Result<> created) mutable {
      if (created)
        done(std::move(found));
      else
        done(created.error());
    });
  };
  find(home, id, std::move(user), std::move(surface), std::move(create));
}

void Channels::publish(std::string user, std::string surface, ChannelMessage message, Done<Position> done) {
  Home& home = home_of(channel_id(user, surface));
  home.loop.post([this, user = std::move(user), surface = std::move(surface), message = std::move(message),
                  done = std::move(done)]() mutable {
    auto write = [message = std::move(message),
                  done = std::move(done)](Result<std::shared_ptr<ChannelLog>> channel) mutable {
      if (!channel) return done(channel.error());
      const Position before = (*channel)->position_before((*channel)->log()->appended() + 1);
      (*channel)->publish(message);
      (*channel)->when_durable([done = std::move(done), before]() mutable { done(before); });
    };
    prepare(std::move(user), std::move(surface), std::move(write));
  });
}

void Channels::find(Home& home, RunId id, std::string user, std::string surface, Found done) {
  if (const auto known = home.channels.find(id); known != home.channels.end()) return done(known->second);
  std::vector<Found>& waiting = home.loading[id];
  waiting.push_back(std::move(done));
  if (waiting.size() > 1) return;
  parts_.store.find_channel(id, [this, &home, id, user = std::move(user), surface = std::move(surface)](
                                    Result<std::optional<ChannelRecord>> record) mutable {
    home.loop.post([this, &home, id, user = std::move(user), surface = std::move(surface),
                    record = std::move(record)]() mutable {
      Result<std::shared_ptr<ChannelLog>> found = make_error(ErrorCode::internal, "");
      if (record)
        found = make(home, id, std::move(user), std::move(surface), *record);
      else
        found = record.error();
      auto loading = home.loading.extract(id);
      for (Found& each : loading.mapped()) each(found);
    });
  });
}

std::shared_ptr<ChannelLog> Channels::make(Home& home, const RunId& id, std::string user, std::string surface,
                                           const std::optional<ChannelRecord>& record) {
  const WallTime now = home.loop.clock().wall();
  const std::vector<EpochStart> epochs =
      record ? record->epochs : std::vector<EpochStart>{{std::max(first_epoch(now), home.min_epoch), 1}};
  LogHead head{id, std::move(user), std::move(surface)};
  auto log = std::make_shared<LogBuffer>(std::move(head), epochs, record ? record->last : 0, parts_.store,
                                         parts_.cache);
  ChannelLog::Context context{home.loop,    home.committer,  parts_.events,
                              parts_.store, parts_.observer, parts_.retention};
  auto channel = std::make_shared<ChannelLog>(std::move(context), std::move(log),
                                              record ? record->created : now, record ? record->first : 1);
  home.channels.emplace(id, channel);
  if (!home.tidy_timer.armed()) home.tidy_timer.arm(kTidyEvery);
  const auto readers = home.pending.extract(id);
  if (readers.empty()) return channel;
  for (const auto& each : readers.mapped())
    if (const auto reader = each.lock())
      reader->loop().post([reader, arrived = channel->log()] { reader->arrive(arrived); });
  return channel;
}

void Channels::tidy(Home& home) {
  std::erase_if(home.channels,
                [](const auto& entry) { return entry.second.use_count() == 1 && entry.second->is_idle(); });
  for (auto at = home.pending.begin(); at != home.pending.end();) {
    std::erase_if(at->second, [](const auto& reader) { return reader.expired(); });
    at = at->second.empty() ? home.pending.erase(at) : std::next(at);
  }
  if (!home.channels.empty() || !home.pending.empty()) home.tidy_timer.arm(kTidyEvery);
}

void Channels::archive(const RunId& channel) {
  Home& home = home_of(channel);
  home.loop.post([&home, channel] {
    if (const auto found = home.channels.find(channel); found != home.channels.end())
      found->second->archive();
  });
}

void Channels::erase(Erasure erasure, Done<> done) {
  if (erasure.what != Erasure::What::user && erasure.what != Erasure::What::conversations)
    return erase_messages(std::move(erasure), std::move(done));
  struct Erasing {
    Erasure erasure;
    std::atomic<std::size_t> left;
    Done<> done;
  };
  auto erasing = std::make_shared<Erasing>();
  erasing->erasure = std::move(erasure);
  erasing->left = homes_.size();
  erasing->done = std::move(done);
  for (const auto& home : homes_)
    home->loop.post([&home = *home, erasing] {
      home.min_epoch = std::max(home.min_epoch, first_epoch(home.loop.clock().wall()) + 1);
      std::erase_if(home.channels, [&](const auto& entry) {
        const LogHead& head = entry.second->log()->head();
        if (!erasing->erasure.covers_channel(head.user, head.surface, erasing->erasure.through)) return false;
        home.min_epoch = std::max(home.min_epoch, entry.second->newest().epoch + 1);
        entry.second->erase();
        entry.second->when_durable([kept = entry.second] {});  // the committer still uses it
        return true;
      });
      if (erasing->left.fetch_sub(1) == 1) erasing->done({});
    });
}

// The runs that it covers have ended. Others go on meanwhile.
void Channels::erase_messages(Erasure erasure, Done<> done) {
  const RunId id = channel_id(erasure.user, erasure.surface);
  Home& home = home_of(id);
  auto forget = [&home, id, done = std::move(done)](Result<> erased) mutable {
    home.loop.post([&home, id, done = std::move(done), erased = std::move(erased)]() mutable {
      if (const auto known = home.channels.find(id); known != home.channels.end())
        known->second->log()->forget_loaded();
      done(std::move(erased));
    });
  };
  auto erase = [this, erasure = std::move(erasure), forget = std::move(forget)](Result<> moved) mutable {
    if (!moved) return forget(std::move(moved));
    parts_.store.erase_from_channel(std::move(erasure), std::move(forget));
  };
  home.loop.post([&home, id, erase = std::move(erase)]() mutable {
    const auto known = home.channels.find(id);
    if (known == home.channels.end()) return erase({});
    const auto channel = known->second;
    channel->move_to_store(std::move(erase));
  });
}

Result<Channels::Restored> Channels::restore(const RunRequest& run) {
  const RunId id = channel_id(run.user, run.surface);
  Home& home = home_of(id);
  Restored restored;
  auto record = wait_for<std::optional<ChannelRecord>>(
      [&](auto done) { parts_.store.find_channel(id, std::move(done)); });
  if (!record) return record.error();
  if (!*record) return make_error(ErrorCode::not_found, "The channel of a run is missing.");
  for (Offset from = (*record)->first; from <= (*record)->last;) {
    const auto ranges = wait_for<std::vector<ArchivedRange>>(
        [&](auto done) { parts_.store.read_events(id, from, kReadAtOnce, std::move(done)); });
    if (!ranges) return ranges.error();
    if (ranges->empty()) break;
    for (const ArchivedRange& range : *ranges) {
      EventReader reader({range.first, range.base_time, *range.bytes});
      for (Event event; reader.next(event);) {
        if (event.type != EventType::channel_message) continue;
        const auto message = decode_channel_message(event.payload);
        if (message && message->run == run.id) restored.progress.add(*message);
      }
      from = range.first + range.count;
    }
  }
  const auto known = home.channels.find(id);
  restored.channel =
      known != home.channels.end() ? known->second : make(home, id, run.user, run.surface, *record);
  return restored;
}

}  // namespace belay

// A reader's cursor in a channel that is not in memory, because nobody writes to it. Until then the reader costs this
// object alone: the channel has no log. When the channel comes into memory, its home tells the reader, which goes on
// with a Subscription.
#pragma once

#include <memory>
#include <optional>

#include "base/loop.hpp"
#include "core/log/subscription.hpp"

namespace belay {

class ChannelSource;

// What the channel's home knows of a reader. Used on the reader's loop, except loop().
class PendingReader {
 public:
  // `after`: the channel's end.
  PendingReader(Loop& loop, Position after) : loop_(loop), after_(after) {}
  Loop& loop() const { return loop_; }
  // The channel is in memory.
  void arrive(std::shared_ptr<LogBuffer> log);

 private:
  friend class ChannelSource;
  Loop& loop_;
  const Position after_;
  std::shared_ptr<LogBuffer> log_;
  ChannelSource* source_ = nullptr;
};

class ChannelSource final : public ByteSource {
 public:
  // `hub`: of the reader's loop.
  ChannelSource(std::shared_ptr<PendingReader> pending, const Format& format, ReaderHub& hub);
  ~ChannelSource() override;
  ChannelSource(const ChannelSource&) = delete;
  ChannelSource& operator=(const ChannelSource&) = delete;

  void attach(Waker& waker) override;
  State peek(ByteRanges& out) override;
  void consume(std::size_t bytes) override;

 private:
  friend class PendingReader;
  void begin(std::shared_ptr<LogBuffer> log);

  const std::shared_ptr<PendingReader> pending_;
  const Format format_;
  ReaderHub& hub_;
  Waker* waker_ = nullptr;
  std::unique_ptr<Subscription> subscription_;
  bool lost_ = false;  // the channel was removed, and this is another one
};

}  // namespace belay

#include "core/log/channel_source.hpp"

#include <utility>

namespace belay {

void PendingReader::arrive(std::shared_ptr<LogBuffer> log) {
  log_ = std::move(log);
  if (source_) source_->begin(std::exchange(log_, nullptr));
}

ChannelSource::ChannelSource(std::shared_ptr<PendingReader> pending, const Format& format, ReaderHub& hub)
    : pending_(std::move(pending)), format_(format), hub_(hub) {
  pending_->source_ = this;
  if (pending_->log_) begin(std::exchange(pending_->log_, nullptr));
}

ChannelSource::~ChannelSource() {
  pending_->source_ = nullptr;
}

void ChannelSource::begin(std::shared_ptr<LogBuffer> log) {
  if (log->check(pending_->after_)) {
    subscription_ = std::make_unique<Subscription>(std::move(log), format_, pending_->after_.offset, hub_);
    if (waker_) subscription_->attach(*waker_);
  } else {
    lost_ = true;
  }
  if (waker_) waker_->wake();
}

void ChannelSource::attach(Waker& waker) {
  waker_ = &waker;
  if (subscription_) subscription_->attach(waker);
}

ByteSource::State ChannelSource::peek(ByteRanges& out) {
  if (subscription_) return subscription_->peek(out);
  out.clear();
  out.newest = !lost_;
  return lost_ ? State::lost : State::waiting;
}

void ChannelSource::consume(std::size_t bytes) {
  if (subscription_) subscription_->consume(bytes);
}

}  // namespace belay

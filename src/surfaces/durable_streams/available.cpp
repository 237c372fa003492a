#include "surfaces/durable_streams/available.hpp"

#include <utility>

#include "base/await.hpp"
#include "base/loop.hpp"
#include "surfaces/durable_streams/render.hpp"

namespace belay::surfaces::durable_streams {
namespace {

class Waking final : public ByteSource::Waker {
 public:
  void wake() override {
    if (auto resume = std::exchange(resume_, nullptr)) resume(true);
  }
  Awaitable<bool> wait(Loop& loop) {
    auto start = [this](UniqueFunction<void(bool)> done) { resume_ = std::move(done); };
    co_return co_await await_callback<bool>(loop, std::move(start));
  }

 private:
  UniqueFunction<void(bool)> resume_;
};

// While this object exists, a client that disconnects wakes the reader.
class DisconnectWakeup {
 public:
  DisconnectWakeup(Presence& client, Waking& waking) : client_(client) {
    client_.when_gone([&waking] { waking.wake(); });
  }
  ~DisconnectWakeup() { client_.when_gone(nullptr); }

 private:
  Presence& client_;
};

bool has_record(std::string_view bytes) {
  Record record;
  return take_record(bytes, record);
}

class AgedSource final : public ByteSource {
 public:
  AgedSource(Loop& loop, Milliseconds age, std::unique_ptr<ByteSource> source)
      : source_(std::move(source)), timer_(loop.timers(), [this] {
          is_old_ = true;
          if (waker_) waker_->wake();
        }) {
    timer_.arm(age);
  }

  void attach(Waker& waker) override {
    waker_ = &waker;
    source_->attach(waker);
  }
  State peek(ByteRanges& out) override {
    const State state = source_->peek(out);
    if (state != State::waiting || !is_old_) return state;
    return State::ended;
  }
  void consume(std::size_t bytes) override { source_->consume(bytes); }

 private:
  const std::unique_ptr<ByteSource> source_;
  Waker* waker_ = nullptr;
  bool is_old_ = false;
  Timer timer_;
};

}  // namespace

Awaitable<Result<Available>> read_available(Loop& loop, std::unique_ptr<ByteSource> source,
                                            std::size_t max_bytes, std::optional<Deadline> until,
                                            Presence& client) {
  Waking waking;
  bool is_late = false;
  Timer timer(loop.timers(), [&] {
    is_late = true;
    waking.wake();
  });
  if (until) timer.arm(until->left(loop.clock()));
  const DisconnectWakeup wakeup(client, waking);
  source->attach(waking);
  Available available;
  ByteRanges ranges;
  while (!client.is_gone()) {
    const ByteSource::State state = source->peek(ranges);
    if (state == ByteSource::State::lost)
      co_return make_error(ErrorCode::unavailable, "The stream can not be read now. Try again in a moment.");
    if (state == ByteSource::State::ready) {
      for (std::size_t i = 0; i < ranges.count; ++i)
        available.bytes.append(static_cast<const char*>(ranges.ranges[i].iov_base), ranges.ranges[i].iov_len);
      source->consume(ranges.bytes);
      if (available.bytes.size() >= max_bytes && has_record(available.bytes)) break;
      continue;
    }
    const bool is_between = state != ByteSource::State::loading;
    const bool waits = state == ByteSource::State::waiting && until && available.bytes.empty() && !is_late;
    if (is_between && !waits) {
      available.is_all = true;
      break;
    }
    co_await waking.wait(loop);
  }
  co_return available;
}

std::unique_ptr<ByteSource> ended_after(Loop& loop, Milliseconds age, std::unique_ptr<ByteSource> source) {
  return std::make_unique<AgedSource>(loop, age, std::move(source));
}

}  // namespace belay::surfaces::durable_streams

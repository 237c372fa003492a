#include "services/runs/read_to_end.hpp"

#include <utility>

#include "base/await.hpp"
#include "base/loop.hpp"

namespace belay::services {
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
  bool is_late = false;

 private:
  UniqueFunction<void(bool)> resume_;
};

// While this object exists, a client that disconnects wakes the reader.
class DisconnectWakeup {
 public:
  DisconnectWakeup(Presence* client, Waking& waking) : client_(client) {
    if (client_) client_->when_gone([&waking] { waking.wake(); });
  }
  ~DisconnectWakeup() {
    if (client_) client_->when_gone(nullptr);
  }
  bool is_gone() const { return client_ && client_->is_gone(); }

 private:
  Presence* const client_;
};

// How much is read.
enum class Upto { end, first_pause };

Awaitable<Result<std::string>> read(Loop& loop, std::unique_ptr<ByteSource> source, Upto upto,
                                    Deadline deadline, Presence* client) {
  Waking waking;
  Timer timer(loop.timers(), [&waking] {
    waking.is_late = true;
    waking.wake();
  });
  if (!deadline.is_never()) timer.arm(deadline.left(loop.clock()));
  const DisconnectWakeup presence(client, waking);
  source->attach(waking);
  std::string bytes;
  ByteRanges ranges;
  while (!waking.is_late && !presence.is_gone()) {
    switch (source->peek(ranges)) {
      case ByteSource::State::ready:
        for (std::size_t i = 0; i < ranges.count; ++i)
          bytes.append(static_cast<const char*>(ranges.ranges[i].iov_base), ranges.ranges[i].iov_len);
        source->consume(ranges.bytes);
        break;
      case ByteSource::State::waiting:
        if (upto == Upto::first_pause && !bytes.empty()) co_return bytes;
        [[fallthrough]];
      case ByteSource::State::loading:
        co_await waking.wait(loop);
        break;
      case ByteSource::State::ended:
        co_return bytes;
      case ByteSource::State::lost:
        co_return make_error(ErrorCode::unavailable,
                             "The answer can not be read now. Try again in a moment.");
    }
  }
  if (presence.is_gone())
    co_return make_error(ErrorCode::cancelled,
                         "The client closed the connection before the answer was whole.");
  co_return make_error(ErrorCode::deadline_exceeded, "The answer took longer than was waited for.");
}

}  // namespace

Awaitable<Result<std::string>> read_to_end(Loop& loop, std::unique_ptr<ByteSource> source, Deadline deadline,
                                           Presence* client) {
  return read(loop, std::move(source), Upto::end, deadline, client);
}

Awaitable<Result<std::string>> read_first(Loop& loop, std::unique_ptr<ByteSource> source, Deadline deadline) {
  return read(loop, std::move(source), Upto::first_pause, deadline, nullptr);
}

}  // namespace belay::services

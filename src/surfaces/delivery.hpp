// Notes when a stream's client has had all of it, so that a later attempt of its request starts a new answer
// (StartRun::Attempt).
#pragma once

#include <memory>

#include "base/byte_source.hpp"
#include "services/runs/run_service.hpp"

namespace belay::surfaces {

class NotedDelivery final : public ByteSource {
 public:
  // `runs` outlives the source.
  NotedDelivery(std::unique_ptr<ByteSource> source, services::RunService& runs, RunId run)
      : source_(std::move(source)), runs_(runs), run_(run) {}

  void attach(Waker& waker) override { source_->attach(waker); }
  State peek(ByteRanges& out) override {
    const State state = source_->peek(out);
    left_ = out.whole ? out.bytes : kMore;
    if (state == State::ended) runs_.answer_delivered(run_);
    return state;
  }
  void consume(std::size_t bytes) override {
    source_->consume(bytes);
    if (left_ == bytes) runs_.answer_delivered(run_);
  }

 private:
  static constexpr std::size_t kMore = static_cast<std::size_t>(-1);

  const std::unique_ptr<ByteSource> source_;
  services::RunService& runs_;
  const RunId run_;
  std::size_t left_ = kMore;  // the bytes of the last peek(), if they are the last ones
};

}  // namespace belay::surfaces

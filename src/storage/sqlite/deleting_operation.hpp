// Deletes in steps, with other operations in between.
#pragma once

#include <memory>
#include <utility>

#include "base/function.hpp"
#include "storage/sqlite/operation.hpp"

namespace belay::storage {

class DeletingOperation final : public Operation {
 public:
  // Adds to the number of what was deleted. Returns whether there is more.
  using Step = UniqueFunction<Result<bool>(Database&, std::uint64_t& deleted)>;
  // Whether what was deleted may stay in the write-ahead log for a while.
  enum class Traces { stay, go };

  DeletingOperation(std::size_t bytes, Traces traces, Step step, Store::Done<std::uint64_t> done)
      : Operation(Operation::Kind::background, bytes),
        traces_(traces),
        step_(std::move(step)),
        done_(std::move(done)) {}

  bool attempt(Database& database) override {
    const auto more = step_(database, *deleted_);
    if (!more) deleted_ = more.error();
    more_ = more && *more;
    return more.has_value();
  }
  bool wants_more() const override { return more_; }
  bool wants_empty_log() const override { return traces_ == Traces::go && deleted_ && *deleted_ != 0; }
  void fail(Error error) override { deleted_ = std::move(error); }
  bool failed() const override { return deleted_.has_error(); }
  void finish() override {
    if (more_ && deleted_) fail(make_error(ErrorCode::unavailable, "The store is shutting down."));
    if (done_) done_(std::move(deleted_));
  }

 private:
  const Traces traces_;
  Step step_;
  Store::Done<std::uint64_t> done_;
  Result<std::uint64_t> deleted_{std::uint64_t{0}};
  bool more_ = true;  // also before the first step
};

}  // namespace belay::storage

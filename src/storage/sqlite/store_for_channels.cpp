// The store's functions for channels.

#include "storage/sqlite/channels.hpp"
#include "storage/sqlite/store_calls.hpp"

namespace belay::storage {
namespace {

class ChannelSweep final : public Operation {
 public:
  ChannelSweep(WallTime before, std::size_t channels, ChannelStore::Done<std::uint64_t> done)
      : Operation(Operation::Kind::background, kSmallOperation),
        before_(before),
        channels_(channels),
        done_(std::move(done)) {}

  bool attempt(Database& database) override {
    const auto step = sweep_channels_step(database, before_, channels_);
    if (!step) {
      result_ = step.error();
      return false;
    }
    *result_ += step->channels;
    more_ = step->more;
    return true;
  }
  bool wants_more() const override { return more_; }
  void fail(Error error) override { result_ = std::move(error); }
  bool failed() const override { return result_.has_error(); }
  void finish() override {
    if (done_) done_(std::move(result_));
  }

 private:
  const WallTime before_;
  const std::size_t channels_;
  ChannelStore::Done<std::uint64_t> done_;
  Result<std::uint64_t> result_{std::uint64_t{0}};
  bool more_ = false;
};

}  // namespace

void SqliteStore::put_channel(ChannelRecord record, std::vector<ArchivedRange> ranges,
                              ChannelRetention retention, Done<Offset> done) {
  std::size_t bytes = 0;
  for (const ArchivedRange& range : ranges) bytes += range.bytes->size();
  auto work = [record = std::move(record), ranges = std::move(ranges), retention](Database& database) {
    return storage::put_channel(database, record, ranges, retention);
  };
  write(bytes, std::move(done), std::move(work));
}

void SqliteStore::find_channel(RunId log, Done<std::optional<ChannelRecord>> done) {
  read(std::move(done), [log](Database& database) { return read_channel(database, log); });
}

void SqliteStore::begin_channel_epoch(Epoch epoch, Done<> done) {
  write(0, std::move(done), [epoch](Database& database) { return raise_channel_epoch(database, epoch); });
}

void SqliteStore::sweep_channels(WallTime before, Done<std::uint64_t> done) {
  writer_->submit(std::make_unique<ChannelSweep>(before, config_.sweep_rows, std::move(done)));
}

}  // namespace belay::storage

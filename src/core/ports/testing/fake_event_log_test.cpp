// Runs the contract of the port against the fake.
#include "core/ports/testing/fake_event_log.hpp"

#include <limits>
#include <memory>

#include "core/ports/contracts/event_log_contract.hpp"

namespace belay::storage {
namespace {

// A process's view of the fake, which outlives the processes of a test.
class OpenedLog final : public EventLog {
 public:
  explicit OpenedLog(testing::FakeEventLog& log) : log_(log) { log_.restart(); }

  Result<ReplaySummary> replay(ReplayVisitor& visitor) override { return log_.replay(visitor); }
  Result<> discard_replayed() override { return log_.discard_replayed(); }
  std::unique_ptr<LogWriter> open_writer(Loop& loop) override { return log_.open_writer(loop); }
  void trim(const RunId& run, Offset through) override { log_.trim(run, through); }
  void close_files() override { log_.close_files(); }
  Result<> accepts_writes() const override { return log_.accepts_writes(); }

 private:
  testing::FakeEventLog& log_;
};

struct FakeHarness {
  static constexpr bool kKeeps = true;
  std::unique_ptr<EventLog> open() { return std::make_unique<OpenedLog>(log); }
  void fill_disk() { refuse(std::numeric_limits<int>::max()); }
  void free_disk() { refuse(0); }
  void refuse(int commits) {
    for (testing::FakeWriter* writer : log.writers) writer->refusals = commits;
  }
  testing::FakeEventLog log;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Fake, EventLogContract, FakeHarness);

}  // namespace
}  // namespace belay::storage

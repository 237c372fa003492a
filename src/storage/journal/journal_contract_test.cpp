// Runs the contract of the port against the journal, with each of its durability settings.
#include "core/ports/contracts/event_log_contract.hpp"
#include "storage/journal/journal_testing.hpp"

namespace belay::storage {
namespace {

template <Durability durability>
struct JournalHarness {
  static constexpr bool kKeeps = durability != Durability::memory;
  std::unique_ptr<EventLog> open() {
    auto journal = Journal::open({.durability = durability}, data.path(), files, clock, kBoot);
    EXPECT_TRUE(journal) << journal.error().detail;
    return std::move(*journal);
  }
  void fill_disk() { files.writable_bytes = 0; }
  void free_disk() { files.writable_bytes = FaultyFileSystem::kNever; }
  TemporaryDirectory data;
  FaultyFileSystem files;
  SystemClock clock;
};

using Durabilities = ::testing::Types<JournalHarness<Durability::memory>, JournalHarness<Durability::process>,
                                      JournalHarness<Durability::disk>>;

struct DurabilityNames {
  template <class Harness>
  static std::string GetName(int index) {
    return std::string(to_string(static_cast<Durability>(index)));
  }
};

INSTANTIATE_TYPED_TEST_SUITE_P(Journal, EventLogContract, Durabilities, DurabilityNames);

}  // namespace
}  // namespace belay::storage

// The journal under each of its durability settings, held against the contract of the port.
#include "storage/event_store_contract.hpp"
#include "storage/journal/journal_testing.hpp"

namespace belay::storage {
namespace {

template <Durability durability>
struct JournalHarness {
  static constexpr bool kKeeps = durability != Durability::memory;
  std::unique_ptr<EventStore> open() {
    auto journal = Journal::open({.durability = durability}, data.path(), files, clock, kBoot);
    EXPECT_TRUE(journal) << journal.error().detail;
    return std::move(*journal);
  }
  TemporaryDirectory data;
  PosixFileSystem files;
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

INSTANTIATE_TYPED_TEST_SUITE_P(Journal, EventStoreContract, Durabilities, DurabilityNames);

}  // namespace
}  // namespace belay::storage

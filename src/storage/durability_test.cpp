#include "storage/durability.hpp"

#include <gmock/gmock.h>

namespace belay::storage {
namespace {

using Synchronous = SqliteConfig::Synchronous;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Both {
  JournalConfig journal;
  SqliteConfig store;
};
Both both(Durability durability, Synchronous synchronous) {
  Both settings;
  settings.journal.durability = durability;
  settings.store.synchronous = synchronous;
  return settings;
}
std::string words(Durability durability, Synchronous synchronous) {
  const Both settings = both(durability, synchronous);
  return durability_in_words(settings.journal, settings.store);
}
std::vector<std::string> contradictions(Durability durability, Synchronous synchronous) {
  const Both settings = both(durability, synchronous);
  return durability_contradictions(settings.journal, settings.store);
}

TEST(DurabilityTest, x10_disk_survives_the_loss_of_power_whatever_the_store_is_set_to) {
  for (const Synchronous synchronous : {Synchronous::normal, Synchronous::full}) {
    EXPECT_THAT(words(Durability::disk, synchronous),
                HasSubstr("survives the death of the process, a crash of the kernel and the loss of power"));
    EXPECT_THAT(contradictions(Durability::disk, synchronous), IsEmpty());
  }
}

TEST(DurabilityTest, x10_process_survives_the_death_of_the_process_and_says_what_a_loss_of_power_loses) {
  const std::string normal = words(Durability::process, Synchronous::normal);
  EXPECT_THAT(normal, HasSubstr("survives the death of the process. A crash of the kernel or a loss of power "
                                "loses the newest moments"));
  const std::string full = words(Durability::process, Synchronous::full);
  EXPECT_THAT(full, HasSubstr("loses the newest events of running answers; what the store has taken"));
}

TEST(DurabilityTest, x10_memory_says_that_running_answers_survive_nothing) {
  for (const Synchronous synchronous : {Synchronous::normal, Synchronous::full})
    EXPECT_THAT(words(Durability::memory, synchronous), HasSubstr("Running answers survive nothing"));
}

TEST(DurabilityTest, x10_a_store_that_waits_for_the_disk_beside_a_journal_that_does_not_is_a_contradiction) {
  EXPECT_THAT(contradictions(Durability::process, Synchronous::normal), IsEmpty());
  EXPECT_THAT(contradictions(Durability::memory, Synchronous::normal), IsEmpty());
  for (const Durability durability : {Durability::process, Durability::memory}) {
    const auto found = contradictions(durability, Synchronous::full);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_THAT(found[0], HasSubstr("store.synchronous = \"full\""));
    EXPECT_THAT(found[0], HasSubstr("set journal.durability = \"disk\""));
  }
}

}  // namespace
}  // namespace belay::storage

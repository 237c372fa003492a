// The contracts of the stores, over SQLite.
#include "core/ports/contracts/store_contract.hpp"
#include "core/ports/contracts/store_contract_answers.hpp"
#include "core/ports/contracts/store_contract_branches.hpp"
#include "core/ports/contracts/store_contract_contexts.hpp"
#include "core/ports/contracts/store_contract_goals.hpp"
#include "core/ports/contracts/store_contract_operators.hpp"
#include "core/ports/contracts/store_contract_surfaces.hpp"
#include "core/ports/contracts/upload_store_contract.hpp"
#include "storage/sqlite/testing/sqlite_engine.hpp"

namespace belay::storage {
namespace {

auto with_defaults() {
  return ::testing::Values(StoreEngineFactory([] { return std::make_unique<SqliteEngine>(); }));
}
constexpr auto kDefaults = [](const auto&) { return "with_its_defaults"; };

INSTANTIATE_TEST_SUITE_P(Sqlite, SurfaceStoreContract, with_defaults(), kDefaults);
INSTANTIATE_TEST_SUITE_P(Sqlite, AnswerCacheContract, with_defaults(), kDefaults);
INSTANTIATE_TEST_SUITE_P(Sqlite, PermanentAnswerCacheContract, with_defaults(), kDefaults);
INSTANTIATE_TEST_SUITE_P(Sqlite, BranchContract, with_defaults(), kDefaults);
INSTANTIATE_TEST_SUITE_P(Sqlite, PermanentSurfaceStoreContract, with_defaults(), kDefaults);
INSTANTIATE_TEST_SUITE_P(Sqlite, OperatorStoreContract, with_defaults(), kDefaults);
INSTANTIATE_TEST_SUITE_P(Sqlite, PermanentOperatorStoreContract, with_defaults(), kDefaults);
INSTANTIATE_TEST_SUITE_P(Sqlite, UploadStoreContract, with_defaults(), kDefaults);
INSTANTIATE_TEST_SUITE_P(Sqlite, PermanentUploadStoreContract, with_defaults(), kDefaults);
INSTANTIATE_TEST_SUITE_P(Sqlite, ContextStoreContract, with_defaults(), kDefaults);
INSTANTIATE_TEST_SUITE_P(Sqlite, PermanentContextStoreContract, with_defaults(), kDefaults);
INSTANTIATE_TEST_SUITE_P(Sqlite, GoalStoreContract, with_defaults(), kDefaults);
INSTANTIATE_TEST_SUITE_P(Sqlite, PermanentGoalStoreContract, with_defaults(), kDefaults);
INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract, with_defaults(), kDefaults);

// Every bound is as small as possible: each operation is a group, each answer is written in pieces, each
// sweep has many steps.
INSTANTIATE_TEST_SUITE_P(SqliteSmall, StoreContract, ::testing::Values(StoreEngineFactory([] {
                           SqliteConfig config;
                           config.synchronous = SqliteConfig::Synchronous::full;
                           config.group_limit = 1;
                           config.whole_answer = 2_B;
                           config.cache = 256_KiB;
                           config.checkpoint_after = 64_KiB;
                           config.sweep_rows = 2;
                           config.sweep_bytes = 1_B;
                           return std::make_unique<SqliteEngine>(config);
                         })),
                         [](const auto&) { return "with_the_smallest_bounds"; });

}  // namespace
}  // namespace belay::storage

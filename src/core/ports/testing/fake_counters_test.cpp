#include "core/ports/testing/fake_counters.hpp"

#include <gtest/gtest.h>

#include "core/ports/contracts/counters_contract.hpp"

namespace belay::storage {

INSTANTIATE_TEST_SUITE_P(Fake, CountersContract, ::testing::Values(CountersFactory([](const Clock& clock) {
                           return std::make_unique<testing::FakeCounters>(clock);
                         })),
                         [](const auto&) { return "in_tests"; });

}  // namespace belay::storage

namespace belay::testing {
namespace {

class FakeCountersTest : public ::testing::Test {
 protected:
  void reserve(const RunId& run, std::string key = "") {
    Limit slot;
    slot.key = "slot";
    slot.max = 9;
    ReserveRequest request{run, {"ada", "assistant", std::move(key)}, "digest", {slot}};
    counters_.reserve(std::move(request),
                      [this](Result<ReserveResult> result) { answers_.push_back(result); });
  }
  static RunId run(std::uint8_t number) { return RunId{WallTime{0}, {number}}; }

  FakeCounters counters_;
  std::vector<Result<ReserveResult>> answers_;
};

TEST_F(FakeCountersTest, reservations_fail_and_throw_as_often_as_the_test_wants) {
  counters_.fail_reserves = 1;
  counters_.throw_in_reserve = 1;
  EXPECT_THROW(reserve(run(1)), std::runtime_error);
  reserve(run(1));
  ASSERT_EQ(answers_.size(), 1u);
  EXPECT_EQ(answers_[0].error().code, ErrorCode::unavailable);
  EXPECT_TRUE(counters_.holds_nothing());
  reserve(run(1));
  EXPECT_TRUE(answers_.at(1).has_value());
  EXPECT_FALSE(counters_.holds_nothing());
}

TEST_F(FakeCountersTest, a_held_reservation_takes_effect_and_is_answered_when_it_is_let_go) {
  counters_.hold = true;
  reserve(run(1), "k");
  EXPECT_TRUE(answers_.empty());
  EXPECT_EQ(counters_.slots["slot"], 1u);
  bool is_found = false;
  counters_.find_key({"ada", "assistant", "k"},
                     [&](Result<std::optional<KeyClaim>> claim) { is_found = claim->has_value(); });
  EXPECT_FALSE(is_found);
  counters_.settle(run(1), Charge::never_ran, [](Result<>) {});
  EXPECT_TRUE(counters_.holds_nothing());
  counters_.let_go();
  EXPECT_EQ(answers_.size(), 1u);
  EXPECT_TRUE(is_found) << "the key was found before the settlement";
}

TEST_F(FakeCountersTest, a_settlement_is_recorded_and_announced_before_slots_are_free) {
  reserve(run(1));
  counters_.when_settled = [this] { EXPECT_EQ(counters_.slots["slot"], 1u); };
  counters_.settle(run(1), Charge::refunded, [](Result<>) {});
  EXPECT_EQ(counters_.settlements, 1);
  EXPECT_EQ(counters_.settled, (std::vector<std::pair<RunId, Charge>>{{run(1), Charge::refunded}}));
  EXPECT_EQ(counters_.slots["slot"], 0u);
  EXPECT_TRUE(counters_.holds_nothing());
}

TEST_F(FakeCountersTest, after_a_restart_nothing_is_known) {
  reserve(run(1), "k");
  reserve(run(2), "k");
  counters_.restart();
  EXPECT_TRUE(counters_.holds_nothing());
  EXPECT_EQ(answers_.size(), 1u) << "the request that waited is gone";
  reserve(run(3), "k");
  EXPECT_EQ(answers_.size(), 2u);
}

}  // namespace
}  // namespace belay::testing

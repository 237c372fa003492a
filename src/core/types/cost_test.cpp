#include "core/types/cost.hpp"

#include <gtest/gtest.h>

namespace belay {
namespace {

TEST(CostTest, P4_input_cached_input_and_output_each_have_their_price) {
  const ModelPrice price{1.25, 2.5, 0.2};
  Usage usage;
  usage.input = {1'000'000};
  EXPECT_EQ(cost_of(price, usage).value, 1'250'000'000u);
  usage.cached = {400'000};
  EXPECT_EQ(cost_of(price, usage).value, 750'000'000u + 80'000'000u);
  usage.output = {10};
  EXPECT_EQ(cost_of(price, usage).value, 830'000'000u + 25'000u);
}

TEST(CostTest, P4_cached_input_without_a_price_of_its_own_is_charged_like_other_input) {
  Usage usage;
  usage.input = {100};
  usage.cached = {60};
  EXPECT_EQ(cost_of({3, 15, {}}, usage).value, 300'000u);
}

TEST(CostTest, P4_a_part_of_a_nano_dollar_is_rounded_up_and_a_model_without_a_price_costs_nothing) {
  Usage usage;
  usage.input = {1};
  EXPECT_EQ(cost_of({0.1, 0, {}}, usage).value, 100u);
  EXPECT_EQ(cost_of({0.0001, 0, {}}, usage).value, 1u);
  EXPECT_EQ(cost_of({}, usage).value, 0u);
}

TEST(CostTest, P4_counts_that_make_no_sense_do_not_overflow) {
  Usage usage;
  usage.input = {UINT64_MAX};
  usage.cached = {UINT64_MAX};
  usage.output = {UINT64_MAX};
  EXPECT_EQ(cost_of({10'000, 10'000, {}}, usage).value, 9'000'000'000'000'000'000u);
}

}  // namespace
}  // namespace belay

// Requirement X17: what clients use is limited in total and for each address.
#include "transport/address_usage.hpp"

#include <gtest/gtest.h>

namespace belay::transport {
namespace {

using Outcome = AddressUsage::Outcome;
constexpr AddressUsage::Limits kLimits{100, 30};

TEST(AddressUsage, X17_an_address_gets_no_more_than_its_share) {
  AddressUsage usage;
  EXPECT_EQ(usage.try_add("203.0.113.1", 20, kLimits), Outcome::granted);
  EXPECT_EQ(usage.try_add("203.0.113.1", 11, kLimits), Outcome::address_is_used_up);
  EXPECT_EQ(usage.try_add("203.0.113.1", 10, kLimits), Outcome::granted);
  EXPECT_EQ(usage.try_add("203.0.113.2", 30, kLimits), Outcome::granted);
  EXPECT_EQ(usage.total(), 60u);
  usage.remove("203.0.113.1", 30);
  EXPECT_EQ(usage.of("203.0.113.1"), 0u);
  EXPECT_EQ(usage.try_add("203.0.113.1", 30, kLimits), Outcome::granted);
}

TEST(AddressUsage, X17_all_addresses_together_get_no_more_than_the_total) {
  AddressUsage usage;
  for (const char* address : {"203.0.113.1", "203.0.113.2", "203.0.113.3"})
    EXPECT_EQ(usage.try_add(address, 30, kLimits), Outcome::granted);
  EXPECT_EQ(usage.try_add("203.0.113.4", 11, kLimits), Outcome::total_is_used_up);
  EXPECT_EQ(usage.try_add("203.0.113.4", 10, kLimits), Outcome::granted);
}

TEST(AddressUsage, X17_an_ipv6_address_counts_by_its_64_bit_network) {
  AddressUsage usage;
  EXPECT_EQ(usage.try_add("2001:db8:1:2::1", 30, kLimits), Outcome::granted);
  EXPECT_EQ(usage.try_add("2001:db8:1:2:ffff::9", 1, kLimits), Outcome::address_is_used_up);
  EXPECT_EQ(usage.try_add("2001:db8:1:3::1", 1, kLimits), Outcome::granted);
}

TEST(AddressUsage, X17_clients_on_this_machine_share_only_the_total) {
  AddressUsage usage;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(usage.try_add("127.0.0.1", 30, kLimits), Outcome::granted);
  EXPECT_EQ(usage.try_add("::1", 11, kLimits), Outcome::total_is_used_up);
}

TEST(AddressUsage, one_that_is_larger_than_a_limit_is_granted_alone) {
  AddressUsage usage;
  EXPECT_EQ(usage.try_add("203.0.113.1", 1000, kLimits), Outcome::granted);
  EXPECT_EQ(usage.try_add("203.0.113.2", 1, kLimits), Outcome::total_is_used_up);
}

TEST(AddressUsage, a_share_is_given_back_once) {
  const auto usage = std::make_shared<AddressUsage>();
  usage->add("203.0.113.1", 10);
  {
    AddressShare share(usage, "203.0.113.1", 10);
    share.shrink_to(4);
    EXPECT_EQ(usage->total(), 4u);
    AddressShare moved(std::move(share));
    EXPECT_EQ(usage->total(), 4u);
  }
  EXPECT_EQ(usage->total(), 0u);
  EXPECT_EQ(usage->of("203.0.113.1"), 0u);
}

}  // namespace
}  // namespace belay::transport

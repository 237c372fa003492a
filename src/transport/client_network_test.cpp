#include "transport/client_network.hpp"

#include <gtest/gtest.h>

namespace belay::transport {
namespace {

TEST(ClientNetwork, X17_an_address_counts_by_what_one_party_can_choose_freely) {
  struct Row {
    const char* address;
    const char* network;
  };
  const Row rows[] = {
      {"203.0.113.7", "203.0.113.7"},
      {"::ffff:203.0.113.7", "203.0.113.7"},
      {"::ffff:cb00:7107", "203.0.113.7"},
      {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
      {"2001:DB8:1:2::", "2001:db8:1:2::/64"},
      {"2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"},
      {"2001:db8:1:3::1", "2001:db8:1:3::/64"},
      {"::1", "::/64"},
      {"fe80::1%eth0", "fe80::/64"},
      {"", ""},
      {"unknown", "unknown"},
  };
  for (const Row& row : rows) EXPECT_EQ(client_network(row.address), row.network) << row.address;
}

}  // namespace
}  // namespace belay::transport

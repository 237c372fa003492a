#include "transport/trusted_proxies.hpp"

#include <gtest/gtest.h>

namespace belay::transport {
namespace {

TrustedProxies trusting(std::vector<std::string> networks) {
  return *TrustedProxies::make(networks);
}

TEST(TrustedProxies, ContainAddressesOfTheirNetworks) {
  const auto proxies = trusting({"10.0.0.0/8", "192.0.2.7", "fd00::/9", "172.16.0.0/12"});
  for (const char* in : {"10.1.2.3", "192.0.2.7", "fd00::1", "fd7f::1", "172.31.255.255", "::ffff:10.0.0.1"})
    EXPECT_TRUE(proxies.contains(in)) << in;
  for (const char* out : {"11.0.0.1", "192.0.2.8", "fd80::1", "172.32.0.0", "::1", "", "10.0.0", "x"})
    EXPECT_FALSE(proxies.contains(out)) << out;
  EXPECT_TRUE(trusting({"0.0.0.0/0"}).contains("203.0.113.1"));
  EXPECT_FALSE(trusting({"0.0.0.0/0"}).contains("2001:db8::1"));
}

TEST(TrustedProxies, RefusesWhatIsNoNetworkByName) {
  for (const char* text :
       {"", "x", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "10.0.0/8"}) {
    const auto made = TrustedProxies::make({text});
    ASSERT_FALSE(made) << text;
    EXPECT_EQ(made.error().field, "trusted_proxies");
  }
}

TEST(TrustedProxies, X13TakesTheRightmostAddressThatIsNotTrusted) {
  const auto proxies = trusting({"10.0.0.0/8"});
  const std::vector<Header> headers = {{"x-forwarded-for", "6.6.6.6, 203.0.113.9"},
                                       {"x-forwarded-for", "10.0.0.2,10.0.0.3"},
                                       {"x-forwarded-proto", "https"}};
  const auto client = proxies.client_of({"10.0.0.1"}, headers);
  EXPECT_EQ(client.address, "203.0.113.9");
  EXPECT_TRUE(client.secure);
}

TEST(TrustedProxies, X13BelievesNobodyElse) {
  const std::vector<Header> headers = {{"x-forwarded-for", "203.0.113.9"}, {"x-forwarded-proto", "https"}};
  const auto client = trusting({"10.0.0.0/8"}).client_of({"192.0.2.1"}, headers);
  EXPECT_EQ(client.address, "192.0.2.1");
  EXPECT_FALSE(client.secure);
  EXPECT_EQ(TrustedProxies().client_of({"10.0.0.1"}, headers).address, "10.0.0.1");
}

TEST(TrustedProxies, ReadsPortsAndBracketsAndStopsAtNonsense) {
  const auto proxies = trusting({"10.0.0.0/8"});
  const auto address = [&](std::string list) {
    return proxies.client_of({"10.0.0.1"}, {{"x-forwarded-for", std::move(list)}}).address;
  };
  EXPECT_EQ(address("203.0.113.9:4711"), "203.0.113.9");
  EXPECT_EQ(address("[2001:db8::1]:80"), "2001:db8::1");
  EXPECT_EQ(address("2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(address("1.2.3.4, unknown, 10.0.0.2"), "10.0.0.2");
  EXPECT_EQ(address(""), "10.0.0.1");
  EXPECT_EQ(address("10.0.0.5, 10.0.0.6"), "10.0.0.5");
}

}  // namespace
}  // namespace belay::transport

#include "storage/sqlite/tier_cache.hpp"

#include <gtest/gtest.h>

namespace belay::storage {
namespace {

void learn(TierCache& cache, const std::string& user, const std::string& tier) {
  cache.put(user, tier, cache.find(user).version);
}

TEST(TierCache, ReturnsWhatWasPut) {
  TierCache cache;
  EXPECT_EQ(cache.find("ada").tier, std::nullopt);
  learn(cache, "ada", "pro");
  learn(cache, "bob", "");
  EXPECT_EQ(cache.find("ada").tier, "pro");
  EXPECT_EQ(cache.find("bob").tier, "") << "that a user has none is known too";
}

TEST(TierCache, ForgetsOneUserOrAll) {
  TierCache cache;
  for (const char* user : {"ada", "bob", "eve"}) learn(cache, user, "pro");
  cache.forget("ada");
  EXPECT_EQ(cache.find("ada").tier, std::nullopt);
  EXPECT_EQ(cache.find("bob").tier, "pro");
  cache.forget_all();
  EXPECT_EQ(cache.find("bob").tier, std::nullopt);
}

TEST(TierCache, KeepsNothingThatWasReadBeforeAChange) {
  TierCache cache;
  const auto before = cache.find("ada").version;
  cache.forget("ada");
  cache.put("ada", "old", before);
  EXPECT_EQ(cache.find("ada").tier, std::nullopt);
}

TEST(TierCache, HoldsAtMostTwiceItsBoundAndKeepsWhoIsAskedFor) {
  TierCache cache(4);
  for (int i = 0; i < 100; ++i) {
    learn(cache, std::to_string(i), "pro");
    EXPECT_EQ(cache.find("0").tier, "pro");
  }
  std::size_t known = 0;
  for (int i = 0; i < 100; ++i)
    if (cache.find(std::to_string(i)).tier) ++known;
  EXPECT_LE(known, 8u);
}

}  // namespace
}  // namespace belay::storage

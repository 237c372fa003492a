#include "core/log/block_cache.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace belay {
namespace {

constexpr std::uint32_t kEvents = 100;

std::shared_ptr<LogBlock> block_of_small_events() {
  std::string bytes;
  for (std::uint32_t i = 0; i < kEvents; ++i) append_event(EventType::delta, Milliseconds(i), " word", bytes);
  return std::make_shared<LogBlock>(1, 1, WallTime{}, kEvents, bytes);
}

TEST(BlockCache, F10_counts_blocks_with_what_readers_are_shown_of_them) {
  constexpr ByteCount kMax = 1_MiB;
  BlockCache cache(kMax);
  std::vector<std::weak_ptr<LogBlock>> kept;
  for (int i = 0; i < 1000; ++i) {
    auto block = block_of_small_events();
    kept.push_back(block);
    cache.keep(std::move(block));
  }
  const auto alive =
      std::count_if(kept.begin(), kept.end(), [](const auto& block) { return !block.expired(); });
  constexpr std::size_t kFrame = 60;  // minimum bytes of such an event in the assistant's format
  EXPECT_GT(alive, 50);
  EXPECT_LT(static_cast<std::size_t>(alive) * kEvents * kFrame, kMax.value);
  EXPECT_FALSE(kept.back().expired());
}

TEST(BlockCache, Keeps_the_newest_block_however_large_it_is) {
  BlockCache cache(ByteCount{10});
  auto block = block_of_small_events();
  const std::weak_ptr<LogBlock> kept = block;
  cache.keep(std::move(block));
  EXPECT_FALSE(kept.expired());
  cache.keep(block_of_small_events());
  EXPECT_TRUE(kept.expired());
}

}  // namespace
}  // namespace belay

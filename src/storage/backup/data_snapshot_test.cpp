#include "storage/backup/data_snapshot.hpp"

#include <gtest/gtest.h>

namespace belay::storage {
namespace {

std::vector<SegmentName> names(std::initializer_list<SegmentName> list) {
  std::vector<SegmentName> sorted(list);
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

// {generation, loop, sequence}
TEST(DataSnapshot, X2_two_listings_have_all_new_segments_when_their_numbers_follow) {
  EXPECT_TRUE(has_all_new({}, {}));
  EXPECT_TRUE(has_all_new({}, names({{1, 0, 1}, {1, 0, 2}, {1, 1, 1}}))) << "a server started";
  const auto before = names({{1, 0, 7}, {1, 0, 8}, {1, 1, 3}});
  EXPECT_TRUE(has_all_new(before, before));
  EXPECT_TRUE(has_all_new(before, {})) << "all were removed";
  EXPECT_TRUE(has_all_new(before, names({{1, 0, 8}, {1, 1, 3}, {1, 1, 4}, {1, 1, 5}})));
  EXPECT_TRUE(has_all_new(before, names({{1, 1, 4}, {2, 0, 1}}))) << "it was started again";
}

TEST(DataSnapshot, X2_a_segment_that_came_and_went_between_two_listings_is_noticed) {
  const auto before = names({{1, 0, 7}, {1, 0, 8}, {1, 1, 3}});
  EXPECT_FALSE(has_all_new(before, names({{1, 0, 8}, {1, 0, 10}})));
  EXPECT_FALSE(has_all_new(before, names({{1, 1, 4}, {1, 1, 6}})));
  EXPECT_FALSE(has_all_new(before, names({{1, 2, 2}}))) << "the first of a loop that had none";
  EXPECT_FALSE(has_all_new(before, names({{2, 0, 2}})));
}

}  // namespace
}  // namespace belay::storage

#include "base/snapshot.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace belay {
namespace {

TEST(Snapshot, what_was_taken_stays_as_it_was_and_the_next_one_takes_the_new) {
  Snapshot<int> snapshot;
  EXPECT_EQ(snapshot.take(), nullptr);
  snapshot.replace(std::make_shared<const int>(1));
  const auto taken = snapshot.take();
  snapshot.replace(std::make_shared<const int>(2));
  EXPECT_EQ(*taken, 1);
  EXPECT_EQ(*snapshot.take(), 2);
  EXPECT_EQ(taken.use_count(), 1) << "nobody else holds the old one";
}

TEST(Snapshot, readers_on_other_threads_see_one_value_or_the_other_whole) {
  using Pair = std::pair<int, int>;
  Snapshot<Pair> snapshot(std::make_shared<const Pair>(0, 0));
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 2; ++reader)
    readers.emplace_back([&snapshot] {
      for (int last = 0; last < 1000;) {
        const auto taken = snapshot.take();
        EXPECT_EQ(taken->first, taken->second);
        EXPECT_GE(taken->first, last);
        last = taken->first;
      }
    });
  for (int i = 1; i <= 1000; ++i) snapshot.replace(std::make_shared<const Pair>(i, i));
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace belay

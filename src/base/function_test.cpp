#include "base/function.hpp"

#include <array>
#include <memory>

#include <gtest/gtest.h>

namespace belay {
namespace {

// Counts its live copies.
class Counted {
 public:
  explicit Counted(int& alive) : alive_(&alive) { ++*alive_; }
  Counted(Counted&& other) noexcept : alive_(other.alive_) { ++*alive_; }
  ~Counted() { --*alive_; }

 private:
  int* alive_;
};

template <std::size_t Size>
void is_called_moved_and_destroyed_once() {
  int alive = 0;
  {
    std::array<char, Size> weight{};
    weight.back() = 'x';
    UniqueFunction<char(int)> first = [counted = Counted(alive), weight](int by) {
      return static_cast<char>(weight.back() + by);
    };
    EXPECT_EQ(alive, 1);
    EXPECT_EQ(first(1), 'y');
    UniqueFunction<char(int)> second = std::move(first);
    EXPECT_FALSE(first);
    EXPECT_EQ(alive, 1);
    EXPECT_EQ(second(2), 'z');
    UniqueFunction<char(int)> third = [](int) { return 'a'; };
    third = std::move(second);
    EXPECT_EQ(third(1), 'y');
    EXPECT_EQ(alive, 1);
    third = nullptr;
    EXPECT_FALSE(third);
    EXPECT_EQ(alive, 0);
    third = [counted = Counted(alive)](int) { return 'b'; };
    EXPECT_EQ(third(0), 'b');
  }
  EXPECT_EQ(alive, 0);
}

TEST(UniqueFunction, HoldsASmallCallableInsideItself) {
  is_called_moved_and_destroyed_once<8>();
}

TEST(UniqueFunction, HoldsALargeCallableToo) {
  is_called_moved_and_destroyed_once<500>();
}

TEST(UniqueFunction, OwnsWhatCannotBeCopiedAndHandsItOn) {
  UniqueFunction<std::unique_ptr<int>(std::unique_ptr<int>)> twice =
      [own = std::make_unique<int>(20)](std::unique_ptr<int> given) {
        *given += *own;
        return given;
      };
  EXPECT_EQ(*twice(std::make_unique<int>(1)), 21);
}

}  // namespace
}  // namespace belay

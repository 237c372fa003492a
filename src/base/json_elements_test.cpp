#include "base/json_elements.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace belay {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(JsonElements, the_elements_of_an_array_keep_their_text) {
  EXPECT_THAT(json_elements("[]"), IsEmpty());
  EXPECT_THAT(json_elements(" [ \n ] "), IsEmpty());
  EXPECT_THAT(json_elements("[1]"), ElementsAre("1"));
  EXPECT_THAT(json_elements("[ 5.10 , \"a\" ,null]"), ElementsAre("5.10", "\"a\"", "null"));
}

TEST(JsonElements, commas_and_brackets_inside_elements_end_nothing) {
  EXPECT_THAT(json_elements(R"([{"a":[1,2],"b":","},[3,[4]],"],[", "\",\\"])"),
              ElementsAre(R"({"a":[1,2],"b":","})", "[3,[4]]", R"("],[")", R"("\",\\")"));
}

}  // namespace
}  // namespace belay

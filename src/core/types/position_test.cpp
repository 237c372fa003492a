#include "core/types/position.hpp"

#include <gtest/gtest.h>

namespace belay {
namespace {

TEST(Position, X1_goes_out_and_comes_back_as_EPOCH_OFFSET) {
  for (const Position position :
       {Position{1, 0}, Position{1, 1}, Position{7, 1234567}, Position{UINT32_MAX, UINT64_MAX}}) {
    const auto parsed = Position::parse(position.text());
    ASSERT_TRUE(parsed) << position.text();
    EXPECT_EQ(*parsed, position);
  }
  EXPECT_EQ((Position{2, 17}.text()), "2-17");
  EXPECT_EQ((Position{UINT32_MAX, UINT64_MAX}.text()), "4294967295-18446744073709551615");
}

TEST(Position, X1_any_other_form_is_refused) {
  for (const std::string_view text : {"",
                                      "-",
                                      "1",
                                      "1-",
                                      "-1",
                                      "--1",
                                      "-1-1",
                                      "1--1",
                                      "+1-1",
                                      "1-+1",
                                      " 1-1",
                                      "1-1 ",
                                      "1 -1",
                                      "01-1",
                                      "1-01",
                                      "00-0",
                                      "0-1",
                                      "0-0",
                                      "1-1-1",
                                      "1_1",
                                      "a-1",
                                      "1-a",
                                      "1-1a",
                                      "0x1-1",
                                      "1.0-1",
                                      "1-1e3",
                                      "1-\n1",
                                      "１-１",
                                      "1-1\r\n",
                                      "4294967296-1",
                                      "1-18446744073709551616",
                                      "1-99999999999999999999999999",
                                      "99999999999999999999-1"}) {
    const auto parsed = Position::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid_request) << text;
    EXPECT_EQ(parsed.error().field, "last_event_id");
    EXPECT_FALSE(parsed.error().detail.empty());
  }
  EXPECT_FALSE(Position::parse(std::string_view("1-1\0", 4)));
}

}  // namespace
}  // namespace belay

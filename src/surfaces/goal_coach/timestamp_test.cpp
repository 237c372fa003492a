#include "surfaces/goal_coach/timestamp.hpp"

#include <gtest/gtest.h>

namespace belay::surfaces::goal_coach {
namespace {

TEST(Timestamps, G4_a_time_is_read_with_its_offset) {
  const WallTime half_past_nine{1'796'117'400'000};  // 2026-12-01T09:30:00Z
  for (const char* text :
       {"2026-12-01T09:30:00Z", "2026-12-01T09:30Z", "2026-12-01t09:30:00z", "2026-12-01T10:30:00+01:00",
        "2026-12-01T00:00:00-09:30", "2026-12-01T09:30:00.000Z"})
    EXPECT_EQ(parse_timestamp(text), half_past_nine) << text;
  EXPECT_EQ(parse_timestamp("2026-12-01T09:30:00.0459Z"), half_past_nine + Milliseconds(45));
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:00Z"), WallTime{0});
  EXPECT_EQ(parse_timestamp("2028-02-29T00:00:00Z"), WallTime{1'835'395'200'000});
}

TEST(Timestamps, G4_what_is_no_time_is_refused) {
  for (const char* text :
       {"", "2026-12-01", "2026-12-01T09:30:00", "2026-12-01 09:30:00Z", "2026-13-01T09:30:00Z",
        "2026-02-29T09:30:00Z", "2026-12-01T24:00:00Z", "2026-12-01T09:60:00Z", "2026-12-01T09:30:60Z",
        "2026-12-01T09:30:00.Z", "2026-12-01T09:30:00+1:00", "2026-12-01T09:30:00+24:00",
        "2026-12-01T09:30:00Zx", "26-12-01T09:30:00Z", "2026-12-01T09:30:00.0123456789Z"})
    EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
}

}  // namespace
}  // namespace belay::surfaces::goal_coach

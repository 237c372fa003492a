#include "base/settings/quantities.hpp"

#include <gtest/gtest.h>

namespace belay {
namespace {

TEST(QuantitiesTest, durations_are_read_as_written) {
  const struct {
    const char* text;
    std::int64_t ms;
  } table[] = {
      {"0", 0},
      {"0s", 0},
      {"1ms", 1},
      {"250ms", 250},
      {"15s", 15'000},
      {"5m", 300'000},
      {"2h", 7'200'000},
      {"1d", 86'400'000},
      {"1h30m", 5'400'000},
      {"1d1h1m1s1ms", 90'061'001},
      {"007s", 7'000},
  };
  for (const auto& row : table) {
    const Result<Milliseconds> parsed = parse_duration(row.text);
    ASSERT_TRUE(parsed) << row.text;
    EXPECT_EQ(parsed->count(), row.ms) << row.text;
  }
}

TEST(QuantitiesTest, what_is_no_duration_is_refused) {
  for (const char* text :
       {"", "15", "s", "-1s", "+1s", "1.5s", "1 s", " 1s", "1s ", "1S", "1sec", "30m1h", "1s1s", "1us",
        "9223372036854775808ms", "106751991168d", "99999999999999999999s", "1h-5m", "00"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(QuantitiesTest, sizes_are_read_as_written) {
  const struct {
    const char* text;
    std::uint64_t bytes;
  } table[] = {{"0", 0},
               {"0B", 0},
               {"512B", 512},
               {"1KiB", 1024},
               {"64MiB", 64 << 20},
               {"2GiB", 2ull << 30},
               {"1TiB", 1ull << 40},
               {"1MiB512KiB", 1536 << 10}};
  for (const auto& row : table) {
    const Result<ByteCount> parsed = parse_size(row.text);
    ASSERT_TRUE(parsed) << row.text;
    EXPECT_EQ(parsed->value, row.bytes) << row.text;
  }
}

TEST(QuantitiesTest, what_is_no_size_is_refused) {
  for (const char* text : {"", "64", "KiB", "1MB", "1K", "1kib", "-1B", "1.5MiB", "8388608TiB", "1B1KiB"})
    EXPECT_FALSE(parse_size(text)) << text;
}

TEST(QuantitiesTest, what_is_printed_is_read_back) {
  for (const std::int64_t ms : {0, 1, 999, 1000, 1500, 60'000, 90'000, 3'600'000, 86'400'000, 604'800'000})
    EXPECT_EQ(parse_duration(duration_text(Milliseconds(ms)))->count(), ms);
  for (const std::uint64_t bytes :
       {0ull, 1ull, 1023ull, 1024ull, 1536ull, 1ull << 20, 3ull << 30, 1ull << 40})
    EXPECT_EQ(parse_size(size_text(ByteCount{bytes}))->value, bytes);
  EXPECT_EQ(duration_text(Milliseconds(90'000)), "90s");
  EXPECT_EQ(duration_text(Milliseconds(0)), "0ms");
  EXPECT_EQ(size_text(64_MiB), "64MiB");
}

TEST(QuantitiesTest, numbers_take_the_whole_text) {
  EXPECT_EQ(*parse_integer("-12"), -12);
  for (const char* text : {"", "12x", " 12", "1e3", "0x10", "9223372036854775808"})
    EXPECT_FALSE(parse_integer(text)) << text;
  EXPECT_EQ(*parse_number("0.5"), 0.5);
  for (const char* text : {"", "nan", "inf", "1x", "1e999"}) EXPECT_FALSE(parse_number(text)) << text;
  EXPECT_TRUE(*parse_boolean("true"));
  EXPECT_FALSE(*parse_boolean("false"));
  for (const char* text : {"", "1", "yes", "True"}) EXPECT_FALSE(parse_boolean(text)) << text;
}

}  // namespace
}  // namespace belay

#include "core/types/codec.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace belay {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

std::string varint(std::uint64_t value) {
  std::string out;
  append_varint(value, out);
  return out;
}

TEST(Varint, has_seven_bits_a_byte_lowest_first) {
  EXPECT_EQ(varint(0), "\0"sv);
  EXPECT_EQ(varint(127), "\x7F");
  EXPECT_EQ(varint(128), "\x80\x01");
  EXPECT_EQ(varint(300), "\xAC\x02");
  EXPECT_EQ(varint(UINT64_MAX), "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01");
}

TEST(Varint, every_number_comes_back_and_takes_only_its_own_bytes) {
  SeededRandom random(1);
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t value = random.next() >> random.below(64);
    const std::string bytes = varint(value) + "rest";
    std::string_view rest = bytes;
    EXPECT_EQ(take_varint(rest), value);
    EXPECT_EQ(rest, "rest");
  }
}

TEST(Varint, a_number_that_is_cut_off_or_does_not_fit_is_refused) {
  for (const std::string_view bytes :
       {""sv, "\x80"sv, "\xFF\xFF"sv, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02"sv,
        "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"sv, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"sv}) {
    std::string_view rest = bytes;
    EXPECT_EQ(take_varint(rest), std::nullopt);
  }
}

TEST(Fields, come_back_in_order_with_their_tags) {
  std::string bytes;
  FieldWriter(bytes).text(1, "one").number(2, 300).flag(3, true).item(200, "").text(1, "again");
  FieldReader reader(bytes);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.tag(), 1u);
  EXPECT_EQ(reader.text(), "one");
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.tag(), 2u);
  EXPECT_EQ(reader.number(), 300u);
  ASSERT_TRUE(reader.next());
  EXPECT_TRUE(reader.flag());
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.tag(), 200u);
  EXPECT_EQ(reader.bytes(), "");
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.text(), "again");
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.ok());
}

TEST(Fields, defaults_take_no_bytes_but_items_of_lists_do) {
  std::string bytes;
  FieldWriter(bytes).text(1, "").number(2, 0).flag(3, false);
  EXPECT_EQ(bytes, "");
  FieldWriter(bytes).item(4, "");
  EXPECT_EQ(bytes, "\x04\0"sv);
}

TEST(Fields, broken_bytes_end_the_reading_and_are_told) {
  for (const std::string_view bytes : {
           "\x01"sv,                   // no size
           "\x01\x05"sv,               // shorter than its size
           "\0\0"sv,                   // tag 0
           "\x80"sv,                   // half a tag
           "\x81\x80\x80\x80\x10\0"sv  // a tag beyond 32 bits
       }) {
    FieldReader reader(bytes);
    EXPECT_FALSE(reader.next());
    EXPECT_FALSE(reader.ok());
    EXPECT_FALSE(reader.next());
  }
}

TEST(Fields, a_field_that_is_no_whole_number_is_not_read_as_one) {
  for (const std::string_view bytes : {"\x01\0"sv, "\x01\x01\x80"sv, "\x01\x02\x01\x01"sv}) {
    FieldReader reader(bytes);
    ASSERT_TRUE(reader.next());
    EXPECT_EQ(reader.number(), 0u);
    EXPECT_FALSE(reader.ok());
    EXPECT_FALSE(reader.next());
  }
}

}  // namespace
}  // namespace belay

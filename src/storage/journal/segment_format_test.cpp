#include "storage/journal/segment_format.hpp"

#include <gtest/gtest.h>

namespace belay::storage {
namespace {

TEST(SegmentName, ReadsWhatItWritesAndNothingElse) {
  const SegmentName name{12, 3, 123'456'789};
  EXPECT_EQ(name.file(), "00000012-loop-03-123456789.log");
  EXPECT_EQ(SegmentName::parse(name.file()), name);
  for (const char* other :
       {"", "lock", "00000012-loop-03-00000001.log.new", "00000012-loop-03-00000001",
        "12-loop-03-00000001.log", "00000012-loop-0x-00000001.log", "-0000012-loop-03-00000001.log",
        "00000012-loop-99999999999-00000001.log", "9999999999999999999999-loop-03-00000001.log"})
    EXPECT_FALSE(SegmentName::parse(other)) << other;
}

TEST(SegmentName, OrdersByGenerationThenLoopThenSequenceEvenWhereTextWouldNot) {
  EXPECT_LT((SegmentName{1, 63, 9}), (SegmentName{2, 0, 1}));
  EXPECT_LT((SegmentName{1, 0, 99'999'999}), (SegmentName{1, 0, 100'000'000}));
}

TEST(SegmentHeader, ReadsWhatItWrites) {
  const SegmentHeader header{Durability::disk,
                             5,
                             6,
                             7,
                             {1'795'000'000'000},
                             {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
  const EncodedHeader encoded = encode_header(header);
  const DecodedHeader decoded = decode_header({encoded.bytes.data(), encoded.bytes.size()});
  ASSERT_EQ(decoded.state, DecodedHeader::State::good);
  EXPECT_EQ(decoded.checksum, encoded.checksum);
  EXPECT_EQ(decoded.header.durability, header.durability);
  EXPECT_EQ(decoded.header.loop, header.loop);
  EXPECT_EQ(decoded.header.generation, header.generation);
  EXPECT_EQ(decoded.header.sequence, header.sequence);
  EXPECT_EQ(decoded.header.created, header.created);
  EXPECT_EQ(decoded.header.boot, header.boot);
}

TEST(BootId, OfThisMachineIsKnownAndStaysTheSame) {
  EXPECT_NE(current_boot_id(), BootId{});
  EXPECT_EQ(current_boot_id(), current_boot_id());
}

TEST(Zigzag, KeepsEveryNumberAndMakesSmallOnesShort) {
  for (const std::int64_t value : {std::int64_t(0), std::int64_t(-1), std::int64_t(1), INT64_MAX, INT64_MIN})
    EXPECT_EQ(unzigzag(zigzag(value)), value);
  EXPECT_EQ(zigzag(-1), 1u);
  EXPECT_EQ(zigzag(1), 2u);
}

}  // namespace
}  // namespace belay::storage

#include "transport/http2/frame_check.hpp"

#include <gtest/gtest.h>

#include "transport/http2/test_client.hpp"

namespace belay::transport {
namespace {

constexpr int kBoth = kEndStream | kEndHeaders;

// What is found in frames behind the preface, whole and byte by byte: the error, and how many bytes are good.
std::pair<std::optional<Http2Error>, std::size_t> check(const std::string& frames) {
  const std::string bytes = std::string(kPreface) + frames;
  FrameCheck whole;
  const FrameCheck::Found found = whole.push(bytes);
  FrameCheck cut;
  std::optional<Http2Error> error;
  std::size_t useless = 0;
  for (std::size_t i = 0; i < bytes.size() && !error; ++i) {
    const FrameCheck::Found piece = cut.push(std::string_view(bytes).substr(i, 1));
    error = piece.error;
    useless += piece.useless;
  }
  EXPECT_EQ(error, found.error);
  EXPECT_EQ(useless, found.useless);
  return {found.error, found.good - kPreface.size()};
}

TEST(FrameCheck, RFC9113_5_1_frames_on_a_stream_that_the_client_has_ended_are_an_error) {
  const std::string ended = frame(kHeaders, kBoth, 1, "x");
  const std::string reset = frame(kHeaders, kEndHeaders, 1, "x") + frame(kReset, 0, 1, number(8, 4));
  const std::string by_data = frame(kHeaders, kEndHeaders, 1, "x") + frame(kData, kEndStream, 1, "abc");
  for (const std::string& before : {ended, reset, by_data}) {
    for (const int type : {kData, kHeaders}) {
      const auto [error, good] = check(before + frame(type, 0, 1, "y"));
      EXPECT_EQ(error, Http2Error::stream_closed);
      EXPECT_EQ(good, before.size());
    }
    EXPECT_EQ(check(before + frame(kWindow, 0, 1, number(1, 4)) + frame(kReset, 0, 1, number(8, 4))).first,
              std::nullopt);
  }
}

TEST(FrameCheck, RFC9113_5_1_1_streams_are_opened_in_order) {
  const std::string first = frame(kHeaders, kBoth, 5, "x");
  EXPECT_EQ(check(first + frame(kHeaders, kBoth, 3, "x")).first, Http2Error::protocol);
  EXPECT_EQ(check(first + frame(kHeaders, kBoth, 7, "x")).first, std::nullopt);
}

TEST(FrameCheck, nothing_is_said_about_streams_that_are_long_gone) {
  std::string many;
  for (std::uint32_t id = 1; id < 400; id += 2) many += frame(kHeaders, kBoth, id, "x");
  EXPECT_EQ(check(many + frame(kHeaders, kBoth, 1, "x")).first, std::nullopt);
  EXPECT_EQ(check(many + frame(kData, 0, 1, "x")).first, std::nullopt);
  EXPECT_EQ(check(many + frame(kHeaders, kBoth, 397, "x")).first, Http2Error::stream_closed);
}

TEST(FrameCheck, RFC9113_6_3_a_priority_names_its_stream_and_another) {
  EXPECT_EQ(check(frame(kPriority, 0, 0, number(1, 4) + "w")).first, Http2Error::protocol);
  EXPECT_EQ(check(frame(kPriority, 0, 3, number(0x80000003, 4) + "w")).first, Http2Error::protocol);
  EXPECT_EQ(check(frame(kPriority, 0, 3, number(1, 4) + "w")).first, std::nullopt);
}

TEST(FrameCheck, trailers_and_payloads_that_look_like_frames_are_fine) {
  const std::string inner = frame(kPriority, 0, 0, number(1, 4) + "w");
  EXPECT_EQ(
      check(frame(kHeaders, kEndHeaders, 1, "x") + frame(kData, 0, 1, inner) + frame(kHeaders, kBoth, 1, "x"))
          .first,
      std::nullopt);
}

TEST(FrameCheck, counts_frames_without_effect) {
  FrameCheck check;
  const std::string priority = frame(kPriority, 0, 3, number(1, 4) + "w");
  EXPECT_EQ(check.push(std::string(kPreface) + priority + frame(kSettings, 0, 0, "") + frame(77, 0, 0, "abc"))
                .useless,
            2u);
}

}  // namespace
}  // namespace belay::transport

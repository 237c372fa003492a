#include "providers/request_members.hpp"

#include <gtest/gtest.h>

namespace belay::providers {
namespace {

std::string base64(std::string_view bytes) {
  std::string out = "x";
  append_base64(bytes, out);
  EXPECT_EQ(out.front(), 'x');
  return out.substr(1);
}

TEST(RequestMembers, K8BytesBecomeBase64) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("\xFB\xFF"), "+/8=");
  // Longer than one piece: no padding in the middle.
  const std::string zeros(3 * 16'384 + 1, '\0');
  EXPECT_EQ(base64(zeros), std::string(4 * 16'384, 'A') + "AA==");
}

}  // namespace
}  // namespace belay::providers

#include "base/base64.hpp"

#include <gtest/gtest.h>

namespace belay {
namespace {

TEST(Base64, K8_the_examples_of_the_standard) {
  const std::pair<const char*, const char*> examples[] = {{"", ""},
                                                          {"Zg==", "f"},
                                                          {"Zm8=", "fo"},
                                                          {"Zm9v", "foo"},
                                                          {"Zm9vYg==", "foob"},
                                                          {"Zm9vYmE=", "fooba"},
                                                          {"Zm9vYmFy", "foobar"}};
  for (const auto& [text, bytes] : examples) EXPECT_EQ(from_base64(text), bytes) << text;
  EXPECT_EQ(from_base64("+/+/"), "\xFB\xFF\xBF");
  EXPECT_EQ(from_base64("AAAA"), std::string(3, '\0'));
}

TEST(Base64, K8_everything_else_is_none) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zm9=v", "Zm 9v", "Zm9v\n",
                           "Zh==", "Zm9=", "Zm-_", "Zm9v====", "\xC3\xA4\xC3\xA4"})
    EXPECT_FALSE(from_base64(text)) << text;
}

std::string encoded(std::string_view bytes) {
  std::string out = "x";
  append_base64(bytes, out);
  EXPECT_EQ(out.front(), 'x');
  return out.substr(1);
}

TEST(Base64, K8_bytes_become_base64) {
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("\xFB\xFF"), "+/8=");
  // Longer than one piece: no padding in the middle.
  const std::string zeros(3 * 16'384 + 1, '\0');
  EXPECT_EQ(encoded(zeros), std::string(4 * 16'384, 'A') + "AA==");
}

}  // namespace
}  // namespace belay

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

}  // namespace
}  // namespace belay

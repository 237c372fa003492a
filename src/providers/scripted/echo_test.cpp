#include "providers/scripted/echo.hpp"

#include <gtest/gtest.h>

namespace belay::providers {
namespace {

EchoPrompt echo_of(std::string_view message) {
  const auto parsed = parse_echo(message);
  EXPECT_TRUE(parsed && *parsed) << message;
  return parsed && *parsed ? **parsed : EchoPrompt();
}

TEST(Echo, TakesTheTextLiterally) {
  EXPECT_EQ(echo_of("echo:Hello, world").text, "Hello, world");
  EXPECT_EQ(echo_of("echo: two  spaces\nand a line ").text, " two  spaces\nand a line ");
  EXPECT_EQ(echo_of("echo:").text, "");
}

TEST(Echo, CountsWords) {
  EXPECT_EQ(echo_of("echo:200 words").words, 200u);
  EXPECT_EQ(echo_of("echo:1 word").words, 1u);
  EXPECT_EQ(echo_of("echo:0 words").words, 0u);
  EXPECT_EQ(echo_of("echo:10000000 words").words, 10'000'000u);
}

TEST(Echo, TextThatOnlyLooksLikeACountIsText) {
  for (const char* text :
       {"many words", "200 Words", "200  words", " words", "-3 words", "2.5 words", "200 words please"}) {
    const EchoPrompt echo = echo_of(std::string("echo:") + text);
    EXPECT_FALSE(echo.words) << text;
    EXPECT_EQ(echo.text, text);
  }
}

TEST(Echo, TakesThePaceOffTheEnd) {
  const EchoPrompt words = echo_of("echo:200 words @50/s");
  EXPECT_EQ(words.words, 200u);
  EXPECT_EQ(words.pace_per_second, 50);
  const EchoPrompt text = echo_of("echo:a @b c @0.5/s");
  EXPECT_EQ(text.text, "a @b c");
  EXPECT_EQ(text.pace_per_second, 0.5);
  EXPECT_EQ(echo_of("echo:mail me @home/s").text, "mail me @home/s");
}

TEST(Echo, RefusesWhatIsOutOfBounds) {
  for (const char* prompt : {"echo:10000001 words", "echo:99999999999999999999 words", "echo:x @0/s",
                             "echo:x @1000001/s", "echo:x @-1/s"}) {
    const auto parsed = parse_echo(prompt);
    ASSERT_TRUE(parsed.has_error()) << prompt;
    EXPECT_EQ(parsed.error().code, ErrorCode::provider_rejected);
  }
}

TEST(Echo, IsFoundAtTheBeginningOfALineWithinAMessage) {
  EXPECT_EQ(echo_of("Context: bars 1-4\necho:3 words").words, 3u);
  EXPECT_EQ(echo_of("x\necho:a\necho:b").text, "a\necho:b");
  const auto none = parse_echo("please echo:this");
  ASSERT_TRUE(none.has_value());
  EXPECT_FALSE(*none);
}

}  // namespace
}  // namespace belay::providers

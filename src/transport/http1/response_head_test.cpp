#include "transport/http1/response_head.hpp"

#include <gtest/gtest.h>

#include "transport/response_rules.hpp"

namespace belay::transport {
namespace {

TEST(ResponseHead, IsWrittenAsItIsSent) {
  Response response;
  response.status = 201;
  response.headers = {{"Location", "/a"}};
  std::string out;
  ASSERT_TRUE(append_response_head(out, response, {.content_length = 3, .connection = "close", .date = "D"}));
  EXPECT_EQ(
      out,
      "HTTP/1.1 201 Created\r\nLocation: /a\r\nContent-Length: 3\r\nConnection: close\r\nDate: D\r\n\r\n");
}

TEST(ResponseHead, RefusesWhatWouldBreakIt) {
  const Header bad[] = {{"X", "a\r\nb"},
                        {"X", "a\nb"},
                        {"X", std::string("a\0b", 3)},
                        {"X Y", "a"},
                        {"", "a"},
                        {"X:", "a"},
                        {"content-length", "1"},
                        {"Transfer-Encoding", "chunked"},
                        {"Connection", "close"},
                        {"Date", "x"}};
  for (const Header& header : bad) {
    Response response;
    response.headers = {{"Good", "1"}, header};
    std::string out = "before";
    EXPECT_FALSE(append_response_head(out, response, {})) << header.name << header.value;
    EXPECT_EQ(out, "before");
  }
}

TEST(ResponseHead, WritesDatesAsHttpDoes) {
  EXPECT_EQ(http_date({784'111'777'000}), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date({0}), "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
}  // namespace belay::transport

#include "transport/message.hpp"

#include <gtest/gtest.h>

namespace belay::transport {
namespace {

TEST(Request, GivesTheFirstHeaderAndQueryValue) {
  Request request;
  request.headers = {{"accept", "a"}, {"accept", "b"}};
  request.query = {{"x", "1"}, {"x", "2"}};
  EXPECT_EQ(request.header("accept"), "a");
  EXPECT_EQ(request.header("host"), std::nullopt);
  EXPECT_EQ(request.query_value("x"), "1");
  EXPECT_EQ(request.query_value("y"), std::nullopt);
}

TEST(Request, FindsACookieAmongOthers) {
  Request request;
  request.headers = {{"cookie", "a=1; belay=abc=; q=\"quoted\"; xbelay=no"}, {"cookie", "later=2"}};
  EXPECT_EQ(request.cookie("a"), "1");
  EXPECT_EQ(request.cookie("belay"), "abc=");
  EXPECT_EQ(request.cookie("q"), "quoted");
  EXPECT_EQ(request.cookie("later"), "2");
  EXPECT_EQ(request.cookie("elay"), std::nullopt);
  EXPECT_EQ(request.cookie("no"), std::nullopt);
}

}  // namespace
}  // namespace belay::transport

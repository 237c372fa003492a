#include "transport/target.hpp"

#include <gtest/gtest.h>

namespace belay::transport {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(Target, DecodesPathAndQuery) {
  const auto target = parse_target("/a%20b/%C3%A9?q=two+words&x=%26&empty=&flag", 10);
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a b/é");
  EXPECT_EQ(target->query, (Pairs{{"q", "two words"}, {"x", "&"}, {"empty", ""}, {"flag", ""}}));
  EXPECT_EQ(target->authority, "");
}

TEST(Target, X9_a_parameter_with_two_values_is_refused_and_named) {
  const auto target = parse_target("/?sessionId=a&x=1&sessionId=b", 10);
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().field, "sessionId");
  EXPECT_EQ(parse_target("/?a=1&%61=2", 10).error().field, "a");
  EXPECT_TRUE(parse_target("/?a=1&a=1&A=2", 10)) << "the same value twice says the same";
}

TEST(Target, KeepsAPlusInAPath) {
  EXPECT_EQ(parse_target("/a+b", 10)->path, "/a+b");
}

TEST(Target, TakesTheAbsoluteForm) {
  const auto target = parse_target("HTTP://Example.COM:8080/x?y=1", 10);
  ASSERT_TRUE(target);
  EXPECT_EQ(target->authority, "example.com:8080");
  EXPECT_EQ(target->path, "/x");
  EXPECT_EQ(target->query, (Pairs{{"y", "1"}}));
  EXPECT_EQ(parse_target("http://example.com", 10)->path, "/");
  EXPECT_EQ(parse_target("http://example.com?y=1", 10)->path, "/");
}

TEST(Target, ReportsTheFirstEscapedSlash) {
  EXPECT_EQ(parse_target("/a/%c3%a9/b%2Fc%2fd?q=%2F", 10)->path, "/a/é/b/c/d");
  EXPECT_EQ(parse_target("/a/%c3%a9/b%2Fc%2fd?q=%2F", 10)->escaped_slash, 7u);
  EXPECT_EQ(parse_target("/a/b?q=%2F", 10)->escaped_slash, std::string::npos);
  EXPECT_FALSE(parse_target("/a%2F..%2Fb", 10)) << "a dot segment";
}

class RefusedTarget : public testing::TestWithParam<std::string> {};

TEST_P(RefusedTarget, IsAnInvalidRequestThatSaysWhatToChange) {
  const auto target = parse_target(GetParam(), 3);
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().code, ErrorCode::invalid_request);
  EXPECT_FALSE(target.error().detail.empty());
}

INSTANTIATE_TEST_SUITE_P(All, RefusedTarget,
                         testing::Values("*", "example.com:443", "", "x", "http://", "http:///x",
                                         "http://a b/", "http://a:99999/", "http://user@host/",  // forms
                                         "/a%", "/a%4", "/a%zz", "/?a=%", "/?%2",                // escapes
                                         "/%00", "/%0a", "/%0D", "/?a=%00", "/%7f",  // control characters
                                         "/%ff", "/%c3", "/?a=%ed%a0%80",            // not UTF-8
                                         "/..", "/a/../b", "/.", "/%2e%2e/etc", "/a/%2E",  // dot segments
                                         "/a#b", "/\xc3\xa9", "/a b",                      // others
                                         "/?=1", "/?a=1&b=2&c=3&d=4"));                    // query

TEST(PathOfRefused, IsWhatTheTargetBeginsWith) {
  EXPECT_EQ(path_of_refused("/v1/responses/%00?a=1"), "/v1/responses/%00");
  EXPECT_EQ(path_of_refused("/v1/%zz#b"), "/v1/%zz");
  EXPECT_EQ(path_of_refused("/v1/\xc3\xa9"), "/v1/");
  EXPECT_EQ(path_of_refused("/" + std::string(9'000, 'a')), "/" + std::string(255, 'a'));
  for (const std::string_view other : {"", "*", "http://a/v1", "a/b"}) EXPECT_EQ(path_of_refused(other), "");
}

TEST(Authority, IsANameOrAnAddressWithAPort) {
  for (const char* good :
       {"a", "example.com", "my_host-1:80", "127.0.0.1:65535", "[::1]", "[2001:db8::1]:8080"})
    EXPECT_TRUE(is_valid_authority(good)) << good;
  for (const char* bad :
       {"", ":80", "a:", "a:65536", "a:8x", "a b", "a/b", "a,b", "user@a", "[::1", "[]", "[x]", "a:80:80"})
    EXPECT_FALSE(is_valid_authority(bad)) << bad;
  EXPECT_EQ(host_of("a.example:80"), "a.example");
  EXPECT_EQ(host_of("[::1]:80"), "::1");
}

}  // namespace
}  // namespace belay::transport

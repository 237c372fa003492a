#include "transport/router.hpp"

#include <gtest/gtest.h>

#include "transport/error_shape.hpp"

namespace belay::transport {
namespace {

Awaitable<Response> nothing(Request&) {
  co_return Response{};
}

Route route(std::string method, std::string pattern, std::string name) {
  return {std::move(method), std::move(pattern), nothing, ByteCount{0}, std::move(name)};
}

class RouterTest : public testing::Test {
 protected:
  void add(std::string method, std::string pattern, std::string name) {
    ASSERT_TRUE(router.add(route(std::move(method), std::move(pattern), std::move(name))));
  }
  std::string name_of(std::string_view method, std::string_view path) {
    const auto match = router.find(method, path);
    return match ? match->route->name : std::string(to_string(match.error().code));
  }
  Router router;
};

TEST_F(RouterTest, FindsLiteralsAndCapturesParameters) {
  add("GET", "/assistant/stream/{request_id}", "stream");
  add("POST", "/assistant/request", "request");
  EXPECT_EQ(name_of("POST", "/assistant/request"), "request");
  const auto match = router.find("GET", "/assistant/stream/abc");
  ASSERT_TRUE(match);
  ASSERT_EQ(match->captures.size(), 1u);
  EXPECT_EQ(match->captures[0].first, "request_id");
  EXPECT_EQ(match->captures[0].second, "abc");
}

TEST_F(RouterTest, DoesNotMatchMoreLessOrEmptySegments) {
  add("GET", "/a/{x}", "a");
  for (const char* path : {"/", "/a", "/a/", "/a/b/", "/a/b/c", "//b", "a/b", ""})
    EXPECT_EQ(name_of("GET", path), "not_found") << path;
}

TEST_F(RouterTest, PrefersALiteralWhateverTheOrder) {
  add("GET", "/chats/{id}", "one");
  add("GET", "/chats/all", "all");
  add("GET", "/{any}/all", "any");
  EXPECT_EQ(name_of("GET", "/chats/all"), "all");
  EXPECT_EQ(name_of("GET", "/chats/7"), "one");
  EXPECT_EQ(name_of("GET", "/x/all"), "any");
}

TEST_F(RouterTest, FallsBackToAParameterWhenTheLiteralLacksTheMethod) {
  add("DELETE", "/chats/all", "delete-all");
  add("GET", "/chats/{id}", "one");
  EXPECT_EQ(name_of("GET", "/chats/all"), "one");
}

TEST_F(RouterTest, NamesTheAllowedMethods) {
  add("GET", "/x/{id}", "get");
  add("DELETE", "/x/{id}", "delete");
  const auto match = router.find("POST", "/x/1");
  ASSERT_FALSE(match);
  EXPECT_EQ(match.error().code, ErrorCode::method_not_allowed);
  EXPECT_EQ(match.error().field, "DELETE, GET, HEAD");
}

TEST_F(RouterTest, ServesHeadByGetUnlessHeadHasItsOwn) {
  add("GET", "/a", "get");
  EXPECT_EQ(name_of("HEAD", "/a"), "get");
  add("HEAD", "/a", "head");
  EXPECT_EQ(name_of("HEAD", "/a"), "head");
  EXPECT_EQ(name_of("GET", "/a"), "get");
}

TEST_F(RouterTest, RefusesTwoRoutesOfOneShapeAndNamesBoth) {
  add("GET", "/a/{x}/c", "first");
  const auto added = router.add(route("GET", "/a/{y}/c", "second"));
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, ErrorCode::conflict);
  EXPECT_NE(added.error().detail.find("first"), std::string::npos);
  EXPECT_NE(added.error().detail.find("second"), std::string::npos);
  EXPECT_TRUE(router.add(route("POST", "/a/{y}/c", "third")));
  EXPECT_TRUE(router.add(route("GET", "/a/{y}/{z}", "fourth")));
}

TEST_F(RouterTest, CapturesTheRestOfAPath) {
  add("GET", "/models/{model...}", "model");
  add("GET", "/models/{model}/stats", "stats");
  add("GET", "/models/{a}/{b}", "two");
  add("GET", "/models/all/{rest...}", "all");
  const auto match = router.find("GET", "/models/meta/llama/3");
  ASSERT_TRUE(match);
  EXPECT_EQ(match->route->name, "model");
  EXPECT_EQ(match->captures, (std::vector<std::pair<std::string, std::string>>{{"model", "meta/llama/3"}}));
  EXPECT_EQ(match->rest, 8u);
  EXPECT_EQ(router.find("GET", "/models/a")->captures[0].second, "a");
  EXPECT_EQ(router.find("GET", "/models/a/")->captures[0].second, "a/");
  EXPECT_EQ(name_of("GET", "/models/a/stats"), "stats");
  EXPECT_EQ(name_of("GET", "/models/a/b"), "two");
  EXPECT_EQ(router.find("GET", "/models/a/b")->rest, std::string::npos);
  EXPECT_EQ(name_of("GET", "/models/all/b/c"), "all");
  for (const char* path : {"/models", "/models/", "/models//a"})
    EXPECT_EQ(name_of("GET", path), "not_found") << path;
  EXPECT_FALSE(router.add(route("GET", "/models/{other...}", "second")));
}

TEST_F(RouterTest, RefusesPatternsThatAreNone) {
  for (const char* pattern : {"", "a", "/a/{}", "/a/{x", "/a/x}", "/a/{x}y", "/{x}/{x}", "/{{x}}",
                              "/{x...}/a", "/{...}", "/{x}/{x...}", "/a{x...}"})
    EXPECT_FALSE(router.add(route("GET", pattern, "bad"))) << pattern;
  EXPECT_FALSE(router.add({"GET", "/a", nullptr, ByteCount{0}, "no handler"}));
}

class Shape final : public ErrorShape {
 public:
  void apply(const Error&, const Request&, Response&) const override {}
};

TEST_F(RouterTest, K5_the_longest_path_decides_what_form_errors_have) {
  const Shape api, part;
  router.shape_errors("/v1", api);
  router.shape_errors("/v1/messages", part);
  EXPECT_EQ(router.error_shape("/v1"), &api);
  EXPECT_EQ(router.error_shape("/v1/models/a"), &api);
  EXPECT_EQ(router.error_shape("/v1/messages"), &part);
  EXPECT_EQ(router.error_shape("/v1/messages/count"), &part);
  EXPECT_EQ(router.error_shape("/v1/messagesx"), &api);
  EXPECT_EQ(router.error_shape("/v1x"), nullptr);
  EXPECT_EQ(router.error_shape("/api/v1"), nullptr);
  EXPECT_EQ(router.error_shape(""), nullptr);
}

}  // namespace
}  // namespace belay::transport

// The web page as it is served (requirement X16).
#include "app/page_routes.hpp"

#include <gtest/gtest.h>

namespace belay::app {
namespace {

constexpr PageFile kPage{"/", "text/html; charset=utf-8", "00aa", "<!doctype html>", "<gzip>", "<br>"};
constexpr PageFile kScript{"/assets/a-1.js", "text/javascript; charset=utf-8", "00bb", "let a = 1;", "", ""};
constexpr PageFile kReference{"/docs", "text/html; charset=utf-8", "00cc", "<!doctype html>", "", ""};

transport::Response get(const PageFile& file, std::vector<transport::Header> headers = {}) {
  transport::Request request;
  request.method = "GET";
  request.headers = std::move(headers);
  return page_response(file, request);
}

std::string header(const transport::Response& response, std::string_view name) {
  for (const transport::Header& each : response.headers)
    if (each.name == name) return each.value;
  return "-";
}

TEST(PageRoutesTest, X16_the_smallest_coding_that_the_client_accepts_is_sent) {
  const struct {
    const char* accepts;
    const char* coding;
    const char* body;
  } rows[] = {{"gzip, deflate, br, zstd", "br", "<br>"}, {"gzip", "gzip", "<gzip>"},
              {"br;q=0, gzip;q=0.5", "gzip", "<gzip>"},  {" br ; q=1.0 ", "br", "<br>"},
              {"gzip;q=2", "-", "<!doctype html>"},      {"gzip;x", "-", "<!doctype html>"},
              {"identity", "-", "<!doctype html>"},      {"", "-", "<!doctype html>"}};
  for (const auto& row : rows) {
    const transport::Response response = get(kPage, {{"accept-encoding", row.accepts}});
    EXPECT_EQ(header(response, "Content-Encoding"), row.coding) << row.accepts;
    EXPECT_EQ(std::get<std::string>(response.body), row.body) << row.accepts;
    EXPECT_EQ(header(response, "Vary"), "Accept-Encoding");
  }
  EXPECT_EQ(header(get(kScript, {{"accept-encoding", "br"}}), "Content-Encoding"), "-");
}

TEST(PageRoutesTest, X16_what_the_client_has_is_not_sent_again) {
  const transport::Response first = get(kPage, {{"accept-encoding", "br"}});
  EXPECT_EQ(header(first, "ETag"), "\"00aa-br\"");
  EXPECT_EQ(header(first, "Cache-Control"), "no-cache");
  const transport::Response again =
      get(kPage, {{"accept-encoding", "br"}, {"if-none-match", "\"x\", W/\"00aa-br\""}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(std::get<std::string>(again.body), "");
  EXPECT_EQ(header(again, "ETag"), "\"00aa-br\"");
  EXPECT_EQ(get(kPage, {{"if-none-match", "\"00aa-br\""}}).status, 200) << "of another coding";
  EXPECT_EQ(get(kPage, {{"if-none-match", "*"}}).status, 304);
  EXPECT_EQ(header(get(kScript), "Cache-Control"), "public, max-age=31536000, immutable");
}

TEST(PageRoutesTest, X16_a_page_may_only_use_this_server) {
  const std::string policy = header(get(kPage), "Content-Security-Policy");
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  EXPECT_NE(policy.find("default-src 'none'; script-src 'self'; style-src 'self';"), std::string::npos);
  EXPECT_NE(policy.find("connect-src 'self';"), std::string::npos);
  EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
  const std::string reference = header(get(kReference), "Content-Security-Policy");
  EXPECT_NE(reference.find("script-src 'self'; style-src 'self' 'unsafe-inline';"), std::string::npos);
  EXPECT_EQ(header(get(kScript), "Content-Security-Policy"), "-");
  EXPECT_EQ(header(get(kScript), "X-Content-Type-Options"), "nosniff");
}

TEST(PageRoutesTest, X16_each_file_has_a_route) {
  const PageFile files[] = {kPage, kScript, kReference};
  std::string all;
  for (const transport::Route& route : page_routes(files)) all += route.pattern + " ";
  EXPECT_EQ(all, "/ /assets/a-1.js /docs ");
  EXPECT_TRUE(has_page(files, "/docs"));
  EXPECT_FALSE(has_page({}, "/docs"));
}

}  // namespace
}  // namespace belay::app

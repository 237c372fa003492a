#include "transport/cors.hpp"

#include <gtest/gtest.h>

namespace belay::transport {
namespace {

Cors cors_for(std::vector<std::string> origins) {
  CorsConfig config;
  config.allowed_origins = std::move(origins);
  config.extra_request_headers = {"X-Team"};
  return *Cors::make(config);
}

std::string header(const Response& response, std::string_view name) {
  for (const Header& header : response.headers)
    if (header.name == name) return header.value;
  return "(none)";
}

Request from(std::string origin, std::string method = "GET") {
  Request request;
  request.method = std::move(method);
  request.headers = {{"origin", std::move(origin)}};
  return request;
}

TEST(Cors, X8LetsAListedOriginReadWithCredentials) {
  Response response;
  cors_for({"https://app.example"}).apply(from("https://app.example"), response);
  EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "https://app.example");
  EXPECT_EQ(header(response, "Access-Control-Allow-Credentials"), "true");
  EXPECT_EQ(header(response, "Vary"), "Origin");
}

TEST(Cors, X8_a_page_can_read_limits_and_places_on_every_answer) {
  for (const int status : {200, 201, 204, 429, 503}) {
    Response response;
    response.status = status;
    cors_for({"https://app.example"}).apply(from("https://app.example"), response);
    const std::string exposed = ", " + header(response, "Access-Control-Expose-Headers") + ",";
    for (const char* name : {"RateLimit", "RateLimit-Policy", "Location", "Retry-After", "X-Request-Id",
                             "Content-Disposition", "WWW-Authenticate"})
      EXPECT_NE(exposed.find(std::string(", ") + name + ","), std::string::npos) << name << " in " << exposed;
  }
}

TEST(Cors, X8GivesOthersNothingButVary) {
  for (const char* origin :
       {"https://app.example.evil", "http://app.example", "https://app.example:444", "null", ""}) {
    Response response;
    cors_for({"https://app.example"}).apply(from(origin), response);
    EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "(none)") << origin;
    EXPECT_EQ(header(response, "Vary"), "Origin");
  }
}

TEST(Cors, AddsToAVaryThatIsThere) {
  Response response;
  response.headers = {{"vary", "Accept"}};
  cors_for({"https://app.example"}).apply(from("https://app.example"), response);
  EXPECT_EQ(header(response, "vary"), "Accept, Origin");
}

TEST(Cors, AddsNothingWhenNoOriginIsListed) {
  Response response;
  Cors().apply(from("https://app.example"), response);
  EXPECT_TRUE(response.headers.empty());
}

TEST(Cors, X8AnswersAPreflight) {
  Request request = from("https://app.example", "OPTIONS");
  request.headers.push_back({"access-control-request-method", "POST"});
  const auto response = cors_for({"https://app.example"}).preflight(request, "POST, OPTIONS");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 204);
  EXPECT_EQ(header(*response, "Access-Control-Allow-Methods"), "POST, OPTIONS");
  EXPECT_NE(header(*response, "Access-Control-Allow-Headers").find("Idempotency-Key"), std::string::npos);
  EXPECT_NE(header(*response, "Access-Control-Allow-Headers").find("X-Team"), std::string::npos);
  EXPECT_EQ(header(*response, "Access-Control-Max-Age"), "600");
}

TEST(Cors, K5_a_preflight_is_allowed_the_headers_of_sdks_that_it_names) {
  Request request = from("https://app.example", "OPTIONS");
  request.headers.push_back({"access-control-request-method", "POST"});
  request.headers.push_back(
      {"access-control-request-headers",
       "authorization,X-Stainless-OS, x-stainless-retry-count,anthropic-version,,x-other,"
       "x-stainless-a b;c,openai-organization"});
  const auto response = cors_for({"https://app.example"}).preflight(request, "POST");
  ASSERT_TRUE(response);
  const std::string allowed = header(*response, "Access-Control-Allow-Headers");
  EXPECT_TRUE(allowed.ends_with(
      ", X-Api-Key, X-Team, x-stainless-os, x-stainless-retry-count, anthropic-version, openai-organization"))
      << allowed;
}

TEST(Cors, K5_a_preflight_is_allowed_so_many_headers_and_no_more) {
  Request request = from("https://app.example", "OPTIONS");
  request.headers.push_back({"access-control-request-method", "POST"});
  std::string wanted;
  for (int i = 0; i < 100; ++i) wanted += "x-stainless-" + std::to_string(i) + ",";
  request.headers.push_back({"access-control-request-headers", wanted});
  const std::string allowed =
      header(*cors_for({"https://app.example"}).preflight(request, "POST"), "Access-Control-Allow-Headers");
  EXPECT_TRUE(allowed.ends_with(", x-stainless-31")) << allowed;
}

TEST(Cors, X8RefusesThePreflightOfAnotherOrigin) {
  Request request = from("https://evil.example", "OPTIONS");
  request.headers.push_back({"access-control-request-method", "POST"});
  const auto response = cors_for({"https://app.example"}).preflight(request, "POST");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 403);
}

TEST(Cors, DoesNotTakeAPlainOptionsForAPreflight) {
  EXPECT_FALSE(cors_for({"https://app.example"}).preflight(from("https://app.example", "OPTIONS"), "GET"));
  EXPECT_FALSE(cors_for({"https://app.example"}).preflight(from("https://app.example", "GET"), "GET"));
}

TEST(Cors, RefusesWhatIsNoOriginByName) {
  for (const char* origin :
       {"*", "null", "app.example", "https://app.example/", "https://App.example", "ftp://a", ""}) {
    CorsConfig config;
    config.allowed_origins = {origin};
    const auto cors = Cors::make(config);
    ASSERT_FALSE(cors) << origin;
    EXPECT_EQ(cors.error().field, "cors.allowed_origins");
  }
}

}  // namespace
}  // namespace belay::transport

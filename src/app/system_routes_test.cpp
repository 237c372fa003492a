// Requirement X22: metrics are private by default.
#include "app/system_routes.hpp"

#include <gtest/gtest.h>

#include "app/routing.hpp"
#include "surfaces/chat/config.hpp"

namespace belay::app {
namespace {

transport::Request request_from(std::string peer, std::vector<transport::Header> headers) {
  transport::Request request;
  request.method = "GET";
  request.path = "/metrics";
  request.peer = std::move(peer);
  request.headers = std::move(headers);
  return request;
}

TEST(SystemRoutesTest, x22_a_request_of_this_machine_that_came_straight_here_is_local) {
  for (const char* peer : {"127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"})
    for (const char* host :
         {"localhost", "LocalHost:8080", "127.0.0.1:8080", "127.0.0.1", "[::1]:8080", "[::1]"})
      EXPECT_TRUE(is_local_and_direct(request_from(peer, {{"host", host}, {"accept", "text/plain"}})))
          << peer << " " << host;
  EXPECT_TRUE(is_local_and_direct(request_from("127.0.0.1", {}))) << "HTTP/1.0 needs no Host";
}

TEST(SystemRoutesTest, x22_any_header_that_a_proxy_adds_makes_it_foreign) {
  for (const char* name : {"forwarded",
                           "x-forwarded-for",
                           "x-forwarded-host",
                           "x-forwarded-proto",
                           "x-forwarded-port",
                           "x-forwarded-server",
                           "x-forwarded-prefix",
                           "x-forwarded",
                           "x-real-ip",
                           "via",
                           "cf-connecting-ip",
                           "cf-ray",
                           "true-client-ip",
                           "x-client-ip",
                           "x-cluster-client-ip",
                           "fastly-client-ip",
                           "x-original-forwarded-for",
                           "x-envoy-external-address",
                           "x-amzn-trace-id",
                           "x-azure-clientip",
                           "x-appengine-user-ip",
                           "cdn-loop"})
    for (const char* value : {"127.0.0.1", "", "for=127.0.0.1"})
      EXPECT_FALSE(is_local_and_direct(request_from("127.0.0.1", {{"host", "127.0.0.1"}, {name, value}})))
          << name;
}

TEST(SystemRoutesTest, x22_another_machine_and_another_name_are_foreign) {
  for (const char* peer : {"192.0.2.7", "10.0.0.1", "2001:db8::1", "::ffff:10.0.0.1", "", "unix"})
    EXPECT_FALSE(is_local_and_direct(request_from(peer, {{"host", "127.0.0.1"}}))) << peer;
  for (const char* host : {"chat.example.com", "chat.example.com:8080", "127.0.0.1.example.com",
                           "localhost.example.com", "10.0.0.1:8080", "[2001:db8::1]:8080", "[", ""})
    EXPECT_FALSE(is_local_and_direct(request_from("127.0.0.1", {{"host", host}}))) << host;
}

TEST(SystemRoutesTest,
     x22_the_operations_listener_serves_metrics_health_and_the_operators_api_and_nothing_else) {
  Configuration configuration;
  configuration.surfaces.of<surfaces::ChatConfig>().prefix = "/support";
  const auto router = make_operations_router(configuration, {}, nullptr);
  ASSERT_TRUE(router) << router.error().detail;
  std::vector<std::string> paths;
  for (const transport::Route& route : router->routes())
    if (!route.pattern.starts_with("/api/admin/")) paths.push_back(route.method + " " + route.pattern);
  EXPECT_EQ(paths, (std::vector<std::string>{"GET /healthz", "GET /readyz", "GET /metrics",
                                             "GET /support/api/metrics"}));
}

}  // namespace
}  // namespace belay::app

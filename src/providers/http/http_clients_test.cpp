#include "providers/http/http_clients.hpp"

#include <map>

#include "providers/testing/client_fixture.hpp"

namespace belay::providers {
namespace {

using Variables = std::map<std::string, std::string>;

HttpClientKind kind_for(const Variables& variables, const std::string& url, const std::string& proxy = "",
                        HttpClientKind wanted = HttpClientKind::own) {
  const HttpClients clients([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
  HttpRequest request;
  request.url = url;
  request.proxy = proxy;
  request.client = wanted;
  return clients.kind_for(request);
}

constexpr const char* kFar = "https://api.example.com/v1";
constexpr const char* kFarPlain = "http://api.example.com/v1";
constexpr const char* kNear = "https://127.0.0.1:1/v1";

TEST(HttpClients, P4_our_own_client_is_used_unless_a_proxy_or_the_configuration_wants_another) {
  EXPECT_EQ(kind_for({}, kFar), HttpClientKind::own);
  EXPECT_EQ(kind_for({}, kFarPlain), HttpClientKind::own);
  EXPECT_EQ(kind_for({}, kFar, "", HttpClientKind::curl), HttpClientKind::curl);
  EXPECT_EQ(kind_for({}, kNear, "", HttpClientKind::curl), HttpClientKind::curl);
  EXPECT_EQ(kind_for({}, "no address"), HttpClientKind::own);
}

TEST(HttpClients, P4_libcurl_is_used_for_proxies_that_are_configured_or_in_the_environment) {
  EXPECT_EQ(kind_for({}, kFar, "http://proxy:3128"), HttpClientKind::curl);
  for (const char* variable : {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
    EXPECT_EQ(kind_for({{variable, "http://proxy:3128"}}, kFar), HttpClientKind::curl) << variable;
  for (const char* variable : {"http_proxy", "all_proxy", "ALL_PROXY"})
    EXPECT_EQ(kind_for({{variable, "http://proxy:3128"}}, kFarPlain), HttpClientKind::curl) << variable;
  EXPECT_EQ(kind_for({{"HTTP_PROXY", "http://proxy:3128"}}, kFarPlain), HttpClientKind::own);
  EXPECT_EQ(kind_for({{"http_proxy", "http://proxy:3128"}}, kFar), HttpClientKind::own);
  EXPECT_EQ(kind_for({{"https_proxy", ""}}, kFar), HttpClientKind::own);
}

TEST(HttpClients, P4_addresses_of_this_machine_are_never_proxied) {
  EXPECT_EQ(kind_for({{"all_proxy", "http://proxy:3128"}}, kNear), HttpClientKind::own);
  EXPECT_EQ(kind_for({}, "http://localhost/v1", "http://proxy:3128"), HttpClientKind::own);
}

TEST(HttpClients, P4_calls_of_both_clients_end_pause_and_finish_in_the_client_that_made_them) {
  std::signal(SIGPIPE, SIG_IGN);
  const SystemClock clock;
  Loop loop(0, clock);
  HttpClients clients([](const char*) -> const char* { return nullptr; });
  for (const HttpClientKind kind : {HttpClientKind::own, HttpClientKind::curl}) {
    LoopbackServer server([](ServedConnection& connection) {
      while (!connection.read_request().empty()) {
        connection.write(kStreamHead);
        connection.write_chunk("all");
        connection.write(kLastChunk);
      }
    });
    for (int i = 0; i < 2; ++i) {
      Collector sink;
      HttpRequest request;
      request.url = server.address();
      request.client = kind;
      auto call = clients.start(loop, std::move(request), sink);
      call->pause();
      call->resume();
      ASSERT_TRUE(run_loop_until(loop, [&] { return sink.body == "all"; }));
      clients.let_finish(std::move(call));
    }
  }
}

}  // namespace
}  // namespace belay::providers

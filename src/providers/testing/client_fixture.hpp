// For tests that every HTTP client must pass, over plain HTTP and over TLS: a loop, a client, a sink that
// records, and servers on loopback ports that speak what the test's case says.
#pragma once

#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "providers/http/curl_client.hpp"
#include "providers/http/http1/http1_client.hpp"
#include "providers/testing/loopback_server.hpp"
#include "providers/testing/self_signed.hpp"

namespace belay::providers {

inline constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

struct Collector final : HttpSink {
  void on_head(HttpHead sent) override {
    EXPECT_FALSE(head);
    head = std::move(sent);
    if (at_head) at_head();
  }
  Flow on_body(std::string_view bytes) override {
    body += bytes;
    ++parts;
    if (each_part) each_part();
    return abort ? Flow::abort : Flow::more;
  }
  void on_done(std::optional<HttpFailure> sent) override {
    EXPECT_FALSE(done);
    done = true;
    failure = std::move(sent);
    if (at_end) at_end();
  }
  std::optional<HttpHead> head;
  std::string body;
  int parts = 0;
  bool abort = false;
  bool done = false;
  std::optional<HttpFailure> failure;
  std::function<void()> at_head;
  std::function<void()> each_part;
  std::function<void()> at_end;
};

enum class ClientKind { curl, own };

inline std::unique_ptr<HttpClient> make_client(ClientKind kind) {
  if (kind == ClientKind::curl) return std::make_unique<CurlClient>();
  return std::make_unique<Http1Client>();
}

// Runs the loop until `wanted` holds. Gives up after 20 seconds, which no test should need.
template <class Wanted>
bool run_loop_until(Loop& loop, Wanted wanted) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!wanted()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    if (!loop.turn()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

struct ClientCase {
  ClientKind client = ClientKind::own;
  bool tls = false;
};

inline std::string name_of(const testing::TestParamInfo<ClientCase>& info) {
  return std::string(info.param.client == ClientKind::curl ? "Curl" : "Own") + (info.param.tls ? "Tls" : "");
}

class HttpClientTest : public testing::TestWithParam<ClientCase> {
 protected:
  static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }

  HttpClientTest() {
    if (GetParam().tls) self_signed.emplace();
    current_tls() = self_signed ? self_signed->context() : nullptr;
  }

  // A server that speaks what the case says.
  class Server : public LoopbackServer {
   public:
    explicit Server(Serve serve) : LoopbackServer(std::move(serve), current_tls()) {}
    std::string address() const { return LoopbackServer::address(current_tls() ? "https" : "http"); }
  };

  HttpRequest post(const std::string& url) {
    HttpRequest request;
    request.url = url;
    request.body = std::make_shared<const std::string>("{}");
    request.headers = {"Content-Type: application/json"};
    if (self_signed) request.ca_file = self_signed->ca_file();
    return request;
  }

  template <class Wanted>
  bool run_until(Wanted wanted) {
    return run_loop_until(loop, std::move(wanted));
  }

  std::optional<SelfSigned> self_signed;
  SystemClock clock;
  Loop loop{0, clock};
  std::unique_ptr<HttpClient> made = make_client(GetParam().client);
  HttpClient& client = *made;
  Collector sink;

 private:
  static SSL_CTX*& current_tls() {
    static SSL_CTX* tls = nullptr;
    return tls;
  }
};

// For one TEST_P suite: both clients, plain and with TLS.
#define BELAY_FOR_ALL_CLIENTS(Suite)                                                           \
  INSTANTIATE_TEST_SUITE_P(                                                                    \
      Clients, Suite,                                                                          \
      testing::Values(ClientCase{ClientKind::curl, false}, ClientCase{ClientKind::own, false}, \
                      ClientCase{ClientKind::curl, true}, ClientCase{ClientKind::own, true}),  \
      name_of)

}  // namespace belay::providers

#include "providers/http/curl_client.hpp"

#include <csignal>
#include <filesystem>
#include <future>

#include <gtest/gtest.h>

#include "providers/http/fetcher.hpp"
#include "providers/http/url.hpp"
#include "providers/testing/loopback_server.hpp"
#include "providers/testing/self_signed.hpp"

namespace belay::providers {
namespace {

constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";

struct Collector final : HttpSink {
  void on_head(HttpHead sent) override { head = std::move(sent); }
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
  std::function<void()> each_part;
  std::function<void()> at_end;
};

class CurlClientTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }

  HttpRequest post(const std::string& url) {
    HttpRequest request;
    request.url = url;
    request.body = std::make_shared<const std::string>("{}");
    request.headers = {"Content-Type: application/json"};
    return request;
  }

  // Runs the loop until `wanted` holds. Gives up after 20 seconds, which no test should need.
  template <class Wanted>
  bool run_until(Wanted wanted) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!wanted()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      if (!loop.turn()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }

  SystemClock clock;
  Loop loop{0, clock};
  CurlClient client;
  Collector sink;
};

TEST_F(CurlClientTest, PostsAndStreamsTheAnswerAsItComes) {
  std::promise<std::string> request;
  std::promise<void> first_seen;
  LoopbackServer server([&](ServedConnection& connection) {
    request.set_value(connection.read_request());
    connection.write(kStreamHead);
    connection.write_chunk("one");
    first_seen.get_future().wait();  // the second chunk is sent only after the first has arrived
    connection.write_chunk("two");
    connection.write(kLastChunk);
  });
  HttpRequest asked = post(server.address() + "/v1/x");
  asked.bearer = Secret("k-1");
  const auto call = client.start(loop, std::move(asked), sink);
  ASSERT_TRUE(run_until([&] { return sink.body == "one"; }));
  EXPECT_EQ(sink.head->status, 200);
  EXPECT_EQ(sink.head->find("content-type"), "text/event-stream");
  first_seen.set_value();
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  EXPECT_FALSE(sink.failure);
  EXPECT_EQ(sink.body, "onetwo");

  const std::string sent = request.get_future().get();
  EXPECT_TRUE(sent.starts_with("POST /v1/x HTTP/1.1\r\n")) << sent;
  EXPECT_NE(sent.find("\r\nAuthorization: Bearer k-1\r\n"), std::string::npos);
  EXPECT_NE(sent.find("\r\nAccept-Encoding: identity\r\n"), std::string::npos);
  EXPECT_EQ(sent.find("Expect:"), std::string::npos);
  EXPECT_TRUE(sent.ends_with("\r\n\r\n{}"));
}

TEST_F(CurlClientTest, F7LetsGoOfThePromptWhenTheAnswerBegins) {
  std::promise<void> may_continue;
  LoopbackServer server([&](ServedConnection& connection) {
    connection.read_request();
    connection.write(kStreamHead);
    connection.write_chunk("one");
    may_continue.get_future().wait();
    connection.write(kLastChunk);
  });
  HttpRequest asked = post(server.address());
  asked.body = std::make_shared<const std::string>(100'000, 'p');
  const std::weak_ptr<const std::string> prompt = asked.body;
  const auto call = client.start(loop, std::move(asked), sink);
  ASSERT_TRUE(run_until([&] { return sink.body == "one"; }));
  EXPECT_TRUE(prompt.expired());
  may_continue.set_value();
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  EXPECT_FALSE(sink.failure);
}

TEST_F(CurlClientTest, F7KeepsThePromptWhileTheServerAnswersBeforeItHasReadIt) {
  constexpr std::size_t kLong = 20 << 20;
  std::promise<void> head_seen;
  std::promise<std::string> request;
  LoopbackServer server([&](ServedConnection& connection) {
    connection.write(kStreamHead);
    head_seen.get_future().wait();
    request.set_value(connection.read_request());
    connection.write(kLastChunk);
  });
  HttpRequest asked = post(server.address());
  asked.body = std::make_shared<const std::string>(kLong, 'p');
  const auto call = client.start(loop, std::move(asked), sink);
  ASSERT_TRUE(run_until([&] { return sink.head.has_value(); }));
  head_seen.set_value();
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  EXPECT_TRUE(request.get_future().get().ends_with(std::string(kLong, 'p')));
}

TEST_F(CurlClientTest, UsesAConnectionAgainAfterAWholeAnswer) {
  LoopbackServer server([](ServedConnection& connection) {
    while (!connection.read_request().empty())
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  for (int i = 0; i < 3; ++i) {
    sink = Collector();
    const auto call = client.start(loop, post(server.address()), sink);
    ASSERT_TRUE(run_until([&] { return sink.done; }));
    EXPECT_EQ(sink.body, "ok");
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(CurlClientTest, LetFinishWaitsForTheEndSoThatTheConnectionIsUsedAgain) {
  std::promise<void> may_continue;
  std::atomic<int> answered{0};
  LoopbackServer server([&](ServedConnection& connection) {
    while (!connection.read_request().empty()) {
      connection.write(kStreamHead);
      connection.write_chunk("all");
      if (answered == 0) may_continue.get_future().wait();
      connection.write(kLastChunk);
      ++answered;
    }
  });
  auto call = client.start(loop, post(server.address()), sink);
  ASSERT_TRUE(run_until([&] { return sink.body == "all"; }));
  client.let_finish(std::move(call));
  may_continue.set_value();
  ASSERT_TRUE(run_until([&] { return answered == 1; }));
  while (loop.turn()) {
  }
  EXPECT_FALSE(sink.done) << "the sink hears nothing more";

  Collector second;
  const auto again = client.start(loop, post(server.address()), second);
  ASSERT_TRUE(run_until([&] { return second.done; }));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(CurlClientTest, X5CancelInTheMiddleClosesTheSocket) {
  std::promise<bool> closed;
  LoopbackServer server([&](ServedConnection& connection) {
    connection.read_request();
    connection.write(kStreamHead);
    connection.write_chunk("begun");
    closed.set_value(connection.wait_closed());
  });
  auto call = client.start(loop, post(server.address()), sink);
  ASSERT_TRUE(run_until([&] { return sink.body == "begun"; }));
  call.reset();
  EXPECT_TRUE(closed.get_future().get()) << "without another turn of the loop";
  EXPECT_FALSE(sink.done);
}

TEST_F(CurlClientTest, X5CancelBeforeTheFirstByteClosesTheSocket) {
  std::promise<void> asked;
  std::promise<bool> closed;
  LoopbackServer server([&](ServedConnection& connection) {
    connection.read_request();
    asked.set_value();
    closed.set_value(connection.wait_closed());
  });
  auto call = client.start(loop, post(server.address()), sink);
  auto has_asked = asked.get_future();
  ASSERT_TRUE(
      run_until([&] { return has_asked.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }));
  call.reset();
  EXPECT_TRUE(closed.get_future().get());
  EXPECT_FALSE(sink.head);
}

// Number of this process's open sockets. Shows that a socket is closed even if its connection was not yet
// made.
std::size_t open_sockets() {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    count += std::filesystem::read_symlink(entry, gone).string().starts_with("socket:");
  }
  return count;
}

TEST_F(CurlClientTest, X5CancelDuringConnectClosesTheSocket) {
  // A listener that accepts nothing and whose queue is full: the next connection waits forever.
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listener, 0), 0);
  ASSERT_EQ(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const int queued = socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(connect(queued, reinterpret_cast<sockaddr*>(&address), size), 0);

  const std::string url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  client.start(loop, post(url), sink).reset();  // at its first use, libcurl opens sockets of its own
  const std::size_t before = open_sockets();
  auto call = client.start(loop, post(url), sink);
  ASSERT_TRUE(run_until([&] { return open_sockets() == before + 1; }));
  call.reset();
  EXPECT_EQ(open_sockets(), before);
  EXPECT_FALSE(sink.done);
  close(queued);
  close(listener);
}

TEST_F(CurlClientTest, X5CancelDuringTheTlsHandshakeClosesTheSocket) {
  std::promise<bool> closed;
  LoopbackServer server(
      [&](ServedConnection& connection) { closed.set_value(connection.wait_closed()); });  // sends nothing
  auto call = client.start(loop, post(server.address("https")), sink);
  ASSERT_TRUE(run_until([&] { return server.connections() == 1; }));
  call.reset();
  EXPECT_TRUE(closed.get_future().get());
}

TEST_F(CurlClientTest, CancelDuringNameLookUpIsQuiet) {
  for (int turns = 0; turns < 3; ++turns) {
    auto call = client.start(loop, post("https://belay.invalid/"), sink);
    for (int i = 0; i < turns; ++i) loop.turn();
    call.reset();
    const bool sent = sink.done;  // without a resolver, the lookup may have failed by now
    for (int i = 0; i < 50; ++i) loop.turn();
    EXPECT_EQ(sink.done, sent);
    sink.done = false;
  }
}

TEST_F(CurlClientTest, APausedCallHearsNothingUntilItIsResumed) {
  LoopbackServer server([](ServedConnection& connection) {
    connection.read_request();
    connection.write(kStreamHead);
    const std::string piece(10'000, 'x');
    for (int i = 0; i < 200; ++i)
      if (!connection.write_chunk(piece)) return;
    connection.write(kLastChunk);
  });
  auto call = client.start(loop, post(server.address()), sink);
  sink.each_part = [&] { call->pause(); };
  ASSERT_TRUE(run_until([&] { return sink.parts == 1; }));
  for (int i = 0; i < 50; ++i) loop.turn();
  EXPECT_EQ(sink.parts, 1);
  const std::size_t first = sink.body.size();
  EXPECT_LE(first, 10'000u);

  call->resume();
  EXPECT_EQ(sink.parts, 1) << "nothing is heard inside resume()";
  ASSERT_TRUE(run_until([&] { return sink.parts == 2; })) << "and paused again by the second part";
  sink.each_part = nullptr;
  call->resume();
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  EXPECT_EQ(sink.body, std::string(2'000'000, 'x'));
}

TEST_F(CurlClientTest, SinksMayStartResumeAndDestroyOtherCalls) {
  LoopbackServer server([](ServedConnection& connection) {
    while (!connection.read_request().empty()) {
      connection.write(kStreamHead);
      connection.write_chunk("x");
      connection.write(kLastChunk);
    }
  });
  LoopbackServer silent([](ServedConnection& connection) {
    connection.read_request();
    connection.write(kStreamHead);
    connection.write_chunk("y");
    connection.wait_closed();
  });
  Collector victim;
  Collector later;
  auto doomed = client.start(loop, post(silent.address()), victim);
  ASSERT_TRUE(run_until([&] { return victim.body == "y"; }));
  std::unique_ptr<HttpCall> second;
  std::unique_ptr<HttpCall> self;
  sink.each_part = [&] {
    doomed.reset();
    second = client.start(loop, post(server.address()), later);
  };
  sink.at_end = [&] { self.reset(); };
  self = client.start(loop, post(server.address()), sink);
  ASSERT_TRUE(run_until([&] { return sink.done && later.done; }));
  EXPECT_FALSE(victim.done);
  EXPECT_EQ(later.body, "x");
}

TEST_F(CurlClientTest, ASinkMayAbortOrDestroyItsOwnCallFromWithinAPart) {
  std::promise<bool> closed[2];
  std::atomic<int> next{0};
  LoopbackServer server([&](ServedConnection& connection) {
    connection.read_request();
    connection.write(kStreamHead);
    connection.write_chunk("x");
    closed[next++].set_value(connection.wait_closed());
  });
  sink.abort = true;
  const auto aborted = client.start(loop, post(server.address()), sink);
  ASSERT_TRUE(run_until([&] { return sink.parts == 1; }));
  EXPECT_TRUE(closed[0].get_future().get());

  Collector second;
  std::unique_ptr<HttpCall> own = client.start(loop, post(server.address()), second);
  second.each_part = [&] { own.reset(); };
  ASSERT_TRUE(run_until([&] { return second.parts == 1; }));
  EXPECT_TRUE(closed[1].get_future().get());
  EXPECT_FALSE(sink.done);
  EXPECT_FALSE(second.done);
}

TEST_F(CurlClientTest, X7AConnectionThatIsRefusedMayBeTriedAgain) {
  std::string nowhere;
  {
    const LoopbackServer gone([](ServedConnection&) {});
    nowhere = gone.address();
  }
  const auto call = client.start(loop, post(nowhere), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  ASSERT_TRUE(sink.failure);
  EXPECT_EQ(sink.failure->error.code, ErrorCode::provider_unavailable);
  EXPECT_TRUE(sink.failure->may_retry);
}

TEST_F(CurlClientTest, X7ACutBodyIsAFailure) {
  LoopbackServer server([](ServedConnection& connection) {
    connection.read_request();
    connection.write(kStreamHead);
    connection.write_chunk("half");
    connection.reset_at_end();
  });
  const auto call = client.start(loop, post(server.address()), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  EXPECT_TRUE(sink.failure);
}

TEST_F(CurlClientTest, ARedirectIsNotFollowed) {
  LoopbackServer elsewhere([](ServedConnection&) {});
  LoopbackServer server([&](ServedConnection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 307 Temporary Redirect\r\nLocation: " + elsewhere.address() +
                     "\r\nContent-Length: 0\r\n\r\n");
  });
  const auto call = client.start(loop, post(server.address()), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  EXPECT_EQ(sink.head->status, 307);
  EXPECT_EQ(elsewhere.connections(), 0);
}

TEST_F(CurlClientTest, InterimResponsesAreSkippedAndTrailersIgnored) {
  LoopbackServer server([](ServedConnection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n");
    connection.write(
        "HTTP/1.1 200 OK\r\nX-Late: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Trailer: "
        "1\r\n\r\n");
  });
  const auto call = client.start(loop, post(server.address()), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  EXPECT_EQ(sink.head->status, 200);
  EXPECT_EQ(sink.head->find("x-early"), "");
  EXPECT_EQ(sink.head->find("x-late"), "1");
  EXPECT_EQ(sink.body, "ok");
}

TEST_F(CurlClientTest, TooManyHeadersAreAFailure) {
  LoopbackServer server([](ServedConnection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\n");
    while (connection.write("X-More: " + std::string(1000, 'x') + "\r\n")) {
    }
  });
  const auto call = client.start(loop, post(server.address()), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  ASSERT_TRUE(sink.failure);
  EXPECT_EQ(sink.failure->error.code, ErrorCode::provider_broken);
}

TEST_F(CurlClientTest, TlsIsUsedWithAnAuthorityThatIsTrusted) {
  const SelfSigned self_signed;
  LoopbackServer server(
      [](ServedConnection& connection) {
        if (!connection.read_request().empty())
          connection.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret");
      },
      self_signed.context());
  HttpRequest request = post(server.address("https"));
  request.ca_file = self_signed.ca_file();
  const auto call = client.start(loop, std::move(request), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  EXPECT_FALSE(sink.failure) << sink.failure->error.detail;
  EXPECT_EQ(sink.body, "secret");
}

TEST_F(CurlClientTest, ACertificateThatNobodyVouchesForIsRefusedBeforeTheKeyIsSent) {
  const SelfSigned self_signed;
  std::atomic<bool> asked{false};
  LoopbackServer server([&](ServedConnection& connection) { asked = !connection.read_request().empty(); },
                        self_signed.context());
  HttpRequest request = post(server.address("https"));
  request.bearer = Secret("k-1");
  const auto call = client.start(loop, std::move(request), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  ASSERT_TRUE(sink.failure);
  EXPECT_EQ(sink.failure->error.code, ErrorCode::provider_unavailable);
  EXPECT_NE(sink.failure->error.advice.find("ca_file"), std::string::npos);
  EXPECT_EQ(sink.failure->error.detail.find("ca_file"), std::string::npos) << "users cannot help it";
  EXPECT_EQ((sink.failure->error.detail + sink.failure->error.advice).find("k-1"), std::string::npos);
  EXPECT_FALSE(sink.failure->may_retry);
  EXPECT_FALSE(asked);
}

TEST_F(CurlClientTest, ACertificateForAnotherNameIsRefused) {
  const SelfSigned self_signed;
  LoopbackServer server([](ServedConnection& connection) { connection.read_request(); },
                        self_signed.context());
  HttpRequest request =
      post("https://localhost" + server.address("").substr(std::string("://127.0.0.1").size()));
  request.ca_file = self_signed.ca_file();
  const auto call = client.start(loop, std::move(request), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  ASSERT_TRUE(sink.failure);
  EXPECT_NE(sink.failure->error.advice.find("certificate"), std::string::npos) << sink.failure->error.advice;
}

class FetcherTest : public CurlClientTest {
 protected:
  Result<std::string> fetch(Fetcher::Request request) {
    std::optional<Result<std::string>> got;
    fetcher.fetch(std::move(request), [&](Result<std::string> result) { got = std::move(result); });
    EXPECT_FALSE(got);
    EXPECT_TRUE(run_until([&] { return got.has_value(); }));
    EXPECT_EQ(fetcher.active(), 0u);
    return got ? std::move(*got) : make_error(ErrorCode::internal, "never told");
  }
  Fetcher fetcher{client, loop};
};

TEST_F(FetcherTest, GetsADocument) {
  LoopbackServer server([](ServedConnection& connection) {
    EXPECT_TRUE(connection.read_request().starts_with("GET /keys HTTP/1.1\r\n"));
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"keys\":[]}");
  });
  const auto got = fetch({.url = server.address() + "/keys"});
  ASSERT_TRUE(got.has_value()) << got.error().detail;
  EXPECT_EQ(*got, "{\"keys\":[]}");
}

TEST_F(FetcherTest, RefusesWhatIsTooLargeNotOkOrNotSecure) {
  LoopbackServer server([](ServedConnection& connection) {
    const bool large = connection.read_request().starts_with("GET /large");
    connection.write(large ? "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"keys\":[]}"
                           : "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno");
  });
  EXPECT_EQ(fetch({.url = server.address() + "/large", .max_bytes = 10}).error().code,
            ErrorCode::payload_too_large);
  EXPECT_EQ(fetch({.url = server.address() + "/broken"}).error().code, ErrorCode::provider_unavailable);
  EXPECT_EQ(fetch({.url = "http://example.com/keys"}).error().code, ErrorCode::invalid_request);
  EXPECT_EQ(fetch({.url = "file:///etc/passwd"}).error().code, ErrorCode::invalid_request);
}

TEST_F(FetcherTest, S8_tells_a_missing_document_from_a_refusal_and_sends_the_headers_that_are_wanted) {
  LoopbackServer server([](ServedConnection& connection) {
    const std::string request = connection.read_request();
    EXPECT_NE(request.find("\r\nBelay-Signature: t=1\r\n"), std::string::npos);
    const bool missing = request.starts_with("GET /missing");
    connection.write(missing ? "HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno"
                             : "HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
  });
  const std::vector<std::string> headers{"Belay-Signature: t=1"};
  EXPECT_EQ(fetch({.url = server.address() + "/missing", .headers = headers}).error().code,
            ErrorCode::not_found);
  EXPECT_EQ(fetch({.url = server.address() + "/refused", .headers = headers}).error().code,
            ErrorCode::provider_rejected);
}

TEST_F(FetcherTest, GivesUpOnSilence) {
  LoopbackServer server([](ServedConnection& connection) { connection.wait_closed(); });
  EXPECT_EQ(fetch({.url = server.address(), .timeout = Milliseconds(30)}).error().code,
            ErrorCode::provider_timeout);
}

TEST(Url, TellsThisMachineFromOthers) {
  for (const char* here :
       {"http://127.0.0.1:8080/v1", "http://localhost/", "https://[::1]:1/", "http://127.1.2.3"}) {
    ASSERT_TRUE(inspect_url(here)) << here;
    EXPECT_TRUE(inspect_url(here)->loopback) << here;
  }
  for (const char* there : {"https://api.openai.com/v1", "http://127.0.0.1.example.com/", "http://10.0.0.1/",
                            "http://localhost.example.com/"}) {
    ASSERT_TRUE(inspect_url(there)) << there;
    EXPECT_FALSE(inspect_url(there)->loopback) << there;
  }
  for (const char* neither :
       {"", "api.openai.com", "ftp://x/", "file:///x", "https://user:pass@x/", "https://", "https://x/#y"})
    EXPECT_FALSE(inspect_url(neither)) << neither;
}

}  // namespace
}  // namespace belay::providers

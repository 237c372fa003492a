// What every HTTP client must do, over plain HTTP and over TLS.
#include <future>

#include "providers/testing/client_fixture.hpp"

namespace belay::providers {
namespace {

class ClientTest : public HttpClientTest {};
BELAY_FOR_ALL_CLIENTS(ClientTest);

TEST_P(ClientTest, PostsAndStreamsTheAnswerAsItComes) {
  std::promise<std::string> request;
  std::promise<void> first_seen;
  Server server([&](ServedConnection& connection) {
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

TEST_P(ClientTest, F7LetsGoOfThePromptWhenTheAnswerBegins) {
  std::promise<void> may_continue;
  Server server([&](ServedConnection& connection) {
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

TEST_P(ClientTest, F7KeepsThePromptWhileTheServerAnswersBeforeItHasReadIt) {
  constexpr std::size_t kLong = 20 << 20;
  std::promise<void> head_seen;
  std::promise<std::string> request;
  Server server([&](ServedConnection& connection) {
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

TEST_P(ClientTest, UsesAConnectionAgainAfterAWholeAnswer) {
  Server server([](ServedConnection& connection) {
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

TEST_P(ClientTest, LetFinishWaitsForTheEndSoThatTheConnectionIsUsedAgain) {
  std::promise<void> may_continue;
  std::atomic<int> answered{0};
  Server server([&](ServedConnection& connection) {
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

TEST_P(ClientTest, APausedCallHearsNothingUntilItIsResumed) {
  Server server([](ServedConnection& connection) {
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
  EXPECT_LE(first, 32u << 10) << "what one read received, at most";

  call->resume();
  EXPECT_EQ(sink.parts, 1) << "nothing is heard inside resume()";
  ASSERT_TRUE(run_until([&] { return sink.parts == 2; })) << "and paused again by the second part";
  sink.each_part = nullptr;
  call->resume();
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  EXPECT_EQ(sink.body, std::string(2'000'000, 'x'));
}

TEST_P(ClientTest, InterimResponsesAreSkippedAndTrailersIgnored) {
  Server server([](ServedConnection& connection) {
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

}  // namespace
}  // namespace belay::providers

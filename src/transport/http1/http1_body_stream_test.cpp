// Routes that take their body as a stream, with a bound and back-pressure.
#include "transport/http1/test_server.hpp"

namespace belay::transport {
namespace {

constexpr std::string_view kUpload = "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n";
constexpr std::string_view kChunked =
    "POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

class Http1BodyStreamTest : public Http1Test {
 protected:
  Http1BodyStreamTest() {
    add_streaming("/upload", [this](Request& request) -> Awaitable<Response> {
      for (;;) {
        const Result<std::string> piece = co_await request.body_reader->read();
        if (!piece) {
          error = piece.error();
          const Result<std::string> again = co_await request.body_reader->read();
          EXPECT_FALSE(again);
          co_return text_response("failed");
        }
        if (piece->empty()) break;
        largest = std::max(largest, piece->size());
        taken += *piece;
        if (!paced) continue;
        auto start = [this](UniqueFunction<void(int)> done) { slow.push_back(std::move(done)); };
        co_await await_callback<int>(loop, std::move(start));
      }
      co_return text_response("took " + std::to_string(taken.size()));
    });
    add_streaming("/ignore", [](Request&) -> Awaitable<Response> { co_return text_response("ignored"); });
  }
  void add_streaming(const std::string& path, HandlerFunction handler) {
    Route route{"POST", path, std::move(handler), ByteCount{2'000'000}, "test." + path.substr(1)};
    route.streams_body = true;
    EXPECT_TRUE(router.add(std::move(route)));
  }

  std::string taken;
  std::size_t largest = 0;
  std::optional<Error> error;
  bool paced = false;  // the handler waits after each piece
};

TEST_P(Http1BodyStreamTest, a_handler_reads_its_body_while_it_arrives) {
  Client& client = connect();
  EXPECT_EQ(ask(client, std::string(kUpload) + "abc"), "");
  EXPECT_EQ(taken, "abc");
  EXPECT_THAT(ask(client, "def" + std::string(kHello)),
              testing::AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("took 6"),
                             testing::EndsWith(std::string(kHelloAnswer))));
  EXPECT_EQ(taken, "abcdef");
}

TEST_P(Http1BodyStreamTest, a_chunked_body_is_read_in_pieces_too) {
  Client& client = connect();
  ask(client, std::string(kChunked) + "3\r\nabc\r\n");
  EXPECT_EQ(taken, "abc");
  EXPECT_THAT(ask(client, "3\r\ndef\r\n0\r\n\r\n"), testing::EndsWith("took 6"));
  EXPECT_EQ(ask(client, kHello), kHelloAnswer);
}

TEST_P(Http1BodyStreamTest, a_body_that_is_empty_ends_at_once) {
  EXPECT_THAT(ask("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"),
              testing::EndsWith("took 0"));
}

TEST_P(Http1BodyStreamTest, a_client_is_asked_to_continue_when_its_body_is_wanted) {
  Client& client = connect();
  EXPECT_EQ(
      ask(client, "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"),
      "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(ask(client, "abc"), testing::EndsWith("took 3"));
  EXPECT_THAT(ask("POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"),
              testing::AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("Connection: close\r\n")));
}

TEST_P(Http1BodyStreamTest, a_handler_that_is_slow_slows_its_client_down) {
  paced = true;
  Client& client = connect();
  client.send("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n");
  settle();
  const std::string block(10'000, 'x');
  std::size_t left = 2'000'000;
  const auto send_more = [&] {
    while (left != 0) {
      const std::size_t sent = client.try_send(std::string_view(block).substr(0, left));
      if (sent == 0) break;
      left -= sent;
    }
    settle();
  };
  send_more();
  EXPECT_LE(taken.size(), 17'000u) << "one piece was read, and no more";
  EXPECT_EQ(counts.body_memory->total(), 16u * 1024) << "it counts for a piece, not for all of it";
  for (std::size_t next = 0; next < slow.size() && taken.size() < 100'000; ++next) {
    slow[next](1);
    send_more();
  }
  EXPECT_GE(taken.size(), 100'000u);
  EXPECT_LE(largest, 17'000u);
  paced = false;
  slow.back()(1);
  ASSERT_TRUE(until([&] {
    send_more();
    return !client.got.empty();
  }));
  EXPECT_THAT(client.got, testing::EndsWith("took 2000000"));
}

TEST_P(Http1BodyStreamTest, a_body_beyond_its_bound_fails_when_it_gets_there) {
  EXPECT_THAT(ask("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 2000001\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(taken, "") << "the handler was not called";
  Client& client = connect();
  EXPECT_THAT(ask(client, std::string(kChunked) + "1\r\na\r\n1e8480\r\n"),
              testing::AllOf(HasSubstr("Connection: close\r\n"), testing::EndsWith("failed")));
  EXPECT_EQ(error->code, ErrorCode::payload_too_large);
  EXPECT_TRUE(client.eof);
}

TEST_P(Http1BodyStreamTest, a_client_that_goes_or_breaks_its_body_ends_the_reading) {
  Client& gone = connect();
  ask(gone, std::string(kUpload) + "abc");
  gone.close();
  settle();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::cancelled);
  EXPECT_EQ(counts.connections.load(), 0u);

  Client& broken = connect();
  ask(broken, std::string(kChunked) + "3\r\nabc\r\nzz");
  EXPECT_EQ(error->code, ErrorCode::invalid_request);
}

TEST_P(Http1BodyStreamTest, a_client_that_stops_sending_fails_at_the_deadline_of_a_piece) {
  Client& client = connect();
  client.send(std::string(kUpload) + "abc");
  settle();
  advance(config.body_deadline - Milliseconds(100));
  client.send("d");
  settle();
  advance(config.body_deadline - Milliseconds(100));
  EXPECT_FALSE(error) << "each piece has a deadline of its own";
  advance(Milliseconds(100));
  EXPECT_EQ(error->code, ErrorCode::request_timeout);
}

TEST_P(Http1BodyStreamTest, a_server_that_closes_ends_the_reading) {
  connect().send(std::string(kUpload) + "abc");
  settle();
  server->close();
  settle();
  EXPECT_EQ(error->code, ErrorCode::cancelled);
  EXPECT_EQ(counts.connections.load(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Each, Http1BodyStreamTest,
                         testing::Values(Over::socket, Over::channel_of_one_byte, Over::tls_socket,
                                         Over::tls_channel_of_one_byte),
                         name_of);

}  // namespace
}  // namespace belay::transport

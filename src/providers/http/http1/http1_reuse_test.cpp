// X7: connections are used again, and a request is sent again only where nothing was delivered: on a connection
// that the server had closed while it was idle, once.
#include <future>

#include "providers/testing/client_fixture.hpp"

namespace belay::providers {
namespace {

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class Http1ReuseTest : public HttpClientTest {
 protected:
  // Makes a call and waits for its end.
  void call_once(HttpClient& with, const Server& server) {
    sink = Collector();
    const auto call = with.start(loop, post(server.address()), sink);
    ASSERT_TRUE(run_until([&] { return sink.done; }));
  }
  void call_once(const Server& server) { call_once(client, server); }
};
INSTANTIATE_TEST_SUITE_P(Own, Http1ReuseTest,
                         testing::Values(ClientCase{ClientKind::own, false},
                                         ClientCase{ClientKind::own, true}),
                         name_of);

TEST_P(Http1ReuseTest, X7_an_idle_connection_that_is_closed_as_we_write_is_replaced_once) {
  std::atomic<int> requests{0};
  Server server([&](ServedConnection& connection) {
    if (connection.read_request().empty()) return;
    ++requests;
    connection.write(kAnswer);
    if (requests == 1 && !connection.read_request().empty()) ++requests;  // and closes without an answer
  });
  call_once(server);
  call_once(server);
  EXPECT_FALSE(sink.failure);
  EXPECT_EQ(sink.body, "ok");
  EXPECT_EQ(requests, 3);
  EXPECT_EQ(server.connections(), 2);
}

TEST_P(Http1ReuseTest, X7_a_request_is_sent_again_at_most_once) {
  std::atomic<int> requests{0};
  Server server([&](ServedConnection& connection) {
    while (!connection.read_request().empty()) {
      if (++requests > 1) return;
      connection.write(kAnswer);
    }
  });
  call_once(server);
  call_once(server);
  ASSERT_TRUE(sink.failure);
  EXPECT_EQ(sink.failure->error.code, ErrorCode::provider_unavailable);
  EXPECT_TRUE(sink.failure->may_retry);
  EXPECT_EQ(requests, 3);
  EXPECT_EQ(server.connections(), 2);
}

TEST_P(Http1ReuseTest, X7_a_request_on_a_fresh_connection_is_not_sent_again) {
  Server server([&](ServedConnection& connection) { connection.read_request(); });
  call_once(server);
  EXPECT_TRUE(sink.failure);
  EXPECT_EQ(server.connections(), 1);
}

TEST_P(Http1ReuseTest, X7_a_request_is_not_sent_again_after_the_first_byte_of_a_response) {
  Server server([&](ServedConnection& connection) {
    connection.read_request();
    connection.write(kAnswer);
    connection.read_request();
    connection.write("H");
  });
  call_once(server);
  call_once(server);
  EXPECT_TRUE(sink.failure);
  EXPECT_EQ(server.connections(), 1);
}

TEST_P(Http1ReuseTest, X7_a_connection_that_ended_while_it_was_idle_is_not_used) {
  std::atomic<int> requests{0};
  std::promise<void> may_close;
  Server server([&](ServedConnection& connection) {
    connection.read_request();
    connection.write(kAnswer);
    if (++requests > 1) return;
    may_close.get_future().wait();
    connection.half_close();
    EXPECT_TRUE(connection.wait_closed()) << "the client closes its side as well";
    ++requests;
  });
  call_once(server);
  may_close.set_value();
  ASSERT_TRUE(run_until([&] { return requests == 2; }));
  call_once(server);
  EXPECT_FALSE(sink.failure);
  EXPECT_EQ(server.connections(), 2);
}

TEST_P(Http1ReuseTest, X7_a_connection_on_which_something_unasked_came_is_not_used) {
  Server server([&](ServedConnection& connection) {
    connection.read_request();
    connection.write(std::string(kAnswer) + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    connection.wait_closed();
  });
  for (int i = 1; i <= 2; ++i) {
    call_once(server);
    EXPECT_EQ(sink.body, "ok");
    EXPECT_EQ(server.connections(), i);
  }
}

TEST_P(Http1ReuseTest, X7_a_connection_is_not_used_again_if_the_server_says_so) {
  Server server([&](ServedConnection& connection) {
    connection.read_request();
    connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    connection.wait_closed();
  });
  for (int i = 1; i <= 2; ++i) {
    call_once(server);
    EXPECT_EQ(server.connections(), i);
  }
}

TEST_P(Http1ReuseTest, X7_a_half_closed_connection_is_a_cut_unless_the_body_ends_so) {
  std::string response;
  Server server([&](ServedConnection& connection) {
    connection.read_request();
    connection.write(response);
    connection.end_tls();
    connection.half_close();
    connection.wait_closed();
  });
  response = "HTTP/1.1 200 OK\r\n\r\nto the end";
  call_once(server);
  EXPECT_FALSE(sink.failure);
  EXPECT_EQ(sink.body, "to the end");

  for (const char* cut : {"", "HTTP/1.1 200 O", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
                          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"}) {
    response = cut;
    call_once(server);
    ASSERT_TRUE(sink.failure) << cut;
    EXPECT_EQ(sink.failure->error.code, ErrorCode::provider_unavailable) << cut;
  }
}

TEST_P(Http1ReuseTest, X7_the_number_of_idle_connections_is_bounded) {
  std::atomic<int> closed{0};
  Server server([&](ServedConnection& connection) {
    while (!connection.read_request().empty()) connection.write(kAnswer);
    ++closed;
  });
  Http1Client::Options options;
  options.pool.idle_per_server = 1;
  Http1Client bounded(options);
  Collector sinks[3];
  std::vector<std::unique_ptr<HttpCall>> calls;
  for (Collector& each : sinks) calls.push_back(bounded.start(loop, post(server.address()), each));
  ASSERT_TRUE(run_until([&] { return sinks[0].done && sinks[1].done && sinks[2].done; }));
  EXPECT_TRUE(run_until([&] { return closed == 2; }));
  call_once(bounded, server);
  EXPECT_EQ(server.connections(), 3);
}

TEST_P(Http1ReuseTest, X7_an_idle_connection_is_closed_after_its_time) {
  std::atomic<int> closed{0};
  Server server([&](ServedConnection& connection) {
    while (!connection.read_request().empty()) connection.write(kAnswer);
    ++closed;
  });
  Http1Client::Options options;
  options.pool.idle_time = Milliseconds(20);
  Http1Client bounded(options);
  call_once(bounded, server);
  EXPECT_TRUE(run_until([&] { return closed == 1; }));
}

TEST_P(Http1ReuseTest, X7_connections_of_other_authorities_are_not_used) {
  if (!self_signed) GTEST_SKIP() << "plain HTTP has no authorities";
  Server server([&](ServedConnection& connection) {
    while (!connection.read_request().empty()) connection.write(kAnswer);
  });
  call_once(server);
  sink = Collector();
  HttpRequest request = post(server.address());
  request.ca_file.clear();
  const auto call = client.start(loop, std::move(request), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  ASSERT_TRUE(sink.failure) << "the system's authorities do not know the server";
  EXPECT_FALSE(sink.failure->may_retry);
}

TEST_P(Http1ReuseTest, A_sink_that_pauses_at_the_head_gets_the_body_when_it_resumes) {
  Server server([&](ServedConnection& connection) {
    connection.read_request();
    connection.write(kAnswer);
    connection.wait_closed();
  });
  std::unique_ptr<HttpCall> call;
  sink.at_head = [&] { call->pause(); };
  call = client.start(loop, post(server.address()), sink);
  ASSERT_TRUE(run_until([&] { return sink.head.has_value(); }));
  for (int i = 0; i < 50; ++i) loop.turn();
  EXPECT_EQ(sink.body, "");
  EXPECT_FALSE(sink.done);
  call->resume();
  EXPECT_EQ(sink.body, "") << "nothing is heard inside resume()";
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  EXPECT_EQ(sink.body, "ok");
}

TEST_P(Http1ReuseTest, X7_an_answer_that_comes_byte_by_byte_is_exact) {
  std::string bytes(kStreamHead);
  for (int i = 0; i < 20; ++i) bytes += "5;x=y\r\nword \r\n";
  bytes += "0\r\nX-Trailer: 1\r\n\r\n";
  Server server([&](ServedConnection& connection) {
    connection.read_request();
    for (const char& byte : bytes) connection.write({&byte, 1});
    connection.wait_closed();
  });
  call_once(server);
  EXPECT_FALSE(sink.failure);
  std::string words;
  for (int i = 0; i < 20; ++i) words += "word ";
  EXPECT_EQ(sink.body, words);
}

TEST_P(Http1ReuseTest, X7_a_refusal_of_a_body_that_is_not_read_is_delivered) {
  Server server([&](ServedConnection& connection) {
    connection.read_some();
    connection.write("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
    connection.end_tls();
    connection.half_close();
    connection.wait_closed();
  });
  HttpRequest request = post(server.address());
  request.body = std::make_shared<const std::string>(20 << 20, 'p');
  const auto call = client.start(loop, std::move(request), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  EXPECT_FALSE(sink.failure);
  ASSERT_TRUE(sink.head);
  EXPECT_EQ(sink.head->status, 413);
  EXPECT_EQ(sink.body, "no");
}

TEST_P(Http1ReuseTest, X7_a_request_whose_headers_would_break_the_framing_is_not_sent) {
  Server server([&](ServedConnection& connection) { connection.read_request(); });
  for (const char* header : {"A: b\r\nHost: evil", "Content-Length: 9", "transfer-encoding: chunked",
                             "Host: x", "A : b", "no colon", ": no name"}) {
    sink = Collector();
    HttpRequest request = post(server.address());
    request.headers = {header};
    const auto call = client.start(loop, std::move(request), sink);
    EXPECT_FALSE(sink.done) << "start() does not call the sink";
    ASSERT_TRUE(run_until([&] { return sink.done; }));
    ASSERT_TRUE(sink.failure) << header;
    EXPECT_EQ(sink.failure->error.code, ErrorCode::provider_rejected) << header;
  }
  EXPECT_EQ(server.connections(), 0);
}

}  // namespace
}  // namespace belay::providers

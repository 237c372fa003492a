// A waiting handler is notified when its client is gone (requirements X5, X21).
#include "transport/http1/test_server.hpp"

namespace belay::transport {
namespace {

constexpr std::string_view kWait = "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_P(Http1Test, X21_a_handler_that_waits_is_told_when_its_client_closes) {
  Client& client = connect();
  client.send(kWait);
  settle();
  EXPECT_EQ(slow_finished, 0);
  client.close();
  EXPECT_TRUE(until([&] { return slow_finished == 1; }));
  EXPECT_EQ(clients_gone, 1);
  EXPECT_EQ(counts.connections.load(), 0u);
  EXPECT_THAT(observer.requests, ElementsAre("GET test.wait 409")) << "it is in the log like any other";
}

TEST_P(Http1Test, X21_a_handler_that_waits_is_told_when_its_client_resets) {
  Client& client = connect();
  client.send(kWait);
  settle();
  client.close_with_reset();
  EXPECT_TRUE(until([&] { return slow_finished == 1; }));
  EXPECT_EQ(clients_gone, 1);
  EXPECT_EQ(counts.connections.load(), 0u);
}

TEST_P(Http1InOnePieceTest, X21_a_client_that_has_only_finished_sending_gets_its_answer) {
  Client& client = connect();
  client.send(kWait);
  settle();
  client.finish_sending();
  settle();
  EXPECT_EQ(client.got, "HTTP/1.1 102 Processing\r\n\r\n") << "asks whether it is there";
  EXPECT_EQ(slow_finished, 0);
  slow.at(0)(200);
  settle();
  EXPECT_THAT(client.got, HasSubstr("\r\n\r\nHTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(client.got, HasSubstr("slow"));
  EXPECT_EQ(clients_gone, 0);
  EXPECT_TRUE(client.eof);
  EXPECT_EQ(counts.connections.load(), 0u);
}

TEST_P(Http1Test, X21_a_client_that_finishes_sending_and_then_goes_is_gone) {
  Client& client = connect();
  client.send(kWait);
  settle();
  client.finish_sending();
  settle();
  EXPECT_EQ(slow_finished, 0);
  client.close_with_reset();
  EXPECT_TRUE(until([&] { return slow_finished == 1; }));
  EXPECT_EQ(clients_gone, 1);
}

TEST_P(Http1Test, X21_a_client_of_http_1_0_that_finishes_sending_is_gone) {
  Client& client = connect();
  client.send("GET /wait HTTP/1.0\r\nHost: a\r\n\r\n");
  settle();
  client.finish_sending();
  EXPECT_TRUE(until([&] { return slow_finished == 1; }));
  EXPECT_EQ(clients_gone, 1);
  EXPECT_THAT(client.got, Not(HasSubstr("102"))) << "it does not know such answers";
}

TEST_P(Http1Test, X21_requests_that_come_while_a_handler_watches_are_answered_in_order) {
  Client& client = connect();
  client.send(kWait);
  settle();
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab");
  settle();
  client.send("c" + std::string(kWait));
  settle();
  EXPECT_EQ(client.got, "");
  slow.at(0)(200);
  settle();
  const auto first = client.got.find("\r\n\r\nslow"), second = client.got.find("\r\n\r\nabc");
  ASSERT_NE(second, std::string::npos);
  EXPECT_LT(first, second);
  ASSERT_EQ(slow.size(), 2u);
  client.close();
  EXPECT_TRUE(until([&] { return slow_finished == 2; })) << "the next one watches too";
  EXPECT_EQ(clients_gone, 1);
}

TEST_P(Http1Test, X21_a_client_that_sends_too_much_ahead_is_not_read_any_more_but_a_reset_is_seen) {
  config.max_sent_during_stream = ByteCount{1024};
  Client& client = connect();
  client.send(kWait);
  settle();
  for (int i = 0; i < 8; ++i) client.try_send(std::string(64 * 1024, 'x'));
  settle();
  EXPECT_EQ(slow_finished, 0);
  client.close_with_reset();
  EXPECT_TRUE(until([&] { return slow_finished == 1; }));
  EXPECT_EQ(clients_gone, 1);
}

TEST_P(Http1Test, X21_a_server_that_closes_does_not_take_its_clients_for_gone) {
  Client& client = connect();
  client.send(kWait);
  settle();
  server.reset();
  settle();
  EXPECT_EQ(slow_finished, 0) << "the handler is left to finish in peace";
  slow.at(0)(200);
  settle();
  EXPECT_EQ(slow_finished, 1);
  EXPECT_EQ(clients_gone, 0);
}

TEST_P(Http1Test, X21_a_handler_that_does_not_watch_costs_nothing_and_a_next_request_is_not_disturbed) {
  Client& client = connect();
  client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
  settle();
  slow.at(0)(200);
  settle();
  client.got.clear();
  EXPECT_EQ(ask(client, kHello), kHelloAnswer);
  advance(config.idle_limit);
  EXPECT_TRUE(client.eof) << "and its waits end as ever";
}

}  // namespace
}  // namespace belay::transport

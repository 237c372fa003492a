// Names are looked up on the loop, without blocking it.
#include "providers/testing/client_fixture.hpp"
#include "providers/testing/name_server.hpp"
#include "providers/testing/open_sockets.hpp"

namespace belay::providers {
namespace {

class Http1NamesTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }
  using Names = std::vector<std::string>;

  static Http1Client::Options asking(const NameServer& names) {
    return {.pool = {}, .name_servers = names.address()};
  }
  HttpRequest get(const std::string& host, const LoopbackServer& server) {
    const std::string address = server.address();
    HttpRequest request;
    request.method = HttpRequest::Method::get;
    request.url = "http://" + host + address.substr(address.rfind(':')) + "/x";
    return request;
  }
  template <class Wanted>
  bool run_until(Wanted wanted) {
    return run_loop_until(loop, std::move(wanted));
  }

  SystemClock clock;
  Loop loop{0, clock};
  Collector sink;
};

void answer_once(ServedConnection& connection) {
  if (connection.read_request().empty()) return;
  connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
}

TEST_F(Http1NamesTest, X7_a_name_is_looked_up_at_the_name_servers) {
  NameServer names([](const std::string& name) {
    EXPECT_EQ(name, "provider.example.test");
    return Names{"127.0.0.1"};
  });
  std::string request;
  LoopbackServer server([&](ServedConnection& connection) {
    request = connection.read_request();
    connection.write("HTTP/1.1 204 No Content\r\n\r\n");
  });
  Http1Client client(asking(names));
  const auto call = client.start(loop, get("provider.example.test", server), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  EXPECT_FALSE(sink.failure) << sink.failure->error.advice;
  EXPECT_NE(request.find("\r\nHost: provider.example.test:"), std::string::npos) << request;
}

TEST_F(Http1NamesTest, X7_localhost_is_this_machine_without_a_name_server) {
  NameServer names([](const std::string& name) {
    ADD_FAILURE() << name;
    return Names{};
  });
  LoopbackServer server(answer_once);
  Http1Client client(asking(names));
  const auto call = client.start(loop, get("localhost", server), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  EXPECT_FALSE(sink.failure) << sink.failure->error.advice;
  EXPECT_EQ(sink.body, "ok");
}

TEST_F(Http1NamesTest, X7_calls_at_the_same_time_share_one_query_whose_answer_is_kept) {
  NameServer names([](const std::string&) { return Names{"127.0.0.1"}; });
  LoopbackServer server(answer_once);
  Http1Client client(asking(names));
  for (int round = 0; round < 2; ++round) {
    Collector sinks[20];
    std::vector<std::unique_ptr<HttpCall>> calls;
    for (Collector& each : sinks) calls.push_back(client.start(loop, get("many.example.test", server), each));
    for (Collector& each : sinks) {
      ASSERT_TRUE(run_until([&] { return each.done; }));
      EXPECT_EQ(each.body, "ok");
    }
    EXPECT_EQ(names.questions(), 1);
  }
}

TEST_F(Http1NamesTest, X7_a_name_that_does_not_exist_may_be_tried_again) {
  NameServer names([](const std::string&) { return Names{}; });
  LoopbackServer server(answer_once);
  Http1Client client(asking(names));
  const auto call = client.start(loop, get("nowhere.example.test", server), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  ASSERT_TRUE(sink.failure);
  EXPECT_EQ(sink.failure->error.code, ErrorCode::provider_unavailable);
  EXPECT_TRUE(sink.failure->may_retry);
  EXPECT_NE(sink.failure->error.advice.find("name could not be resolved"), std::string::npos)
      << sink.failure->error.advice;
}

TEST_F(Http1NamesTest, X7_connect_timeout_covers_the_look_up) {
  NameServer names([](const std::string&) { return NameServer::Answer(); });
  LoopbackServer server(answer_once);
  Http1Client client(asking(names));
  HttpRequest request = get("silent.example.test", server);
  request.connect_timeout = Milliseconds(50);
  const std::size_t before = open_sockets();
  const auto call = client.start(loop, std::move(request), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  ASSERT_TRUE(sink.failure);
  EXPECT_EQ(sink.failure->error.code, ErrorCode::provider_timeout);
  EXPECT_TRUE(sink.failure->may_retry);
  EXPECT_EQ(open_sockets(), before);
}

TEST_F(Http1NamesTest, X5_a_cancel_during_a_look_up_closes_its_sockets_at_once) {
  NameServer names([](const std::string&) { return NameServer::Answer(); });
  LoopbackServer server(answer_once);
  Http1Client client(asking(names));
  const std::size_t before = open_sockets();
  auto first = client.start(loop, get("silent.example.test", server), sink);
  Collector second_sink;
  auto second = client.start(loop, get("silent.example.test", server), second_sink);
  ASSERT_TRUE(run_until([&] { return names.questions() > 0; }));
  ASSERT_GT(open_sockets(), before);
  first.reset();
  EXPECT_GT(open_sockets(), before) << "the other call still waits";
  second.reset();
  EXPECT_EQ(open_sockets(), before);
  EXPECT_FALSE(sink.done || second_sink.done);
}

TEST_F(Http1NamesTest, X7_the_next_address_is_tried_if_one_refuses) {
  NameServer names([](const std::string&) { return Names{"127.0.0.2", "127.0.0.3", "127.0.0.1"}; });
  LoopbackServer server(answer_once);
  Http1Client client(asking(names));
  const auto call = client.start(loop, get("several.example.test", server), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  EXPECT_FALSE(sink.failure) << sink.failure->error.advice;
  EXPECT_EQ(sink.body, "ok");
}

TEST_F(Http1NamesTest, X7_a_name_all_of_whose_addresses_refuse_cannot_be_reached) {
  NameServer names([](const std::string&) { return Names{"127.0.0.2", "127.0.0.3"}; });
  LoopbackServer server(answer_once);
  Http1Client client(asking(names));
  const auto call = client.start(loop, get("several.example.test", server), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  ASSERT_TRUE(sink.failure);
  EXPECT_NE(sink.failure->error.advice.find("could not be reached"), std::string::npos);
  EXPECT_TRUE(sink.failure->may_retry);
}

}  // namespace
}  // namespace belay::providers

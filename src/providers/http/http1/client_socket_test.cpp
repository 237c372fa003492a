#include "providers/http/http1/client_socket.hpp"

#include <sys/epoll.h>

#include <gtest/gtest.h>

#include "providers/testing/loopback_server.hpp"

namespace belay::providers {
namespace {

TEST(ClientSocket, F4_reads_no_more_after_a_short_read_until_the_next_event) {
  std::atomic<int> step{0};
  LoopbackServer server([&](ServedConnection& connection) {
    connection.write("one");
    step = 1;
    while (step != 2) std::this_thread::yield();
    connection.write("two");
    step = 3;
    connection.wait_closed();
  });
  const std::string url = server.address();
  NetworkAddress address = NetworkAddress::parse("127.0.0.1").value();
  address.set_port(static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1))));
  ClientSocket socket;
  ASSERT_EQ(socket.connect(address), 0);
  const auto wait = [&](int wanted) {
    while (step != wanted) std::this_thread::yield();
    pollfd entry{socket.number(), POLLIN, 0};
    ASSERT_EQ(poll(&entry, 1, 10'000), 1);
  };

  char buffer[16];
  wait(1);
  EXPECT_TRUE(socket.read(buffer).is(Transferred::Outcome::blocked)) << "no event was noted yet";
  socket.note(EPOLLIN);
  EXPECT_EQ(socket.read(buffer).size, 3u);
  step = 2;
  wait(3);
  EXPECT_TRUE(socket.read(buffer).is(Transferred::Outcome::blocked)) << "although \"two\" is there";
  socket.note(EPOLLIN);
  EXPECT_EQ(socket.read(buffer).size, 3u);
}

}  // namespace
}  // namespace belay::providers

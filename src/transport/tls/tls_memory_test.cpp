// What an idle connection needs, with everything that belongs to it: the channel, TLS and the driver.
#include <malloc.h>

#include "transport/http1/test_server.hpp"

namespace belay::transport {
namespace {

class TlsMemoryTest : public Http1Fixture {
 protected:
  // Allocated bytes for each of many connections that have sent `request`. The clients' ends are not counted.
  std::size_t bytes_per_connection(std::string_view request) {
    constexpr std::size_t kConnections = 200;
    over = Over::tls_channel;
    ask(request);  // what is allocated once
    const std::size_t before = allocated();
    for (std::size_t i = 0; i < kConnections; ++i) {
      Client& client = connect();
      ask(client, request);
      client.free_memory();
    }
    return (allocated() - before) / kConnections;
  }
  static std::size_t allocated() { return ::mallinfo2().uordblks; }
};

constexpr std::size_t kKib = 1024;

TEST_F(TlsMemoryTest, S14_an_idle_connection_needs_at_most_18_KiB) {
  const std::size_t bytes = bytes_per_connection(kHello);
  if (allocated() == 0) GTEST_SKIP() << "the allocator does not count";
  std::cout << "bytes for each idle connection over TLS: " << bytes << '\n';
  EXPECT_LE(bytes, 18 * kKib);
}

TEST_F(TlsMemoryTest, S14_an_idle_stream_needs_at_most_18_KiB) {
  const std::size_t bytes = bytes_per_connection(kStream);
  if (allocated() == 0) GTEST_SKIP() << "the allocator does not count";
  std::cout << "bytes for each idle stream over TLS: " << bytes << '\n';
  EXPECT_LE(bytes, 18 * kKib);
}

}  // namespace
}  // namespace belay::transport

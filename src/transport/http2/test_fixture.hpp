// For tests: a server that speaks HTTP/2 over a test channel, with the routes of the HTTP/1.1 tests.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "transport/http1/test_server.hpp"
#include "transport/http2/http2_driver.hpp"
#include "transport/http2/test_client.hpp"

namespace belay::transport {

using Answer = Http2TestClient::Answer;
using Upload = Http2TestClient::Upload;

class Http2Fixture : public Http1Fixture {
 protected:
  explicit Http2Fixture(TestWire::Pieces how = TestWire::Pieces::whole) : pieces(how) {
    over = Over::channel;
  }
  ~Http2Fixture() override {
    driver.reset();
    settle();
    h2_clients.clear();
    raw_clients.clear();
    settle();
  }

  void start() {
    auto made = RoutingDispatcher::make({config, router, observer, random});
    ASSERT_TRUE(made) << made.error().detail;
    dispatcher = std::move(*made);
    driver.emplace(Http2Driver::Parts{loop, config, *dispatcher, observer, counts, random});
  }
  std::shared_ptr<TestWire> make_wire(ConnectionPurpose purpose = ConnectionPurpose::serve,
                                      std::size_t buffer = 256 * 1024) {
    if (!driver) start();
    auto wire = std::make_shared<TestWire>(loop, pieces, buffer);
    driver->serve<TestChannel>("127.0.0.1", purpose, wire);
    return wire;
  }
  Http2TestClient& connect(const Http2TestClient::Options& options = {},
                           ConnectionPurpose purpose = ConnectionPurpose::serve) {
    return h2_clients.emplace_back(make_wire(purpose), options);
  }
  // A client that sends literal bytes.
  Client& connect_raw() { return raw_clients.emplace_back(make_wire()); }

  void settle() {
    for (int quiet = 0; quiet < 4;) {
      bool moved = loop.turn();
      for (Http2TestClient& client : h2_clients) moved = client.pump() || moved;
      for (Client& client : raw_clients) {
        if (!client.is_open()) continue;
        const std::size_t before = client.got.size();
        client.receive();
        moved = moved || client.got.size() != before;
      }
      quiet = moved ? 0 : quiet + 1;
    }
  }
  void advance(Milliseconds by) {
    clock.advance(by + 2 * TimerWheel::kTick);
    settle();
  }
  // Asks, and returns the answer after everything has settled.
  Answer& get(Http2TestClient& client, std::string_view path, const std::vector<Header>& headers = {}) {
    const auto id = client.request("GET", path, headers);
    settle();
    return client.answer(id);
  }
  Answer& post(Http2TestClient& client, std::string_view path, Upload& upload,
               const std::vector<Header>& headers = {}) {
    const auto id = client.request("POST", path, headers, &upload);
    settle();
    return client.answer(id);
  }
  // What a client gets that sends these frames behind its preface and settings.
  std::vector<ReceivedFrame> exchange_raw(std::string_view frames) {
    Client& client = connect_raw();
    client.send(std::string(kPreface) + frame(kSettings, 0, 0, ""));
    settle();
    client.try_send(frames);
    settle();
    return frames_of(client.got);
  }
  // The code of the last GOAWAY, or of the reset of a stream. Nothing: there is none.
  static std::optional<std::uint32_t> goaway_of(const std::vector<ReceivedFrame>& frames) {
    std::optional<std::uint32_t> code;
    for (const ReceivedFrame& each : frames)
      if (each.type == kGoaway) code = error_code(each.payload.substr(4, 4));
    return code;
  }
  static std::optional<std::uint32_t> reset_of(const std::vector<ReceivedFrame>& frames,
                                               std::uint32_t stream) {
    std::optional<std::uint32_t> code;
    for (const ReceivedFrame& each : frames)
      if (each.type == kReset && each.stream == stream) code = error_code(each.payload);
    return code;
  }

  TestWire::Pieces pieces;
  std::optional<Http2Driver> driver;
  std::deque<Http2TestClient> h2_clients;
  std::deque<Client> raw_clients;
};

// Runs over a channel that moves everything at once, and over one that moves one byte at a time.
class Http2Test : public Http2Fixture, public testing::WithParamInterface<TestWire::Pieces> {
 protected:
  Http2Test() : Http2Fixture(GetParam()) {}
};

inline std::string name_of_pieces(const testing::TestParamInfo<TestWire::Pieces>& info) {
  switch (info.param) {
    case TestWire::Pieces::whole:
      return "Whole";
    case TestWire::Pieces::one_byte:
      return "OneByteAtATime";
    case TestWire::Pieces::random:
      return "Random";
  }
  return "";
}

}  // namespace belay::transport

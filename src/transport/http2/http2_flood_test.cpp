// Clients that want to exhaust the server: each is closed with the right code, and a healthy client is served.
#include "transport/http2/test_fixture.hpp"

namespace belay::transport {
namespace {

constexpr std::uint32_t kCalm = NGHTTP2_ENHANCE_YOUR_CALM;

class Http2FloodTest : public Http2Fixture {
 protected:
  // Sends pieces until the server has closed. Returns how many were taken.
  template <class Piece>
  std::size_t flood(Piece piece, std::size_t max) {
    Http2TestClient& healthy = connect();
    const auto stream = healthy.request("GET", "/stream");
    Client& client = connect_raw();
    client.send(std::string(kPreface) + frame(kSettings, 0, 0, ""));
    settle();
    std::size_t sent = 0;
    while (sent < max && !client.closed()) {
      client.try_send(piece(sent++));
      if (sent % 50 == 0) settle();
    }
    settle();
    last = frames_of(client.got);
    feeds.at(0)->add("data: 1\n\n");
    EXPECT_EQ(get(healthy, "/hello").status, 200) << "another client is served";
    EXPECT_EQ(healthy.answer(stream).body, "data: 1\n\n");
    EXPECT_TRUE(healthy.goaways.empty());
    return sent;
  }
  std::string request_head(std::uint32_t id, std::string_view path) {
    return frame(kHeaders, kEndStream | kEndHeaders, id, pseudo("GET", path));
  }
  static std::uint32_t id_of(std::size_t i) { return static_cast<std::uint32_t>(2 * i + 1); }

  std::vector<ReceivedFrame> last;
};

TEST_F(Http2FloodTest, X13_requests_that_are_reset_at_once_end_the_connection) {
  flood(
      [&](std::size_t i) {
        return request_head(id_of(i), "/hello") + frame(kReset, 0, id_of(i), number(8, 4));
      },
      2 * config.http2.max_resets);
  EXPECT_EQ(goaway_of(last), kCalm);
  EXPECT_LE(observer.requests.size(), 2u) << "requests that are reset in the same piece are never handled";
}

TEST_F(Http2FloodTest, X13_resets_within_the_limit_are_fine_and_the_limit_renews) {
  config.http2.max_resets = 100;
  Http2TestClient& client = connect();
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 99; ++i) client.reset(client.request("GET", "/hello"));
    settle();
    advance(config.http2.flood_interval);
  }
  EXPECT_EQ(get(client, "/hello").status, 200);
  EXPECT_TRUE(client.goaways.empty());
}

TEST_F(Http2FloodTest, X13_handlers_of_reset_streams_count_as_open) {
  config.http2.max_streams = 4;
  Http2TestClient& client = connect();
  for (int i = 0; i < 4; ++i) {
    const auto id = client.request("GET", "/slow");
    settle();
    client.reset(id);
    settle();
  }
  const Answer& refused = get(client, "/hello");
  EXPECT_EQ(refused.closed_with, std::uint32_t{NGHTTP2_REFUSED_STREAM});
  EXPECT_EQ(slow.size(), 4u);
  for (auto& each : slow) each(200);
  settle();
  EXPECT_EQ(get(client, "/hello").status, 200);
}

// What the server resets because of what the client sent counts too (CVE-2025-8671).
TEST_F(Http2FloodTest, X13_streams_that_the_client_makes_the_server_reset_end_the_connection) {
  flood(
      [&](std::size_t i) {
        return request_head(id_of(i), "/slow") + frame(kWindow, 0, id_of(i), number(0x7fffffff, 4));
      },
      2 * config.http2.max_resets);
  EXPECT_EQ(goaway_of(last), kCalm);
}

TEST_F(Http2FloodTest, X13_more_streams_than_allowed_are_refused) {
  config.http2.max_streams = 3;
  std::string requests;
  for (std::size_t i = 0; i < 5; ++i) requests += request_head(id_of(i), "/slow");
  const auto frames = exchange_raw(requests);
  EXPECT_FALSE(goaway_of(frames));
  EXPECT_FALSE(reset_of(frames, 5));
  EXPECT_EQ(reset_of(frames, 7), std::uint32_t{NGHTTP2_REFUSED_STREAM});
  EXPECT_EQ(reset_of(frames, 9), std::uint32_t{NGHTTP2_REFUSED_STREAM});
  EXPECT_EQ(slow.size(), 3u);
}

TEST_F(Http2FloodTest, X13_control_frames_without_a_purpose_end_the_connection) {
  const std::pair<const char*, std::string> kinds[] = {
      {"ping", frame(kPing, 0, 0, "12345678")},
      {"ping answers", frame(kPing, kAck, 0, "12345678")},
      {"settings", frame(kSettings, 0, 0, "")},
      {"priority", frame(kPriority, 0, 3, number(1, 4) + "w")},
      {"frames of an unknown type", frame(77, 0, 0, "abc")},
      {"window of the connection", frame(kWindow, 0, 0, number(1, 4))},
  };
  for (const auto& [name, bytes] : kinds) {
    feeds.clear();
    const std::size_t sent = flood([&bytes = bytes](std::size_t) { return bytes; }, 5000);
    EXPECT_EQ(goaway_of(last), kCalm) << name;
    EXPECT_LE(sent, config.http2.max_control_frames + 100) << name;
  }
}

TEST_F(Http2FloodTest, X13_empty_data_frames_end_the_connection) {
  flood(
      [&](std::size_t i) {
        return i == 0 ? frame(kHeaders, kEndHeaders, 1, pseudo("POST", "/echo")) : frame(kData, 0, 1, "");
      },
      5000);
  EXPECT_EQ(goaway_of(last), kCalm);
}

TEST_F(Http2FloodTest, X13_a_window_that_is_opened_byte_by_byte_ends_the_connection) {
  big.resize(1'000'000);
  const std::string small_window = frame(kSettings, 0, 0, number(4, 2) + number(0, 4));
  flood(
      [&](std::size_t i) {
        return i == 0 ? small_window + request_head(1, "/big") : frame(kWindow, 0, 1, number(1, 4));
      },
      5000);
  EXPECT_EQ(goaway_of(last), kCalm);
  EXPECT_EQ(counts.connections.load(), 2u) << "it lingers, so that the client sees why";
}

TEST_F(Http2FloodTest, X13_continuations_without_end_end_the_connection) {
  for (const std::string& piece : {std::string(), field("x-a", "1")}) {
    feeds.clear();
    const std::size_t sent = flood(
        [&](std::size_t i) {
          return i == 0 ? frame(kHeaders, kEndStream, 1, pseudo("GET", "/hello"))
                        : frame(kContinuation, 0, 1, piece);
        },
        5000);
    EXPECT_EQ(goaway_of(last), kCalm);
    EXPECT_LE(sent, 100u);
  }
}

TEST_F(Http2FloodTest, X13_fields_that_unpack_to_megabytes_end_the_connection) {
  // One field of 4,000 bytes goes into the table, and is then named by one byte each time.
  const std::string large = std::string("\x40\x03x-a") + "\x7f\xa1\x1e" + std::string(4000, 'v');
  const std::string block = pseudo("GET", "/hello") + large + std::string(10'000, '\xbe');
  flood([&](std::size_t i) { return frame(kHeaders, kEndStream | kEndHeaders, id_of(i), block); }, 10);
  EXPECT_EQ(goaway_of(last), kCalm);
}

TEST_F(Http2FloodTest, X13_settings_with_too_many_entries_end_the_connection) {
  std::string entries;
  for (int i = 0; i < 100; ++i) entries += number(3, 2) + number(100, 4);
  EXPECT_EQ(goaway_of(exchange_raw(frame(kSettings, 0, 0, entries))), kCalm);
}

TEST_F(Http2FloodTest, X13_a_client_that_reads_nothing_is_not_answered_without_bound) {
  auto wire = make_wire(ConnectionPurpose::serve, 64 * 1024);
  Client& client = raw_clients.emplace_back(wire);
  client.paused = true;
  client.send(std::string(kPreface) + frame(kSettings, 0, 0, ""));
  settle();
  wire->writes_block_at = wire->bytes_written;
  config.http2.max_control_frames = 1'000'000;
  std::size_t taken = 0;
  for (int i = 0; i < 20'000; ++i) {
    if (client.try_send(frame(kPing, 0, 0, "12345678")) != 17) break;
    ++taken;
    if (i % 100 == 0) settle();
  }
  EXPECT_LT(taken, 20'000u);
}

// ---- the bytes of the connection itself (RFC 9113, sections 3.4, 4 and 6)

TEST_F(Http2FloodTest, X13_what_is_not_http_2_is_closed_with_the_right_code) {
  struct Case {
    const char* name;
    std::string bytes;
    std::uint32_t code;
  };
  const Case cases[] = {
      {"a frame that is too large", frame(kData, 0, 1, std::string(16385, 'x')), NGHTTP2_FRAME_SIZE_ERROR},
      {"DATA on stream 0", frame(kData, 0, 0, "x"), NGHTTP2_PROTOCOL_ERROR},
      {"DATA on an idle stream", frame(kData, 0, 1, "x"), NGHTTP2_PROTOCOL_ERROR},
      {"HEADERS on stream 0", frame(kHeaders, 5, 0, pseudo("GET", "/")), NGHTTP2_PROTOCOL_ERROR},
      {"HEADERS on an even stream", frame(kHeaders, 5, 2, pseudo("GET", "/")), NGHTTP2_PROTOCOL_ERROR},
      {"a PING that is too short", frame(kPing, 0, 0, "1234"), NGHTTP2_FRAME_SIZE_ERROR},
      {"a PING on a stream", frame(kPing, 0, 1, "12345678"), NGHTTP2_PROTOCOL_ERROR},
      {"half an entry of SETTINGS", frame(kSettings, 0, 0, "123"), NGHTTP2_FRAME_SIZE_ERROR},
      {"SETTINGS ACK with a payload", frame(kSettings, kAck, 0, "123456"), NGHTTP2_FRAME_SIZE_ERROR},
      {"a window beyond 2^31-1", frame(kSettings, 0, 0, number(4, 2) + number(0x80000000, 4)),
       NGHTTP2_FLOW_CONTROL_ERROR},
      {"a frame size below 2^14", frame(kSettings, 0, 0, number(5, 2) + number(1, 4)),
       NGHTTP2_PROTOCOL_ERROR},
      {"WINDOW_UPDATE of 0", frame(kWindow, 0, 0, number(0, 4)), NGHTTP2_PROTOCOL_ERROR},
      {"a window that overflows", frame(kWindow, 0, 0, number(0x7fffffff, 4)), NGHTTP2_FLOW_CONTROL_ERROR},
      {"RST_STREAM of an idle stream", frame(kReset, 0, 1, number(8, 4)), NGHTTP2_PROTOCOL_ERROR},
      {"PUSH_PROMISE of a client", frame(kPush, 4, 1, number(2, 4)), NGHTTP2_PROTOCOL_ERROR},
      {"PRIORITY on stream 0", frame(kPriority, 0, 0, number(1, 4) + "w"), NGHTTP2_PROTOCOL_ERROR},
      {"DATA on a stream that the client has ended",
       frame(kHeaders, 5, 1, pseudo("GET", "/hello")) + frame(kData, 0, 1, "x"), NGHTTP2_STREAM_CLOSED},
      {"streams out of order",
       frame(kHeaders, 5, 5, pseudo("GET", "/hello")) + frame(kHeaders, 5, 3, pseudo("GET", "/hello")),
       NGHTTP2_PROTOCOL_ERROR},
      {"CONTINUATION without HEADERS", frame(kContinuation, 4, 1, ""), NGHTTP2_PROTOCOL_ERROR},
      {"a PING between HEADERS and CONTINUATION",
       frame(kHeaders, kEndStream, 1, pseudo("GET", "/")) + frame(kPing, 0, 0, "12345678"),
       NGHTTP2_PROTOCOL_ERROR},
      {"fields that cannot be decoded", frame(kHeaders, 5, 1, "\xff\xff\xff\xff\xff\xff"),
       NGHTTP2_COMPRESSION_ERROR},
      {"padding that is longer than its frame", frame(kHeaders, 0xd, 1, "\x7fxx"), NGHTTP2_PROTOCOL_ERROR},
  };
  for (const Case& each : cases) {
    const auto frames = exchange_raw(each.bytes);
    EXPECT_EQ(goaway_of(frames), each.code) << each.name;
    EXPECT_TRUE(raw_clients.back().closed()) << each.name;
  }
  Client& wrong = connect_raw();
  EXPECT_TRUE(goaway_of((wrong.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), settle(), frames_of(wrong.got))));
  EXPECT_TRUE(wrong.closed());
}

}  // namespace
}  // namespace belay::transport

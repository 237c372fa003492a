// From an accepted connection to a channel, and everything that can go wrong in between.
#include "transport/tls/test_ocsp.hpp"
#include "transport/tls/test_tls.hpp"

namespace belay::transport {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class HandshakesTest : public TlsFixture {
 protected:
  // What the client ends with.
  std::string refused(const TestTlsClient::Options& options) {
    TestTlsConnection& connection = connect(options);
    settle();
    EXPECT_FALSE(connection.is_done());
    EXPECT_TRUE(connection.wire->at_end());
    return connection.client->failure();
  }
  std::string cipher_of(const TestTlsConnection& connection) {
    return SSL_get_cipher_name(connection.client->native());
  }
};

TEST_F(HandshakesTest, S14_tls_1_2_and_1_3_are_spoken) {
  EXPECT_EQ(SSL_version(connected().client->native()), TLS1_3_VERSION);
  TestTlsClient::Options options;
  options.max_version = TLS1_2_VERSION;
  EXPECT_EQ(SSL_version(connected(options).client->native()), TLS1_2_VERSION);
  EXPECT_THAT(observer.ends, ElementsAre(HandshakeEnd::complete, HandshakeEnd::complete));
}

TEST_F(HandshakesTest, S14_older_versions_are_refused) {
  TestTlsClient::Options options;
  options.min_version = TLS1_VERSION;
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    options.max_version = version;
    EXPECT_EQ(refused(options), "tlsv1 alert protocol version");
  }
  expect_nothing_is_open();
}

TEST_F(HandshakesTest, S14_the_oldest_version_is_a_setting) {
  tls_config.min_version = TlsVersion::tls_1_3;
  TestTlsClient::Options options;
  options.max_version = TLS1_2_VERSION;
  EXPECT_EQ(refused(options), "tlsv1 alert protocol version");
}

TEST_F(HandshakesTest, S14_ciphers_without_forward_secrecy_or_authentication_are_refused) {
  TestTlsClient::Options options;
  options.max_version = TLS1_2_VERSION;
  for (const char* cipher : {"AES128-GCM-SHA256", "AES128-SHA", "ECDHE-ECDSA-AES128-SHA",
                             "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-NULL-SHA", "aNULL"}) {
    options.ciphers = cipher;
    EXPECT_EQ(refused(options), "sslv3 alert handshake failure") << cipher;
  }
}

TEST_F(HandshakesTest, S14_the_server_chooses_the_cipher) {
  TestTlsClient::Options options;
  options.max_version = TLS1_2_VERSION;
  options.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256";
  EXPECT_EQ(cipher_of(connected(options)), "ECDHE-ECDSA-AES128-GCM-SHA256");
  options.ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256";
  EXPECT_EQ(cipher_of(connected(options)), "ECDHE-ECDSA-CHACHA20-POLY1305")
      << "a client without AES instructions";
}

TEST_F(HandshakesTest, X13_alpn_agrees_on_http_1_1) {
  TestTlsClient::Options options;
  options.alpn = "\x08http/1.0\x08http/1.1";
  TestTlsConnection& connection = connected(options);
  EXPECT_EQ(connection.client->protocol(), "http/1.1");
  EXPECT_EQ(connection.protocol, ApplicationProtocol::http1);
}

TEST_F(HandshakesTest, X13_alpn_prefers_http_2) {
  TestTlsClient::Options options;
  options.alpn = "\x08http/1.1\x02h2";
  TestTlsConnection& connection = connected(options);
  EXPECT_EQ(connection.client->protocol(), "h2");
  EXPECT_EQ(connection.protocol, ApplicationProtocol::http2);
}

TEST_F(HandshakesTest, X13_a_client_that_offers_no_protocol_speaks_http_1_1) {
  TestTlsConnection& connection = connected();
  EXPECT_EQ(connection.client->protocol(), "");
  EXPECT_EQ(connection.protocol, ApplicationProtocol::http1);
}

TEST_F(HandshakesTest, X13_a_client_that_offers_only_unknown_protocols_is_refused) {
  TestTlsClient::Options options;
  options.alpn =
      "\x04smtp\x03"
      "ftp";
  EXPECT_EQ(refused(options), "tlsv1 alert no application protocol");
}

TEST_F(HandshakesTest, X17_a_handshake_that_is_cut_at_any_byte_leaves_nothing_open) {
  TestTlsConnection& whole = connected();
  const std::size_t read = whole.wire->bytes_read;
  const std::size_t written = whole.wire->bytes_written;
  whole.channel->close(ByteChannel::Close::reset);
  ASSERT_GT(read, 200u);
  ASSERT_GT(written, 500u);
  for (std::size_t at = 0; at < read; ++at) {
    const auto wire = std::make_shared<TestWire>(loop, TestWire::Pieces::whole);
    wire->reads_break_at = at;
    TestTlsConnection& connection = connect(wire);
    settle();
    // The last record may come after the handshake.
    if (connection.channel) connection.channel->close(ByteChannel::Close::clean);
    expect_nothing_is_open(at);
    connections.pop_back();
  }
  for (std::size_t at = 0; at < written; ++at) {
    const auto wire = std::make_shared<TestWire>(loop, TestWire::Pieces::whole);
    wire->writes_break_at = at;
    TestTlsConnection& connection = connect(wire);
    settle();
    if (connection.channel) connection.channel->close(ByteChannel::Close::clean);
    expect_nothing_is_open(at);
    connections.pop_back();
  }
}

TEST_F(HandshakesTest, X17_a_client_that_closes_after_any_byte_leaves_nothing_open) {
  TestTlsConnection& whole = connected();
  const std::size_t size = whole.wire->bytes_read;
  whole.channel->close(ByteChannel::Close::reset);
  for (std::size_t at = 0; at < size; ++at) {
    const auto wire = std::make_shared<TestWire>(loop, TestWire::Pieces::whole);
    wire->reads_block_at = at;
    TestTlsConnection& connection = connect(wire);
    settle();
    wire->close();
    wire->reads_block_at = TestWire::kNever;
    settle();
    if (connection.channel) connection.channel->close(ByteChannel::Close::clean);
    expect_nothing_is_open(at);
    connections.pop_back();
  }
}

TEST_F(HandshakesTest, X17_a_handshake_that_stops_at_any_byte_ends_at_its_deadline) {
  TestTlsConnection& whole = connected();
  const std::size_t read = whole.wire->bytes_read;
  whole.channel->close(ByteChannel::Close::reset);
  start();
  observer.ends.clear();
  std::size_t pending = 0;
  for (std::size_t at = 0; at < read; at += 7) {
    const auto wire = std::make_shared<TestWire>(loop, TestWire::Pieces::whole);
    wire->reads_block_at = at;
    connect(wire);
    settle();
    pending += served->is_done() ? 0 : 1;
  }
  EXPECT_EQ(server->handshakes().total(), pending);
  EXPECT_EQ(counts.connections.load(), pending);
  advance(tls_config.handshake_deadline);
  expect_nothing_is_open();
  EXPECT_EQ(std::count(observer.ends.begin(), observer.ends.end(), HandshakeEnd::timed_out),
            static_cast<std::ptrdiff_t>(pending));
}

TEST_F(HandshakesTest, X17_a_handshake_is_counted_as_an_open_connection_of_its_address) {
  connect();
  EXPECT_EQ(counts.connections.load(), 1u);
  EXPECT_EQ(counts.by_address->of("203.0.113.1"), 1u);
  EXPECT_EQ(server->handshakes().of("203.0.113.1"), 1u);
  settle();
  expect_nothing_is_open();  // the driver counts it now
}

TEST_F(HandshakesTest, X17_there_are_only_so_many_handshakes_at_once) {
  tls_config.max_handshakes = 2;
  connect();
  EXPECT_FALSE(handshakes->full());
  connect();
  EXPECT_TRUE(handshakes->full());
  advance(tls_config.handshake_deadline);
  EXPECT_FALSE(handshakes->full());
}

TEST_F(HandshakesTest, X13_http_without_tls_is_told_to_use_https) {
  for (const char* request : {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n",
                              "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\n\r\n"}) {
    TestTlsConnection& connection = connect();
    connection.client = std::make_unique<TestTlsClient>();
    connection.is_reading = false;
    connection.wire->send(request);
    loop.turn();
    loop.turn();
    EXPECT_EQ(connection.wire->receive(),
              "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 84\r\n"
              "Connection: close\r\n\r\n"
              "This port expects TLS. Use an address that begins with https:// instead of http://.\n")
        << request;
    EXPECT_TRUE(connection.wire->at_end());
    connection.wire->finish_sending();
    while (loop.turn()) continue;
    expect_nothing_is_open();
    connections.pop_back();
  }
  EXPECT_EQ(observer.ends, std::vector(4, HandshakeEnd::plain_http));
}

TEST_F(HandshakesTest, X17_what_is_neither_tls_nor_http_is_closed) {
  start();
  for (const std::string& garbage :
       {std::string("\0\0\0\0\0\0", 6), std::string("\x16\x03\x01\xff\xff", 5), std::string("ssh-2.0\r\n")}) {
    const auto wire = std::make_shared<TestWire>(loop, TestWire::Pieces::whole);
    handshakes->start<TestChannel>("203.0.113.1", ConnectionPurpose::serve, wire);
    wire->send(garbage);
    while (loop.turn()) continue;
    wire->receive();
    EXPECT_TRUE(wire->at_end() || wire->is_reset());
    expect_nothing_is_open();
  }
}

TEST_F(HandshakesTest, X17_closing_the_listener_closes_its_handshakes) {
  TestTlsConnection& connection = connect();
  handshakes->close();
  settle();
  EXPECT_TRUE(connection.wire->at_end() || connection.wire->is_reset());
  expect_nothing_is_open();
}

TEST_F(HandshakesTest, S14_the_ocsp_response_is_sent_to_clients_that_ask_until_it_expires) {
  const std::string response = make_ocsp_response(certificate, {.lifetime_seconds = 3600});
  tls_config.ocsp_response = files.write("ocsp.der", response);
  const auto stapled = [](TestTlsConnection& connection) {
    const unsigned char* bytes = nullptr;
    const long size = SSL_get_tlsext_status_ocsp_resp(connection.client->native(), &bytes);
    return size <= 0 ? std::string()
                     : std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  };
  TestTlsClient::Options options;
  EXPECT_EQ(stapled(connected(options)), "");
  options.asks_for_ocsp = true;
  EXPECT_EQ(stapled(connected(options)), response);
  options.max_version = TLS1_2_VERSION;
  EXPECT_EQ(stapled(connected(options)), response);
  clock.advance(Milliseconds(3'600'000));
  EXPECT_EQ(stapled(connected(options)), "");
}

TEST_F(HandshakesTest, S14_a_ticket_shortens_the_next_handshake) {
  TestTlsConnection& first = connected();
  ASSERT_NE(first.client->session(), nullptr);
  TestTlsClient::Options options;
  options.resume = first.client->session();
  EXPECT_TRUE(connected(options).client->was_resumed());
  EXPECT_THAT(observer.ends, ElementsAre(HandshakeEnd::complete, HandshakeEnd::resumed));
}

TEST_F(HandshakesTest, S14_a_ticket_works_in_tls_1_2_too) {
  TestTlsClient::Options options;
  options.max_version = TLS1_2_VERSION;
  options.resume = connected(options).client->session();
  EXPECT_TRUE(connected(options).client->was_resumed());
}

TEST_F(HandshakesTest, S14_a_ticket_outlives_one_rotation_of_the_keys_and_not_two) {
  TestTlsConnection& first = connected();
  TestTlsClient::Options options;
  options.resume = first.client->session();
  clock.advance(tls_config.ticket_rotation);
  TestTlsConnection& second = connected(options);
  EXPECT_TRUE(second.client->was_resumed());
  clock.advance(tls_config.ticket_rotation);
  EXPECT_FALSE(connected(options).client->was_resumed()) << "its key is forgotten";
  options.resume = second.client->session();
  EXPECT_TRUE(connected(options).client->was_resumed())
      << "the second connection got a ticket of the new key";
}

TEST_F(HandshakesTest, S14_a_ticket_works_after_the_certificate_was_replaced) {
  TestTlsConnection& first = connected();
  const TestCertificateFiles others;
  const TestCertificate other = make_test_certificate({.name = "other.example"});
  server->replace(TlsContext::load(others.write(other), clock.wall()).context);
  TestTlsConnection& second = connected();
  EXPECT_EQ(X509_cmp(SSL_get0_peer_certificate(second.client->native()), other.certificate.get()), 0);
  TestTlsClient::Options options;
  options.resume = first.client->session();
  EXPECT_TRUE(connected(options).client->was_resumed());
  write(first, "still here");
  settle();
  EXPECT_EQ(first.got, "still here") << "an open connection notices nothing";
}

}  // namespace
}  // namespace belay::transport

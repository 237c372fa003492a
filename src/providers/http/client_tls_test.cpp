// S14: TLS, with certificates that are verified.
#include <filesystem>

#include "providers/testing/client_fixture.hpp"

namespace belay::providers {
namespace {

class ClientTlsTest : public HttpClientTest {
 protected:
  using Server = LoopbackServer;

  // A call to that host of the server. Its authority is the certificate itself.
  void call_once(const SelfSigned& certificate, const Server& server, const std::string& host) {
    const std::string address = server.address();
    HttpRequest request = post("https://" + host + address.substr(address.rfind(':')));
    request.ca_file = certificate.ca_file();
    sink = Collector();
    const auto call = client.start(loop, std::move(request), sink);
    ASSERT_TRUE(run_until([&] { return sink.done; }));
  }
  void expect_failure(const char* advice, bool may_retry) {
    ASSERT_TRUE(sink.failure);
    EXPECT_EQ(sink.failure->error.code, ErrorCode::provider_unavailable);
    EXPECT_EQ(sink.failure->may_retry, may_retry);
    EXPECT_TRUE(sink.failure->error.advice.starts_with(advice)) << sink.failure->error.advice;
  }
};

void answer(ServedConnection& connection) {
  if (connection.read_request().empty()) return;
  connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
  connection.wait_closed();
}

// The faults of TLS, and what the log says.
constexpr const char* kNoCertificate = "The provider's certificate could not be verified.";
constexpr const char* kNoHandshake = "No secure connection to the provider could be made.";

INSTANTIATE_TEST_SUITE_P(Clients, ClientTlsTest,
                         testing::Values(ClientCase{ClientKind::curl}, ClientCase{ClientKind::own}), name_of);

TEST_P(ClientTlsTest, TlsIsUsedWithAnAuthorityThatIsTrusted) {
  const SelfSigned certificate;
  Server server(
      [](ServedConnection& connection) {
        if (!connection.read_request().empty())
          connection.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret");
      },
      certificate.context());
  HttpRequest request = post(server.address("https"));
  request.ca_file = certificate.ca_file();
  const auto call = client.start(loop, std::move(request), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  EXPECT_FALSE(sink.failure) << sink.failure->error.detail;
  EXPECT_EQ(sink.body, "secret");
}

TEST_P(ClientTlsTest, ACertificateThatNobodyVouchesForIsRefusedBeforeTheKeyIsSent) {
  const SelfSigned certificate;
  std::atomic<bool> asked{false};
  Server server([&](ServedConnection& connection) { asked = !connection.read_request().empty(); },
                certificate.context());
  HttpRequest request = post(server.address("https"));
  request.bearer = Secret("k-1");
  const auto call = client.start(loop, std::move(request), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  ASSERT_TRUE(sink.failure);
  EXPECT_EQ(sink.failure->error.code, ErrorCode::provider_unavailable);
  EXPECT_NE(sink.failure->error.advice.find("ca_file"), std::string::npos);
  EXPECT_EQ(sink.failure->error.detail.find("ca_file"), std::string::npos) << "users cannot help it";
  EXPECT_EQ((sink.failure->error.detail + sink.failure->error.advice).find("k-1"), std::string::npos);
  EXPECT_FALSE(sink.failure->may_retry);
  EXPECT_FALSE(asked);
}

TEST_P(ClientTlsTest, ACertificateForAnotherNameIsRefused) {
  const SelfSigned certificate;
  Server server([](ServedConnection& connection) { connection.read_request(); }, certificate.context());
  HttpRequest request =
      post("https://localhost" + server.address("").substr(std::string("://127.0.0.1").size()));
  request.ca_file = certificate.ca_file();
  const auto call = client.start(loop, std::move(request), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  ASSERT_TRUE(sink.failure);
  EXPECT_NE(sink.failure->error.advice.find("certificate"), std::string::npos) << sink.failure->error.advice;
}

TEST_P(ClientTlsTest, S14_a_certificate_must_be_valid_for_the_name_or_the_address) {
  struct {
    const char* names;
    const char* host;
    bool valid;
  } const cases[] = {
      {"DNS:localhost", "localhost", true},       {"IP:127.0.0.1", "127.0.0.1", true},
      {"DNS:elsewhere.test", "localhost", false}, {"IP:127.0.0.2", "127.0.0.1", false},
      {"DNS:127.0.0.1", "127.0.0.1", false},      {"DNS:*.localhost", "localhost", false},
      {"DNS:local*", "localhost", false},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(std::string(one.names) + " for " + one.host);
    const SelfSigned certificate(one.names);
    std::atomic<int> requests{0};
    Server server(
        [&](ServedConnection& connection) {
          ++requests;
          answer(connection);
        },
        certificate.context());
    call_once(certificate, server, one.host);
    if (one.valid) {
      EXPECT_FALSE(sink.failure) << sink.failure->error.advice;
      EXPECT_EQ(sink.body, "ok");
    } else {
      expect_failure(kNoCertificate, false);
      EXPECT_FALSE(sink.head);
    }
  }
}

TEST_P(ClientTlsTest, S14_a_certificate_that_has_expired_is_refused) {
  const SelfSigned certificate("IP:127.0.0.1", -60);
  Server server(answer, certificate.context());
  call_once(certificate, server, "127.0.0.1");
  expect_failure(kNoCertificate, false);
}

TEST_P(ClientTlsTest, S14_a_file_of_authorities_that_cannot_be_read_is_a_failure) {
  const SelfSigned certificate;
  Server server(answer, certificate.context());
  HttpRequest request = post(server.address("https"));
  request.ca_file = "/nonexistent/ca.pem";
  const auto call = client.start(loop, std::move(request), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  expect_failure(kNoCertificate, false);
}

// What differs from libcurl, which offers HTTP/2 as well, reads a file of authorities once a day, and accepts
// an end without the end of TLS.
class Http1TlsTest : public ClientTlsTest {};
INSTANTIATE_TEST_SUITE_P(Own, Http1TlsTest, testing::Values(ClientCase{ClientKind::own}), name_of);

TEST_P(Http1TlsTest, S14_a_file_of_authorities_is_read_again_when_it_has_changed) {
  const SelfSigned old_certificate;
  const SelfSigned new_certificate;
  Server server(answer, new_certificate.context());
  const std::string file = testing::TempDir() + "belay_authorities_" + std::to_string(getpid()) + ".pem";
  const auto use = [&](const SelfSigned& certificate) {
    std::filesystem::copy_file(certificate.ca_file(), file,
                               std::filesystem::copy_options::overwrite_existing);
    sink = Collector();
    HttpRequest request = post(server.address("https"));
    request.ca_file = file;
    const auto call = client.start(loop, std::move(request), sink);
    ASSERT_TRUE(run_until([&] { return sink.done; }));
  };
  use(old_certificate);
  expect_failure(kNoCertificate, false);
  use(new_certificate);
  EXPECT_FALSE(sink.failure) << sink.failure->error.advice;
  std::filesystem::remove(file);
}

TEST_P(ClientTlsTest, S14_old_versions_of_tls_are_not_spoken) {
  const SelfSigned certificate;
  SSL_CTX_set_security_level(certificate.context(), 0);
  SSL_CTX_set_min_proto_version(certificate.context(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(certificate.context(), TLS1_1_VERSION);
  Server server(answer, certificate.context());
  call_once(certificate, server, "127.0.0.1");
  expect_failure(kNoHandshake, true);
}

TEST_P(ClientTlsTest, S14_tls_1_2_is_spoken) {
  const SelfSigned certificate;
  SSL_CTX_set_max_proto_version(certificate.context(), TLS1_2_VERSION);
  Server server(answer, certificate.context());
  call_once(certificate, server, "127.0.0.1");
  EXPECT_EQ(sink.body, "ok");
}

TEST_P(ClientTlsTest, S14_a_server_without_tls_is_not_spoken_to_in_plain_http) {
  const SelfSigned certificate;
  std::string received;
  Server server([&](ServedConnection& connection) {
    received = connection.read_some();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    connection.wait_closed();
  });
  call_once(certificate, server, "127.0.0.1");
  expect_failure(kNoHandshake, true);
  EXPECT_EQ(received.find("POST"), std::string::npos);
}

TEST_P(ClientTlsTest, S14_a_handshake_that_hangs_ends_at_connect_timeout) {
  Server server([](ServedConnection& connection) { connection.wait_closed(); });
  HttpRequest request = post(server.address("https"));
  request.connect_timeout = Milliseconds(50);
  const auto call = client.start(loop, std::move(request), sink);
  ASSERT_TRUE(run_until([&] { return sink.done; }));
  ASSERT_TRUE(sink.failure);
  EXPECT_EQ(sink.failure->error.code, ErrorCode::provider_timeout);
  EXPECT_TRUE(sink.failure->may_retry);
}

TEST_P(Http1TlsTest, S14_a_body_until_the_close_is_cut_without_the_end_of_tls) {
  const SelfSigned certificate;
  bool whole = false;
  Server server(
      [&](ServedConnection& connection) {
        connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\n\r\nhello");
        if (whole) connection.end_tls();
      },
      certificate.context());
  call_once(certificate, server, "127.0.0.1");
  EXPECT_EQ(sink.body, "hello");
  expect_failure("The connection to the provider was cut.", true);
  whole = true;
  call_once(certificate, server, "127.0.0.1");
  EXPECT_FALSE(sink.failure);
}

TEST_P(Http1TlsTest, F11_a_session_is_resumed_with_each_version_of_tls) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const SelfSigned certificate;
    SSL_CTX_set_max_proto_version(certificate.context(), version);
    SSL_CTX_set_session_id_context(certificate.context(), reinterpret_cast<const unsigned char*>("test"), 4);
    std::vector<bool> resumed;
    Server server(
        [&](ServedConnection& connection) {
          resumed.push_back(connection.tls_was_resumed());
          answer(connection);
        },
        certificate.context());
    for (int i = 0; i < 3; ++i) {
      call_once(certificate, server, "127.0.0.1");
      EXPECT_EQ(sink.body, "ok");
    }
    EXPECT_EQ(resumed, (std::vector<bool>{false, true, true}));
  }
}

TEST_P(Http1TlsTest, S14_a_session_is_not_resumed_for_other_authorities) {
  const SelfSigned certificate;
  const SelfSigned other;
  Server server(answer, certificate.context());
  call_once(certificate, server, "127.0.0.1");
  EXPECT_EQ(sink.body, "ok");
  call_once(other, server, "127.0.0.1");
  expect_failure(kNoCertificate, false);
}

TEST_P(Http1TlsTest, S14_the_handshake_names_the_host_and_offers_http_1_1_alone) {
  struct Offer {
    std::string protocols;
    std::string name;
  } offer;
  const SelfSigned certificate("DNS:localhost,IP:127.0.0.1");
  SSL_CTX_set_alpn_select_cb(
      certificate.context(),
      [](SSL* tls, const unsigned char** out, unsigned char* size, const unsigned char* in, unsigned in_size,
         void* into) {
        auto& got = *static_cast<Offer*>(into);
        got.protocols.assign(reinterpret_cast<const char*>(in), in_size);
        const char* const name = SSL_get_servername(tls, TLSEXT_NAMETYPE_host_name);
        got.name = name ? name : "";
        *out = in + 1;
        *size = in[0];
        return SSL_TLSEXT_ERR_OK;
      },
      &offer);
  Server server(answer, certificate.context());
  call_once(certificate, server, "localhost");
  EXPECT_EQ(sink.body, "ok");
  EXPECT_EQ(offer.protocols, "\x08http/1.1");
  EXPECT_EQ(offer.name, "localhost");
  call_once(certificate, server, "127.0.0.1");
  EXPECT_EQ(sink.body, "ok");
  EXPECT_EQ(offer.name, "") << "an address is no name (RFC 6066)";
}

}  // namespace
}  // namespace belay::providers

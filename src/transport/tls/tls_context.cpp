#include "transport/tls/tls_context.hpp"

#include <cstring>

#include <fmt/format.h>

#include "transport/tls/certificate_files.hpp"
#include "transport/tls/handshake_callbacks.hpp"

namespace belay::transport {
namespace {

// Only forward secrecy and authenticated encryption. AES first: processors have instructions for it; a client that
// prefers ChaCha20 has none, and gets its wish.
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* kCiphers13 =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* kCurves = "X25519:P-256:P-384";
// RSA of 2048 bits, SHA-256 (OpenSSL's SSL_CTX_set_security_level).
constexpr int kSecurityLevel = 2;

int version_of(TlsVersion version) {
  return version == TlsVersion::tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
}

bool set_protocol(SSL_CTX* context, const TlsConfig& config) {
  SSL_CTX_set_security_level(context, kSecurityLevel);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // An idle connection holds no buffers. A write is one record, so that what was encrypted is known.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
  // Sessions are only in tickets.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(context, static_cast<long>(config.ticket_rotation.count() / 1000));
  constexpr std::string_view kSessionScope = "belay";
  return SSL_CTX_set_min_proto_version(context, version_of(config.min_version)) == 1 &&
         SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kCiphers) == 1 &&
         SSL_CTX_set_ciphersuites(context, kCiphers13) == 1 &&
         SSL_CTX_set1_groups_list(context, kCurves) == 1 &&
         SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(kSessionScope.data()),
                                        static_cast<unsigned>(kSessionScope.size())) == 1;
}

bool set_certificate(SSL_CTX* context, const CertificateFiles& files) {
  if (SSL_CTX_use_certificate(context, files.chain.front().get()) != 1) return false;
  for (std::size_t i = 1; i < files.chain.size(); ++i)
    if (SSL_CTX_add1_chain_cert(context, files.chain[i].get()) != 1) return false;
  return SSL_CTX_use_PrivateKey(context, files.key.get()) == 1;
}

}  // namespace

TlsContext::~TlsContext() {
  SSL_CTX_free(context_);
}

std::string_view TlsContext::ocsp_response(WallTime now) const {
  return ocsp_expires_ && *ocsp_expires_ <= now ? std::string_view() : std::string_view(ocsp_response_);
}

LoadedTls TlsContext::load(const TlsConfig& config, WallTime now) {
  LoadedTls loaded;
  CertificateFiles files = read_certificate_files(config, now);
  loaded.warnings = std::move(files.warnings);
  loaded.problems = std::move(files.problems);
  if (!loaded.problems.empty()) return loaded;

  ERR_clear_error();
  OwnedSslContext native(SSL_CTX_new(TLS_server_method()));
  const bool has_protocol = native && set_protocol(native.get(), config);
  if (!has_protocol || !set_certificate(native.get(), files)) {
    const std::string reason = openssl_error();
    loaded.problems.push_back(make_error(
        ErrorCode::invalid_request,
        fmt::format(
            "OpenSSL does not accept the certificate or its key: {}. Use an RSA key of 2048 bits or more, or "
            "ECDSA with P-256, and signatures with SHA-256.",
            reason),
        "tls.certificate"));
    return loaded;
  }
  set_handshake_callbacks(native.get());
  std::shared_ptr<TlsContext> context(new TlsContext(native.release()));
  context->description_ = describe(files.chain.front().get());
  context->ocsp_response_ = std::move(files.ocsp_response);
  context->ocsp_expires_ = files.ocsp_expires;
  loaded.context = std::move(context);
  return loaded;
}

}  // namespace belay::transport

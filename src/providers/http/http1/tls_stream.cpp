#include "providers/http/http1/tls_stream.hpp"

#include <algorithm>
#include <limits>
#include <new>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace belay::providers {
namespace {

SSL* new_tls(const TlsContext& context) {
  SSL* const tls = SSL_new(context.get());
  if (!tls) throw std::bad_alloc();
  return tls;
}

std::string_view text_of_last_error() {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason ? reason : "the connection was closed";
}

int as_int(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

}  // namespace

TlsStream::TlsStream(ClientSocket& socket, std::shared_ptr<const TlsContext> context, Server server,
                     TlsSessions& sessions)
    : socket_(socket),
      context_(std::move(context)),
      server_(std::move(server)),
      sessions_(sessions),
      tls_(new_tls(*context_)) {
  BIO* const bio = BIO_new(bio_method());
  if (!bio) throw std::bad_alloc();
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(tls_, bio, bio);
  SSL_set_app_data(tls_, this);
  SSL_set_connect_state(tls_);
  expect_host();
  if (SSL_SESSION* const session = sessions_.find(context_, server_.name)) SSL_set_session(tls_, session);
}

TlsStream::~TlsStream() {
  // OpenSSL would not resume the session of a connection that has not been shut down.
  SSL_set_shutdown(tls_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(tls_);
}

// RFC 9525: the certificate must contain the name or the address. RFC 6066: an address is not sent as a name.
void TlsStream::expect_host() {
  std::string host = server_.host;
  if (server_.host_is_address) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_), host.c_str());
    return;
  }
  if (host.ends_with('.')) host.pop_back();
  SSL_set_hostflags(tls_, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  SSL_set1_host(tls_, host.c_str());
  SSL_set_tlsext_host_name(tls_, host.c_str());
}

TlsStream::Handshake TlsStream::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(tls_);
  if (result == 1) return Handshake::done;
  const int why = SSL_get_error(tls_, result);
  if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return Handshake::blocked;
  const long verified = SSL_get_verify_result(tls_);
  cause_ = verified != X509_V_OK ? X509_verify_cert_error_string(verified) : text_of_last_error();
  ERR_clear_error();
  return verified != X509_V_OK ? Handshake::bad_certificate : Handshake::failed;
}

Transferred TlsStream::read(std::span<char> buffer) {
  ERR_clear_error();
  return outcome(SSL_read(tls_, buffer.data(), as_int(buffer.size())));
}

Transferred TlsStream::write(std::string_view bytes) {
  ERR_clear_error();
  return outcome(SSL_write(tls_, bytes.data(), as_int(bytes.size())));
}

Transferred TlsStream::outcome(int result) {
  if (result > 0) return {Transferred::Outcome::some, static_cast<std::size_t>(result)};
  const int why = SSL_get_error(tls_, result);
  if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return {};
  ERR_clear_error();
  if (why == SSL_ERROR_ZERO_RETURN) return {Transferred::Outcome::closed};
  return {Transferred::Outcome::failed, 0, socket_error_};
}

int TlsStream::on_new_session(SSL* tls, SSL_SESSION* session) {
  auto& self = *static_cast<TlsStream*>(SSL_get_app_data(tls));
  self.sessions_.keep(self.context_, self.server_.name, TlsSession(session));
  return 1;  // the session is ours now
}

BIO_METHOD* TlsStream::bio_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "client socket");
    if (!made) throw std::bad_alloc();
    BIO_meth_set_read(made, &bio_read);
    BIO_meth_set_write(made, &bio_write);
    BIO_meth_set_ctrl(made, &bio_control);
    return made;
  }();
  return method;
}

int TlsStream::bio_read(BIO* bio, char* buffer, int size) {
  auto& self = *static_cast<TlsStream*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const Transferred got = self.socket_.read({buffer, static_cast<std::size_t>(size)});
  switch (got.outcome) {
    case Transferred::Outcome::some:
      return static_cast<int>(got.size);
    case Transferred::Outcome::blocked:
      BIO_set_retry_read(bio);
      return -1;
    case Transferred::Outcome::closed:
      self.socket_ended_ = true;
      return 0;
    case Transferred::Outcome::failed:
      break;
  }
  self.socket_error_ = got.error;
  return -1;
}

int TlsStream::bio_write(BIO* bio, const char* bytes, int size) {
  auto& self = *static_cast<TlsStream*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const iovec part{const_cast<char*>(bytes), static_cast<std::size_t>(size)};
  const Transferred sent = self.socket_.write({&part, 1});
  if (sent.is(Transferred::Outcome::some)) return static_cast<int>(sent.size);
  if (sent.is(Transferred::Outcome::blocked)) BIO_set_retry_write(bio);
  self.socket_error_ = sent.error;
  return -1;
}

long TlsStream::bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return static_cast<TlsStream*>(BIO_get_data(bio))->socket_ended_ ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

}  // namespace belay::providers

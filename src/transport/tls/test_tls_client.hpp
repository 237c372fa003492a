// For tests: the client's end of a TLS connection, in memory. The test moves the encrypted bytes.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "transport/tls/openssl_owned.hpp"

namespace belay::transport {

class TestTlsClient {
 public:
  struct Options {
    std::string alpn = {};  // names behind their length: "\x08http/1.1"
    int min_version = TLS1_2_VERSION;
    int max_version = TLS1_3_VERSION;
    std::string ciphers = {};       // of TLS 1.2; empty: OpenSSL's
    SSL_SESSION* resume = nullptr;  // not owned
    bool asks_for_ocsp = false;
  };

  TestTlsClient() : TestTlsClient(Options{}) {}
  explicit TestTlsClient(const Options& options) : context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_security_level(context_.get(), 0);  // a client may be weaker than the server allows
    SSL_CTX_set_min_proto_version(context_.get(), options.min_version);
    SSL_CTX_set_max_proto_version(context_.get(), options.max_version);
    SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(context_.get(), keep_session);
    if (!options.ciphers.empty()) SSL_CTX_set_cipher_list(context_.get(), options.ciphers.c_str());
    ssl_.reset(SSL_new(context_.get()));
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl_.get(), in_, out_);
    SSL_set_app_data(ssl_.get(), this);
    SSL_set_connect_state(ssl_.get());
    if (options.asks_for_ocsp) SSL_set_tlsext_status_type(ssl_.get(), TLSEXT_STATUSTYPE_ocsp);
    if (options.resume) SSL_set_session(ssl_.get(), options.resume);
    if (!options.alpn.empty())
      SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(options.alpn.data()),
                          static_cast<unsigned>(options.alpn.size()));
  }
  TestTlsClient(const TestTlsClient&) = delete;
  ~TestTlsClient() { SSL_SESSION_free(session_); }

  // Encrypted bytes from and for the server.
  void feed(std::string_view bytes) {
    if (!bytes.empty()) BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
    proceed();
  }
  std::string take() {
    proceed();
    char* data = nullptr;
    const long size = BIO_get_mem_data(out_, &data);
    std::string bytes(data, static_cast<std::size_t>(size));
    BIO_reset(out_);
    return bytes;
  }

  // Sent when the handshake is done.
  void write(std::string_view plain) { unsent_ += plain; }
  std::string read() { return std::exchange(received_, {}); }
  // Says that no more is sent.
  void finish() { finishes_ = true; }
  void update_keys() { SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED); }
  void renegotiate() { SSL_renegotiate(ssl_.get()); }

  bool is_connected() const { return SSL_is_init_finished(ssl_.get()) == 1; }
  // The server has said that it sends no more.
  bool is_ended() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }
  bool has_failed() const { return has_failed_; }
  const std::string& failure() const { return failure_; }
  bool was_resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  SSL* native() { return ssl_.get(); }
  // The newest ticket. Null: none has arrived.
  SSL_SESSION* session() const { return session_; }
  std::string protocol() const {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    return std::string(reinterpret_cast<const char*>(name), size);
  }

 private:
  static int keep_session(SSL* ssl, SSL_SESSION* session) {
    auto& self = *static_cast<TestTlsClient*>(SSL_get_app_data(ssl));
    SSL_SESSION_free(std::exchange(self.session_, session));
    return 1;
  }
  void proceed() {
    if (has_failed_) return;
    ERR_clear_error();
    if (!is_connected() && !fine(SSL_do_handshake(ssl_.get()))) return;
    while (!unsent_.empty()) {
      const int count = SSL_write(ssl_.get(), unsent_.data(), static_cast<int>(unsent_.size()));
      if (!fine(count)) break;
      unsent_.erase(0, static_cast<std::size_t>(count));
    }
    if (finishes_ && unsent_.empty() && std::exchange(finishes_, false)) SSL_shutdown(ssl_.get());
    char buffer[16384];
    while (!has_failed_) {
      const int count = SSL_read(ssl_.get(), buffer, sizeof buffer);
      if (!fine(count)) break;
      received_.append(buffer, static_cast<std::size_t>(count));
    }
  }
  bool fine(int result) {
    if (result > 0) return true;
    const int error = SSL_get_error(ssl_.get(), result);
    has_failed_ = error == SSL_ERROR_SSL || error == SSL_ERROR_SYSCALL;
    if (has_failed_) failure_ = openssl_error();
    return false;
  }

  OwnedSslContext context_;
  OwnedSsl ssl_;
  BIO* in_ = nullptr;   // owned by ssl_
  BIO* out_ = nullptr;  // owned by ssl_
  SSL_SESSION* session_ = nullptr;
  std::string unsent_;
  std::string received_;
  std::string failure_;
  bool finishes_ = false;
  bool has_failed_ = false;
};

}  // namespace belay::transport

// TLS on a ClientSocket: OpenSSL with a BIO that reads and writes the socket directly, so that it also makes
// no system call whose answer is known.
//
// The server's certificate must be valid for the host, which is a name or an address. Owned by a Connection;
// used on its loop. The socket, and the sessions, must outlive it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

#include "providers/http/http1/client_socket.hpp"
#include "providers/http/http1/tls_context.hpp"

namespace belay::providers {

class TlsStream {
 public:
  struct Server {
    std::string name;  // scheme, host and port, for sessions
    std::string host;
    bool host_is_address = false;
  };
  enum class Handshake { done, blocked, bad_certificate, failed };

  TlsStream(ClientSocket& socket, std::shared_ptr<const TlsContext> context, Server server,
            TlsSessions& sessions);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  // Call it again after each event until it is not blocked.
  Handshake handshake();
  // After a failed handshake: OpenSSL's text for the reason.
  std::string_view cause() const { return cause_; }
  bool was_resumed() const { return SSL_session_reused(tls_) == 1; }

  // A body whose connection ends without TLS's own end is cut.
  Transferred read(std::span<char> buffer);
  Transferred write(std::string_view bytes);

  // For TlsContext: OpenSSL has received a session.
  static int on_new_session(SSL* tls, SSL_SESSION* session);

 private:
  static BIO_METHOD* bio_method();
  static int bio_read(BIO* bio, char* buffer, int size);
  static int bio_write(BIO* bio, const char* bytes, int size);
  static long bio_control(BIO* bio, int command, long number, void* pointer);
  void expect_host();
  Transferred outcome(int result);

  ClientSocket& socket_;
  const std::shared_ptr<const TlsContext> context_;
  const Server server_;
  TlsSessions& sessions_;
  SSL* const tls_;
  bool socket_ended_ = false;
  int socket_error_ = 0;
  std::string_view cause_;
};

}  // namespace belay::providers

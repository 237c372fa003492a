// A connection to a server: its socket, with TLS if the URL says https. It is used by one user after another:
// by a Dial until it is open, then by an Exchange and by the ConnectionPool in turns.
//
// Edge-triggered: a user must read and write until that is blocked, or call call_later().
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "providers/http/http1/client_socket.hpp"
#include "providers/http/http1/deferred_delete.hpp"
#include "providers/http/http1/socket_set.hpp"
#include "providers/http/http1/tls_stream.hpp"
#include "providers/http/http_faults.hpp"
#include "providers/http/url.hpp"

namespace belay::providers {

// Where a connection leads. Connections with the same key are interchangeable.
struct Server {
  UrlParts url;
  std::string ca_file;
  std::string key;

  static Server of(UrlParts url, std::string ca_file);
};

class Connection final : public Deletable, private SocketSet::Watcher {
 public:
  class User {
   public:
    // The socket may have become readable or writable, or has failed.
    virtual void on_ready() = 0;

   protected:
    ~User() = default;
  };
  enum class Progress { working, open, not_connected, bad_certificate, tls_failed };

  Connection(SocketSet& sockets, std::string key) : sockets_(sockets), key_(std::move(key)) {}
  ~Connection() override { close(); }

  // Begins to connect, without TLS yet. Returns 0 or the errno of an immediate failure.
  int connect(const NetworkAddress& address);
  // Whether TCP is connected; `not_connected` if it failed.
  Progress finish_connect();
  void start_tls(const Server& server, std::shared_ptr<const TlsContext> context, TlsSessions& sessions);
  Progress finish_tls();
  // After a failure: the system's or OpenSSL's text for the reason.
  std::string_view cause() const { return cause_; }

  // Null: nobody. Events are dropped then.
  void set_user(User* user) { user_ = user; }
  Transferred read(std::span<char> buffer);
  // With TLS, only the first part is written.
  Transferred write(std::span<const iovec> parts);
  // Calls the user from a later handler.
  void call_later() { sockets_.call_later(*this); }

  // At once. The object may be in use: hand it to DeferredDelete.
  void close();
  bool is_open() const { return socket_.is_open(); }
  bool is_tls() const { return tls_.has_value(); }
  bool tls_was_resumed() const { return tls_ && tls_->was_resumed(); }
  const std::string& key() const { return key_; }

 private:
  void on_events(std::uint32_t events) override;

  SocketSet& sockets_;
  const std::string key_;
  ClientSocket socket_;
  bool connected_ = false;
  std::optional<TlsStream> tls_;
  User* user_ = nullptr;
  std::string_view cause_;
};

}  // namespace belay::providers

// Opens one connection: name look-up, TCP, TLS, all within connect_timeout.
//
//   looking up ──addresses──▶ connecting ──TCP──▶ TLS handshake ──▶ open
//                              │      ▲
//                              └──────┘ next address
//
// The addresses of a name are tried one after another. One that does not answer soon is left for the next; the
// last one has the rest of the time. The object belongs to an Exchange. Destroying it closes the socket, or
// ends the look-up, at once.
#pragma once

#include <memory>
#include <string_view>

#include "providers/http/http1/connection.hpp"
#include "providers/http/http1/loop_parts.hpp"

namespace belay::providers {

class Dial final : public Deletable, private Connection::User, private Resolver::Waiter {
 public:
  // Exactly one of the functions is called, never from inside start(), unless the Dial is destroyed before. The
  // Dial may be destroyed from inside both.
  class Listener {
   public:
    virtual void on_connected(std::unique_ptr<Connection> connection) = 0;
    virtual void on_not_connected(HttpFault fault, std::string_view cause) = 0;

   protected:
    ~Listener() = default;
  };

  Dial(LoopParts& parts, Server server, Milliseconds connect_timeout, Listener& listener);
  ~Dial() override { stop(); }

  void start();
  // Closes everything at once. The listener is not called any more.
  void stop();

 private:
  void on_ready() override;
  void on_addresses(NetworkAddresses addresses) override;
  void on_no_address(std::string_view cause) override;

  void try_next_address();
  void next_address_or_fail(std::string_view cause);
  void advance();
  bool begin_tls();
  void fail(HttpFault fault, std::string_view cause);
  void fail_later(HttpFault fault, std::string_view cause);

  LoopParts& parts_;
  const Server server_;
  Listener* listener_;
  const SteadyTime deadline_;
  NetworkAddresses addresses_;
  std::size_t next_ = 0;  // of addresses_
  bool looking_up_ = false;
  bool in_tls_ = false;
  std::unique_ptr<Connection> connection_;
  // Lets a posted handler detect that this object is stopped.
  std::shared_ptr<Dial*> alive_ = std::make_shared<Dial*>(this);
  Timer deadline_timer_;
  Timer address_timer_;
};

}  // namespace belay::providers

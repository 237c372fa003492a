// Finds the client's address when proxies stand between the client and the server.
//
// X-Forwarded-For is a list. Each proxy appends, at the right end, the address it received the request from.
// Only entries that a trusted proxy appended can be believed. So the list is read from the right, and the
// first address that is not a trusted proxy is the client. The same proxy says in X-Forwarded-Proto whether
// the client used TLS.
//
// Immutable, so every loop reads it without a lock.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "transport/message.hpp"

namespace belay::transport {

class TrustedProxies {
 public:
  // Trusts no proxy.
  TrustedProxies() = default;
  // Accepts "10.0.0.0/8", "192.0.2.7", "fd00::/8". Fails and names the entry that has none of these forms.
  static Result<TrustedProxies> make(const std::vector<std::string>& networks);

  bool contains(std::string_view address) const;

  struct Client {
    std::string address;
    bool secure = false;
  };
  struct Connection {
    std::string_view address;  // of its other end, numeric
    bool secure = false;       // over TLS
  };
  // A trusted proxy that says nothing about TLS has used what its client used.
  Client client_of(const Connection& connection, const std::vector<Header>& headers) const;

 private:
  // IPv4 addresses are stored in their IPv6 form (::ffff:a.b.c.d).
  struct Network {
    std::array<std::uint8_t, 16> bytes;
    int prefix;
  };
  std::vector<Network> networks_;
};

}  // namespace belay::transport

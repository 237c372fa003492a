// Who the client is when a proxy stands in front.
//
// X-Forwarded-For is a list to which each proxy adds, at the right, whom it was talking to. Only what a
// trusted proxy added can be believed: reading from the right, the first address that is no trusted proxy is
// the client. The same proxy says in X-Forwarded-Proto whether the client came over TLS. Immutable: read from
// every loop.
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
  // Nobody is trusted.
  TrustedProxies() = default;
  // "10.0.0.0/8", "192.0.2.7", "fd00::/8". Fails naming the entry that is none of these.
  static Result<TrustedProxies> make(const std::vector<std::string>& networks);

  bool contains(std::string_view address) const;

  struct Client {
    std::string address;
    bool secure = false;
  };
  // `socket_address`: of the connection itself, numeric.
  Client client_of(std::string_view socket_address, const std::vector<Header>& headers) const;

 private:
  // IPv4 addresses are kept in their IPv6 form (::ffff:a.b.c.d).
  struct Network {
    std::array<std::uint8_t, 16> bytes;
    int prefix;
  };
  std::vector<Network> networks_;
};

}  // namespace belay::transport

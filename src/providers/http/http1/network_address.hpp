// An address to connect to.
#pragma once

#include <netinet/in.h>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace belay::providers {

struct NetworkAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
  void set_port(std::uint16_t port);

  // From an address of either version. Nothing if the text is none.
  static std::optional<NetworkAddress> parse(const std::string& text);
  static NetworkAddress copy_of(const sockaddr& address, socklen_t size);
};

using NetworkAddresses = std::vector<NetworkAddress>;

}  // namespace belay::providers

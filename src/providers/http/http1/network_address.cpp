#include "providers/http/http1/network_address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstddef>
#include <cstring>

namespace belay::providers {

// Both kinds of addresses have the port at the same place.
void NetworkAddress::set_port(std::uint16_t port) {
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  reinterpret_cast<sockaddr_in*>(&storage)->sin_port = htons(port);
}

std::optional<NetworkAddress> NetworkAddress::parse(const std::string& text) {
  NetworkAddress address;
  auto& four = reinterpret_cast<sockaddr_in&>(address.storage);
  auto& six = reinterpret_cast<sockaddr_in6&>(address.storage);
  if (inet_pton(AF_INET, text.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    address.size = sizeof four;
    return address;
  }
  if (inet_pton(AF_INET6, text.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    address.size = sizeof six;
    return address;
  }
  return std::nullopt;
}

NetworkAddress NetworkAddress::copy_of(const sockaddr& address, socklen_t size) {
  NetworkAddress copy;
  copy.size = std::min<socklen_t>(size, sizeof copy.storage);
  std::memcpy(&copy.storage, &address, copy.size);
  return copy;
}

}  // namespace belay::providers

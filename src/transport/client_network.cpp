#include "transport/client_network.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdint>

namespace belay::transport {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedV4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

std::string client_network(std::string_view address) {
  // A zone ("fe80::1%eth0") belongs to this machine, not to the client.
  const std::string text(address.substr(0, address.find('%')));
  std::array<std::uint8_t, 16> bytes{};
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1)
    return inet_ntop(AF_INET, bytes.data(), out.data(), out.size());
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return std::string(address);
  if (std::equal(kMappedV4.begin(), kMappedV4.end(), bytes.begin()))
    return inet_ntop(AF_INET, bytes.data() + kMappedV4.size(), out.data(), out.size());
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return std::string(inet_ntop(AF_INET6, bytes.data(), out.data(), out.size())) + "/64";
}

bool is_this_machine(std::string_view address) {
  return address.starts_with("127.") || address == "::1";
}

}  // namespace belay::transport

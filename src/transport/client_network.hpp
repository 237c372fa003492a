// A client's address in the form that limits count. All addresses that one party can choose freely count as
// one.
#pragma once

#include <string>
#include <string_view>

namespace belay::transport {

// Returns the network that `address` counts as:
// - an IPv4 address, also one in its IPv6 form, is returned as IPv4: "203.0.113.7";
// - an IPv6 address becomes its /64, the smallest network that a provider assigns to one customer:
//   "2001:db8:1:2::/64";
// - a text that is not an address is returned unchanged.
std::string client_network(std::string_view address);
// Whether `address` is a loopback address of this machine. A proxy or a tool of the operator may use it for many
// clients.
bool is_this_machine(std::string_view address);

}  // namespace belay::transport

// A client's address as limits count it: what one party can choose freely counts as one.
#pragma once

#include <string>
#include <string_view>

namespace belay::transport {

// An IPv4 address, also one in its IPv6 form, as it is: "203.0.113.7". An IPv6 address by its /64, the
// smallest network that a provider gives to one customer: "2001:db8:1:2::/64". What is no address stays as it
// is.
std::string client_network(std::string_view address);

}  // namespace belay::transport

// Inspects a configured address.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace belay::providers {

struct UrlParts {
  bool https = false;
  bool loopback = false;  // the host is this machine
  std::string origin;     // scheme, host and port: "https://api.openai.com:443"
  std::string host;       // a name, or an address; IPv6 without brackets
  bool host_is_address = false;
  std::uint16_t port = 0;
  std::string authority;  // for the header Host: without the scheme's own port
  std::string target;     // path and query, at least "/"
};

// Returns nothing if it is no absolute http or https address, or contains a user name, a password or a
// fragment.
std::optional<UrlParts> inspect_url(const std::string& url);

}  // namespace belay::providers

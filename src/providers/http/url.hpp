// Inspects a configured address.
#pragma once

#include <optional>
#include <string>

namespace belay::providers {

struct UrlParts {
  bool https = false;
  bool loopback = false;  // the host is this machine
  std::string origin;     // scheme, host and port: "https://api.openai.com:443"
};

// Returns nothing if it is no absolute http or https address, or contains a user name, a password or a
// fragment.
std::optional<UrlParts> inspect_url(const std::string& url);

}  // namespace belay::providers

// What we need to know of a configured address.
#pragma once

#include <optional>
#include <string>

namespace belay::providers {

struct UrlParts {
  bool https = false;
  bool loopback = false;  // the host is this machine itself
  std::string origin;     // scheme, host and port: "https://api.openai.com:443"
};

// Nothing when it is no absolute http or https address, or holds a user name, a password or a fragment.
std::optional<UrlParts> inspect_url(const std::string& url);

}  // namespace belay::providers

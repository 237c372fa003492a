// Which site's page a request comes from: protects the session cookie from misuse by other sites (CSRF).
//
// A browser sends cookies automatically. So a request that is signed in by a cookie must also come from an
// allowed page. The Origin header is defined by RFC 6454 and the Fetch standard, Sec-Fetch-Site by the W3C's
// Fetch Metadata. The server's own origin is taken from the Host header. Over TLS its scheme is https only;
// without TLS it is http or https, because an untrusted proxy in front may terminate TLS.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/config.hpp"
#include "base/result.hpp"
#include "transport/message.hpp"

namespace belay::auth {

// In normal form: lower case, without the scheme's default port.
struct Origin {
  std::string scheme;  // "https" or "http"
  std::string host;    // with the port unless it is the scheme's default: "app.example.com:8443"
  friend bool operator==(const Origin&, const Origin&) = default;
};

// Parses "https://app.example.com". Nothing for anything that is not such an origin, including "null".
std::optional<Origin> parse_origin(std::string_view text);

// Immutable; read from every loop.
class OriginPolicy {
 public:
  explicit OriginPolicy(const Config& config);

  // Whether the request's Origin is the server's own, or is in the list.
  bool is_allowed(const transport::Request& request, std::string_view origin) const;

  // Whether a cookie may sign this request in. Fails with `forbidden`.
  //   Origin present                    it must be allowed, whatever the method
  //   no Origin; POST, PUT, DELETE, …   Sec-Fetch-Site must be same-origin
  //   no Origin; GET, HEAD              Sec-Fetch-Site must not be cross-site (browsers omit Origin in these
  //                                     requests to their own site)
  Result<> check_cookie_use(const transport::Request& request) const;

 private:
  std::vector<Origin> listed_;
};

}  // namespace belay::auth

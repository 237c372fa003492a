// Whose page a request comes from: what stands between a cookie and the sites that would misuse it.
//
// A browser sends cookies on its own, so a request that is signed in by one must also come from an allowed
// page. Origin is named by RFC 6454 and the Fetch standard, Sec-Fetch-Site by the W3C's Fetch Metadata. The
// server's own origin is what the Host header says; over TLS it is https alone, without TLS http or https (a
// proxy that is not trusted may end TLS in front).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/config.hpp"
#include "base/result.hpp"
#include "transport/message.hpp"

namespace belay::auth {

// In normal form: lower case, the scheme's own port left out.
struct Origin {
  std::string scheme;  // "https" or "http"
  std::string host;    // with its port, if it is not the scheme's own: "app.example.com:8443"
  friend bool operator==(const Origin&, const Origin&) = default;
};

// "https://app.example.com". Nothing for what is no such origin, "null" among it.
std::optional<Origin> parse_origin(std::string_view text);

// Immutable; read from every loop.
class OriginPolicy {
 public:
  explicit OriginPolicy(const Config& config);

  // The request's Origin is the server's own, or on the list.
  bool is_allowed(const transport::Request& request, std::string_view origin) const;

  // Whether a cookie may sign this request in. Fails with `forbidden`.
  //   Origin given                  it must be allowed, whatever the method
  //   none, POST, PUT, DELETE, …    Sec-Fetch-Site must be same-origin
  //   none, GET, HEAD               Sec-Fetch-Site must not be cross-site (on the own site, browsers leave
  //                                 Origin out here)
  Result<> check_cookie_use(const transport::Request& request) const;

 private:
  std::vector<Origin> listed_;
};

}  // namespace belay::auth

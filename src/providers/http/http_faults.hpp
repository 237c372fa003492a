// What can go wrong with a request before or below HTTP, as every client reports it: the same error code, the
// same texts and the same verdict on retries, whichever client made the request.
#pragma once

#include <string_view>

#include "providers/http/http_client.hpp"

namespace belay::providers {

enum class HttpFault {
  name,               // the name does not resolve
  connect,            // no connection: refused, unreachable
  timeout,            // no connection within connect_timeout
  tls,                // the TLS handshake failed
  certificate,        // the certificate could not be verified
  address,            // the URL cannot be used, or no HTTP server answers there
  cut,                // the connection ended too early, or its chunks are malformed
  headers_too_large,  // the headers exceed their limit
  unreadable,         // the response is malformed
};

// `cause` goes to the operator, in parentheses. It must hold nothing of the request or the response.
HttpFailure http_failure(HttpFault fault, std::string_view cause);

}  // namespace belay::providers

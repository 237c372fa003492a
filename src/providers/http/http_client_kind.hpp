// Which HTTP client makes a request that needs no proxy (http_clients.hpp).
#pragma once

namespace belay::providers {

enum class HttpClientKind {
  own,   // Http1Client
  curl,  // CurlClient, which speaks HTTP/2 if the server offers it over TLS
};

}  // namespace belay::providers

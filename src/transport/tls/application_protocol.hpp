// What is spoken on a connection. Inside TLS, client and server agree on it in the handshake (ALPN, RFC 7301).
//
// A new protocol is a value here, its name below, and its driver in transport/listener.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace belay::transport {

enum class ApplicationProtocol : std::uint8_t { http1, http2 };

// The name in the handshake (the IANA registry "TLS ALPN Protocol IDs").
constexpr std::string_view alpn_name(ApplicationProtocol protocol) {
  switch (protocol) {
    case ApplicationProtocol::http1:
      return "http/1.1";
    case ApplicationProtocol::http2:
      return "h2";
  }
  return "http/1.1";
}

// What this server speaks, the preferred one first. A client that offers nothing gets HTTP/1.1.
inline constexpr ApplicationProtocol kAllProtocols[] = {ApplicationProtocol::http2,
                                                        ApplicationProtocol::http1};

}  // namespace belay::transport

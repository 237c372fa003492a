// What OpenSSL asks during a handshake: the protocol inside TLS, the key of a session ticket, the OCSP response.
#pragma once

struct ssl_ctx_st;
struct ssl_st;

namespace belay::transport {

class TlsContext;
class TlsServer;

// What the callbacks of one connection use. It outlives the SSL.
struct HandshakeParts {
  TlsServer& server;
  const TlsContext& context;
};

void set_handshake_callbacks(ssl_ctx_st* context);
void set_handshake_parts(ssl_st* ssl, HandshakeParts* parts);

}  // namespace belay::transport

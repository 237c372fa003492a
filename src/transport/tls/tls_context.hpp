// A certificate ready to be served: the files of server.tls, checked, in an SSL_CTX of OpenSSL.
//
// Immutable, so every loop uses it without a lock. A reload makes another one; connections keep the one with which
// they began.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "transport/tls/tls_config.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace belay::transport {

class TlsContext;

struct LoadedTls {
  std::shared_ptr<const TlsContext> context;  // null if and only if there are problems
  std::vector<Error> problems;                // each names its setting: "tls.key"
  std::vector<std::string> warnings;          // for operators
};

class TlsContext {
 public:
  // Reads the files, which may block. Any thread. `now` decides what has expired.
  static LoadedTls load(const TlsConfig& config, WallTime now);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  ssl_ctx_st* native() const { return context_; }
  // "chat.example.com, expires 2027-03-01T12:00:00Z", for the log.
  const std::string& description() const { return description_; }
  // The response to send with the certificate (RFC 6066, section 8): DER. Empty: there is none, or it has expired.
  std::string_view ocsp_response(WallTime now) const;

 private:
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}

  ssl_ctx_st* const context_;
  std::string description_;
  std::string ocsp_response_;
  std::optional<WallTime> ocsp_expires_;
};

}  // namespace belay::transport

// What TLS connections share: the trusted authorities, and the sessions that can be resumed.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <openssl/ssl.h>

namespace belay::providers {

struct FreeSession {
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using TlsSession = std::unique_ptr<SSL_SESSION, FreeSession>;

// The authorities of one file, loaded once. TLS 1.2 and 1.3, ALPN "http/1.1", certificates always verified.
class TlsContext {
 public:
  // Throws nothing. `get()` is null if the file holds no certificate that can be read.
  explicit TlsContext(const std::string& ca_file);
  ~TlsContext() { SSL_CTX_free(context_); }
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  SSL_CTX* get() const { return context_; }

 private:
  SSL_CTX* context_;
};

// Finds the context of a file of authorities, and loads it again after the file has changed. Thread-safe: one
// object serves all loops.
class TlsContexts {
 public:
  // Empty: the system's authorities. Null if the file cannot be used.
  std::shared_ptr<const TlsContext> find(const std::string& ca_file);

 private:
  struct Version {
    long long device = 0, inode = 0, size = 0, seconds = 0, nanoseconds = 0;
    bool operator==(const Version&) const = default;
  };
  struct Loaded {
    Version version;
    std::shared_ptr<const TlsContext> context;
  };
  static Version version_of(const std::string& file);

  std::mutex mutex_;
  std::map<std::string, Loaded> loaded_;
};

// The newest session of each server, so that the next connection to it needs a shorter handshake. Bounded. One
// object per loop, used on that loop.
class TlsSessions {
 public:
  using Context = std::shared_ptr<const TlsContext>;

  // `context` is part of the key: a session was verified by the authorities of its context.
  void keep(Context context, const std::string& server, TlsSession session);
  // Null if there is none. Valid until the next call.
  SSL_SESSION* find(const Context& context, const std::string& server) const;

 private:
  using Key = std::pair<Context, std::string>;
  std::map<Key, TlsSession> sessions_;
};

}  // namespace belay::providers

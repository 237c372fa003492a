#include "providers/http/http1/tls_context.hpp"

#include <new>
#include <sys/stat.h>

#include <openssl/err.h>

#include "providers/http/http1/tls_stream.hpp"

namespace belay::providers {
namespace {

constexpr std::size_t kMaxSessions = 64;
constexpr std::size_t kMaxContexts = 64;

bool load_authorities(SSL_CTX* context, const std::string& ca_file) {
  // The system's authorities are read from their folder as they are needed, once for each context.
  const int loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context)
                                     : SSL_CTX_load_verify_file(context, ca_file.c_str());
  ERR_clear_error();
  return loaded == 1;
}

}  // namespace

TlsContext::TlsContext(const std::string& ca_file) : context_(SSL_CTX_new(TLS_client_method())) {
  if (!context_) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_options(context_, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  // Buffers are given back while nothing is under way. A record is read with one system call instead of two.
  SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context_, 1);
  // RFC 7301: a length, then the name.
  constexpr unsigned char kProtocols[] = "\x08http/1.1";
  SSL_CTX_set_alpn_protos(context_, kProtocols, sizeof kProtocols - 1);
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context_, &TlsStream::on_new_session);
  if (!load_authorities(context_, ca_file)) {
    SSL_CTX_free(context_);
    context_ = nullptr;
  }
}

TlsContexts::Version TlsContexts::version_of(const std::string& file) {
  struct stat found {};
  if (file.empty() || stat(file.c_str(), &found) != 0) return {};
  return {static_cast<long long>(found.st_dev), static_cast<long long>(found.st_ino),
          static_cast<long long>(found.st_size), static_cast<long long>(found.st_mtim.tv_sec),
          static_cast<long long>(found.st_mtim.tv_nsec)};
}

std::shared_ptr<const TlsContext> TlsContexts::find(const std::string& ca_file) {
  const Version version = version_of(ca_file);
  const std::lock_guard lock(mutex_);
  const auto known = loaded_.find(ca_file);
  if (known != loaded_.end() && known->second.version == version) return known->second.context;
  auto context = std::make_shared<const TlsContext>(ca_file);
  if (!context->get()) return nullptr;
  if (loaded_.size() >= kMaxContexts) loaded_.clear();
  loaded_[ca_file] = {version, context};
  return context;
}

void TlsSessions::keep(Context context, const std::string& server, TlsSession session) {
  if (sessions_.size() >= kMaxSessions) sessions_.erase(sessions_.begin());
  sessions_[{std::move(context), server}] = std::move(session);
}

SSL_SESSION* TlsSessions::find(const Context& context, const std::string& server) const {
  const auto known = sessions_.find({context, server});
  if (known == sessions_.end() || !SSL_SESSION_is_resumable(known->second.get())) return nullptr;
  return known->second.get();
}

}  // namespace belay::providers

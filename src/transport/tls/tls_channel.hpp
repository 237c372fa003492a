// A ByteChannel inside TLS, after the handshake.
#pragma once

#include <memory>
#include <utility>

#include "transport/tls/tls_session.hpp"

namespace belay::transport {

class TlsChannel final : public ByteChannel {
 public:
  explicit TlsChannel(std::shared_ptr<TlsSession> session) : session_(std::move(session)) {}

  IoResult read(std::span<char> out) override { return session_->read(out); }
  void wait(Wait what, UniqueFunction<void()> ready) override { session_->wait(what, std::move(ready)); }
  void cancel_waits() override { session_->cancel_waits(); }
  void finish_sending() override { session_->finish_sending(); }
  void close(Close how) override { session_->close(how); }
  bool is_secure() const override { return true; }

 private:
  IoResult write_some(std::span<const iovec> pieces) override { return session_->write(pieces); }

  std::shared_ptr<TlsSession> session_;
};

}  // namespace belay::transport

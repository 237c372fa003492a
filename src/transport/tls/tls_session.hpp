// TLS over another ByteChannel: the handshake first, then the bytes inside. OpenSSL reads and writes that channel
// and knows no socket.
//
// Record by record: a write encrypts what it takes and counts it as written. What the channel below does not accept
// of it is kept here, one record at most, and leaves by a wait of this object's own. The caller can therefore offer
// other bytes after it was blocked, as with a socket. A closed session stays until these bytes have left, or until
// TlsConfig::close_deadline.
//
// Loop thread only. Owned by the handshake, then by a TlsChannel, and by its own wait. The server outlives it.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/loop.hpp"
#include "transport/byte_channel.hpp"
#include "transport/tls/application_protocol.hpp"
#include "transport/tls/handshake_callbacks.hpp"
#include "transport/tls/tls_server.hpp"

struct bio_method_st;
struct bio_st;
struct ssl_st;

namespace belay::transport {

class TlsSession : public std::enable_shared_from_this<TlsSession> {
 public:
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  enum class Handshake {
    done,
    blocked,     // wait for wait_of_read()
    plain_http,  // the client speaks HTTP without TLS: the channel below still works
    failed,      // the client knows why
  };
  // Goes on with the handshake. The first call takes the memory, so it is made when the client has sent something.
  Handshake handshake();
  // After the handshake. What was agreed on.
  ApplicationProtocol protocol() const;
  bool was_resumed() const;
  // What read(), or the handshake, waits for at the channel below.
  ByteChannel::Wait wait_of_read() const { return wait_of_read_; }
  // Without TLS.
  ByteChannel& inner() { return inner_; }

  // As in ByteChannel. `ended`: the client has said that it sends no more. A connection that ends without that is
  // `broken`: somebody else may have cut it.
  IoResult read(std::span<char> out);
  IoResult write(std::span<const iovec> pieces);
  void wait(ByteChannel::Wait what, UniqueFunction<void()> ready);
  void cancel_waits();
  void finish_sending();
  void close(ByteChannel::Close how);

 protected:
  // The channel outlives it, and accepts two waits of one kind at once.
  TlsSession(Loop& loop, TlsServer& server, ByteChannel& inner);
  ~TlsSession();

 private:
  static const bio_method_st* bio_method();
  static int bio_read(bio_st* bio, char* out, int size);
  static int bio_write(bio_st* bio, const char* bytes, int size);
  static long bio_control(bio_st* bio, int command, long argument, void* pointer);

  bool create();
  IoResult failed_call(int result, ByteChannel::Wait& wait);
  bool send_unsent();
  void await_flush();
  void flushed_some();
  void say_goodbye();

  Loop& loop_;
  ByteChannel& inner_;
  std::shared_ptr<const TlsContext> context_;
  HandshakeParts parts_;
  ssl_st* ssl_ = nullptr;  // null until the client has sent something, and after close()
  std::string unsent_;     // encrypted bytes that the channel below has not accepted
  std::unique_ptr<Timer> close_timer_;
  ByteChannel::Wait wait_of_read_ = ByteChannel::Wait::readable;
  ByteChannel::Wait wait_of_write_ = ByteChannel::Wait::writable;
  char first_byte_ = 0;  // of the client
  bool established_ = false;
  bool inner_ended_ = false;
  bool ended_ = false;
  bool broken_ = false;
  bool closed_ = false;
  bool awaits_flush_ = false;
  bool has_said_goodbye_ = false;
  bool finishes_when_sent_ = false;
  bool closes_when_sent_ = false;
};

// A base, so that the channel outlives the session.
template <class Inner>
struct InnerChannel {
  Inner channel;
};

// A session and the channel below in one allocation.
template <class Inner>
class TlsSessionOver final : private InnerChannel<Inner>, public TlsSession {
 public:
  template <class... Arguments>
  TlsSessionOver(Loop& loop, TlsServer& server, Arguments&&... arguments)
      : InnerChannel<Inner>{Inner(std::forward<Arguments>(arguments)...)},
        TlsSession(loop, server, this->channel) {}
};

}  // namespace belay::transport

#include "transport/tls/tls_session.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <boost/asio/post.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/release.hpp"

namespace belay::transport {
namespace {

// The plain bytes of one record (RFC 8446, section 5.1).
constexpr std::size_t kMaxRecord = 16 * 1024;
// Once so much is unsent, OpenSSL's own messages (answers to key updates) wait too.
constexpr std::size_t kMaxUnsent = 16 * 1024;
// What one write takes. Then other connections get their turn.
constexpr std::size_t kMaxWrite = 256 * 1024;

// The pieces as a sequence of contiguous records.
class Records {
 public:
  explicit Records(std::span<const iovec> pieces) : pieces_(pieces) {}

  // At most kMaxRecord bytes from the current place on. Valid until the next call. Empty: the end.
  std::string_view next() {
    while (!pieces_.empty() && pieces_.front().iov_len == from_) skip_piece();
    if (pieces_.empty()) return {};
    const std::string_view first = rest_of(pieces_.front()).substr(0, kMaxRecord);
    if (pieces_.size() == 1 || first.size() == kMaxRecord) return first;
    std::size_t size = 0;
    std::size_t from = from_;
    for (const iovec& piece : pieces_) {
      const std::size_t part = std::min(piece.iov_len - from, gathered_.size() - size);
      if (part != 0)
        std::memcpy(gathered_.data() + size, static_cast<const char*>(piece.iov_base) + from, part);
      size += part;
      from = 0;
    }
    return {gathered_.data(), size};
  }
  void consume(std::size_t bytes) {
    while (bytes != 0) {
      const std::size_t part = std::min(bytes, pieces_.front().iov_len - from_);
      from_ += part;
      bytes -= part;
      if (pieces_.front().iov_len == from_) skip_piece();
    }
  }

 private:
  std::string_view rest_of(const iovec& piece) const {
    return {static_cast<const char*>(piece.iov_base) + from_, piece.iov_len - from_};
  }
  void skip_piece() {
    pieces_ = pieces_.subspan(1);
    from_ = 0;
  }

  std::span<const iovec> pieces_;
  std::size_t from_ = 0;  // in the first piece
  std::array<char, kMaxRecord> gathered_;
};

IoResult moved(std::size_t bytes) {
  return {IoResult::State::moved, bytes};
}

}  // namespace

TlsSession::TlsSession(Loop& loop, TlsServer& server, ByteChannel& inner)
    : loop_(loop), inner_(inner), context_(server.context()), parts_{server, *context_} {}

TlsSession::~TlsSession() {
  SSL_free(ssl_);
}

// ---- below OpenSSL

const bio_method_st* TlsSession::bio_method() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "ByteChannel");
    BIO_meth_set_read(made, &TlsSession::bio_read);
    BIO_meth_set_write(made, &TlsSession::bio_write);
    BIO_meth_set_ctrl(made, &TlsSession::bio_control);
    return made;
  }();
  return method;
}

int TlsSession::bio_read(BIO* bio, char* out, int size) {
  TlsSession& self = *static_cast<TlsSession*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const IoResult result = self.inner_.read({out, static_cast<std::size_t>(size)});
  switch (result.state) {
    case IoResult::State::moved:
      if (self.first_byte_ == 0) self.first_byte_ = out[0];
      return static_cast<int>(result.bytes);
    case IoResult::State::blocked:
      BIO_set_retry_read(bio);
      return -1;
    case IoResult::State::ended:
      self.inner_ended_ = true;
      return 0;
    case IoResult::State::broken:
      return -1;
  }
  return -1;
}

int TlsSession::bio_write(BIO* bio, const char* bytes, int size) {
  TlsSession& self = *static_cast<TlsSession*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (self.unsent_.size() >= kMaxUnsent) {
    BIO_set_retry_write(bio);
    return -1;
  }
  std::size_t sent = 0;
  if (self.unsent_.empty()) {
    const iovec piece{const_cast<char*>(bytes), static_cast<std::size_t>(size)};
    const IoResult result = self.inner_.write({&piece, 1});
    if (result.state == IoResult::State::broken) return -1;
    sent = result.bytes;
  }
  self.unsent_.append(bytes + sent, static_cast<std::size_t>(size) - sent);
  return size;
}

long TlsSession::bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return static_cast<TlsSession*>(BIO_get_data(bio))->inner_ended_ ? 1 : 0;
  return 0;
}

// Whether nothing is unsent any more.
bool TlsSession::send_unsent() {
  std::size_t sent = 0;
  while (sent < unsent_.size()) {
    const iovec piece{unsent_.data() + sent, unsent_.size() - sent};
    const IoResult result = inner_.write({&piece, 1});
    if (result.state == IoResult::State::broken) {
      broken_ = true;
      release(unsent_);
      return false;
    }
    if (result.state != IoResult::State::moved) break;
    sent += result.bytes;
  }
  if (sent == unsent_.size())
    release(unsent_);
  else
    unsent_.erase(0, sent);
  return unsent_.empty();
}

void TlsSession::await_flush() {
  if (unsent_.empty() || awaits_flush_) return;
  awaits_flush_ = true;
  inner_.wait(ByteChannel::Wait::writable, [self = shared_from_this()] {
    self->awaits_flush_ = false;
    self->flushed_some();
  });
}

void TlsSession::flushed_some() {
  if (closed_ && !closes_when_sent_) return;
  if (!send_unsent() && !broken_) return await_flush();
  if (finishes_when_sent_ && !broken_) inner_.finish_sending();
  finishes_when_sent_ = false;
  if (!closes_when_sent_) return;
  closes_when_sent_ = false;
  close_timer_.reset();
  inner_.close(ByteChannel::Close::clean);
}

// ---- the handshake

bool TlsSession::create() {
  ssl_ = SSL_new(context_->native());
  BIO* const bio = ssl_ ? BIO_new(bio_method()) : nullptr;
  if (!bio) return false;
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_accept_state(ssl_);
  set_handshake_parts(ssl_, &parts_);
  return true;
}

TlsSession::Handshake TlsSession::handshake() {
  if (!ssl_ && !create()) return Handshake::failed;
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  established_ = result == 1;
  if (!established_) {
    const IoResult failure = failed_call(result, wait_of_read_);
    const bool is_plain_http = first_byte_ >= 'A' && first_byte_ <= 'Z';
    if (failure.state != IoResult::State::blocked && is_plain_http) {
      release(unsent_);
      return Handshake::plain_http;
    }
    await_flush();
    return failure.state == IoResult::State::blocked ? Handshake::blocked : Handshake::failed;
  }
  wait_of_read_ = ByteChannel::Wait::readable;
  await_flush();
  return Handshake::done;
}

ApplicationProtocol TlsSession::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_, &name, &size);
  const std::string_view chosen(reinterpret_cast<const char*>(name), size);
  for (const ApplicationProtocol protocol : kAllProtocols)
    if (chosen == alpn_name(protocol)) return protocol;
  return ApplicationProtocol::http1;
}

bool TlsSession::was_resumed() const {
  return SSL_session_reused(ssl_) == 1;
}

// ---- the bytes inside

// What a call of OpenSSL that has not succeeded waits for.
IoResult TlsSession::failed_call(int result, ByteChannel::Wait& wait) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
      wait = ByteChannel::Wait::readable;
      return {IoResult::State::blocked};
    case SSL_ERROR_WANT_WRITE:
      wait = ByteChannel::Wait::writable;
      return {IoResult::State::blocked};
    case SSL_ERROR_ZERO_RETURN:
      ended_ = true;
      return {IoResult::State::ended};
    default:
      broken_ = true;
      ERR_clear_error();
      return {IoResult::State::broken};
  }
}

IoResult TlsSession::read(std::span<char> out) {
  if (broken_ || closed_) return {IoResult::State::broken};
  if (ended_) return {IoResult::State::ended};
  ERR_clear_error();
  const int count = SSL_read(ssl_, out.data(), static_cast<int>(std::min(out.size(), kMaxRecord)));
  wait_of_read_ = ByteChannel::Wait::readable;
  const IoResult result =
      count > 0 ? moved(static_cast<std::size_t>(count)) : failed_call(count, wait_of_read_);
  await_flush();
  return result;
}

IoResult TlsSession::write(std::span<const iovec> pieces) {
  wait_of_write_ = ByteChannel::Wait::writable;
  if (broken_ || closed_ || has_said_goodbye_) return {IoResult::State::broken};
  if (!unsent_.empty() && !send_unsent())
    return {broken_ ? IoResult::State::broken : IoResult::State::blocked};
  Records records(pieces);
  std::size_t written = 0;
  IoResult failure;
  // The bytes that one call encrypts are accepted below (bio_write): a call fails before that or not at all.
  while (unsent_.empty() && written < kMaxWrite) {
    const std::string_view record = records.next();
    if (record.empty()) break;
    ERR_clear_error();
    const int count = SSL_write(ssl_, record.data(), static_cast<int>(record.size()));
    if (count <= 0) {
      failure = failed_call(count, wait_of_write_);
      break;
    }
    records.consume(static_cast<std::size_t>(count));
    written += static_cast<std::size_t>(count);
  }
  await_flush();
  return written != 0 ? moved(written) : failure;
}

void TlsSession::wait(ByteChannel::Wait what, UniqueFunction<void()> ready) {
  const bool is_broken = broken_ || closed_;
  switch (what) {
    case ByteChannel::Wait::broken:
      if (is_broken) break;
      return inner_.wait(what, std::move(ready));
    case ByteChannel::Wait::readable:
      // The rest of a record that was read is nowhere else any more.
      if (is_broken || ended_ || SSL_pending(ssl_) > 0) break;
      return inner_.wait(wait_of_read_, std::move(ready));
    case ByteChannel::Wait::writable:
      if (is_broken) break;
      return inner_.wait(wait_of_write_, std::move(ready));
  }
  boost::asio::post(loop_.executor(), std::move(ready));
}

void TlsSession::cancel_waits() {
  inner_.cancel_waits();
}

// ---- the end

// Says that no more is sent (close_notify, RFC 8446, section 6.1).
void TlsSession::say_goodbye() {
  if (!established_ || broken_ || std::exchange(has_said_goodbye_, true)) return;
  ERR_clear_error();
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

void TlsSession::finish_sending() {
  say_goodbye();
  if (unsent_.empty()) return inner_.finish_sending();
  finishes_when_sent_ = true;
  await_flush();
}

void TlsSession::close(ByteChannel::Close how) {
  if (std::exchange(closed_, true)) return;
  if (how == ByteChannel::Close::clean) say_goodbye();
  SSL_free(std::exchange(ssl_, nullptr));  // the connection may live on until its waits have been answered
  const bool is_sent = unsent_.empty() || (how == ByteChannel::Close::clean && send_unsent());
  if (is_sent || broken_ || how == ByteChannel::Close::reset) return inner_.close(how);
  closes_when_sent_ = true;
  finishes_when_sent_ = false;
  close_timer_ = std::make_unique<Timer>(loop_.timers(), [this] {
    closes_when_sent_ = false;
    inner_.close(ByteChannel::Close::reset);
  });
  close_timer_->arm(parts_.server.config().close_deadline);
  inner_.cancel_waits();
  await_flush();
}

}  // namespace belay::transport

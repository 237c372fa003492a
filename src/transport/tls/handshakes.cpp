#include "transport/tls/handshakes.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace belay::transport {
namespace {

constexpr std::string_view kExpectsTls =
    "This port expects TLS. Use an address that begins with https:// instead of http://.\n";

}  // namespace

struct Handshakes::Pending {
  Pending(Loop& loop, std::shared_ptr<TlsSession> with, std::string from, ConnectionPurpose why)
      : session(std::move(with)),
        peer(std::move(from)),
        purpose(why),
        deadline(loop.timers(), [this] { expired(); }) {}

  std::shared_ptr<TlsSession> session;
  std::string peer;
  ConnectionPurpose purpose;
  std::function<void()> expired;
  Timer deadline;
  Place place{};
  bool is_over = false;
  bool is_plain_http = false;
  std::uint64_t dropped = 0;  // bytes after the answer to plain HTTP
};

void Handshakes::begin(std::shared_ptr<TlsSession> session, std::string peer, ConnectionPurpose purpose) {
  const auto pending = std::make_shared<Pending>(parts_.loop, std::move(session), std::move(peer), purpose);
  pending_.push_front(pending);
  pending->place = pending_.begin();
  if (purpose == ConnectionPurpose::serve_health) {
    ++parts_.counts.reserve_used;
  } else {
    ++parts_.counts.connections;
    parts_.counts.by_address->add(pending->peer, 1);
  }
  parts_.server.handshakes().add(pending->peer, 1);
  pending->expired = [this, raw = pending.get()] {
    const std::shared_ptr<Pending> self = *raw->place;
    fail(self, self->is_plain_http ? HandshakeEnd::plain_http : HandshakeEnd::timed_out);
  };
  pending->deadline.arm(parts_.server.config().handshake_deadline);
  wait(pending);
}

void Handshakes::wait(const std::shared_ptr<Pending>& pending) {
  pending->session->inner().wait(pending->session->wait_of_read(), [this, pending] {
    if (!pending->is_over) proceed(pending);
  });
}

void Handshakes::proceed(const std::shared_ptr<Pending>& pending) {
  if (pending->is_plain_http) return drop_input(pending);
  switch (pending->session->handshake()) {
    case TlsSession::Handshake::done:
      return hand_on(pending);
    case TlsSession::Handshake::blocked:
      return wait(pending);
    case TlsSession::Handshake::plain_http:
      return answer_plain_http(pending);
    case TlsSession::Handshake::failed:
      return fail(pending, HandshakeEnd::failed);
  }
}

void Handshakes::hand_on(const std::shared_ptr<Pending>& pending) {
  remove(pending);
  parts_.observer.handshake_ended(pending->session->was_resumed() ? HandshakeEnd::resumed
                                                                  : HandshakeEnd::complete);
  const ApplicationProtocol protocol = pending->session->protocol();
  parts_.serve(protocol, std::move(pending->peer), pending->purpose, TlsChannel(std::move(pending->session)));
}

// Browsers and people try http:// first. They see what to change.
void Handshakes::answer_plain_http(const std::shared_ptr<Pending>& pending) {
  pending->is_plain_http = true;
  const std::string answer = fmt::format(
      "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
      "{}\r\nConnection: "
      "close\r\n\r\n{}",
      kExpectsTls.size(), kExpectsTls);
  const iovec piece{const_cast<char*>(answer.data()), answer.size()};
  ByteChannel& inner = pending->session->inner();
  inner.write({&piece, 1});  // a few bytes: the first that are sent here
  inner.finish_sending();
  pending->deadline.arm(std::max(parts_.config.linger_limit, TimerWheel::kTick));
  drop_input(pending);
}

// Closing a socket with unread bytes would reset the connection, and the client might never see the answer.
void Handshakes::drop_input(const std::shared_ptr<Pending>& pending) {
  std::array<char, 4096> dropped;
  const IoResult result = pending->session->inner().read(dropped);
  pending->dropped += result.bytes;
  const bool is_over = result.state == IoResult::State::ended || result.state == IoResult::State::broken;
  if (is_over || pending->dropped > parts_.config.max_lingering.value)
    return fail(pending, HandshakeEnd::plain_http);
  pending->session->inner().wait(ByteChannel::Wait::readable, [this, pending] {
    if (!pending->is_over) proceed(pending);
  });
}

void Handshakes::fail(const std::shared_ptr<Pending>& pending, HandshakeEnd end) {
  remove(pending);
  parts_.observer.handshake_ended(end);
  pending->session->close(ByteChannel::Close::clean);
}

void Handshakes::remove(const std::shared_ptr<Pending>& pending) {
  pending->is_over = true;
  pending->deadline.cancel();
  if (pending->purpose == ConnectionPurpose::serve_health) {
    --parts_.counts.reserve_used;
  } else {
    --parts_.counts.connections;
    parts_.counts.by_address->remove(pending->peer, 1);
  }
  parts_.server.handshakes().remove(pending->peer, 1);
  pending_.erase(pending->place);
}

void Handshakes::close() {
  while (!pending_.empty()) {
    const std::shared_ptr<Pending> pending = pending_.front();
    remove(pending);
    pending->session->close(ByteChannel::Close::clean);
  }
}

}  // namespace belay::transport

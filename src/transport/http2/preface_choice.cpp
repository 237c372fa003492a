#include "transport/http2/preface_choice.hpp"

#include <array>
#include <cerrno>
#include <string_view>
#include <sys/socket.h>

namespace belay::transport {
namespace {

constexpr std::string_view kPreface = "PRI ";
// A socket with bytes that are not taken counts as readable at once, so the rest is looked for after this time.
constexpr Milliseconds kLookAgain{10};

}  // namespace

struct PrefaceChoice::Pending {
  Pending(PrefaceChoice& choice, std::string from, ConnectionPurpose why, SocketChannel::Socket with)
      : peer(std::move(from)),
        purpose(why),
        socket(std::move(with)),
        deadline(choice.parts_.loop.timers(), [this, &choice] { choice.remove(*place); }),
        again(choice.parts_.loop.timers(), [this, &choice] { choice.look(*place); }) {}

  std::string peer;
  const ConnectionPurpose purpose;
  SocketChannel::Socket socket;
  Timer deadline;
  Timer again;
  Place place{};
  bool is_over = false;
};

void PrefaceChoice::start(std::string peer, ConnectionPurpose purpose, SocketChannel::Socket socket) {
  pending_.push_front(std::make_shared<Pending>(*this, std::move(peer), purpose, std::move(socket)));
  const std::shared_ptr<Pending> pending = pending_.front();
  pending->place = pending_.begin();
  if (purpose == ConnectionPurpose::serve_health) {
    ++parts_.counts.reserve_used;
  } else {
    ++parts_.counts.connections;
    parts_.counts.by_address->add(pending->peer, 1);
  }
  pending->deadline.arm(parts_.config.header_deadline);
  wait(pending);
}

void PrefaceChoice::wait(const std::shared_ptr<Pending>& pending) {
  pending->socket.async_wait(boost::asio::socket_base::wait_read,
                             [this, pending](const boost::system::error_code&) {
                               if (!pending->is_over) look(pending);
                             });
}

void PrefaceChoice::look(const std::shared_ptr<Pending>& pending) {
  std::array<char, kPreface.size()> bytes;
  const ssize_t count =
      ::recv(pending->socket.native_handle(), bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return wait(pending);
  const std::string_view seen(bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  if (seen == kPreface) return choose(pending, ApplicationProtocol::http2);
  // A client that has gone is HTTP/1.1's business too.
  if (seen.empty() || !kPreface.starts_with(seen)) return choose(pending, ApplicationProtocol::http1);
  pending->again.arm(kLookAgain);
}

void PrefaceChoice::choose(const std::shared_ptr<Pending>& pending, ApplicationProtocol protocol) {
  const std::shared_ptr<Pending> chosen = pending;
  remove(chosen);
  parts_.serve(protocol, std::move(chosen->peer), chosen->purpose, std::move(chosen->socket));
}

void PrefaceChoice::remove(const std::shared_ptr<Pending>& removed) {
  const std::shared_ptr<Pending> pending = removed;
  pending->is_over = true;
  pending->deadline.cancel();
  pending->again.cancel();
  if (pending->purpose == ConnectionPurpose::serve_health) {
    --parts_.counts.reserve_used;
  } else {
    --parts_.counts.connections;
    parts_.counts.by_address->remove(pending->peer, 1);
  }
  pending_.erase(pending->place);
}

void PrefaceChoice::close() {
  while (!pending_.empty()) remove(pending_.front());
}

}  // namespace belay::transport

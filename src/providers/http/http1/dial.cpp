#include "providers/http/http1/dial.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <boost/asio/post.hpp>

namespace belay::providers {
namespace {

// How long an address may stay silent while there is another one: the time after which TCP repeats its first
// packet.
constexpr Milliseconds kMaxSilenceOfAddress{1'000};

constexpr std::string_view kTooLong = "connect_timeout has passed";

}  // namespace

Dial::Dial(LoopParts& parts, Server server, Milliseconds connect_timeout, Listener& listener)
    : parts_(parts),
      server_(std::move(server)),
      listener_(&listener),
      deadline_(parts.loop.clock().steady() + connect_timeout),
      deadline_timer_(parts.loop.timers(),
                      [this] {
                        const DeferredDelete::Scope scope(parts_.deletions);
                        fail(HttpFault::timeout, kTooLong);
                      }),
      address_timer_(parts.loop.timers(), [this] {
        const DeferredDelete::Scope scope(parts_.deletions);
        next_address_or_fail(kTooLong);
      }) {
  deadline_timer_.arm(connect_timeout);
}

void Dial::start() {
  if (auto address = NetworkAddress::parse(server_.url.host)) {
    addresses_ = {*address};
  } else {
    addresses_ = parts_.resolver.look_up(server_.url.host, *this);
    looking_up_ = addresses_.empty();
  }
  if (!looking_up_) try_next_address();
}

void Dial::stop() {
  listener_ = nullptr;
  alive_.reset();
  deadline_timer_.cancel();
  address_timer_.cancel();
  if (std::exchange(looking_up_, false)) parts_.resolver.forget(*this);
  if (connection_) connection_->close();
}

void Dial::on_addresses(NetworkAddresses addresses) {
  looking_up_ = false;
  addresses_ = std::move(addresses);
  try_next_address();
}

void Dial::on_no_address(std::string_view cause) {
  looking_up_ = false;
  fail(HttpFault::name, cause);
}

// Connects to the next address that does not fail at once.
void Dial::try_next_address() {
  connection_ = std::make_unique<Connection>(parts_.sockets, server_.key);
  connection_->set_user(this);
  int error = 0;
  while (next_ < addresses_.size()) {
    NetworkAddress address = addresses_[next_++];
    address.set_port(server_.url.port);
    error = connection_->connect(address);
    if (error != 0) continue;
    address_timer_.cancel();
    if (next_ == addresses_.size()) return;
    const auto left = std::chrono::ceil<Milliseconds>(deadline_ - parts_.loop.clock().steady());
    return address_timer_.arm(std::min(kMaxSilenceOfAddress, left / 2));
  }
  fail_later(HttpFault::connect, strerrordesc_np(error));
}

void Dial::next_address_or_fail(std::string_view cause) {
  if (next_ == addresses_.size()) return fail(HttpFault::connect, cause);
  address_timer_.cancel();
  connection_->close();
  parts_.deletions.destroy(std::move(connection_));
  try_next_address();
}

void Dial::on_ready() {
  advance();
}

void Dial::advance() {
  if (!in_tls_) {
    const Connection::Progress progress = connection_->finish_connect();
    if (progress == Connection::Progress::working) return;
    if (progress == Connection::Progress::not_connected) return next_address_or_fail(connection_->cause());
    address_timer_.cancel();
    if (server_.url.https && !begin_tls()) return;
  }
  if (in_tls_) {
    const Connection::Progress progress = connection_->finish_tls();
    if (progress == Connection::Progress::working) return;
    if (progress == Connection::Progress::bad_certificate)
      return fail(HttpFault::certificate, connection_->cause());
    if (progress == Connection::Progress::tls_failed) return fail(HttpFault::tls, connection_->cause());
  }
  Listener* const listener = listener_;
  std::unique_ptr<Connection> connection = std::move(connection_);
  connection->set_user(nullptr);
  stop();
  listener->on_connected(std::move(connection));
}

bool Dial::begin_tls() {
  auto context = parts_.contexts.find(server_.ca_file);
  if (!context) {
    fail(HttpFault::certificate, "ca_file cannot be read");
    return false;
  }
  connection_->start_tls(server_, std::move(context), parts_.sessions);
  in_tls_ = true;
  return true;
}

void Dial::fail(HttpFault fault, std::string_view cause) {
  Listener* const listener = listener_;
  stop();
  if (listener) listener->on_not_connected(fault, cause);
}

// start() must not call the listener.
void Dial::fail_later(HttpFault fault, std::string_view cause) {
  boost::asio::post(parts_.loop.executor(), [alive = std::weak_ptr(alive_), fault, cause] {
    const auto self = alive.lock();
    if (!self) return;
    const DeferredDelete::Scope scope((*self)->parts_.deletions);
    (*self)->fail(fault, cause);
  });
}

}  // namespace belay::providers

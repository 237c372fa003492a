#include "transport/listener.hpp"

#include <optional>
#include <sys/socket.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>

#include "base/timer_wheel.hpp"
#include "transport/client_network.hpp"
#include "transport/connection_purpose.hpp"
#include "transport/cors.hpp"
#include "transport/framing/stream.hpp"
#include "transport/http1/http1_driver.hpp"
#include "transport/http2/http2_driver.hpp"
#include "transport/http2/preface_choice.hpp"
#include "transport/socket_channel.hpp"
#include "transport/target.hpp"
#include "transport/tls/handshakes.hpp"
#include "transport/trusted_proxies.hpp"

namespace belay::transport {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

// How long accepting pauses when the server is full or accepting fails.
constexpr Milliseconds kAcceptPause{50};

std::string text_of(const boost::asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

Result<tcp::endpoint> endpoint_of(const Config& config, std::uint16_t port) {
  error_code error;
  const auto address = boost::asio::ip::make_address(config.address, error);
  if (!error) return tcp::endpoint(address, port);
  return make_error(
      ErrorCode::invalid_request,
      fmt::format("'{}' is no numeric address. Write 127.0.0.1, 0.0.0.0, ::1 or ::.", config.address),
      "address");
}

Error cannot_listen(const Config& config, std::uint16_t port, const error_code& error) {
  return make_error(ErrorCode::unavailable,
                    fmt::format("Cannot listen on {} port {}: {}.", config.address, port, error.message()),
                    "port");
}

// Whether this machine lets the server listen there. This server itself may hold the port.
Result<> try_to_bind(const Config& config, std::uint16_t port, bool may_be_taken) {
  const auto endpoint = endpoint_of(config, port);
  if (!endpoint) return endpoint.error();
  boost::asio::io_context context;
  tcp::acceptor probe(context);
  error_code error;
  probe.open(endpoint->protocol(), error);
  if (!error) probe.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) probe.bind(*endpoint, error);
  if (!error || (may_be_taken && error == boost::asio::error::address_in_use)) return {};
  Error problem = cannot_listen(config, port, error);
  if (may_be_taken && error != boost::asio::error::access_denied) problem.field = "address";
  return problem;
}

// Whether a request's Host, without its port, can have this value.
bool is_possible_host(const std::string& host) {
  const bool has_colon = host.find(':') != std::string::npos;
  return is_valid_authority(has_colon ? "[" + host + "]" : host);
}

}  // namespace

class Listener::Impl : public std::enable_shared_from_this<Impl> {
 public:
  explicit Impl(const Parts& parts)
      : parts_(parts),
        driver_({parts.loop, parts.config, parts.dispatcher, parts.observer, parts.counts, parts.random}),
        http2_({parts.loop, parts.config, parts.dispatcher, parts.observer, parts.counts, parts.random}),
        choice_({parts.loop, parts.config, parts.counts,
                 [this](ApplicationProtocol protocol, std::string peer, ConnectionPurpose purpose,
                        SocketChannel::Socket socket) {
                   serve_plain(protocol, std::move(peer), purpose, std::move(socket));
                 }}),
        acceptor_(parts.loop.executor()),
        accept_again_(parts.loop.timers(), [this] { accept(); }) {
    // The dispatcher was made of the same settings: they are valid.
    if (auto proxies = TrustedProxies::make(parts.config.trusted_proxies)) proxies_ = std::move(*proxies);
    if (!parts.tls) return;
    const auto serve_channel = [this](ApplicationProtocol protocol, std::string peer,
                                      ConnectionPurpose purpose, TlsChannel channel) {
      serve<TlsChannel>(protocol, std::move(peer), purpose, std::move(channel));
    };
    handshakes_.emplace(
        Handshakes::Parts{parts.loop, parts.config, *parts.tls, parts.counts, parts.observer, serve_channel});
  }

  Result<std::uint16_t> listen(std::uint16_t port) {
    const auto endpoint = endpoint_of(parts_.config, port);
    if (!endpoint) return endpoint.error();
    error_code error;
    acceptor_.open(endpoint->protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) share_port(error);
    if (!error) acceptor_.bind(*endpoint, error);
    if (!error) acceptor_.listen(parts_.config.backlog, error);
    if (error) {
      error_code ignored;
      acceptor_.close(ignored);
      return cannot_listen(parts_.config, port, error);
    }
    accept();
    return acceptor_.local_endpoint().port();
  }

  void stop_accepting() {
    error_code ignored;
    accept_again_.cancel();
    acceptor_.close(ignored);
  }

  void drain() {
    driver_.drain();
    http2_.drain();
  }

  void cut_streams(Milliseconds retry_base) {
    driver_.cut_streams(retry_base);
    http2_.cut_streams(retry_base);
  }

  void close() {
    stop_accepting();
    choice_.close();
    if (handshakes_) handshakes_->close();
    driver_.close();
    http2_.close();
  }

 private:
  void share_port(error_code& error) {
    const int on = 1;
    if (::setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
      error = error_code(errno, boost::system::system_category());
  }

  bool full() const { return parts_.counts.connections.load() >= parts_.config.max_connections; }

  void accept() {
    if (!acceptor_.is_open()) return;
    if (full() && parts_.config.when_full == WhenFull::pause) return accept_again_.arm(kAcceptPause);
    if (handshakes_ && handshakes_->full()) return accept_again_.arm(kAcceptPause);
    acceptor_.async_accept([weak = weak_from_this()](const error_code& error, SocketChannel::Socket socket) {
      const auto self = weak.lock();
      if (self && self->acceptor_.is_open()) self->accepted(error, std::move(socket));
    });
  }

  void accepted(const error_code& error, SocketChannel::Socket socket) {
    if (error == boost::asio::error::connection_aborted) return accept();
    if (error) {
      const bool no_descriptors = error == boost::system::errc::too_many_files_open ||
                                  error == boost::system::errc::too_many_files_open_in_system;
      parts_.observer.connection_refused(no_descriptors ? ConnectionRefusal::no_descriptors
                                                        : ConnectionRefusal::accept_error);
      return accept_again_.arm(kAcceptPause);
    }
    take_in(std::move(socket));
    accept();
  }

  void take_in(SocketChannel::Socket socket) {
    error_code gone;
    const auto endpoint = socket.remote_endpoint(gone);
    if (gone) return;
    const std::string peer = text_of(endpoint.address());
    const ConnectionPurpose purpose = purpose_of(parts_.config, parts_.counts, proxies_, peer);
    const bool is_refused =
        purpose == ConnectionPurpose::refuse || purpose == ConnectionPurpose::refuse_address;
    // With TLS an answer would cost a handshake.
    const bool gets_no_answer = handshakes_ || driver_.refusing() >= parts_.config.max_refusing;
    if ((is_refused && gets_no_answer) || too_many_handshakes(peer)) {
      parts_.observer.connection_refused(ConnectionRefusal::too_many);
      return;
    }
    if (handshakes_)
      handshakes_->start<SocketChannel>(peer, purpose, std::move(socket), parts_.config.send_buffer);
    else if (!is_refused && parts_.config.http2.cleartext && proxies_.contains(peer))
      choice_.start(peer, purpose, std::move(socket));
    else
      serve_plain(ApplicationProtocol::http1, peer, purpose, std::move(socket));
  }

  void serve_plain(ApplicationProtocol protocol, std::string peer, ConnectionPurpose purpose,
                   SocketChannel::Socket socket) {
    serve<SocketChannel>(protocol, std::move(peer), purpose, std::move(socket), parts_.config.send_buffer);
  }

  // As for connections, trusted proxies and this machine have no limit of their own.
  bool too_many_handshakes(const std::string& peer) const {
    if (!parts_.tls || is_this_machine(peer) || proxies_.contains(peer)) return false;
    return parts_.tls->handshakes().of(peer) >= parts_.tls->config().max_handshakes_per_address;
  }

  // What client and server have agreed on chooses the driver.
  template <class Channel, class... Arguments>
  void serve(ApplicationProtocol protocol, std::string peer, ConnectionPurpose purpose,
             Arguments&&... arguments) {
    switch (protocol) {
      case ApplicationProtocol::http1:
        return driver_.serve<Channel>(std::move(peer), purpose, std::forward<Arguments>(arguments)...);
      case ApplicationProtocol::http2:
        return http2_.serve<Channel>(std::move(peer), purpose, std::forward<Arguments>(arguments)...);
    }
  }

  const Parts parts_;
  TrustedProxies proxies_;
  Http1Driver driver_;
  Http2Driver http2_;
  PrefaceChoice choice_;
  std::optional<Handshakes> handshakes_;  // with TLS
  boost::asio::basic_socket_acceptor<tcp, Loop::Executor> acceptor_;
  Timer accept_again_;
};

std::vector<Error> Listener::check(const Config& config) {
  std::vector<Error> problems;
  if (const auto cors = Cors::make(config.cors); !cors) problems.push_back(cors.error());
  if (const auto proxies = TrustedProxies::make(config.trusted_proxies); !proxies)
    problems.push_back(proxies.error());
  for (std::size_t i = 0; i < config.allowed_hosts.size(); ++i)
    if (!is_possible_host(config.allowed_hosts[i]))
      problems.push_back(make_error(
          ErrorCode::invalid_request,
          fmt::format("Entry {} is no host name or address without a port: \"chat.example.com\".", i + 1),
          "allowed_hosts"));
  if (config.http2.cleartext && config.trusted_proxies.empty())
    problems.push_back(
        make_error(ErrorCode::invalid_request,
                   "HTTP/2 without TLS is only spoken with proxies. Name them in server.trusted_proxies.",
                   "http2.cleartext"));
  const auto check_port = [&](std::uint16_t port, const char* setting) {
    const auto binds = try_to_bind(config, port, true);
    if (binds) return;
    problems.push_back(binds.error());
    if (problems.back().field == "port") problems.back().field = setting;
  };
  if (config.plain) check_port(config.port, "port");
  if (!config.tls.enabled()) return problems;
  check_port(config.tls.port, "tls.port");
  for (Error& problem : TlsContext::load(config.tls, SystemClock().wall()).problems)
    problems.push_back(std::move(problem));
  return problems;
}

Listener::Listener(const Parts& parts) : impl_(std::make_shared<Impl>(parts)) {}
Listener::~Listener() {
  close();
}

Result<> Listener::check_port_is_free(const Config& config, std::uint16_t port) {
  return try_to_bind(config, port, false);
}

Result<std::uint16_t> Listener::listen(std::uint16_t port) {
  return impl_->listen(port);
}
void Listener::stop_accepting() {
  impl_->stop_accepting();
}
void Listener::drain() {
  impl_->drain();
}
void Listener::cut_streams(Milliseconds retry_base) {
  impl_->cut_streams(retry_base);
}
void Listener::close() {
  impl_->close();
}

}  // namespace belay::transport

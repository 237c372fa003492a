#include "transport/http1/http1_server.hpp"

#include <sys/socket.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>

#include "base/timer_wheel.hpp"
#include "transport/framing/stream.hpp"
#include "transport/http1/connection.hpp"
#include "transport/http1/server_state.hpp"
#include "transport/target.hpp"

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

// Whether a request's Host, without its port, can have this value.
bool is_possible_host(const std::string& host) {
  const bool has_colon = host.find(':') != std::string::npos;
  return is_valid_authority(has_colon ? "[" + host + "]" : host);
}

Error cannot_listen(const Config& config, std::uint16_t port, const error_code& error) {
  return make_error(ErrorCode::unavailable,
                    fmt::format("Cannot listen on {} port {}: {}.", config.address, port, error.message()),
                    "port");
}

}  // namespace

class Http1Server::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(const Parts& parts, Cors cors, TrustedProxies proxies)
      : state_{parts.loop,   parts.config, parts.router,    parts.observer,
               parts.counts, parts.random, std::move(cors), std::move(proxies)},
        acceptor_(parts.loop.executor()),
        accept_again_(parts.loop.timers(), [this] { accept(); }) {}

  Result<std::uint16_t> listen(std::uint16_t port) {
    const auto endpoint = endpoint_of(state_.config, port);
    if (!endpoint) return endpoint.error();
    error_code error;
    acceptor_.open(endpoint->protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) share_port(error);
    if (!error) acceptor_.bind(*endpoint, error);
    if (!error) acceptor_.listen(state_.config.backlog, error);
    if (error) {
      error_code ignored;
      acceptor_.close(ignored);
      return cannot_listen(state_.config, port, error);
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
    state_.draining = true;
    for_each([](Http1Connection& connection) { connection.close_if_idle(); });
  }

  void cut_streams(Milliseconds retry_base) {
    for_each([&](Http1Connection& connection) {
      connection.cut_stream(jittered_retry(retry_base, state_.random));
    });
  }

  void close() {
    stop_accepting();
    for_each([](Http1Connection& connection) { connection.close(); });
  }

 private:
  // The visitor may remove the connection from the list.
  template <class Visit>
  void for_each(Visit visit) {
    for (auto at = state_.connections.begin(); at != state_.connections.end();) {
      const std::shared_ptr<Http1Connection> connection = *at++;
      visit(*connection);
    }
  }

  void share_port(error_code& error) {
    const int on = 1;
    if (::setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
      error = error_code(errno, boost::system::system_category());
  }

  bool full() const { return state_.counts.connections.load() >= state_.config.max_connections; }

  void accept() {
    if (!acceptor_.is_open()) return;
    if (full() && state_.config.when_full == WhenFull::pause) return accept_again_.arm(kAcceptPause);
    acceptor_.async_accept(
        [weak = weak_from_this()](const error_code& error, Http1Connection::Socket socket) {
          const auto self = weak.lock();
          if (self && self->acceptor_.is_open()) self->accepted(error, std::move(socket));
        });
  }

  void accepted(const error_code& error, Http1Connection::Socket socket) {
    if (error == boost::asio::error::connection_aborted) return accept();
    if (error) {
      const bool no_descriptors = error == boost::system::errc::too_many_files_open ||
                                  error == boost::system::errc::too_many_files_open_in_system;
      state_.observer.connection_refused(no_descriptors ? ConnectionRefusal::no_descriptors
                                                        : ConnectionRefusal::accept_error);
      return accept_again_.arm(kAcceptPause);
    }
    take_in(std::move(socket));
    accept();
  }

  void take_in(Http1Connection::Socket socket) {
    error_code gone;
    const auto endpoint = socket.remote_endpoint(gone);
    if (gone) return;
    const auto purpose = full() ? Http1Connection::Purpose::refuse : Http1Connection::Purpose::serve;
    if (purpose == Http1Connection::Purpose::refuse && state_.refusing >= state_.config.max_refusing) {
      state_.observer.connection_refused(ConnectionRefusal::too_many);
      return;
    }
    state_.connections.push_front(
        std::make_shared<Http1Connection>(state_, std::move(socket), text_of(endpoint.address()), purpose));
    const std::shared_ptr<Http1Connection> connection = state_.connections.front();
    connection->start(state_.connections.begin());
  }

  ServerState state_;
  boost::asio::basic_socket_acceptor<tcp, Loop::Executor> acceptor_;
  Timer accept_again_;
};

std::vector<Error> Http1Server::check(const Config& config) {
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
  const auto endpoint = endpoint_of(config, config.port);
  if (!endpoint) {
    problems.push_back(endpoint.error());
    return problems;
  }
  boost::asio::io_context context;
  tcp::acceptor probe(context);
  error_code error;
  probe.open(endpoint->protocol(), error);
  if (!error) probe.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) probe.bind(*endpoint, error);
  // This server itself may hold the port.
  if (error && error != boost::asio::error::address_in_use) {
    const bool not_allowed = error == boost::asio::error::access_denied;
    problems.push_back(cannot_listen(config, config.port, error));
    problems.back().field = not_allowed ? "port" : "address";
  }
  return problems;
}

Result<std::unique_ptr<Http1Server>> Http1Server::make(const Parts& parts) {
  Result<Cors> cors = Cors::make(parts.config.cors);
  if (!cors) return cors.error();
  Result<TrustedProxies> proxies = TrustedProxies::make(parts.config.trusted_proxies);
  if (!proxies) return proxies.error();
  return std::unique_ptr<Http1Server>(
      new Http1Server(std::make_shared<Impl>(parts, std::move(*cors), std::move(*proxies))));
}

Http1Server::Http1Server(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Http1Server::~Http1Server() {
  close();
}

Result<> Http1Server::check_port_is_free(const Config& config, std::uint16_t port) {
  const auto endpoint = endpoint_of(config, port);
  if (!endpoint) return endpoint.error();
  boost::asio::io_context context;
  tcp::acceptor probe(context);
  error_code error;
  probe.open(endpoint->protocol(), error);
  if (!error) probe.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) probe.bind(*endpoint, error);
  if (error) return cannot_listen(config, port, error);
  return {};
}

Result<std::uint16_t> Http1Server::listen(std::uint16_t port) {
  return impl_->listen(port);
}
void Http1Server::stop_accepting() {
  impl_->stop_accepting();
}
void Http1Server::drain() {
  impl_->drain();
}
void Http1Server::cut_streams(Milliseconds retry_base) {
  impl_->cut_streams(retry_base);
}
void Http1Server::close() {
  impl_->close();
}

}  // namespace belay::transport

// A connection on which another protocol speaks, after a 101 (Upgrade).
#include "transport/framing/stream.hpp"
#include "transport/http1/connection.hpp"

namespace belay::transport {

// Sends the 101. Until the handler runs, the connection holds it.
Awaitable<Http1Connection::Next> Http1Connection::switch_protocol(Exchange& exchange, Upgrade upgrade,
                                                                  std::string head) {
  const std::uint64_t written_before = channel_.written();
  std::uint64_t sent = 0;
  const bool written = co_await write(std::move(head), std::string(), sent);
  if (closed_) co_return Next::close;
  report_request(exchange, 101, sent);
  if (!written) co_return Next::close;
  upgraded_ = std::unique_ptr<Upgraded>(new Upgraded{
      .handler = std::move(upgrade.handler),
      .request_id = std::move(exchange.request.request_id),
      .peer = std::move(exchange.request.peer),
      .route = exchange.route,
      .started = exchange.started,
      .written_before = written_before,
  });
  ++state_->counts.streams;
  StreamReport report;
  report.route = upgraded_->route->name;
  report.request_id = upgraded_->request_id;
  report.peer = upgraded_->peer;
  report.duration = loop_.clock().steady() - upgraded_->started;
  state_->observer.stream_opened(report);
  co_return Next::upgrade;
}

// The handler speaks on the channel until it is done.
void Http1Connection::start_upgraded() {
  if (state_->draining) drain_upgraded();
  upgraded_->handler->start(
      channel_, std::exchange(pipelined_bytes_, {}),
      [self = shared_from_this()](const std::exception_ptr& failure) { self->upgraded_is_over(failure); });
}

void Http1Connection::upgraded_is_over(const std::exception_ptr& failure) {
  if (closed_) return;
  if (failure) {
    report_failure(failure);
    return close();
  }
  const StreamEnd end = upgraded_->handler->end();
  end_upgraded(end);
  // As with a stream: the kernel would keep the bytes for a client that reads nothing.
  close(end == StreamEnd::stalled ? ByteChannel::Close::reset : ByteChannel::Close::clean);
}

void Http1Connection::report_failure(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    state_->observer.handler_failed({}, {}, error.what());
  }
}

void Http1Connection::drain_upgraded() {
  upgraded_->handler->drain(jittered_retry(state_->config.retry_base, state_->random));
}

void Http1Connection::end_upgraded(StreamEnd end) {
  if (!upgraded_ || upgraded_->is_over) return;
  upgraded_->is_over = true;
  --state_->counts.streams;
  StreamReport report;
  report.route = upgraded_->route->name;
  report.request_id = upgraded_->request_id;
  report.peer = upgraded_->peer;
  report.duration = loop_.clock().steady() - upgraded_->started;
  report.bytes = channel_.written() - upgraded_->written_before;
  report.end = end;
  state_->observer.stream_closed(report);
}

}  // namespace belay::transport

// A request's body: what is decided before it is read, and reading it, whole or in pieces.
#include <algorithm>

#include "transport/body_memory.hpp"
#include "transport/http1/connection.hpp"
#include "transport/problem.hpp"

namespace belay::transport {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

// Before the body is read: signs the client in, and reserves memory. Or sets a response that refuses the request.
Awaitable<> Http1Connection::admit_body(Exchange& exchange, std::optional<Response>& refusal) {
  if (exchange.route->before_body) {
    std::optional<Response> response = co_await state_->dispatcher.check(*exchange.route, exchange.request);
    refusal = std::move(response);
  }
  if (!refusal && !closed_) refusal = reserve_body_memory(exchange);
}

std::optional<Response> Http1Connection::reserve_body_memory(Exchange& exchange) {
  const std::uint64_t max = exchange.route->max_body.value;
  std::uint64_t amount = exchange.reader.head().content_length.value_or(max);
  if (amount > max) return std::nullopt;  // it is refused for its size
  if (exchange.route->streams_body) amount = std::min<std::uint64_t>(amount, state_->received->size());
  Result<std::unique_ptr<AddressShare>> memory =
      transport::reserve_body_memory(state_->config, state_->counts, exchange.request.peer, amount);
  if (!memory) return problem(memory.error(), exchange.request.request_id);
  exchange.body_memory = std::move(*memory);
  return std::nullopt;
}

// Asks the client for the body if it waits for that. False: the client has disconnected.
Awaitable<bool> Http1Connection::begin_body(Exchange& exchange) {
  RequestReader& reader = exchange.reader;
  exchange.body_begun = true;
  feed(reader, std::exchange(pipelined_bytes_, {}));
  const bool awaits_body = reader.phase() == RequestReader::Phase::body && !reader.body_started();
  if (!awaits_body || !reader.head().expects_continue) co_return true;
  std::uint64_t sent = 0;
  std::string text(kContinue);
  const bool written = co_await write(std::move(text), std::string(), sent);
  co_return written;
}

// Awaits the end of the body. False: the client has disconnected.
Awaitable<bool> Http1Connection::receive_body(Exchange& exchange) {
  RequestReader& reader = exchange.reader;
  const bool begun = co_await begin_body(exchange);
  if (!begun) co_return false;
  timer_.arm(state_->config.body_deadline);
  while (reader.phase() == RequestReader::Phase::body) {
    const Received received = co_await receive(reader);
    if (closed_ || received == Received::end) co_return false;
    if (received == Received::timed_out) reader.time_out("The request's body did not arrive in time.");
  }
  timer_.cancel();
  co_return true;
}

// The next piece of a streamed body; each has its own deadline.
Awaitable<Result<std::string>> Http1Connection::read_body(Exchange& exchange) {
  RequestReader& reader = exchange.reader;
  if (!exchange.body_begun && !closed_) {
    const bool begun = co_await begin_body(exchange);
    exchange.client_gone = !begun;
  }
  std::string piece = reader.take_body();
  while (piece.empty() && reader.phase() == RequestReader::Phase::body && !closed_ && !exchange.client_gone) {
    timer_.arm(state_->config.body_deadline);
    const Received received = co_await receive(reader);
    timer_.cancel();
    exchange.client_gone = received == Received::end;
    if (received == Received::timed_out && !closed_)
      reader.time_out("The request's body did not arrive in time.");
    piece = reader.take_body();
  }
  reads_body_ = reader.phase() == RequestReader::Phase::body;
  if (reader.phase() == RequestReader::Phase::refused) co_return reader.refusal().error;
  if (piece.empty() && reader.phase() == RequestReader::Phase::body)
    co_return make_error(ErrorCode::cancelled, "The client has disconnected.");
  co_return piece;
}

}  // namespace belay::transport

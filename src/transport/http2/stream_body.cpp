// A request's body: what is decided before it is read, and reading it, whole or in pieces. And whether the client is
// still there while a handler runs.
//
// Until the request is accepted, its body uses the windows of the stream and of the connection, so a client can send
// little of it. From then on the connection's window is given back as the bytes arrive: memory for them is
// reserved. The stream's window is given back as the handler takes them.
#include <algorithm>

#include "base/release.hpp"
#include "transport/body_memory.hpp"
#include "transport/http2/connection.hpp"
#include "transport/http2/stream_parts.hpp"
#include "transport/problem.hpp"

namespace belay::transport {

// Before the body is read: signs the client in, and reserves memory. Or sets a response that refuses the request.
Awaitable<> Http2Stream::admit_body(std::optional<Response>& refusal) {
  Incoming& in = *incoming_;
  if (in.route->before_body) {
    const Dispatcher& dispatcher = state().dispatcher;
    std::optional<Response> response = co_await dispatcher.check(*in.route, in.request);
    refusal = std::move(response);
  }
  if (refusal || !connection_) co_return;
  const std::uint64_t max = in.route->max_body.value;
  std::uint64_t amount = in.content_length.value_or(max);
  if (amount > max) co_return;  // it is refused for its size
  const Config& config = state().config;
  if (in.route->streams_body) amount = std::min(amount, config.http2.body_window.value);
  Result<std::unique_ptr<AddressShare>> memory =
      reserve_body_memory(config, state().counts, in.request.peer, amount);
  if (memory)
    in.body_memory = std::move(*memory);
  else
    refusal = problem(memory.error(), in.request.request_id);
}

void Http2Stream::accept_body() {
  const Route& route = *incoming_->route;
  if (route.max_body.value == 0) return begin_body(BodyPhase::ignored, state().config.max_ignored_body.value);
  begin_body(route.streams_body ? BodyPhase::streamed : BodyPhase::whole, route.max_body.value);
}

void Http2Stream::begin_body(BodyPhase phase, std::uint64_t max) {
  Incoming& in = *incoming_;
  in.phase = phase;
  in.max_body = max;
  if (in.content_length.value_or(0) > max) {
    const bool is_ignored = phase == BodyPhase::ignored;
    return refuse_body(body_too_large(ByteCount{max}, is_ignored ? BodyUse::ignored : BodyUse::read));
  }
  const std::string held = std::exchange(in.body, std::string());
  if (!held.empty()) body_arrived(held);
  if (in.body_ended || in.refusal) return;
  if (phase != BodyPhase::streamed) ask_for_body();
}

// Asks the client for the body if it waits for that, and lets it send more at once.
void Http2Stream::ask_for_body() {
  Incoming& in = *incoming_;
  if (std::exchange(in.is_asked_for, true)) return;
  if (in.phase != BodyPhase::ignored) session().grow_windows(id_, state().config.http2.body_window.value);
  if (in.expects_continue && !in.body_arrived) session().submit_continue(id_);
  connection_->flush_soon();
}

void Http2Stream::drop_body() {
  Incoming& in = *incoming_;
  if (in.phase == BodyPhase::held) session().consume_connection(in.body.size());
  release(in.body);
  in.phase = BodyPhase::dropped;
}

void Http2Stream::refuse_body(Refusal refusal) {
  incoming_->refusal = std::move(refusal);
  drop_body();
  wake_body();
}

void Http2Stream::body_arrived(std::string_view bytes) {
  if (upgraded_) {
    session().consume_connection(bytes.size());
    return upgraded_->channel.arrive(bytes);
  }
  Incoming* in = incoming_.get();
  if (in) in->body_arrived = true;
  if (in && in->phase == BodyPhase::held) {
    in->body += bytes;
    return;
  }
  session().consume_connection(bytes.size());
  // Of a body that nobody wants, the client can send no more than the stream's window.
  if (!in || in->phase == BodyPhase::dropped) return;
  const bool is_kept = in->phase != BodyPhase::ignored;
  if (in->phase != BodyPhase::streamed) session().consume_stream(id_, bytes.size());
  in->received += bytes.size();
  if (is_kept) in->body += bytes;
  if (in->received > in->max_body)
    return refuse_body(body_too_large(ByteCount{in->max_body}, is_kept ? BodyUse::read : BodyUse::ignored));
  if (in->phase == BodyPhase::streamed) wake_body();
}

void Http2Stream::trailer(std::size_t bytes) {
  if (!incoming_ || incoming_->phase == BodyPhase::dropped) return;
  incoming_->trailers += bytes;
  const std::uint64_t max = state().config.max_chunk_overhead.value;
  if (incoming_->trailers > max)
    refuse_body(refuse(ErrorCode::headers_too_large,
                       "The fields behind the body are larger than " + std::to_string(max) + " bytes."));
}

void Http2Stream::body_ended() {
  if (upgraded_) return upgraded_->channel.end();
  if (!incoming_) return;
  incoming_->body_ended = true;
  wake_body();
}

// ---- waiting for it

void Http2Stream::wake_body() {
  if (!incoming_) return;
  if (auto waiter = std::exchange(incoming_->body_waiter, nullptr)) waiter(true);
}

// Until something about the body changes, or its deadline has passed.
Awaitable<> Http2Stream::wait_for_body() {
  auto start = [this](UniqueFunction<void(bool)> done) { incoming_->body_waiter = std::move(done); };
  co_await await_callback<bool>(loop_, std::move(start));
}

// Until the body has ended or is refused, or the client has gone.
Awaitable<> Http2Stream::receive_body() {
  Incoming& in = *incoming_;
  timer_.arm(state().config.body_deadline);
  while (connection_ && !in.body_ended && !in.refusal) co_await wait_for_body();
  timer_.cancel();
}

// The next piece of a streamed body; each has its own deadline.
Awaitable<Result<std::string>> Http2Stream::read() {
  Incoming& in = *incoming_;
  if (connection_ && !in.body_ended) {
    ask_for_body();
    timer_.arm(state().config.body_deadline);
  }
  while (connection_ && !in.refusal && in.body.empty() && !in.body_ended) co_await wait_for_body();
  timer_.cancel();
  if (in.refusal) co_return in.refusal->error;
  if (!connection_) {
    if (in.body_ended && in.body.empty()) co_return std::string();
    co_return make_error(ErrorCode::cancelled, "The client has disconnected.");
  }
  std::string piece = std::exchange(in.body, std::string());
  if (!piece.empty()) {
    session().consume_stream(id_, piece.size());
    connection_->flush_soon();
  }
  co_return piece;
}

// ---- whether the client is still there

void Http2Stream::watch(UniqueFunction<void()> gone) {
  if (!incoming_) return;
  incoming_->gone = std::move(gone);
  if (connection_) return;
  loop_.post([self = shared_from_this()] {
    if (!self->incoming_) return;
    if (auto callback = std::exchange(self->incoming_->gone, nullptr)) callback();
  });
}

void Http2Stream::unwatch() {
  if (incoming_) incoming_->gone = nullptr;
}

}  // namespace belay::transport

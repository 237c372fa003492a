// A connection whose answer is a stream.
#include <algorithm>

#include <boost/asio/post.hpp>

#include "transport/exchange_report.hpp"
#include "transport/framing/stream.hpp"
#include "transport/http1/connection.hpp"

namespace belay::transport {
void Http1Connection::start_stream(Exchange& exchange, StreamBody body, std::string head) {
  const auto coding =
      exchange.http_1_0 ? StreamWriter::TransferCoding::none : StreamWriter::TransferCoding::chunked;
  stream_ = std::unique_ptr<Stream>(new Stream{
      .writer = StreamWriter(std::move(body.source), coding, std::move(head), body.preamble),
      .framing = body.framing ? *body.framing : plain_framing(),
      .request_id = std::move(exchange.request.request_id),
      .peer = std::move(exchange.request.peer),
      .route = exchange.route,
      .started = exchange.started,
      .last_sent = loop_.clock().steady(),
      .written_before = channel_.written(),
      .keep_alive = exchange.keep_alive,
      .watch = std::move(body.watch),
  });
  ++stream_serial_;
  ++state_->counts.streams;
  state_->observer.stream_opened(stream_report(kHttp1, *stream_->route, stream_->request_id, stream_->peer,
                                               stream_->last_sent - stream_->started));

  arm_stream_timer();
  watch_client();
  stream_->writer.source().attach(*this);
  pump();
  if (stream_->watch) stream_->watch->opened(*this);
}

void Http1Connection::wake() {
  pump();
}

void Http1Connection::pump() {
  if (!stream_ || stream_->end || stream_->awaits_writable) return;
  const StreamWriter::Progress progress = stream_->writer.pump(channel_);
  account();
  settle(progress);
}

// What was written since the last call.
void Http1Connection::account() {
  const std::uint64_t bytes = channel_.written() - stream_->written_before;
  if (bytes == stream_->bytes) return;
  stream_->bytes = bytes;
  stream_->last_sent = loop_.clock().steady();
  stream_->is_full = false;
}

void Http1Connection::settle(StreamWriter::Progress progress) {
  stream_->at_boundary = progress == StreamWriter::Progress::waiting;
  switch (progress) {
    case StreamWriter::Progress::waiting:
    case StreamWriter::Progress::loading:
      stream_->is_full = false;
      return;
    case StreamWriter::Progress::full:
    case StreamWriter::Progress::more:
      return await_writable();
    case StreamWriter::Progress::ended:
      return end_stream(stream_->is_revoked ? StreamEnd::revoked : StreamEnd::complete);
    case StreamWriter::Progress::lost:
      return end_stream(StreamEnd::source_lost);
    case StreamWriter::Progress::broken:
      return end_stream(StreamEnd::client_gone);
  }
}

bool Http1Connection::streams(std::uint32_t serial) const {
  return stream_ && !stream_->end && stream_serial_ == serial;
}

void Http1Connection::await_writable() {
  stream_->awaits_writable = true;
  if (!stream_->is_full) stream_->last_sent = loop_.clock().steady();
  stream_->is_full = true;
  channel_.wait(ByteChannel::Wait::writable, [self = shared_from_this(), serial = stream_serial_] {
    if (!self->streams(serial)) return;
    self->stream_->awaits_writable = false;
    self->pump();
  });
}

void Http1Connection::watch_client() {
  channel_.wait(ByteChannel::Wait::readable, [self = shared_from_this(), serial = stream_serial_] {
    if (self->streams(serial)) self->on_client_readable();
  });
}

// A client that closes its connection during a stream counts as gone, also when it closed only its sending
// half. Bytes that it sends are its next requests: they are kept, up to a limit.
void Http1Connection::on_client_readable() {
  auto& buffer = *state_->received;
  const IoResult result = channel_.read(buffer);
  if (result.state == IoResult::State::ended || result.state == IoResult::State::broken)
    return end_stream(StreamEnd::client_gone);
  pipelined_bytes_.append(buffer.data(), result.bytes);
  if (pipelined_bytes_.size() > state_->config.max_sent_during_stream.value)
    return end_stream(StreamEnd::client_noisy);
  watch_client();
}

// One timer serves two purposes: a heartbeat when everything is sent, and the stall limit when something is
// not. Sending does not move the timer. When it fires, it looks at the time of the last byte and is set again
// for the rest.
void Http1Connection::arm_stream_timer() {
  const auto now = loop_.clock().steady();
  const auto since = [&](SteadyTime time) { return std::chrono::duration_cast<Milliseconds>(now - time); };
  Milliseconds rest = state_->config.stalled_write_limit;
  if (stream_->is_full) rest -= since(stream_->last_sent);
  // While the channel is full, no heartbeat is due. It is due one interval later if the channel is free by then.
  if (!stream_->framing.heartbeat().empty())
    rest = std::min(rest, heartbeat_after(state_->config.heartbeat_interval) -
                              (stream_->is_full ? Milliseconds(0) : since(stream_->last_sent)));
  timer_.arm(std::max(rest, TimerWheel::kTick));
}

void Http1Connection::stream_timer_fired() {
  if (stream_->end) return;
  const auto now = loop_.clock().steady();
  if (stream_->is_full) {
    if (now - stream_->last_sent >= state_->config.stalled_write_limit) return end_stream(StreamEnd::stalled);
  } else if (!stream_->framing.heartbeat().empty() &&
             now - stream_->last_sent >= heartbeat_after(state_->config.heartbeat_interval)) {
    const std::uint64_t before = stream_->bytes;
    pump();  // bytes that are ready go out before a heartbeat
    if (!stream_->end && stream_->at_boundary && stream_->bytes == before)
      settle(write_between_messages(stream_->framing.heartbeat()));
  }
  if (!stream_->end) arm_stream_timer();
}

StreamWriter::Progress Http1Connection::write_between_messages(std::string_view text) {
  const StreamWriter::Progress progress = stream_->writer.write_between_messages(channel_, text);
  account();
  return progress;
}

void Http1Connection::cut_stream(Milliseconds retry) {
  if (upgraded_ && !upgraded_->is_over) upgraded_->handler->cut(retry);
  cut_stream(retry, StreamEnd::drained);
}

void Http1Connection::expire(Milliseconds retry) {
  cut_stream(retry, StreamEnd::sign_in_over);
}

void Http1Connection::cut_stream(Milliseconds retry, StreamEnd end) {
  if (!stream_ || stream_->end) return;
  pump();
  if (stream_->end) return;
  if (const std::string farewell = stream_->framing.farewell(retry);
      stream_->at_boundary && !farewell.empty())
    write_between_messages(farewell);
  end_stream(end);
}

void Http1Connection::revoke(std::string_view last_message) {
  if (!stream_ || stream_->end) return;
  pump();
  if (stream_->end) return;
  if (!stream_->at_boundary || last_message.empty()) return end_stream(StreamEnd::revoked);
  stream_->is_revoked = true;
  const StreamWriter::Progress progress = stream_->writer.end_between_messages(channel_, last_message);
  account();
  settle(progress);
}

// The source may be the caller, so it is destroyed in a later turn of the loop.
void Http1Connection::end_stream(StreamEnd end) {
  stream_->end = end;
  timer_.cancel();
  boost::asio::post(loop_.executor(), [self = shared_from_this(), serial = stream_serial_] {
    if (self->stream_ && self->stream_serial_ == serial) self->finish_stream();
  });
}

std::unique_ptr<Http1Connection::Stream> Http1Connection::take_stream(StreamEnd end) {
  if (!stream_) return nullptr;
  std::unique_ptr<Stream> stream = std::move(stream_);
  if (!stream->end) stream->end = end;
  --state_->counts.streams;
  StreamReport report = stream_report(kHttp1, *stream->route, stream->request_id, stream->peer,
                                      loop_.clock().steady() - stream->started);
  report.bytes = stream->bytes;
  report.end = *stream->end;
  state_->observer.stream_closed(report);
  return stream;
}

// After a clean end the connection continues with the next request. Every other end must be visible to the
// client. With chunked framing the last chunk is missing, which every client notices. So the connection is
// closed normally, and bytes already sent still arrive. An HTTP/1.0 client can recognize a cut only by a
// reset. A client that reads nothing is also reset, because the kernel would otherwise keep its bytes.
void Http1Connection::finish_stream() {
  std::unique_ptr<Stream> stream = take_stream(StreamEnd::closed);
  const StreamEnd end = *stream->end;
  const bool chunked = stream->writer.coding() == StreamWriter::TransferCoding::chunked;
  const bool keeps_alive = stream->keep_alive && !state_->draining;
  const bool is_clean =
      end == StreamEnd::complete || (end == StreamEnd::revoked && stream->writer.has_ended());
  stream.reset();
  if (is_clean) {
    channel_.cancel_waits();  // ends the watch on the client
    return spawn(keeps_alive ? Next::exchange : Next::linger);
  }
  close(end == StreamEnd::stalled || !chunked ? ByteChannel::Close::reset : ByteChannel::Close::clean);
}

}  // namespace belay::transport

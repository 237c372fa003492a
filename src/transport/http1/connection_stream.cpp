// A connection whose answer is a stream.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>

#include <boost/asio/post.hpp>

#include "transport/http1/connection.hpp"

namespace belay::transport {
namespace {

// A heartbeat is sent this much early, so that the interval holds even when the loop is busy.
constexpr Milliseconds kMaxSlack{500};

// About the size of a token with its framing. Copying such pieces into one buffer costs less than a gathering
// write.
constexpr std::size_t kMaxCopied = 512;

// Copies the pieces into `out` and returns their size. Returns 0 when they are too large.
std::size_t copy_if_small(const iovec* pieces, std::size_t count, std::array<char, kMaxCopied>& out) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (pieces[i].iov_len > out.size() - size) return 0;
    std::memcpy(out.data() + size, pieces[i].iov_base, pieces[i].iov_len);
    size += pieces[i].iov_len;
  }
  return size;
}

}  // namespace

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
      .keep_alive = exchange.keep_alive,
  });
  ++stream_serial_;
  ++state_->counts.streams;
  StreamReport report;
  report.route = stream_->route->name;
  report.request_id = stream_->request_id;
  report.peer = stream_->peer;
  report.duration = stream_->last_sent - stream_->started;
  state_->observer.stream_opened(report);

  arm_stream_timer();
  watch_client();
  stream_->writer.source().attach(*this);
  pump();
}

void Http1Connection::wake() {
  pump();
}

void Http1Connection::pump() {
  if (!stream_ || stream_->end || stream_->awaits_writable) return;
  settle(stream_->writer.pump(*this));
}

ssize_t Http1Connection::send(const iovec* pieces, std::size_t count) {
  const int socket = socket_.native_handle();
  std::array<char, kMaxCopied> small;
  const std::size_t copied = copy_if_small(pieces, count, small);
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces);
  message.msg_iovlen = count;
  for (;;) {
    const ssize_t sent = copied != 0 ? ::send(socket, small.data(), copied, MSG_NOSIGNAL | MSG_DONTWAIT)
                                     : ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      stream_->bytes += static_cast<std::uint64_t>(sent);
      stream_->last_sent = loop_.clock().steady();
      stream_->full_since.reset();
      return sent;
    }
    if (sent < 0 && errno == EINTR) continue;
    return sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? kFull : kBroken;
  }
}

void Http1Connection::settle(StreamWriter::Progress progress) {
  stream_->at_boundary = progress == StreamWriter::Progress::waiting;
  switch (progress) {
    case StreamWriter::Progress::waiting:
    case StreamWriter::Progress::loading:
      return;
    case StreamWriter::Progress::full:
    case StreamWriter::Progress::more:
      return await_writable();
    case StreamWriter::Progress::ended:
      return end_stream(StreamEnd::complete);
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
  if (!stream_->full_since) stream_->full_since = loop_.clock().steady();
  socket_.async_wait(
      boost::asio::socket_base::wait_write,
      [self = shared_from_this(), serial = stream_serial_](const boost::system::error_code& error) {
        if (!self->streams(serial)) return;
        self->stream_->awaits_writable = false;
        if (error) return self->end_stream(StreamEnd::client_gone);
        self->pump();
      });
}

void Http1Connection::watch_client() {
  socket_.async_wait(
      boost::asio::socket_base::wait_read,
      [self = shared_from_this(), serial = stream_serial_](const boost::system::error_code& error) {
        if (!self->streams(serial)) return;
        if (error) return self->end_stream(StreamEnd::client_gone);
        self->on_client_readable();
      });
}

// A client that closes its connection during a stream counts as gone, also when it closed only its sending
// half. Bytes that it sends are its next requests: they are kept, up to a limit.
void Http1Connection::on_client_readable() {
  auto& buffer = state_->received;
  const ssize_t count = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  const bool transient = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
  if (count <= 0 && !transient) return end_stream(StreamEnd::client_gone);
  if (count > 0) pipelined_bytes_.append(buffer.data(), static_cast<std::size_t>(count));
  if (pipelined_bytes_.size() > state_->config.max_sent_during_stream.value)
    return end_stream(StreamEnd::client_noisy);
  watch_client();
}

Milliseconds Http1Connection::heartbeat_after() const {
  const Milliseconds interval = state_->config.heartbeat_interval;
  return interval - std::min(kMaxSlack, interval / 10);
}

// One timer serves two purposes: a heartbeat when everything is sent, and the stall limit when something is
// not. Sending does not move the timer. When it fires, it looks at the time of the last byte and is set again
// for the rest.
void Http1Connection::arm_stream_timer() {
  const auto now = loop_.clock().steady();
  const auto since = [&](SteadyTime time) { return std::chrono::duration_cast<Milliseconds>(now - time); };
  Milliseconds rest = state_->config.stalled_write_limit;
  if (stream_->full_since) {
    rest -= since(*stream_->full_since);
  } else if (!stream_->framing.heartbeat().empty()) {
    rest = std::min(rest, heartbeat_after() - since(stream_->last_sent));
  }
  timer_.arm(std::max(rest, TimerWheel::kTick));
}

void Http1Connection::stream_timer_fired() {
  if (stream_->end) return;
  const auto now = loop_.clock().steady();
  if (stream_->full_since) {
    if (now - *stream_->full_since >= state_->config.stalled_write_limit)
      return end_stream(StreamEnd::stalled);
  } else if (!stream_->framing.heartbeat().empty() && now - stream_->last_sent >= heartbeat_after()) {
    const std::uint64_t before = stream_->bytes;
    pump();  // bytes that are ready go out before a heartbeat
    if (!stream_->end && stream_->at_boundary && stream_->bytes == before)
      settle(stream_->writer.write_between_messages(*this, stream_->framing.heartbeat()));
  }
  if (!stream_->end) arm_stream_timer();
}

void Http1Connection::cut_stream(Milliseconds retry) {
  if (!stream_ || stream_->end) return;
  pump();
  if (stream_->end) return;
  if (const std::string farewell = stream_->framing.farewell(retry);
      stream_->at_boundary && !farewell.empty())
    stream_->writer.write_between_messages(*this, farewell);
  end_stream(StreamEnd::drained);
}

// The source may be the caller, so it is destroyed in a later turn of the loop.
void Http1Connection::end_stream(StreamEnd end) {
  stream_->end = end;
  timer_.cancel();
  boost::asio::post(socket_.get_executor(), [self = shared_from_this(), serial = stream_serial_] {
    if (self->stream_ && self->stream_serial_ == serial) self->finish_stream();
  });
}

std::unique_ptr<Http1Connection::Stream> Http1Connection::take_stream(StreamEnd end) {
  if (!stream_) return nullptr;
  std::unique_ptr<Stream> stream = std::move(stream_);
  if (!stream->end) stream->end = end;
  --state_->counts.streams;
  StreamReport report;
  report.route = stream->route->name;
  report.request_id = stream->request_id;
  report.peer = stream->peer;
  report.duration = loop_.clock().steady() - stream->started;
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
  stream.reset();
  boost::system::error_code ignored;
  if (end == StreamEnd::complete) {
    socket_.cancel(ignored);  // ends the watch on the client
    return spawn(keeps_alive ? Next::exchange : Next::linger);
  }
  if (end == StreamEnd::stalled || !chunked)
    socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
  close();
}

}  // namespace belay::transport

// The answer of a request: its head, and the body that the session pulls.
#include <algorithm>
#include <cassert>

#include "base/release.hpp"
#include "transport/exchange_report.hpp"
#include "transport/framing/stream.hpp"
#include "transport/http2/connection.hpp"
#include "transport/http2/stream_parts.hpp"
#include "transport/target.hpp"

namespace belay::transport {
namespace {

constexpr std::size_t kFrameHead = 9;
// The answer to an extended CONNECT, in place of 101 (RFC 8441, section 5).
constexpr int kConnected = 200;

// Appends the first `size` bytes of the ranges.
void append_ranges(const ByteRanges& ranges, std::size_t size, std::string& out) {
  for (std::size_t i = 0; i < ranges.count && size != 0; ++i) {
    const std::size_t part = std::min(size, ranges.ranges[i].iov_len);
    out.append(static_cast<const char*>(ranges.ranges[i].iov_base), part);
    size -= part;
  }
}

}  // namespace

// Completes the response. One that cannot be sent becomes a 500.
void Http2Stream::make_sendable(Response& response) {
  const Dispatcher& dispatcher = state().dispatcher;
  const Incoming& in = *incoming_;
  std::string problem;
  const bool is_upgrade = std::holds_alternative<Upgrade>(response.body);
  if (is_upgrade && !in.is_connect) problem = "HTTP/2 has no upgrade but for an extended CONNECT";
  if (problem.empty()) {
    dispatcher.complete(in.request, response);
    if (is_upgrade) response.status = kConnected;
    // It belongs to a connection, and has no place here (RFC 9113, section 8.2.2).
    std::erase_if(response.headers, [](const Header& each) { return lower_case(each.name) == "upgrade"; });
    const auto checked = check_response_headers(response);
    if (checked) return;
    problem = checked.error().detail + " (" + checked.error().field + ")";
  }
  response = dispatcher.failed(in.route, in.request, problem);
  dispatcher.complete(in.request, response);
}

void Http2Stream::respond(Response response) {
  make_sendable(response);
  Incoming& in = *incoming_;
  if (!std::holds_alternative<Upgrade>(response.body)) drop_body();
  outgoing_ = std::make_unique<Outgoing>();
  Outgoing& out = *outgoing_;
  out.method = known_method(in.request.method);
  out.request_id = std::move(in.request.request_id);
  out.peer = std::move(in.request.peer);
  out.route = in.route;
  out.status = response.status;
  out.started = in.started;
  out.last_sent = out.blocked_since = now();

  Http2Session::Head head{.status = response.status,
                          .headers = response.headers,
                          .content_length = std::nullopt,
                          .date = state().date.at(loop_.clock().wall())};
  auto* const text = std::get_if<std::string>(&response.body);
  if (text && !has_no_body(response.status) && !has_unknown_length(in.request, *text))
    head.content_length = text->size();
  const bool is_bodiless =
      has_no_body(response.status) || in.request.method == "HEAD" || (text && text->empty());
  session().submit_answer(id_, head, !is_bodiless);
  connection_->flush_soon();
  arm_answer_timer();
  out.ends_after_own = is_bodiless || text;
  if (is_bodiless) return;
  if (auto* upgrade = std::get_if<Upgrade>(&response.body)) return start_upgraded(std::move(*upgrade));
  if (text)
    out.own = std::move(*text);
  else
    start_stream(std::move(std::get<StreamBody>(response.body)));
}

void Http2Stream::start_stream(StreamBody body) {
  Outgoing& out = *outgoing_;
  out.own = std::move(body.preamble);
  out.source = std::move(body.source);
  out.framing = body.framing ? body.framing : &plain_framing();
  out.watch = std::move(body.watch);
  ++state().counts.streams;
  state().observer.stream_opened(
      stream_report(kHttp2, *out.route, out.request_id, out.peer, out.last_sent - out.started));
  out.source->attach(*this);
  arm_answer_timer();
  if (out.watch) out.watch->opened(*this);
}

// ---- its bytes

void Http2Stream::head_sent(std::size_t bytes) {
  if (outgoing_) outgoing_->bytes += bytes;  // else it is `100 Continue`
}

Http2StreamEvents::Piece Http2Stream::peek_body(std::size_t max) {
  if (upgraded_) return peek_tunnel(max);
  Outgoing& out = *outgoing_;
  const auto piece = [&](std::size_t there, bool ends_here) {
    out.is_last = ends_here && there <= max;
    return Piece{Piece::State::bytes, std::min(there, max), out.is_last};
  };
  const std::size_t own = out.own.size() - out.own_sent;
  if (own != 0 || out.ends_after_own) return piece(own, out.ends_after_own);
  if (out.fails_after_own) return {Piece::State::failed};
  ByteSource::State source = ByteSource::State::waiting;
  if (!out.is_asleep) {
    ByteRanges& ranges = state().peeked;
    ranges.clear();
    source = out.source->peek(ranges);
    if (source == ByteSource::State::ready) return piece(ranges.bytes, ranges.whole);
    out.is_boundary = source == ByteSource::State::waiting;
  }
  if (source == ByteSource::State::ended) return piece(0, true);
  if (source == ByteSource::State::lost) {
    out.end = StreamEnd::source_lost;
    return {Piece::State::failed};
  }
  out.is_asleep = out.is_deferred = true;
  return {Piece::State::deferred};
}

void Http2Stream::append_body(std::size_t size, std::string& text) {
  if (upgraded_) return append_tunnel(size, text);
  Outgoing& out = *outgoing_;
  if (out.own_sent < out.own.size()) {
    text.append(out.own, out.own_sent, size);
    out.own_sent += size;
    if (out.own_sent == out.own.size()) {
      release(out.own);
      out.own_sent = 0;
    }
  } else if (size != 0) {
    const ByteRanges& ranges = state().peeked;
    append_ranges(ranges, size, text);
    out.is_asleep = ranges.newest && size == ranges.bytes;
    if (out.is_asleep) out.is_boundary = true;
    out.source->consume(size);
  }
  out.bytes += kFrameHead + size;
  out.is_complete = out.is_last;
  out.last_sent = out.blocked_since = now();
}

void Http2Stream::wake() {
  if (!connection_ || !outgoing_) return;
  Outgoing& out = *outgoing_;
  if (!is_blocked()) out.blocked_since = now();
  out.is_asleep = false;
  if (std::exchange(out.is_deferred, false)) session().resume(id_);
  connection_->flush_soon();
}

void Http2Stream::send_own(std::string_view text) {
  Outgoing& out = *outgoing_;
  out.own = text;
  out.own_sent = 0;
  out.blocked_since = now();
  if (std::exchange(out.is_deferred, false)) session().resume(id_);
  connection_->flush_soon();
}

// Everything is sent, and the source is between two messages: the server may send a text of its own.
bool Http2Stream::at_boundary() const {
  const Outgoing& out = *outgoing_;
  return out.source && out.is_asleep && out.is_boundary && out.own.empty() && !out.ends_after_own;
}

// There is something to send, and the client or the channel do not take it.
bool Http2Stream::is_blocked() const {
  const Outgoing& out = *outgoing_;
  if (upgraded_) return upgraded_->channel.unsent() != 0;
  return !out.is_complete && (!out.own.empty() || out.ends_after_own || !out.is_asleep);
}

// ---- heartbeats, and clients that take nothing

// One timer serves both, as for HTTP/1.1. Sending does not move it: when it fires, it looks at the times and is
// set again for the rest.
void Http2Stream::arm_answer_timer() {
  const Outgoing& out = *outgoing_;
  const Config& config = state().config;
  const auto since = [&](SteadyTime time) { return std::chrono::duration_cast<Milliseconds>(now() - time); };
  Milliseconds rest = config.stalled_write_limit;
  if (is_blocked()) rest -= since(out.blocked_since);
  if (out.framing && !out.framing->heartbeat().empty()) {
    const Milliseconds heartbeat = heartbeat_after(config.heartbeat_interval);
    rest = std::min(rest, is_blocked() ? heartbeat : heartbeat - since(out.last_sent));
  }
  timer_.arm(std::max(rest, TimerWheel::kTick));
}

void Http2Stream::timer_fired() {
  if (outgoing_) return answer_timer_fired();
  if (incoming_ && !incoming_->body_ended)
    refuse_body(refuse(ErrorCode::request_timeout, "The request's body did not arrive in time."));
}

// Without a window the session does not ask the source, which may have nothing to send.
void Http2Stream::ask_source() {
  Outgoing& out = *outgoing_;
  if (!out.source || out.is_asleep || !out.own.empty() || out.ends_after_own) return;
  ByteRanges& ranges = state().peeked;
  ranges.clear();
  const ByteSource::State source = out.source->peek(ranges);
  if (source == ByteSource::State::ready) out.source->consume(0);
  out.is_asleep = source == ByteSource::State::waiting || source == ByteSource::State::loading;
  out.is_boundary = source == ByteSource::State::waiting;
}

void Http2Stream::answer_timer_fired() {
  const Outgoing& out = *outgoing_;
  const Config& config = state().config;
  ask_source();
  if (is_blocked()) {
    if (now() - out.blocked_since >= config.stalled_write_limit) {
      const auto self = shared_from_this();
      return connection_->end_stream(*this, Http2Error::internal, StreamEnd::stalled);
    }
  } else if (at_boundary() && !out.framing->heartbeat().empty() &&
             now() - out.last_sent >= heartbeat_after(config.heartbeat_interval)) {
    send_own(out.framing->heartbeat());
  }
  arm_answer_timer();
}

// ---- ends that the source does not decide

void Http2Stream::cut(Milliseconds retry, StreamEnd end) {
  if (upgraded_ && connection_) upgraded_->handler->cut(retry);
  if (outgoing_ && outgoing_->source) end_with(outgoing_->framing->farewell(retry), false, end);
}

void Http2Stream::expire(Milliseconds retry) {
  cut(retry, StreamEnd::sign_in_over);
}

void Http2Stream::revoke(std::string_view last_message) {
  end_with(std::string(last_message), true, StreamEnd::revoked);
}

void Http2Stream::end_with(std::string last_message, bool is_clean, StreamEnd end) {
  if (!connection_ || !outgoing_ || !outgoing_->source || outgoing_->end) return;
  outgoing_->end = end;
  outgoing_->last_message = std::move(last_message);
  outgoing_->ends_cleanly = is_clean;
  connection_->end_soon(shared_from_this());
  connection_->flush_soon();
}

void Http2Stream::begin_end() {
  if (!connection_) return;
  Outgoing& out = *outgoing_;
  const bool can_be_sent = at_boundary() && !out.last_message->empty();
  out.ends_cleanly = out.ends_cleanly && can_be_sent;
  if (!can_be_sent) return;
  send_own(*out.last_message);
  out.ends_after_own = out.ends_cleanly;
  out.fails_after_own = !out.ends_cleanly;
}

// An unclean end must look like an error to every client. Some take CANCEL and NO_ERROR for an ordinary end.
void Http2Stream::finish_end() {
  if (!connection_ || outgoing_->ends_cleanly) return;
  const bool follows_own = outgoing_->fails_after_own && !outgoing_->own.empty();
  if (!follows_own || !connection_->is_full())  // else the session asks for it when the channel has space
    connection_->end_stream(*this, Http2Error::internal, *outgoing_->end);
}

void Http2Stream::report_end(StreamEnd end) {
  const Outgoing& out = *outgoing_;
  const auto duration = now() - out.started;
  if (!out.source && !upgraded_) {
    RequestReport report{.protocol = kHttp2,
                         .method = out.method,
                         .route = out.route ? std::string_view(out.route->name) : kOther,
                         .request_id = out.request_id,
                         .peer = out.peer,
                         .status = out.status,
                         .duration = duration,
                         .bytes = out.bytes};
    return state().observer.request_finished(report);
  }
  --state().counts.streams;
  StreamReport report = stream_report(kHttp2, *out.route, out.request_id, out.peer, duration);
  report.bytes = out.bytes;
  report.end = out.end.value_or(out.is_complete ? StreamEnd::complete : end);
  state().observer.stream_closed(report);
}

}  // namespace belay::transport

#include "transport/http2/connection.hpp"

#include <algorithm>

#include "transport/framing/stream.hpp"

namespace belay::transport {
namespace {

// How long a client may take to answer the ping behind the first GOAWAY of a drain.
constexpr Milliseconds kAnnounceDeadline{1000};

std::size_t max_streams(const Config& config, ConnectionPurpose purpose) {
  return purpose == ConnectionPurpose::serve ? config.http2.max_streams : 1;
}

FloodGuard::Limits flood_limits(const Http2Config& config) {
  return {config.max_resets, config.max_control_frames, config.flood_interval};
}

}  // namespace

Http2Connection::Http2Connection(Http2State& state, ByteChannel& channel, std::string peer,
                                 ConnectionPurpose purpose)
    : state_(&state),
      loop_(state.loop),
      channel_(channel),
      timer_(state.loop.timers(), [this] { timer_fired(); }),
      peer_(std::move(peer)),
      purpose_(purpose),
      flood_(flood_limits(state.config.http2)) {}

void Http2Connection::start(Place place) {
  place_ = place;
  count_opened(purpose_, peer_, state_->counts, state_->observer, state_->refusing);
  head_began_ = last_received_ = last_active_ = loop_.clock().steady();
  Http2SessionEvents& events = *this;
  session_.emplace(state_->config, max_streams(state_->config, purpose_), events);
  flush();
}

void Http2Connection::drain() {
  if (announced_ || refuses_streams_ || has_ended_) return;
  announced_ = loop_.clock().steady();
  session_->announce_end();
  session_->ping();
  for (const auto& [id, stream] : streams_)
    stream->drain(jittered_retry(state_->config.retry_base, state_->random));
  flush();
}

void Http2Connection::refuse_new_streams() {
  if (std::exchange(refuses_streams_, true)) return;
  session_->refuse_new_streams();
  flush_soon();
}

void Http2Connection::cut_streams(Milliseconds retry_base) {
  for (const auto& [id, stream] : streams_)
    stream->cut(jittered_retry(retry_base, state_->random), StreamEnd::drained);
  flush();
}

// ---- events of the session

Http2StreamEvents* Http2Connection::stream_began(Http2StreamId id) {
  // Handlers of streams that were reset may still be running.
  if (*requests_ >= state_->config.http2.max_streams || has_ended_) return nullptr;
  if (!head_began_) head_began_ = loop_.clock().steady();
  const auto stream = std::make_shared<Http2Stream>(*this, id);
  streams_.emplace(id, stream);
  return stream.get();
}

void Http2Connection::start_soon(std::shared_ptr<Http2Stream> stream) {
  head_began_.reset();
  starting_.push_back(std::move(stream));
}

bool Http2Connection::counted_frame(CountedFrame frame) {
  const SteadyTime now = loop_.clock().steady();
  switch (frame) {
    case CountedFrame::reset:
      return flood_.reset(now);
    case CountedFrame::control:
      return flood_.control_frame(now);
    case CountedFrame::window_update:
      return flood_.window_update(now);
  }
  return true;
}

void Http2Connection::ping_answered() {
  pinged_.reset();
  if (announced_) refuse_new_streams();
}

// ---- the end

void Http2Connection::closed_by_session(Http2Stream& stream, StreamEnd end) {
  const auto found = streams_.find(stream.id());
  if (found == streams_.end()) return;
  closed_streams_.emplace_back(std::move(found->second), end);
  streams_.erase(found);
  head_began_.reset();
  last_active_ = loop_.clock().steady();
}

void Http2Connection::end_stream(Http2Stream& stream, Http2Error error, StreamEnd end) {
  session_->reset(stream.id(), error);
  closed_by_session(stream, end);
  flush_soon();
}

void Http2Connection::end(Http2Error error) {
  if (std::exchange(has_ended_, true)) return;
  session_->end(error);
}

void Http2Connection::drop_streams(StreamEnd end) {
  const auto streams = std::exchange(streams_, {});
  for (const auto& [id, stream] : streams) {
    session_->forget(id);
    stream->detach(end);
  }
}

void Http2Connection::close(ByteChannel::Close how, StreamEnd end) {
  if (is_closed_) return;
  const auto self = shared_from_this();
  is_closed_ = has_ended_ = true;
  timer_.cancel();
  for (const auto& [stream, why] : std::exchange(closed_streams_, {})) stream->detach(why);
  drop_streams(end);
  starting_.clear();
  ending_.clear();
  channel_.close(how);
  count_closed(purpose_, peer_, state_->counts, state_->observer, state_->refusing);
  state_->connections.erase(place_);
  state_ = nullptr;
}

// ---- deadlines

void Http2Connection::timer_fired() {
  const auto self = shared_from_this();
  check_deadlines(loop_.clock().steady());
  if (!is_closed_) arm_timer();
}

void Http2Connection::check_deadlines(SteadyTime now) {
  const Config& config = state_->config;
  const auto is_over = [now](const std::optional<SteadyTime>& since, Milliseconds limit) {
    return since && now - *since >= limit;
  };
  if (is_over(lingering_, config.linger_limit)) return close(ByteChannel::Close::clean, StreamEnd::closed);
  if (is_over(blocked_, config.stalled_write_limit))
    return close(ByteChannel::Close::reset, StreamEnd::stalled);
  if (is_over(pinged_, config.http2.ping_deadline))
    return close(ByteChannel::Close::reset, StreamEnd::client_gone);
  if (has_ended_) return;
  const bool is_served = purpose_ == ConnectionPurpose::serve;
  if (is_over(head_began_,
              is_served ? config.header_deadline : std::min(kHealthDeadline, config.header_deadline))) {
    head_began_.reset();
    end(streams_.empty() ? Http2Error::none : Http2Error::calm_down);
    return flush();
  }
  if (is_idle() && !head_began_ && now - last_active_ >= config.idle_limit) {
    end(Http2Error::none);
    return flush();
  }
  if (is_over(announced_, kAnnounceDeadline) && !refuses_streams_) {
    refuse_new_streams();
    return flush();
  }
  if (!is_idle() && !pinged_ && now - last_received_ >= config.http2.ping_after) {
    pinged_ = now;
    session_->ping();
    flush();
  }
}

void Http2Connection::arm_timer() {
  const Config& config = state_->config;
  const SteadyTime now = loop_.clock().steady();
  std::optional<SteadyTime> next;
  const auto consider = [&](const std::optional<SteadyTime>& since, Milliseconds limit) {
    if (since && (!next || *since + limit < *next)) next = *since + limit;
  };
  consider(lingering_, config.linger_limit);
  consider(blocked_, config.stalled_write_limit);
  consider(pinged_, config.http2.ping_deadline);
  if (!has_ended_) {
    const bool is_served = purpose_ == ConnectionPurpose::serve;
    consider(head_began_,
             is_served ? config.header_deadline : std::min(kHealthDeadline, config.header_deadline));
    if (is_idle() && !head_began_) consider(last_active_, config.idle_limit);
    if (!refuses_streams_) consider(announced_, kAnnounceDeadline);
    if (!is_idle() && !pinged_) consider(last_received_, config.http2.ping_after);
  }
  if (!next) return timer_.cancel();
  timer_.arm(std::max(std::chrono::ceil<Milliseconds>(*next - now), TimerWheel::kTick));
}

}  // namespace belay::transport

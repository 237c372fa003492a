#include "transport/websocket/websocket_writer.hpp"

#include <algorithm>
#include <array>

#include "base/release.hpp"
#include "base/utf8.hpp"
#include "transport/framing/websocket.hpp"

namespace belay::transport {
namespace {

// Writes per pump. After that, other connections get their turn.
constexpr int kMaxWritesPerPump = 8;

constexpr char kClose = '\x88', kPing = '\x89', kPong = '\x8A';

// `payload`: at most 125 bytes.
void append_control_frame(char first_byte, std::string_view payload, std::string& out) {
  out.push_back(first_byte);
  out.push_back(static_cast<char>(payload.size()));
  out.append(payload);
}

}  // namespace

bool WebSocketWriter::queue_message(std::string_view text) {
  constexpr std::size_t kMaxHeader = 10;
  if (begun_.size() + messages_.size() + text.size() + kMaxHeader > max_unsent_) return false;
  const std::size_t data_at = messages_.size();
  messages_.append(text);
  websocket_framing().close(MessagePart::whole, data_at, messages_);
  return true;
}

bool WebSocketWriter::queue_frames(std::string_view frames) {
  if (begun_.size() + messages_.size() + frames.size() > max_unsent_) return false;
  messages_.append(frames);
  return true;
}

void WebSocketWriter::queue_ping() {
  append_control_frame(kPing, {}, control_);
}

void WebSocketWriter::queue_pong(std::string_view payload) {
  if (control_.size() + payload.size() <= kMaxControl) append_control_frame(kPong, payload, control_);
}

void WebSocketWriter::show(std::unique_ptr<ByteSource> source, ByteSource::Waker& waker) {
  source->attach(waker);
  stop_showing();
  if (source_)
    next_ = std::move(source);
  else
    source_ = std::move(source);
}

void WebSocketWriter::stop_showing() {
  source_ended_ = false;
  retire(std::move(next_));
  if (!source_) return;
  ends_source_ = true;
  if (cursor_.is_at(FrameCursor::Boundary::message)) end_source();
}

void WebSocketWriter::retire(std::unique_ptr<ByteSource> source) {
  if (source) old_.push_back(std::move(source));
}

void WebSocketWriter::drop_all_sources() {
  next_.reset();
  source_.reset();
  old_.clear();
}

// The source is between two messages.
void WebSocketWriter::end_source() {
  retire(std::move(source_));
  source_ = std::move(next_);
  ends_source_ = false;
  cursor_.reset();
}

void WebSocketWriter::close(CloseCode code, std::string_view reason, When when) {
  if (when == When::at_once) closes_at_once_ = true;
  if (!close_frame_.empty() || close_begun_) return;
  std::string payload;
  if (code != CloseCode::no_status) {
    const auto number = static_cast<std::uint16_t>(code);
    payload.push_back(static_cast<char>(number >> 8));
    payload.push_back(static_cast<char>(number & 0xFF));
    const std::string_view cut = reason.substr(0, kMaxReason);
    payload.append(cut.substr(0, valid_utf8_prefix(cut)));
  }
  append_control_frame(kClose, payload, close_frame_);
}

void WebSocketWriter::begin_close() {
  begun_ += std::exchange(close_frame_, {});
  close_begun_ = true;
  release(messages_);
  retire(std::move(next_));
  retire(std::move(source_));
  source_ended_ = false;
}

// Decides what goes out at this place, before the source's next byte.
void WebSocketWriter::begin_frames() {
  using Boundary = FrameCursor::Boundary;
  if (!begun_.empty() || close_begun_ || !cursor_.is_at(Boundary::frame)) return;
  begun_ = std::exchange(control_, {});
  const bool is_between_messages = cursor_.is_at(Boundary::message);
  if (is_between_messages) {
    begun_ += std::exchange(messages_, {});
    if (ends_source_) end_source();
  }
  if (!close_frame_.empty() && (is_between_messages || closes_at_once_)) begin_close();
}

// How many of the source's bytes may be sent before something else must come.
std::size_t WebSocketWriter::limit_of(const ByteRanges& ranges) const {
  using Boundary = FrameCursor::Boundary;
  if (!control_.empty() || (!close_frame_.empty() && closes_at_once_))
    return cursor_.distance_to(Boundary::frame, ranges);
  if (!messages_.empty() || ends_source_ || !close_frame_.empty())
    return cursor_.distance_to(Boundary::message, ranges);
  return ranges.bytes;
}

WebSocketWriter::Progress WebSocketWriter::pump(ByteChannel& channel) {
  for (int round = 0; round < kMaxWritesPerPump; ++round) {
    begin_frames();
    ByteRanges ranges;
    ranges.clear();
    const ByteSource::State state = source_ ? source_->peek(ranges) : ByteSource::State::waiting;
    if (state == ByteSource::State::lost) {
      if (!cursor_.is_at(FrameCursor::Boundary::frame)) return Progress::broken;
      retire(std::move(source_));
      return Progress::lost;
    }
    if (state == ByteSource::State::ended) {
      if (!cursor_.is_at(FrameCursor::Boundary::message)) return Progress::broken;
      source_ended_ = !ends_source_;
      end_source();
    }
    if (state != ByteSource::State::ready) ranges.clear();
    if (begun_.empty() && ranges.bytes == 0) {
      if (close_begun_) return Progress::closed;
      if (std::exchange(source_ended_, false)) return Progress::shown;
      if (state == ByteSource::State::ended) continue;  // the next one
      return Progress::waiting;
    }
    const std::size_t limit = limit_of(ranges);
    IoResult result;
    const bool all = write(channel, ranges, limit, result);
    if (result.state == IoResult::State::broken) return Progress::broken;
    if (!all) return Progress::full;
    if (ranges.newest && limit == ranges.bytes && control_.empty() && messages_.empty() &&
        close_frame_.empty() && !ends_source_)
      return Progress::waiting;
  }
  return Progress::more;
}

// Writes what has begun and `limit` bytes of the source. Returns whether all of it was sent.
bool WebSocketWriter::write(ByteChannel& channel, const ByteRanges& ranges, std::size_t limit,
                            IoResult& result) {
  std::array<iovec, ByteRanges::kMax + 1> pieces;
  std::size_t count = 0;
  if (!begun_.empty()) pieces[count++] = {begun_.data(), begun_.size()};
  std::size_t left = limit;
  for (std::size_t i = 0; i < ranges.count && left != 0; ++i) {
    const std::size_t size = std::min(left, ranges.ranges[i].iov_len);
    pieces[count++] = {ranges.ranges[i].iov_base, size};
    left -= size;
  }
  const std::size_t all = begun_.size() + limit;
  result = channel.write({pieces.data(), count});
  const std::size_t of_begun = std::min(result.bytes, begun_.size());
  if (of_begun == begun_.size())
    release(begun_);  // frees its memory
  else
    begun_.erase(0, of_begun);
  if (ranges.bytes != 0) {
    const std::size_t of_source = result.bytes - of_begun;
    if (of_source == ranges.bytes && (ranges.newest || ranges.whole))
      cursor_.reset();
    else
      cursor_.advance(ranges, of_source);
    source_->consume(of_source);  // also with 0: the source may free memory
  }
  return result.bytes == all;
}

}  // namespace belay::transport

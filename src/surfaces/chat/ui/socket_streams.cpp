#include "surfaces/chat/ui/socket_streams.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "surfaces/chat/ui/render.hpp"
#include "transport/framing/websocket.hpp"

namespace belay::surfaces::chat::ui {
void append_message(std::string_view type, std::string_view request_id, std::string_view more,
                    std::string& out) {
  out.append(R"({"type":")").append(type).append(R"(","requestId":")");
  append_json_text(request_id, out);
  out.append("\"").append(more).append("}");
}

namespace {

void append_frame(std::string_view type, std::string_view request_id, std::string_view more,
                  std::string& out) {
  const std::size_t at = out.size();
  append_message(type, request_id, more, out);
  transport::websocket_framing().close(MessagePart::whole, at, out);
}

}  // namespace

struct SocketStreams::Stream final : ByteSource::Waker {
  explicit Stream(SocketStreams& all) : owner(all) {}
  void wake() override {
    may_have_more = true;
    owner.wake();
  }

  SocketStreams& owner;
  std::string request_id;
  RunId run;
  std::unique_ptr<ByteSource> lines;
  std::string line;  // that is not whole yet
  std::uint64_t sequence = 0;
  bool may_have_more = true;
  bool is_over = false;
};

class SocketStreams::Source final : public ByteSource {
 public:
  explicit Source(std::shared_ptr<SocketStreams> streams) : streams_(std::move(streams)) {}
  ~Source() override {
    streams_->waker_ = nullptr;
    streams_->has_ended_ = true;
    streams_->streams_.clear();
  }
  void attach(Waker& waker) override { streams_->waker_ = &waker; }
  State peek(ByteRanges& out) override { return streams_->peek(out); }
  void consume(std::size_t bytes) override { streams_->consume(bytes); }

 private:
  const std::shared_ptr<SocketStreams> streams_;
};

SocketStreams::SocketStreams(std::function<void(const RunId&)> delivered)
    : delivered_(std::move(delivered)) {}
SocketStreams::~SocketStreams() = default;

std::unique_ptr<ByteSource> SocketStreams::source() {
  return std::make_unique<Source>(shared_from_this());
}

void SocketStreams::add(std::string request_id, const RunId& run, std::unique_ptr<ByteSource> lines) {
  auto stream = std::make_unique<Stream>(*this);
  append_frame("start", request_id, {}, frames_);
  stream->request_id = std::move(request_id);
  stream->run = run;
  stream->lines = std::move(lines);
  stream->lines->attach(*stream);
  streams_.push_back(std::move(stream));
  wake();
}

void SocketStreams::remove(std::string_view request_id) {
  std::erase_if(streams_, [&](const auto& each) { return each->request_id == request_id; });
  next_ = 0;
  wake();
}

bool SocketStreams::has(std::string_view request_id) const {
  return std::any_of(streams_.begin(), streams_.end(),
                     [&](const auto& each) { return each->request_id == request_id; });
}

void SocketStreams::wake() {
  if (waker_) waker_->wake();
}

ByteSource::State SocketStreams::peek(ByteRanges& out) {
  out.clear();
  // Each has a turn until there is enough, or nobody has more.
  std::size_t idle = 0;
  while (idle < streams_.size() && frames_.size() - sent_ < kAtOnce) {
    next_ %= streams_.size();
    idle = take_from(*streams_[next_]) ? 0 : idle + 1;
    ++next_;
  }
  std::erase_if(streams_, [](const auto& each) { return each->is_over; });
  const std::string_view left = std::string_view(frames_).substr(sent_);
  if (!left.empty()) {
    out.add(left);
    return ByteSource::State::ready;
  }
  has_ended_ = streams_.empty();
  return has_ended_ ? ByteSource::State::ended : ByteSource::State::waiting;
}

void SocketStreams::consume(std::size_t bytes) {
  sent_ += bytes;
  if (sent_ < frames_.size()) return;
  frames_.clear();
  sent_ = 0;
  for (const RunId& run : std::exchange(ended_, {})) delivered_(run);
}

bool SocketStreams::take_from(Stream& stream) {
  if (!std::exchange(stream.may_have_more, false) || stream.is_over) return false;
  ByteRanges ranges;
  const ByteSource::State state = stream.lines->peek(ranges);
  if (state == ByteSource::State::waiting || state == ByteSource::State::loading) return false;
  if (state == ByteSource::State::lost) {
    append_frame("error", stream.request_id,
                 R"(,"errorText":"The network connection to this answer was lost. Resume it.")", frames_);
    return stream.is_over = true;
  }
  if (state == ByteSource::State::ended) {
    append_frame("end", stream.request_id, {}, frames_);
    return stream.is_over = true;
  }
  stream.may_have_more = true;
  const std::size_t before = frames_.size();
  std::size_t taken = 0;
  for (std::size_t i = 0; i < ranges.count && frames_.size() - before < kAtOnce / 2; ++i) {
    std::string_view bytes(static_cast<const char*>(ranges.ranges[i].iov_base), ranges.ranges[i].iov_len);
    taken += bytes.size();
    for (std::size_t end = bytes.find('\n'); end != bytes.npos; end = bytes.find('\n')) {
      stream.line.append(bytes.substr(0, end));
      write_line(stream, stream.line);
      stream.line.clear();
      bytes.remove_prefix(end + 1);
    }
    stream.line.append(bytes);
  }
  stream.lines->consume(taken);
  return true;
}

void SocketStreams::write_line(Stream& stream, std::string_view line) {
  if (stream.is_over) return;
  if (line == kDone) {
    append_frame("end", stream.request_id, {}, frames_);
    ended_.push_back(stream.run);
    stream.is_over = true;
    return;
  }
  std::string more = fmt::format(R"(,"sequence":{},"chunk":)", stream.sequence++);
  more.append(line);
  append_frame("chunk", stream.request_id, more, frames_);
}

}  // namespace belay::surfaces::chat::ui

#include "transport/http1/stream_writer.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "base/release.hpp"

namespace belay::transport {
namespace {

// Writes per wake. After that, other connections get their turn.
constexpr int kMaxWritesPerWake = 8;

constexpr std::string_view kEndOfChunk = "\r\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";
constexpr std::string_view kEndOfBody = "\r\n0\r\n\r\n";  // end of a chunk and of the body

// A chunk's head: "1a\r\n".
class ChunkHead {
 public:
  explicit ChunkHead(std::size_t size) {
    at_ = text_.size();
    text_[--at_] = '\n';
    text_[--at_] = '\r';
    do {
      text_[--at_] = "0123456789abcdef"[size & 15];
      size >>= 4;
    } while (size != 0);
  }
  std::string_view view() const { return {text_.data() + at_, text_.size() - at_}; }

 private:
  std::array<char, 18> text_;
  std::size_t at_;
};

// The contents of one vectored write: framing and slices of the source's ranges.
class Pieces {
 public:
  void add(std::string_view text) {
    if (text.empty()) return;
    pieces_[count_++] = {const_cast<char*>(text.data()), text.size()};
    bytes_ += text.size();
  }
  // Adds the bytes [from, to) of the ranges, counted over all ranges together.
  void add_slice(const ByteRanges& ranges, std::size_t from, std::size_t to) {
    std::size_t start = 0;
    for (std::size_t i = 0; i < ranges.count && start < to; ++i) {
      const iovec& range = ranges.ranges[i];
      const std::size_t end = start + range.iov_len;
      const std::size_t first = std::max(from, start);
      const std::size_t last = std::min(to, end);
      if (first < last) add({static_cast<const char*>(range.iov_base) + (first - start), last - first});
      start = end;
    }
  }
  const iovec* data() const { return pieces_.data(); }
  std::size_t count() const { return count_; }
  std::size_t bytes() const { return bytes_; }

 private:
  // Maximum: pending, one range split in two, two chunk ends, one chunk head.
  std::array<iovec, ByteRanges::kMax + 5> pieces_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
};

std::size_t take(std::size_t& from, std::size_t max) {
  const std::size_t taken = std::min(from, max);
  from -= taken;
  return taken;
}

}  // namespace

StreamWriter::StreamWriter(std::unique_ptr<ByteSource> source, TransferCoding coding, std::string head,
                           std::string_view preamble)
    : source_(std::move(source)), pending_(std::move(head)), coding_(coding) {
  if (!preamble.empty()) frame(preamble);
}

void StreamWriter::frame(std::string_view text) {
  if (coding_ == TransferCoding::none) {
    pending_ += text;
    return;
  }
  pending_ += ChunkHead(text.size()).view();
  pending_ += text;
  pending_ += kEndOfChunk;
}

StreamWriter::Progress StreamWriter::pump(ByteChannel& channel) {
  for (int round = 0; round < kMaxWritesPerWake; ++round) {
    ByteRanges ranges;
    ranges.clear();
    const ByteSource::State state = finished_ ? ByteSource::State::ended : source_->peek(ranges);
    switch (state) {
      case ByteSource::State::ready:
        assert(ranges.bytes != 0);
        break;
      case ByteSource::State::lost:
        return Progress::lost;
      case ByteSource::State::waiting:
      case ByteSource::State::loading:
        if (pending_.empty())
          return state == ByteSource::State::waiting ? Progress::waiting : Progress::loading;
        ranges.clear();
        break;
      case ByteSource::State::ended:
        if (chunk_bytes_left_ != 0)
          return Progress::lost;  // a chunk's head promised these bytes to the client
        if (finished_ && pending_.empty()) return Progress::ended;
        if (!finished_ && coding_ == TransferCoding::chunked) pending_ += kLastChunk;
        finished_ = true;
        ranges.clear();
        if (pending_.empty()) return Progress::ended;
        break;
    }
    const Progress progress = write(channel, ranges);
    if (progress != Progress::more) return progress;
    if (ranges.newest) return Progress::waiting;
  }
  return Progress::more;
}

StreamWriter::Progress StreamWriter::write_between_messages(ByteChannel& channel, std::string_view text) {
  assert(pending_.empty() && chunk_bytes_left_ == 0 && !finished_);
  frame(text);
  ByteRanges none;
  none.clear();
  const Progress progress = write(channel, none);
  return progress == Progress::more ? Progress::waiting : progress;
}

StreamWriter::Progress StreamWriter::end_between_messages(ByteChannel& channel, std::string_view text) {
  assert(pending_.empty() && chunk_bytes_left_ == 0 && !finished_);
  frame(text);
  if (coding_ == TransferCoding::chunked) pending_ += kLastChunk;
  finished_ = true;
  return pump(channel);
}

// Returns `more` when everything was sent.
StreamWriter::Progress StreamWriter::write(ByteChannel& channel, const ByteRanges& ranges) {
  Pieces pieces;
  pieces.add(pending_);
  const std::size_t of_open_chunk =
      coding_ == TransferCoding::none ? ranges.bytes : std::min(chunk_bytes_left_, ranges.bytes);
  const std::size_t of_next_chunk = chunk_bytes_left_ <= ranges.bytes ? ranges.bytes - of_open_chunk : 0;
  const ChunkHead head(of_next_chunk);
  pieces.add_slice(ranges, 0, of_open_chunk);
  const std::string_view end = ranges.whole ? kEndOfBody : kEndOfChunk;
  if (chunk_bytes_left_ != 0 && chunk_bytes_left_ == of_open_chunk)
    pieces.add(of_next_chunk != 0 ? kEndOfChunk : end);
  if (of_next_chunk != 0) {
    pieces.add(head.view());
    pieces.add_slice(ranges, of_open_chunk, ranges.bytes);
    pieces.add(end);
  }
  assert(pieces.count() != 0);
  const IoResult result = channel.write({pieces.data(), pieces.count()});
  const std::size_t sent = result.bytes;
  assert(sent <= pieces.bytes());
  const bool all = sent == pieces.bytes();
  const std::size_t consumed =
      account(sent, ranges, head.view());             // the head and the pending text are not used after this
  if (ranges.bytes != 0) source_->consume(consumed);  // also with 0: the source may free memory
  if (result.state == IoResult::State::broken) return Progress::broken;
  return all ? Progress::more : Progress::full;
}

// Advances the state by `sent` bytes of what write() laid out. Returns how many of them were payload.
std::size_t StreamWriter::account(std::size_t sent, const ByteRanges& payload, std::string_view next_head) {
  if (const std::size_t taken = take(sent, pending_.size()); taken == pending_.size()) {
    release(pending_);  // frees the response head's memory
  } else {
    pending_.erase(0, taken);
    return 0;
  }
  if (sent == 0) return 0;
  if (coding_ == TransferCoding::none) return sent;

  std::size_t consumed = 0;
  const auto end_chunk = [&] {
    if (chunk_bytes_left_ != 0) return;
    finished_ = payload.whole && consumed == payload.bytes;
    const std::string_view end = finished_ ? kEndOfBody : kEndOfChunk;
    pending_ = end.substr(take(sent, end.size()));
  };
  if (chunk_bytes_left_ != 0) {
    consumed = take(sent, std::min(chunk_bytes_left_, payload.bytes));
    chunk_bytes_left_ -= consumed;
    end_chunk();
  }
  if (sent == 0) return consumed;  // the next chunk has not begun
  const std::size_t of_head = take(sent, next_head.size());
  pending_ = next_head.substr(of_head);
  chunk_bytes_left_ = payload.bytes - consumed;
  const std::size_t more = take(sent, chunk_bytes_left_);
  chunk_bytes_left_ -= more;
  consumed += more;
  end_chunk();
  return consumed;
}

}  // namespace belay::transport

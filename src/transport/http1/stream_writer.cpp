#include "transport/http1/stream_writer.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace belay::transport {
namespace {

// Writes for one wake; beyond it other connections have their turn.
constexpr int kMostWritesAWake = 8;

constexpr std::string_view kEndOfChunk = "\r\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";
constexpr std::string_view kEndOfBody = "\r\n0\r\n\r\n";  // both

// "1a\r\n"
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

// What one vectored write carries: framing, and slices of the source's ranges.
class Pieces {
 public:
  void add(std::string_view text) {
    if (text.empty()) return;
    pieces_[count_++] = {const_cast<char*>(text.data()), text.size()};
    bytes_ += text.size();
  }
  // The bytes [from, to) of the ranges taken together.
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
  // pending, one range split in two, two chunk ends, one chunk head
  std::array<iovec, ByteRanges::kMost + 5> pieces_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
};

std::size_t take(std::size_t& from, std::size_t most) {
  const std::size_t taken = std::min(from, most);
  from -= taken;
  return taken;
}

}  // namespace

StreamWriter::StreamWriter(std::unique_ptr<ByteSource> source, Framing framing, std::string head,
                           std::string_view preamble)
    : source_(std::move(source)), pending_(std::move(head)), framing_(framing) {
  if (!preamble.empty()) frame(preamble);
}

void StreamWriter::frame(std::string_view text) {
  if (framing_ == Framing::none) {
    pending_ += text;
    return;
  }
  pending_ += ChunkHead(text.size()).view();
  pending_ += text;
  pending_ += kEndOfChunk;
}

StreamWriter::Progress StreamWriter::pump(Outlet& outlet) {
  for (int round = 0; round < kMostWritesAWake; ++round) {
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
        if (owed_ != 0) return Progress::lost;  // promised to the client in a chunk's head, and gone
        if (finished_ && pending_.empty()) return Progress::ended;
        if (!finished_ && framing_ == Framing::chunked) pending_ += kLastChunk;
        finished_ = true;
        ranges.clear();
        if (pending_.empty()) return Progress::ended;
        break;
    }
    const Progress progress = write(outlet, ranges);
    if (progress != Progress::more) return progress;
    if (ranges.newest) return Progress::waiting;
  }
  return Progress::more;
}

StreamWriter::Progress StreamWriter::interject(Outlet& outlet, std::string_view text) {
  assert(pending_.empty() && owed_ == 0 && !finished_);
  frame(text);
  ByteRanges none;
  none.clear();
  const Progress progress = write(outlet, none);
  return progress == Progress::more ? Progress::waiting : progress;
}

// `more` when all of it was sent.
StreamWriter::Progress StreamWriter::write(Outlet& outlet, const ByteRanges& ranges) {
  Pieces pieces;
  pieces.add(pending_);
  const std::size_t of_open_chunk = framing_ == Framing::none ? ranges.bytes : std::min(owed_, ranges.bytes);
  const std::size_t of_next_chunk = owed_ <= ranges.bytes ? ranges.bytes - of_open_chunk : 0;
  const ChunkHead head(of_next_chunk);
  pieces.add_slice(ranges, 0, of_open_chunk);
  const std::string_view end = ranges.whole ? kEndOfBody : kEndOfChunk;
  if (owed_ != 0 && owed_ == of_open_chunk) pieces.add(of_next_chunk != 0 ? kEndOfChunk : end);
  if (of_next_chunk != 0) {
    pieces.add(head.view());
    pieces.add_slice(ranges, of_open_chunk, ranges.bytes);
    pieces.add(end);
  }
  assert(pieces.count() != 0);
  const ssize_t result = outlet.send(pieces.data(), pieces.count());
  const std::size_t sent = result > 0 ? static_cast<std::size_t>(result) : 0;
  assert(sent <= pieces.bytes());
  const bool all = sent == pieces.bytes();
  const std::size_t consumed =
      account(sent, ranges, head.view());             // ends the head's and the pending text's use
  if (ranges.bytes != 0) source_->consume(consumed);  // with 0 too: it may let go of its memory
  if (result == Outlet::kBroken) return Progress::broken;
  return all ? Progress::more : Progress::full;
}

// Moves on by `sent` bytes of what write() laid out. Returns how many of them were payload.
std::size_t StreamWriter::account(std::size_t sent, const ByteRanges& payload, std::string_view next_head) {
  if (const std::size_t taken = take(sent, pending_.size()); taken == pending_.size()) {
    pending_ = std::string();  // gives the response head's memory back
  } else {
    pending_.erase(0, taken);
    return 0;
  }
  if (sent == 0) return 0;
  if (framing_ == Framing::none) return sent;

  std::size_t consumed = 0;
  const auto end_chunk = [&] {
    if (owed_ != 0) return;
    finished_ = payload.whole && consumed == payload.bytes;
    const std::string_view end = finished_ ? kEndOfBody : kEndOfChunk;
    pending_ = end.substr(take(sent, end.size()));
  };
  if (owed_ != 0) {
    consumed = take(sent, std::min(owed_, payload.bytes));
    owed_ -= consumed;
    end_chunk();
  }
  if (sent == 0) return consumed;  // the next chunk was not begun
  const std::size_t of_head = take(sent, next_head.size());
  pending_ = next_head.substr(of_head);
  owed_ = payload.bytes - consumed;
  const std::size_t more = take(sent, owed_);
  owed_ -= more;
  consumed += more;
  end_chunk();
  return consumed;
}

}  // namespace belay::transport

// For tests: a ByteChannel without a socket, and its other end.
//
// It behaves like TCP: bytes arrive in order, a closed end is noticed by reading, a reset by everything. The
// test chooses how many bytes move at a time, and where it blocks or breaks. A wait is always answered in a
// later turn of the loop.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/loop.hpp"
#include "base/random.hpp"
#include "transport/byte_channel.hpp"

namespace belay::transport {

// What both ends share.
class TestWire {
 public:
  enum class Pieces {
    whole,     // as much as there is space for
    one_byte,  // one byte, then blocked until the next wait; after kOneByteEach bytes 997 at a time
    random,    // 1 to 40 bytes, and sometimes blocked
  };
  static constexpr std::size_t kOneByteEach = 4096;
  static constexpr std::size_t kNever = SIZE_MAX;

  TestWire(Loop& loop, Pieces pieces, std::size_t buffer = 256 * 1024, std::uint64_t seed = 1)
      : loop_(loop), pieces_(pieces), buffer_(buffer), random_(seed) {}

  // Where the connection breaks, or where the server's reads and writes block, counted in bytes.
  std::size_t reads_break_at = kNever;
  std::size_t writes_break_at = kNever;
  std::size_t reads_block_at = kNever;
  std::size_t writes_block_at = kNever;
  std::size_t bytes_read = 0;
  std::size_t bytes_written = 0;

  // ---- the client's end

  // Returns how many bytes there was space for.
  std::size_t send(std::string_view bytes) {
    if (server_closed_) return 0;
    const std::size_t taken = std::min(bytes.size(), buffer_ - to_server_.size());
    to_server_.append(bytes.substr(0, taken));
    wake();
    return taken;
  }
  std::string receive(std::size_t max = kNever) {
    std::string taken = to_client_.substr(0, max);
    to_client_.erase(0, taken.size());
    wake();
    return taken;
  }
  void finish_sending() {
    client_finished_ = true;
    wake();
  }
  void close() {
    client_closed_ = true;
    finish_sending();
  }
  void reset() {
    reset_by_client_ = true;
    wake();
  }
  bool at_end() const { return to_client_.empty() && (server_finished_ || server_closed_); }
  bool is_reset() const { return reset_by_server_; }

  // ---- the server's end

  IoResult read(std::span<char> out) {
    if (is_broken()) return {IoResult::State::broken};
    const std::size_t there = std::min(to_server_.size(), limit(bytes_read, reads_break_at, reads_block_at));
    if (to_server_.empty() && client_finished_) return {IoResult::State::ended};
    const std::size_t taken = std::min({there, out.size(), piece(bytes_read, may_read_)});
    if (taken == 0) return {IoResult::State::blocked};
    std::memcpy(out.data(), to_server_.data(), taken);
    to_server_.erase(0, taken);
    bytes_read += taken;
    return {IoResult::State::moved, taken};
  }
  IoResult write(std::span<const iovec> pieces) {
    if (is_broken()) return {IoResult::State::broken};
    std::size_t all = 0;
    for (const iovec& each : pieces) all += each.iov_len;
    const std::size_t space =
        std::min(buffer_ - to_client_.size(), limit(bytes_written, writes_break_at, writes_block_at));
    const std::size_t taken = std::min({space, all, piece(bytes_written, may_write_)});
    if (taken == 0) return {IoResult::State::blocked};
    // Only what is taken is copied: an answer of megabytes leaves in small pieces.
    std::size_t left = taken;
    for (const iovec& each : pieces) {
      const std::size_t part = std::min(left, each.iov_len);
      to_client_.append(static_cast<const char*>(each.iov_base), part);
      left -= part;
    }
    bytes_written += taken;
    if (client_closed_) reset();  // nobody reads this any more
    return {IoResult::State::moved, taken};
  }
  void wait(ByteChannel::Wait what, UniqueFunction<void()> ready) {
    waits_of(what).push_back(std::move(ready));
    wake();
  }
  void cancel_waits() {
    for (Waits* each : {&readable_, &writable_, &broken_}) answer(*each);
  }
  void finish_writing() { server_finished_ = true; }
  void close(ByteChannel::Close how) {
    server_closed_ = true;
    // As TCP does: bytes that nobody has read become a reset.
    reset_by_server_ = how == ByteChannel::Close::reset || !to_server_.empty();
    cancel_waits();
  }

 private:
  // How many bytes may move until the next break or block.
  static std::size_t limit(std::size_t moved, std::size_t break_at, std::size_t block_at) {
    const std::size_t end = std::min(break_at, block_at);
    return end > moved ? end - moved : 0;
  }
  std::size_t piece(std::size_t moved, bool& may_move) {
    switch (pieces_) {
      case Pieces::whole:
        return kNever;
      case Pieces::one_byte:
        if (!std::exchange(may_move, false)) return 0;
        return moved < kOneByteEach ? 1 : 997;
      case Pieces::random:
        if (!std::exchange(may_move, random_.below(3) != 0)) return 0;
        return 1 + random_.below(40);
    }
    return 0;
  }
  // After that many bytes in one direction both are broken, as after a reset.
  bool is_broken() const {
    return reset_by_client_ || server_closed_ || bytes_read >= reads_break_at ||
           bytes_written >= writes_break_at;
  }
  // TLS waits for its own purposes beside the driver.
  using Waits = std::vector<UniqueFunction<void()>>;
  Waits& waits_of(ByteChannel::Wait what) {
    if (what == ByteChannel::Wait::broken) return broken_;
    return what == ByteChannel::Wait::writable ? writable_ : readable_;
  }
  void answer(Waits& waits) {
    for (UniqueFunction<void()>& ready : std::exchange(waits, {})) loop_.post(std::move(ready));
  }
  void wake() {
    const bool broken = is_broken();
    if (!readable_.empty() &&
        (broken || client_finished_ || (!to_server_.empty() && bytes_read < reads_block_at))) {
      may_read_ = true;
      answer(readable_);
    }
    if (!writable_.empty() && (broken || (to_client_.size() < buffer_ && bytes_written < writes_block_at))) {
      may_write_ = true;
      answer(writable_);
    }
    if (broken) answer(broken_);
  }

  Loop& loop_;
  const Pieces pieces_;
  const std::size_t buffer_;
  SeededRandom random_;
  std::string to_server_;
  std::string to_client_;
  Waits readable_;
  Waits writable_;
  Waits broken_;
  bool may_read_ = true;
  bool may_write_ = true;
  bool client_finished_ = false;
  bool client_closed_ = false;
  bool reset_by_client_ = false;
  bool server_finished_ = false;
  bool server_closed_ = false;
  bool reset_by_server_ = false;
};

class TestChannel final : public ByteChannel {
 public:
  explicit TestChannel(std::shared_ptr<TestWire> wire) : wire_(std::move(wire)) {}

  IoResult read(std::span<char> out) override { return wire_->read(out); }
  void wait(Wait what, UniqueFunction<void()> ready) override { wire_->wait(what, std::move(ready)); }
  void cancel_waits() override { wire_->cancel_waits(); }
  void finish_sending() override { wire_->finish_writing(); }
  void close(Close how) override { wire_->close(how); }

 private:
  IoResult write_some(std::span<const iovec> pieces) override { return wire_->write(pieces); }

  std::shared_ptr<TestWire> wire_;
};

}  // namespace belay::transport

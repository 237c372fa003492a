// The bytes of another protocol on one stream of HTTP/2 (extended CONNECT, RFC 8441), as a ByteChannel.
//
//   client ──DATA──▶ received ──read()──▶ handler      the stream's window is given back as the handler reads
//   client ◀──DATA── unsent   ◀──write()── handler     at most kMaxUnsent bytes; beyond it the channel is full
//
// Both buffers are bounded: the first by the stream's window. It knows neither the session nor the connection; its stream
// moves the bytes. Waits are answered by posts to the loop. Loop thread only.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/loop.hpp"
#include "transport/byte_channel.hpp"

namespace belay::transport {

class Http2Tunnel final : public ByteChannel {
 public:
  static constexpr std::size_t kMaxUnsent = 16 * 1024;

  // What the channel's user does. Called inside of the user's calls.
  class Owner {
   public:
    // There are bytes to send, or the end.
    virtual void tunnel_has_output() = 0;
    // The client may send as many more.
    virtual void tunnel_consumed(std::size_t bytes) = 0;

   protected:
    ~Owner() = default;
  };

  // The owner is used until the tunnel is broken.
  Http2Tunnel(Loop& loop, Owner& owner, bool is_secure) : loop_(loop), owner_(owner), is_secure_(is_secure) {}
  Http2Tunnel(const Http2Tunnel&) = delete;

  // ---- for its stream
  void arrive(std::string_view bytes);
  void end();          // the client sends no more
  void break_apart();  // the stream was closed: nothing moves any more
  std::size_t unsent() const { return unsent_.size() - sent_; }
  bool has_finished() const { return has_finished_; }
  // Moves that many bytes behind `out`.
  void take_unsent(std::size_t bytes, std::string& out);

  // ---- ByteChannel
  IoResult read(std::span<char> out) override;
  void wait(Wait what, UniqueFunction<void()> ready) override;
  void cancel_waits() override;
  void finish_sending() override;
  void close(Close how) override;
  bool is_secure() const override { return is_secure_; }

 private:
  IoResult write_some(std::span<const iovec> pieces) override;
  bool is_readable() const { return read_ < received_.size() || has_ended_ || is_broken_; }
  bool is_writable() const { return unsent() < kMaxUnsent || is_broken_; }
  void wake();

  Loop& loop_;
  Owner& owner_;
  const bool is_secure_;
  bool has_ended_ = false;
  bool is_broken_ = false;
  bool has_finished_ = false;
  bool waits_for_break_ = false;  // the reader does
  std::string received_;
  std::size_t read_ = 0;
  std::string unsent_;
  std::size_t sent_ = 0;
  UniqueFunction<void()> reader_;  // waits
  UniqueFunction<void()> writer_;
};

}  // namespace belay::transport

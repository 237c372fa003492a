// Reads what a client sends on a WebSocket (RFC 6455, section 5): bytes in, messages and control frames out.
//
//    byte 0                     byte 1              0, 2 or 8 bytes    4 bytes   payload
//   ┌─────────────────────────┐ ┌─────────────────┐ ┌────────────────┐ ┌──────┐ ┌──────────────┐
//   │ FIN, 3 reserved, opcode │ │ 1, length or    │ │ length         │ │ mask │ │ data XOR mask│
//   └─────────────────────────┘ │ 126, 127        │ └────────────────┘ └──────┘ └──────────────┘
//                               └─────────────────┘
//
// Strict: every frame is masked, no reserved bit or opcode is used, control frames are whole and short, lengths have
// their shortest form, and text is UTF-8. A frame is judged as soon as its header shows the fault, so that nothing of a
// message that is too large is kept; text as soon as a byte cannot belong to UTF-8.
//
// Holds the message that is being received, at most `max_message` bytes, and nothing between two messages. Pure: no
// channel, no time. Fuzzed (message_reader_fuzz.cpp).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/units.hpp"
#include "transport/websocket/close_code.hpp"

namespace belay::transport {

class MessageReader {
 public:
  struct Options {
    ByteCount max_message{64 * 1024};  // over all fragments
    std::uint32_t max_fragments = 1000;
    bool accepts_binary = false;
  };
  enum class Kind : std::uint8_t {
    none,    // all bytes were taken
    text,    // a whole message
    binary,  // a whole message
    ping,
    pong,
    close,  // `code` and `data`, which is the reason; no_status: the frame was empty
    error,  // `code` is the answer, `data` says why. Nothing can be read any more
  };
  struct Event {
    Kind kind = Kind::none;
    CloseCode code = CloseCode::no_status;
    std::string_view data{};  // valid until the next read()
  };

  explicit MessageReader(const Options& options) : options_(options) {}

  // Takes bytes from the front of `bytes`, up to the end of a message or of a control frame. Call it until it
  // returns `none` or `error`.
  Event read(std::string_view& bytes);
  // A message, or a frame of one, has begun and not ended.
  bool is_inside_message() const { return opcode_ != 0 || header_size_ != 0; }

 private:
  Event fail(CloseCode code, std::string_view why);
  Event read_header(std::string_view& bytes);
  Event check_header();
  Event check_data_frame();
  Event read_payload(std::string_view& bytes);
  Event check_text();
  Event end_of_frame();
  Event close_frame();
  unsigned header(std::size_t at) const { return static_cast<unsigned char>(header_[at]); }
  unsigned frame_opcode() const { return header(0) & 0x0F; }
  bool is_control() const { return (header(0) & 0x08) != 0; }
  bool is_final() const { return (header(0) & 0x80) != 0; }
  std::size_t length_bytes() const;
  std::size_t header_length() const { return 2 + length_bytes() + 4; }

  const Options options_;
  std::string message_;         // of all fragments so far
  std::string control_;         // a control frame may come between two fragments
  std::uint64_t left_ = 0;      // payload of the frame
  std::size_t valid_text_ = 0;  // of message_
  std::uint32_t fragments_ = 0;
  std::array<char, 14> header_;
  std::uint8_t header_size_ = 0;  // how much of it has arrived
  bool in_payload_ = false;
  std::uint8_t mask_at_ = 0;  // which byte of the mask is next
  std::uint8_t opcode_ = 0;   // of the message; 0: between two messages
  bool is_over_ = false;      // the event of the last call was the end of a message
  bool has_failed_ = false;
};

}  // namespace belay::transport

// A client's side of a WebSocket, for tests: takes bytes in pieces of any size, checks each frame against
// RFC 6455, section 5, and puts the messages together again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace belay::transport::testing {

class FrameReader {
 public:
  std::vector<std::string> messages;        // text messages that have ended
  std::vector<std::string> control_frames;  // pings and close frames: the opcode, then the payload

  void feed(std::string_view bytes) {
    received_.append(bytes);
    while (take_frame()) {
    }
  }
  // Everything so far was whole messages.
  bool is_between_messages() const { return received_.empty() && !inside_; }

 private:
  unsigned byte(std::size_t at) const { return static_cast<unsigned char>(received_[at]); }

  // Returns false if the next frame has not arrived completely.
  bool take_frame() {
    if (received_.size() < 2) return false;
    const unsigned short_length = byte(1) & 0x7F;
    const std::size_t length_bytes = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
    if (received_.size() < 2 + length_bytes) return false;
    std::uint64_t length = length_bytes == 0 ? short_length : 0;
    for (std::size_t i = 0; i < length_bytes; ++i) length = length << 8 | byte(2 + i);
    if (length_bytes != 0) {
      EXPECT_GT(length, length_bytes == 2 ? 125u : 0xFFFFu) << "the length is written in the shortest form";
    }
    EXPECT_EQ(byte(0) & 0x70, 0u) << "reserved bits are 0";
    EXPECT_EQ(byte(1) & 0x80, 0u) << "a server's frame is not masked";
    if (received_.size() - 2 - length_bytes < length) return false;
    const bool is_last = (byte(0) & 0x80) != 0;
    const unsigned opcode = byte(0) & 0x0F;
    const std::string payload = received_.substr(2 + length_bytes, length);
    received_.erase(0, 2 + length_bytes + length);
    take(is_last, opcode, payload);
    return true;
  }

  void take(bool is_last, unsigned opcode, const std::string& payload) {
    if (opcode >= 8) {
      EXPECT_TRUE(is_last && payload.size() < 126) << "control frames are short and whole";
      control_frames.push_back(static_cast<char>(opcode) + payload);
      return;
    }
    EXPECT_EQ(opcode, inside_ ? 0u : 1u)
        << "a text message begins with a text frame and continues with others";
    message_ += payload;
    inside_ = !is_last;
    if (!is_last) return;
    messages.push_back(message_);
    message_.clear();
  }

  std::string received_;
  std::string message_;
  bool inside_ = false;
};

// The messages in `bytes`, which are whole messages. They are read with a cut at every byte; the cut makes no
// difference.
inline std::vector<std::string> messages_cut_anywhere(std::string_view bytes) {
  FrameReader one_by_one;
  for (const char c : bytes) one_by_one.feed({&c, 1});
  EXPECT_TRUE(one_by_one.is_between_messages());
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    FrameReader reader;
    reader.feed(bytes.substr(0, cut));
    reader.feed(bytes.substr(cut));
    EXPECT_TRUE(reader.is_between_messages());
    EXPECT_EQ(reader.messages, one_by_one.messages) << "cut at " << cut;
  }
  return one_by_one.messages;
}

}  // namespace belay::transport::testing

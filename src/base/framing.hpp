// How messages become bytes: what stands before, after and between them.
//
// A dialect (core/log/dialect.hpp) says what a message contains. A framing says how a client of one protocol
// recognizes where a message begins and ends. The framings of the server are in transport/framing/.
//
// A framing is stateless and deterministic, and it is used on any thread: the same message gives the same
// bytes, so all readers can share them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace belay {

// What a message says about itself beside its data. Both members are one line of text. A framing leaves out
// what its protocol has no place for.
struct MessageHead {
  std::string_view event{};  // the name of the message; empty: it has none
  std::string_view id{};     // what a client sends to continue after this message; empty: it has none
};

// A message is normally written as a whole. One that contains text which is not in memory goes out in parts:
// the data before the text, then the text in any number of pieces, then the data after it.
enum class MessagePart { whole, first, middle, last };

class Framing {
 public:
  // Appends what stands before the data of a message.
  virtual void open(const MessageHead& head, std::string& out) const = 0;
  // Completes a message, or a part of it. Its data is at the end of `out` and begins at `data_at`; it is one
  // line of text. Everything before `data_at` stays as it is.
  virtual void close(MessagePart part, std::size_t data_at, std::string& out) const = 0;

  // What the server sends beside the messages. Each of these may stand before, between or after whole
  // messages, and clients do not take it for a message. Empty: the protocol has nothing for this.
  //
  // The beginning of a stream. `retry`: after what time a client reconnects when the stream breaks.
  virtual std::string preamble(Milliseconds /*retry*/) const { return {}; }
  // Sent when nothing else was sent for some time.
  virtual std::string_view heartbeat() const { return {}; }
  // Sent before the server closes a stream that has not ended.
  virtual std::string farewell(Milliseconds /*retry*/) const { return {}; }

  // The media type of the stream as the body of a response. Empty: it is not sent as one.
  virtual std::string_view content_type() const { return {}; }

 protected:
  ~Framing() = default;
};

// Nothing around the data: for readers in this process.
const Framing& plain_framing();

}  // namespace belay

// How one kind of client receives events. A dialect writes events as messages: names, ids and data. A framing
// (base/framing.hpp) writes the bytes around them. A format is a pair of both.
//
// A dialect is stateless and deterministic: the same event gives the same bytes, on any thread and at any
// time. That lets all readers share one rendition. It also lets a reader that was cut off in the middle of a
// message continue at the exact byte.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/framing.hpp"
#include "base/run_id.hpp"
#include "core/types/event.hpp"
#include "core/types/event_counts.hpp"
#include "core/types/position.hpp"

namespace belay {

// The facts about a run that never change.
struct LogHead {
  RunId id;
  std::string user;
  std::string surface;
  // Which request of its session the run answers, from 0. A stream may show several runs one after the other;
  // a dialect then uses the turn to distinguish their positions.
  std::uint32_t turn = 0;
  std::string model{};  // the alias that was asked for
  WallTime created{};   // when it was requested
  // What the client calls the conversation and the request; empty: it has no name for them.
  std::string conversation{};
  std::string key{};  // the Idempotency-Key
};

class Dialect;
// Writes the deltas as the body of a JSON string.
const Dialect& answer_text();
// The same for the reasoning.
const Dialect& reasoning_text();

// Writes the messages of events into a buffer that the caller owns and reuses.
//
//   std::string& out = writer.begin({.event = "greeting", .id = id});
//   out.append("{\"hello\":\"world\"}");
//   writer.end();
class MessageWriter {
 public:
  // Appends to `bytes`.
  MessageWriter(const Framing& framing, std::string& bytes) : framing_(framing), bytes_(bytes) {}

  // Begins a message. Its data, which is one line of text, is then appended to the returned string.
  std::string& begin(const MessageHead& head) {
    assert(!open_);
    open_ = true;
    is_spliced_ = false;
    framing_.open(head, bytes_);
    data_at_ = bytes_.size();
    return bytes_;
  }
  // Inserts here what `body` writes for the events from `from` up to the rendered one, which is not included. It is
  // streamed from the log, so the whole answer is never in memory. A message may contain several of these, in the middle
  // of its data. `body` writes with begin_piece() or write_spliced(), and inserts nothing itself. It outlives the log, and
  // gets counts if the dialect of the message numbers its messages.
  void splice(const Dialect& body, Offset from);
  // The same for the text of the answer, as the body of a JSON string: all deltas from the event `text_from` on.
  void splice_answer(Offset text_from) { splice(answer_text(), text_from); }
  void end() {
    assert(open_ && (!is_spliced_ || bytes_.size() != data_at_));
    open_ = false;
    framing_.close(is_spliced_ ? MessagePart::last : MessagePart::whole, data_at_, bytes_);
  }

  // A piece of what is inserted into a message. Its data is appended to the returned string, and is not empty.
  std::string& begin_piece() {
    data_at_ = bytes_.size();
    return bytes_;
  }
  void end_piece() { framing_.close(MessagePart::middle, data_at_, bytes_); }
  // The same for a text: a part of the body of a JSON string.
  void write_spliced(std::string_view text);

  // Where something is inserted: an index into the bytes.
  struct Splice {
    std::size_t at;
    const Dialect* body;
    Offset from;
  };
  const std::vector<Splice>& splices() const { return splices_; }
  void clear() {
    bytes_.clear();
    splices_.clear();
  }

 private:
  const Framing& framing_;
  std::string& bytes_;
  std::size_t data_at_ = 0;
  bool open_ = false;
  bool is_spliced_ = false;  // the message
  std::vector<Splice> splices_;
};

// A dialect must outlive every log that is read through it.
class Dialect {
 public:
  virtual ~Dialect() = default;
  // Writes the messages of an event; there may be none. `position` is what a client sends to continue after
  // this event. It is the id of the event's last message only, so that a client that was cut off before that
  // message gets the whole event again. `before`: the events before this one, if the dialect numbers its messages;
  // else its content has no meaning.
  virtual void render(const LogHead& run, const Event& event, const EventCounts& before,
                      const Position& position, MessageWriter& writer) const = 0;
  // Whether its messages have numbers. Then messages_in() says how many messages it writes for events with these
  // counts, and the number of an event's first message is messages_in(before). The events of one count all have the
  // same number of messages (core/log/message_number.hpp).
  virtual bool numbers_messages() const { return false; }
  virtual std::uint64_t messages_in(const EventCounts& /*counts*/) const { return 0; }
  // Writes the last message for one reader whose stream ends although the log goes on: its access was revoked.
  // It has no id. Nothing is written: the stream is cut without a message.
  virtual void render_error(const Error& /*error*/, MessageWriter& /*writer*/) const {}
};

// What a reader receives: the messages of a dialect in a framing. Readers of the same format share renditions.
struct Format {
  const Dialect& dialect;
  const Framing& framing;

  friend bool operator==(const Format& a, const Format& b) {
    return &a.dialect == &b.dialect && &a.framing == &b.framing;
  }
};

}  // namespace belay

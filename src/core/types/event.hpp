// The events of a log and their encoding. Memory, journal and archive all hold the same bytes.
//
//   event := type (1 byte)  time (varint, ms after the base time of its range)  size (varint)  payload
//
// Offsets are not stored: the events of a range have consecutive offsets, starting at the first offset of the
// range. The payload of a delta (reasoning too) is the text itself. Other payloads are encoded fields (core/types/codec.hpp,
// core/types/payloads.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "core/types/position.hpp"

namespace belay {

enum class EventType : std::uint8_t {
  started = 1,  // the request, with everything needed to recover the run; always offset 1
  stage = 2,    // what the run is doing now
  delta = 3,    // a piece of the answer: valid UTF-8, whole characters
  tool_call = 4,
  suggestion = 5,
  upload_processed = 6,
  slow = 7,
  usage = 8,
  restarted = 9,  // the text so far is invalid: the answer starts again from the beginning
  // A piece of what the model thinks: valid UTF-8, whole characters. It is no part of the answer.
  reasoning_delta = 10,
  // Only in the log of a channel (core/types/channel.hpp), which has no other events and no end:
  channel_opened = 11,  // always offset 1
  channel_message = 12,
  // Only in the logs of runs whose request says so (RunRequest::streams_parts):
  part = 13,        // a part of the answer begins: text, reasoning or a tool call
  tool_delta = 14,  // a piece of the arguments of a tool call that a part has begun
  // The log of a run ends with exactly one of these:
  completed = 16,
  failed = 17,
  cancelled = 18,
  interrupted = 19,
};

// What an answer consists of, in the order in which the model made it.
enum class PartKind : std::uint8_t { text = 1, reasoning = 2, tool_call = 3 };

constexpr bool is_terminal(EventType type) {
  return static_cast<std::uint8_t>(type) >= 16;
}
bool is_known(EventType type);
std::string_view to_string(EventType type);

struct Event {
  Offset offset = 0;
  EventType type = EventType::delta;
  WallTime time;
  std::string_view payload;
};

void append_event(EventType type, Milliseconds after_base, std::string_view payload, std::string& out);
// An upper bound on the number of bytes that append_event() adds for a payload of this size.
constexpr std::size_t encoded_event_size(std::size_t payload) {
  return 1 + 10 + 10 + payload;
}

// Consecutive events, as stored. `bytes` is not owned.
struct EventRange {
  Offset first = 0;
  WallTime base_time;
  std::string_view bytes;
};

// Iterates over a range. next() returns false at the end, and also where the bytes are malformed; then ok()
// is false.
class EventReader {
 public:
  explicit EventReader(const EventRange& range)
      : offset_(range.first), base_time_(range.base_time), rest_(range.bytes) {}
  bool next(Event& event);
  bool ok() const { return ok_; }

 private:
  Offset offset_;
  WallTime base_time_;
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace belay

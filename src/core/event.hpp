// The events of a log, and how they lie in memory, in the journal and in the archive: everywhere the same
// bytes.
//
//   event := type (1 byte)  time (varint, ms after the base time of its range)  size (varint)  payload
//
// Offsets are not stored: events stand without a gap after the first offset of their range. The payload of a
// delta is the text itself; the others are encoded fields (core/codec.hpp, core/payloads.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "core/position.hpp"

namespace belay {

enum class EventType : std::uint8_t {
  started = 1,  // the request, with all that is needed to take the run up again; always offset 1
  stage = 2,    // what the run is doing now
  delta = 3,    // a piece of the answer: valid UTF-8, whole characters
  tool_call = 4,
  suggestion = 5,
  upload_processed = 6,
  slow = 7,
  usage = 8,
  restarted = 9,  // the text so far is to be dropped: the answer begins anew
  // Exactly one of these, and nothing after it:
  completed = 16,
  failed = 17,
  cancelled = 18,
  interrupted = 19,
};

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
// An upper bound of what append_event adds for a payload of this size.
constexpr std::size_t encoded_event_size(std::size_t payload) {
  return 1 + 10 + 10 + payload;
}

// Events that stand side by side, as stored. `bytes` belongs to somebody else.
struct EventRange {
  Offset first = 0;
  WallTime base_time;
  std::string_view bytes;
};

// Walks a range. Stops at its end; ok() is false when the bytes are broken there.
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

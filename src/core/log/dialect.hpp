// How one kind of client receives events: the representation of a surface in the framing of a transport.
//
// A dialect is stateless and deterministic: the same event gives the same bytes, on any thread and at any
// time. That lets all readers share one rendition. It also lets a reader that was cut off in the middle of a
// frame continue at the exact byte.
#pragma once

#include <optional>
#include <string>

#include "base/run_id.hpp"
#include "core/types/event.hpp"

namespace belay {

// The facts about a run that never change.
struct LogHead {
  RunId id;
  std::string user;
  std::string surface;
  // Which request of its session the run answers, from 0. A stream may show several runs one after the other;
  // a dialect then uses the turn to distinguish their positions.
  std::uint32_t turn = 0;
};

// The bytes of one event. If `text_at` is set, the text of the answer is inserted at that index of `bytes`,
// as the body of a JSON string. The text consists of all deltas from the event `text_from` up to the rendered
// event. It is streamed from the log, so the whole answer is never in memory. Only the terminal event may set
// `text_at`.
struct Frame {
  std::string bytes;
  std::optional<std::size_t> text_at;
  Offset text_from = 1;

  void clear() {
    bytes.clear();
    text_at.reset();
  }
};

// A dialect must outlive every log that is read through it.
class Dialect {
 public:
  virtual ~Dialect() = default;
  // `position` is what a client sends to continue after this event. The bytes of an event may be empty.
  virtual void render(const LogHead& run, const Event& event, const Position& position, Frame& out) const = 0;
};

}  // namespace belay

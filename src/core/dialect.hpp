// How one kind of client is told of events: a surface's words in a transport's framing.
//
// A dialect is stateless and deterministic: the same event gives the same bytes, whenever and on whatever
// thread it is rendered. That is what lets all readers share one rendering, and lets a reader that was cut in
// the middle of a frame go on at the byte.
#pragma once

#include <optional>
#include <string>

#include "base/run_id.hpp"
#include "core/event.hpp"

namespace belay {

// What never changes about a run.
struct RunHead {
  RunId id;
  std::string user;
  std::string surface;
  // Which request of its session it answers, from 0: where one stream shows one run after the other, a
  // dialect needs it to keep their positions apart.
  std::uint32_t turn = 0;
};

// The bytes of one event. `text_at` asks for the answer itself to be put in there, as the body of a JSON
// string: all deltas from the event `text_from` on, up to the event that is rendered. It is streamed in from
// the log, so that the whole answer never stands in memory. Only the terminal event may ask.
struct Frame {
  std::string bytes;
  std::optional<std::size_t> text_at;
  Offset text_from = 1;

  void clear() {
    bytes.clear();
    text_at.reset();
  }
};

// Outlives every log that was read through it.
class Dialect {
 public:
  virtual ~Dialect() = default;
  // `position` is what a client sends back to continue after this event. An event may render to nothing.
  virtual void render(const RunHead& run, const Event& event, const Position& position, Frame& out) const = 0;
};

}  // namespace belay

// A client's reader of an event stream, as a browser's EventSource reads it (WHATWG HTML, "Server-sent
// events").
//
// Beside the events it keeps what a reconnect needs: the id of the last whole event and the server's
// reconnection time. A parser of providers' streams (providers/sse_parser.hpp) has no use for those, and is
// built for speed instead.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace belay::app {

struct StreamEvent {
  std::string type;  // empty: "message"
  std::string data;
};

class EventStream {
 public:
  using Handler = std::function<void(const StreamEvent&)>;

  // One event, or one line of it, may have this many bytes; a longer one is a broken stream.
  explicit EventStream(std::size_t most_event_bytes) : most_event_bytes_(most_event_bytes) {}

  // Calls the handler for each event that is whole now. False: the stream is broken, read no more of it.
  [[nodiscard]] bool push(std::string_view bytes, const Handler& handler);
  // The connection is gone: what is left of an event is dropped, and its id with it.
  void cut();

  const std::string& last_id() const { return last_id_; }
  void forget_position() { last_id_.clear(); }
  std::optional<Milliseconds> retry() const { return retry_; }

 private:
  void take_line(std::string_view line, const Handler& handler);
  void take_field(std::string_view name, std::string_view value);

  const std::size_t most_event_bytes_;
  std::string line_;
  bool after_cr_ = false;
  StreamEvent event_;
  bool has_data_ = false;
  std::string id_;  // of the event that is being read
  std::string last_id_;
  std::optional<Milliseconds> retry_;
};

}  // namespace belay::app

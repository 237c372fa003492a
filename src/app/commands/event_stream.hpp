// A client's view of an event stream, as a browser's EventSource has it (WHATWG HTML, "Server-sent events").
//
// Beside the events it keeps what a reconnect needs: the id of the last whole event and the server's
// reconnection time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "providers/sse_parser.hpp"

namespace belay::app {

class EventStream final : private providers::SseParser::Handler {
 public:
  using Handler = std::function<void(const providers::SseEvent&)>;

  // A line, and an event's data, may have this many bytes; a longer one is a broken stream.
  explicit EventStream(std::size_t most_event_bytes)
      : most_event_bytes_(most_event_bytes), parser_(most_event_bytes) {}

  // Calls the handler for each event that is whole now. False: the stream is broken, read no more of it.
  [[nodiscard]] bool push(std::string_view bytes, const Handler& handler);
  // The connection is gone: what is left of an event is dropped, and its id with it.
  void cut();

  const std::string& last_id() const { return last_id_; }
  void forget_position() {
    id_.clear();
    last_id_.clear();
  }
  std::optional<Milliseconds> retry() const { return retry_; }

 private:
  providers::SseParser::Flow on_event(const providers::SseEvent& event) override;
  void on_field(std::string_view name, std::string_view value) override;
  void on_block_end() override { last_id_ = id_; }

  const std::size_t most_event_bytes_;
  providers::SseParser parser_;
  const Handler* handler_ = nullptr;  // of the push() under way
  std::string id_;                    // of the event that is being read
  std::string last_id_;
  std::optional<Milliseconds> retry_;
};

}  // namespace belay::app

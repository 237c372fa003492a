// A client's view of an event stream, like a browser's EventSource (WHATWG HTML, "Server-sent events").
//
// In addition to the events it keeps what a reconnect needs: the id of the last complete event, and the
// server's reconnection time.
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

  // `max_event_bytes` limits a line and an event's data. A longer one is an error of the stream.
  explicit EventStream(std::size_t max_event_bytes)
      : max_event_bytes_(max_event_bytes), parser_(max_event_bytes) {}

  // Calls the handler for each event that is complete now. False: the stream is invalid, stop reading it.
  [[nodiscard]] bool push(std::string_view bytes, const Handler& handler);
  // The connection was lost. An incomplete event is dropped, and its id too.
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

  const std::size_t max_event_bytes_;
  providers::SseParser parser_;
  const Handler* handler_ = nullptr;  // of the current push()
  std::string id_;                    // of the event being read
  std::string last_id_;
  std::optional<Milliseconds> retry_;
};

}  // namespace belay::app

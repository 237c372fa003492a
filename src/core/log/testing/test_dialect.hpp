// A dialect for tests that shows everything of an event, and a function that computes what a reader must
// receive.
#pragma once

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "core/log/dialect.hpp"

namespace belay::testing {

// Renders "[1-7 delta hello]". With `splices`, a terminal event is "[1-9 completed "the whole answer as JSON
// text"]". Events of the type `hidden` render to nothing. The text begins with event `text_from`. It is also a
// format: its messages with nothing around them.
class TestDialect final : public Dialect {
 public:
  struct Options {
    bool splices = true;
    std::optional<EventType> hidden;
    Offset text_from = 1;
    std::size_t padding = 0;  // extra bytes in every message
  };
  TestDialect() = default;
  explicit TestDialect(Options options) : options_(options) {}

  operator Format() const { return {*this, plain_framing()}; }

  void render(const LogHead&, const Event& event, const EventCounts&, const Position& position,
              MessageWriter& writer) const override {
    if (event.type == options_.hidden) return;
    std::string& out = writer.begin({});
    fmt::format_to(std::back_inserter(out), "[{} {}", position.text(), to_string(event.type));
    if (event.type == EventType::delta) out.append(1, ' ').append(event.payload);
    if (is_terminal(event.type) && options_.splices) {
      out += " \"";
      writer.splice_answer(options_.text_from);
      out += '"';
    }
    out.append(options_.padding, '.').append(1, ']');
    writer.end();
  }
  const Options& options() const { return options_; }

 private:
  Options options_;
};

struct TestEvent {
  EventType type;
  std::string payload;
  Epoch epoch = 1;
};

// The bytes that a reader of these events (the first has offset 1) receives after `after`.
inline std::string expected_bytes(const TestDialect& dialect, const std::vector<TestEvent>& events,
                                  Offset after) {
  std::string out, text;
  for (Offset offset = 1; offset <= events.size(); ++offset) {
    const TestEvent& event = events[offset - 1];
    if (event.type == EventType::delta && offset >= dialect.options().text_from)
      append_json_text(event.payload, text);
    if (offset <= after) continue;
    std::string bytes;
    MessageWriter writer(plain_framing(), bytes);
    dialect.render({}, {offset, event.type, {}, event.payload}, {}, {event.epoch, offset}, writer);
    if (!writer.splices().empty()) bytes.insert(writer.splices().front().at, text);
    out += bytes;
  }
  return out;
}

}  // namespace belay::testing

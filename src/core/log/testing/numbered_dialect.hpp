// A dialect for tests that numbers its messages and writes none, one or several of them for an event.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "core/log/dialect.hpp"

namespace belay::testing {

// Each message is "NUMBER EVENT\n". A stage "answer" has three messages, another stage none, the end two, and an event
// that begins a part one more.
class NumberedDialect final : public Dialect {
 public:
  operator Format() const { return {*this, plain_framing()}; }

  bool numbers_messages() const override { return true; }
  std::uint64_t messages_in(const EventCounts& counts) const override {
    return counts.started + 3 * counts.answers + counts.deltas + counts.reasoning_deltas +
           counts.tool_deltas + counts.text_parts + counts.reasoning_parts + counts.tool_parts +
           counts.whole_calls + 2 * counts.refused_calls + counts.restarts + 2 * counts.ends();
  }
  void render(const LogHead&, const Event& event, const EventCounts& before, const Position&,
              MessageWriter& writer) const override {
    EventCounts after = before;
    after.add(event.type, event.payload);
    const std::uint64_t end = messages_in(after);
    for (std::uint64_t number = messages_in(before); number < end; ++number) {
      std::string& out = writer.begin({});
      fmt::format_to(std::back_inserter(out), "{} {}", number, to_string(event.type));
      if (is_terminal(event.type) && number + 1 == end) {
        out.push_back(' ');
        writer.splice_answer(1);
      }
      out.push_back('\n');
      writer.end();
    }
  }
};

}  // namespace belay::testing

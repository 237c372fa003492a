// How many events of each kind stand in a log before a place in it.
//
// Some protocols number their messages. A message's number is then the count of the messages before it, which a
// dialect computes from these counts (core/log/dialect.hpp): no log is walked for it. The counts are of the whole log.
// What was dropped by `restarted` stays counted, because a client has received its messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/types/event.hpp"

namespace belay {

struct EventCounts {
  std::uint32_t events = 0;  // all of them
  std::uint32_t started = 0;
  std::uint32_t answers = 0;  // stages: the model has begun to answer
  std::uint32_t stages = 0;   // all other stages
  std::uint32_t deltas = 0;
  std::uint32_t reasoning_deltas = 0;
  std::uint32_t tool_deltas = 0;
  // Of these, pieces of a call that came when another part had begun. Those that say nothing more than that the call has
  // no arguments ("{}", white space) are none of them.
  std::uint32_t late_tool_deltas = 0;
  // The parts that began: with a `part`, or, in a log or at a place without one, with their first delta.
  std::uint32_t text_parts = 0;
  std::uint32_t reasoning_parts = 0;
  std::uint32_t tool_parts = 0;
  // Tool calls that a `part` had begun; others; and of the others, those that do not match their declaration.
  std::uint32_t streamed_calls = 0;
  std::uint32_t whole_calls = 0;
  std::uint32_t refused_calls = 0;  // none of whole_calls
  std::uint32_t usages = 0;
  std::uint32_t restarts = 0;
  std::uint32_t completed = 0;  // the end: one of these four is 1 in the end
  std::uint32_t failed = 0;
  std::uint32_t cancelled = 0;
  std::uint32_t interrupted = 0;
  std::uint32_t others = 0;

  // All parts, with the calls that were logged whole.
  std::uint64_t parts() const {
    return std::uint64_t{text_parts} + reasoning_parts + tool_parts + whole_calls + refused_calls;
  }
  std::uint32_t ends() const { return completed + failed + cancelled + interrupted; }

  // The part that has begun, until another part, a restart or the end follows it. A tool call that was logged whole is
  // none.
  std::optional<PartKind> open{};
  Offset open_from = 0;  // the event with which it began
  // Tool calls that have begun and are not whole yet.
  std::uint32_t open_calls = 0;

  // Whether the open part is the call with this index (PartEvent::index).
  bool is_open_call(std::uint32_t index) const {
    return open == PartKind::tool_call && std::uint64_t{index} + 1 == tool_parts;
  }

  // The part that begins with this event, if one does. The counts are those of the events before it.
  std::optional<PartKind> begun_by(EventType type, std::string_view payload) const;

  // Counts the next event.
  void add(EventType type, std::string_view payload) {
    ++events;
    if (type != EventType::delta) return add_other(type, payload);
    begin(PartKind::text, text_parts);
    ++deltas;
  }

  friend bool operator==(const EventCounts&, const EventCounts&) = default;

 private:
  void add_other(EventType type, std::string_view payload);
  void begin(PartKind kind, std::uint32_t& parts) {
    if (open == kind) return;
    open = kind;
    open_from = events;
    ++parts;
  }
};

}  // namespace belay

#include "core/types/channel_erasure.hpp"

namespace belay {
namespace {

// Whether the erasure covers a message. One that belongs to no run is as old as its event.
bool covers(const Erasure& erasure, const ChannelMessage& message, WallTime time) {
  if (message.run == RunId())
    return time <= erasure.through && erasure.concerns(erasure.user, erasure.surface, message.conversation);
  return erasure.covers(erasure.user, erasure.surface, message.conversation, message.run);
}

// What stays of it. Who has not seen the end of the run learns that there is nothing to wait for.
ChannelMessage trace_of(const ChannelMessage& message) {
  ChannelMessage trace;
  trace.kind = ChannelMessage::Kind::removed;
  if (!message.ends_run) return trace;
  trace.kind = ChannelMessage::Kind::error;
  trace.code = ErrorCode::cancelled;
  trace.text = kConversationDeleted;
  trace.run = message.run;
  trace.took_ms = message.took_ms;
  trace.ends_run = true;
  return trace;
}

}  // namespace

std::optional<std::string> without_erased(const EventRange& events, const Erasure& erasure) {
  std::string changed;
  bool is_changed = false;
  EventReader reader(events);
  for (Event event; reader.next(event);) {
    const Milliseconds after = event.time - events.base_time;
    if (event.type == EventType::channel_message) {
      const auto message = decode_channel_message(event.payload);
      if (message && covers(erasure, *message, event.time)) {
        is_changed = true;
        append_event(event.type, after, encode(trace_of(*message)), changed);
        continue;
      }
    }
    append_event(event.type, after, event.payload, changed);
  }
  if (!is_changed || !reader.ok()) return std::nullopt;
  return changed;
}

}  // namespace belay

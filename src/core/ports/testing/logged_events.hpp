// Decodes the events of one run in a FakeEventLog, so that tests can inspect them.
#pragma once

#include "core/ports/testing/fake_event_log.hpp"

namespace belay::testing {

struct LoggedEvent {
  Offset offset;
  EventType type;
  std::string payload;
  Epoch epoch;
};

inline std::vector<LoggedEvent> logged_events(const FakeEventLog& store, const RunId& run) {
  std::vector<LoggedEvent> all;
  for (const FakeEventLog::Entry& entry : store.committed) {
    if (entry.mark || entry.events.run != run) continue;
    EventReader reader({entry.events.events.first, entry.events.events.base_time, entry.bytes});
    for (Event event; reader.next(event);)
      all.push_back({event.offset, event.type, std::string(event.payload), entry.events.epoch});
    EXPECT_TRUE(reader.ok());
  }
  for (std::size_t i = 1; i < all.size(); ++i) EXPECT_EQ(all[i].offset, all[i - 1].offset + 1);
  return all;
}

// "started stage delta usage completed"
inline std::string types_of(const std::vector<LoggedEvent>& events) {
  std::string out;
  for (const LoggedEvent& event : events) out.append(out.empty() ? "" : " ").append(to_string(event.type));
  return out;
}

inline std::string text_of(const std::vector<LoggedEvent>& events) {
  std::string out;
  for (const LoggedEvent& event : events)
    if (event.type == EventType::delta) out += event.payload;
  return out;
}

inline std::size_t count_of(const std::vector<LoggedEvent>& events, EventType type) {
  std::size_t count = 0;
  for (const LoggedEvent& event : events) count += event.type == type;
  return count;
}

inline std::size_t terminals_of(const std::vector<LoggedEvent>& events) {
  std::size_t count = 0;
  for (const LoggedEvent& event : events) count += is_terminal(event.type);
  return count;
}

}  // namespace belay::testing

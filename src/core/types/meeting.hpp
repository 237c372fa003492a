// The meetings of a user (requirement G4): they decide when the goal coach is available (policy/access_window.hpp).
// Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "core/types/list_place.hpp"

namespace belay {

enum class MeetingStatus : std::uint8_t { scheduled = 1, cancelled = 2 };
// "scheduled"
std::string_view to_string(MeetingStatus status);
std::optional<MeetingStatus> meeting_status_from(std::string_view name);

struct Meeting {
  std::string id;  // that clients see
  std::string title;
  WallTime start;
  Milliseconds duration{0};
  MeetingStatus status = MeetingStatus::scheduled;
  // What an imported calendar calls it: the same origin is the same meeting. Empty: it was not imported.
  std::string origin;
  WallTime created;
  WallTime changed;

  WallTime end() const { return start + duration; }
  ListPlace place() const { return {start, id}; }
  friend bool operator==(const Meeting&, const Meeting&) = default;
};

// Nothing: it stays as it is.
struct MeetingChange {
  std::optional<std::string> title{};
  std::optional<WallTime> start{};
  std::optional<Milliseconds> duration{};
  std::optional<MeetingStatus> status{};
};

struct MeetingQuery {
  std::optional<WallTime> from{};    // the start is at this time or later
  std::optional<WallTime> to{};      // and before this one
  std::optional<ListPlace> after{};  // nothing: from the earliest
  bool scheduled_only = false;
  std::size_t max = 50;
};

// The earliest start first.
struct MeetingPage {
  std::vector<Meeting> meetings;
  std::optional<ListPlace> next;  // MeetingQuery::after of the next page
};

// What an import has done.
struct MeetingImport {
  std::uint64_t added = 0;
  std::uint64_t changed = 0;
  std::uint64_t unchanged = 0;
  friend bool operator==(const MeetingImport&, const MeetingImport&) = default;
};

}  // namespace belay

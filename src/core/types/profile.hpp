// What a user has said about themselves, and the phase that they are in (requirement G4). Plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace belay {

// A user without a phase sets goals. Tracking starts by itself, once a goal is active and a meeting is scheduled. An
// operator may set any phase; it then stays until an operator changes or removes it.
inline constexpr std::string_view kFirstPhase = "goal_setting";
inline constexpr std::string_view kPhaseAfterFirstMeeting = "tracking";

struct Profile {
  std::string name;       // what the coach calls the user; empty: not said
  std::string time_zone;  // "Europe/Berlin"; empty: UTC
  std::string phase;      // as it is kept; empty: never set
  WallTime changed;       // of name or time zone; 0: never

  std::string_view phase_now() const { return phase.empty() ? kFirstPhase : std::string_view(phase); }
  friend bool operator==(const Profile&, const Profile&) = default;
};

// Nothing: it stays as it is.
struct ProfileChange {
  std::optional<std::string> name{};
  std::optional<std::string> time_zone{};
};

struct PhaseChange {
  WallTime when;
  std::string who;   // the operator; empty: it changed by itself
  std::string from;  // empty: never set
  std::string to;    // empty: it was removed
  friend bool operator==(const PhaseChange&, const PhaseChange&) = default;
};

// Of one user. Older ones are dropped.
inline constexpr std::size_t kMaxPhaseChanges = 100;

}  // namespace belay

// One sequence of event ids for all answers of a session (requirement X1). A client of a session's stream
// sends back one id. The upper bits of its offset say which of the session's requests it belongs to.
#pragma once

#include <cstdint>

#include "base/run_id.hpp"
#include "core/types/position.hpp"

namespace belay::surfaces {

struct SessionPosition {
  std::uint32_t turn = 0;  // index of the request in the session, from 0; or tag_of() its run
  Position position;       // in that request's log
};

inline constexpr unsigned kTurnShift = 40;

// A chat outlives its sessions, so an id of its stream names the run itself: by 23 bits, of which 22 are random (the
// UUID's) and the highest is set. No session has so many requests, so it is never the index of one.
inline constexpr std::uint32_t kTagged = 1u << 22;
inline std::uint32_t tag_of(const RunId& run) {
  const std::uint32_t bits = std::uint32_t{run.uuid[0]} << 16 | std::uint32_t{run.uuid[1]} << 8 | run.uuid[2];
  return kTagged | (bits & (kTagged - 1));
}

inline Position on_the_wire(const SessionPosition& position) {
  return {position.position.epoch,
          (static_cast<Offset>(position.turn) << kTurnShift) + position.position.offset};
}
inline SessionPosition from_the_wire(const Position& position) {
  constexpr Offset kOffsets = (Offset{1} << kTurnShift) - 1;
  return {static_cast<std::uint32_t>(position.offset >> kTurnShift),
          {position.epoch, position.offset & kOffsets}};
}

}  // namespace belay::surfaces

// One sequence of event ids for all answers of a session (requirement X1). A client of a session's stream
// sends back one id. The upper bits of its offset say which of the session's requests it belongs to.
#pragma once

#include <cstdint>

#include "core/types/position.hpp"

namespace belay::surfaces {

struct SessionPosition {
  std::uint32_t turn = 0;  // index of the request in the session, from 0
  Position position;       // in that request's log
};

inline constexpr unsigned kTurnShift = 40;

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

// A socket of the goal coach (requirement G2): WS /api/v1/chat/ws?token=…&position=…
//
//   in    message {content, key?} · ping · typing · resume {position} · cancel
//   out   connected · typing · response_chunk · response · error · pong          the document's
//         accepted · resumed · reset · access · notice                           ours
//
// A message with a `key` may be sent again: it is asked once. `accepted` says so, with the id of its answer.
//
// All sockets of a user show the same channel (ADR 0024), so all see the same answers with the same ids. What concerns one
// socket alone (pong, a refusal) goes to that one. A client that has a position gets exactly what follows it: with
// `position` in the address or with `resume`. After `resume` it ignores what comes before `resumed` or `reset`; `reset` says that it has to
// drop what it has.
//
// `access` is sent whenever the answer of GET /chat/access changes: a window opens or closes, a meeting moves, an operator
// sets a phase. While it is closed, messages are refused, and the socket stays open; an answer under way goes on.
//
// Lives on the connection's loop. What is asked for outlives the socket.
#pragma once

#include <memory>
#include <string>

#include "surfaces/goal_coach/config.hpp"
#include "surfaces/surface.hpp"
#include "transport/websocket/websocket.hpp"

namespace belay::surfaces::goal_coach {

// Signs the client in, and answers the handshake. Context and configuration outlive the socket.
Awaitable<transport::Response> open_socket(transport::Request& request, const SurfaceContext& context,
                                           const GoalCoachConfig& config);

}  // namespace belay::surfaces::goal_coach

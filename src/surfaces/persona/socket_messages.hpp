// The messages of a chat's WebSocket (requirement P7), each one JSON object with a `type`.
//
//   client                                                server
//   {"type":"message","content","breathing"?,             {"type":"connected","session_id","persona"}
//     "idempotency_key"?}                                 {"type":"token","id","token"}
//   {"type":"resume","last_event_id"}                     {"type":"restarted","id"}: drop the text so far
//   {"type":"cancel"}                                     {"type":"done","id","finish":"stop" | "length"}
//   {"type":"ping"}                                       {"type":"error","id","error":{"code","message"}}: the answer ended
//   {"type":"typing"}: ignored                            {"type":"error","error":{"code","message",…}}: a message was refused
//                                                         {"type":"pong"}
//
// Messages with an `id` come from the log, the same for all readers: the ids are those of the SSE stream, and an answer
// may be resumed over either. README.md has the whole protocol.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/log/dialect.hpp"
#include "core/types/session.hpp"
#include "services/runs/run_service.hpp"
#include "surfaces/persona/config.hpp"
#include "surfaces/session_position.hpp"

namespace belay::surfaces::persona {

struct SocketMessage {
  enum class Type { message, resume, cancel, ping, typing };
  Type type = Type::typing;
  std::optional<services::StartRun> start{};  // of a `message`: without caller, session and deadline
  SessionPosition after{};                    // of a `resume`
};

// Errors name the field. `text` is valid UTF-8.
Result<SocketMessage> parse_socket_message(std::string_view text, const PersonaSurfaceConfig& config);
// The id of an event of the session.
Result<SessionPosition> parse_event_id(std::string_view text);

// The events of an answer.
const Format& socket_format();

std::string connected_message(const Session& session);
// A message that was refused. The socket stays open.
std::string error_message(const Error& error);
inline constexpr std::string_view kPong = R"({"type":"pong"})";

}  // namespace belay::surfaces::persona

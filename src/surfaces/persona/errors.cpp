#include "surfaces/persona/errors.hpp"

#include "services/runs/run_service.hpp"

namespace belay::surfaces::persona {

Error in_persona_terms(Error error) {
  if (error.field != services::kAboutSession) return error;
  if (error.code == ErrorCode::not_found) return unknown_session();
  error.field = "session_id";
  return error;
}

Error unknown_session() {
  return make_error(ErrorCode::not_found, "There is no such session. Start one with POST /chat/start.",
                    "session_id");
}

Error no_answer_yet() {
  return make_error(ErrorCode::not_found,
                    "Nothing has been asked in this session. Ask with POST /chat/stream.", "session_id");
}

Error ahead_of_session() {
  return make_error(ErrorCode::position_ahead,
                    "This session has not got that far. Resume with the id of an event that it sent.",
                    "Last-Event-ID");
}

}  // namespace belay::surfaces::persona

#include "surfaces/persona/errors.hpp"

#include <iterator>

#include <fmt/format.h>

#include "base/json_text.hpp"

namespace belay::surfaces::persona {

std::string anonymous_user(std::string_view user_id) {
  return ' ' + std::string(user_id);
}

bool is_anonymous(std::string_view user) {
  return user.starts_with(' ');
}

transport::Response json_response(std::string body) {
  transport::Response response;
  response.headers.push_back({"Content-Type", "application/json"});
  response.headers.push_back({"Cache-Control", "no-store"});
  response.body = std::move(body);
  return response;
}

std::string render_answer(const Session& session, const WholeAnswer& answer) {
  std::string out =
      fmt::format(R"({{"session_id":"{}","persona":"{}","message":")", session.id, session.persona);
  append_json_text(answer.text, out);
  fmt::format_to(std::back_inserter(out),
                 R"(","finish":"{}","usage":{{"input_tokens":{},"output_tokens":{},"estimated":{}}}}})",
                 answer.finish, answer.usage.input.value, answer.usage.output.value, answer.usage.estimated);
  return out;
}

Error unknown_session() {
  return make_error(ErrorCode::not_found, "There is no such session. Start one with POST /chat/start.",
                    "session_id");
}

Error in_persona_terms(Error error) {
  if (error.field == "sessionId") error.field = "session_id";
  return error;
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

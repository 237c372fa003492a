// Names, small responses and errors that the persona surface's handlers share.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/ports/session_store.hpp"
#include "surfaces/whole_answer.hpp"
#include "transport/message.hpp"

namespace belay::surfaces::persona {

inline constexpr std::string_view kSurface = "persona";
inline constexpr std::string_view kMessageMode = "message";
inline constexpr std::string_view kCoachMode = "coach";

// The user of an anonymous caller. It begins with a space, and no token's subject does
// (auth::is_valid_user_id). So it is never the name of a user who can sign in.
std::string anonymous_user(std::string_view user_id);
bool is_anonymous(std::string_view user);

transport::Response json_response(std::string body);
// {"session_id","persona","message","usage":{"input_tokens","output_tokens","estimated"}}
std::string render_answer(const Session& session, const WholeAnswer& answer);

Error unknown_session();
Error no_answer_yet();
// The store's error about a session, with this surface's name for the field.
Error in_persona_terms(Error error);
Error ahead_of_session();

}  // namespace belay::surfaces::persona

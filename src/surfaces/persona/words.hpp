// What the persona surface's handlers have in common: its name, and small answers.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/session_store.hpp"
#include "surfaces/whole_answer.hpp"
#include "transport/message.hpp"

namespace belay::surfaces::persona {

inline constexpr std::string_view kSurface = "persona";
inline constexpr std::string_view kMessageMode = "message";
inline constexpr std::string_view kCoachMode = "coach";

// No token's subject begins with a space (auth::is_valid_user_id), so this is nobody who can sign in.
std::string anonymous_user(std::string_view user_id);
bool is_anonymous(std::string_view user);

transport::Response json_response(std::string body);
// {"session_id","persona","message","usage":{"input_tokens","output_tokens","estimated"}}
std::string render_answer(const Session& session, const WholeAnswer& answer);

Error unknown_session();
Error no_answer_yet();
// What the store says of a session, with this surface's name for the field.
Error in_persona_words(Error error);
Error ahead_of_session();

}  // namespace belay::surfaces::persona

// The ids of persona sessions: "session_" and 32 characters that cannot be guessed. Whoever knows the id of an
// anonymous session can use it.
#pragma once

#include <string>
#include <string_view>

#include "base/random.hpp"

namespace belay::surfaces::persona {

std::string make_session_id(Random& random);
// Whether the text can be a session's id.
bool is_session_id(std::string_view id);

}  // namespace belay::surfaces::persona

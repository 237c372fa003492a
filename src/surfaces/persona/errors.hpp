// The services' errors in the persona surface's words, and errors of its own.
#pragma once

#include "base/error.hpp"

namespace belay::surfaces::persona {

Error in_persona_terms(Error error);
Error unknown_session();
Error no_answer_yet();
Error ahead_of_session();

}  // namespace belay::surfaces::persona

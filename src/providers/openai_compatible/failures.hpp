// What an error of an OpenAI-compatible server means: from the status, or from the error object's type and
// code.
//
// The same object comes with an error status, under a 200 that should have been a stream, and within a
// stream. Its message is never repeated: it may hold parts of the prompt or of the key.
#pragma once

#include <string_view>

#include "providers/status.hpp"

namespace belay::providers {

struct ServerError {
  int status = 200;       // of the response; a status as the object's code goes here too
  std::string_view type;  // may be empty
  std::string_view code;
};

StatusMeaning meaning_of(const ServerError& error);

}  // namespace belay::providers

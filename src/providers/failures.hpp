// What an error of a provider means: from the status, or from the error object's type and code.
//
// The same object comes with an error status, under a 200 that should have been a stream, and within a
// stream. Its forms: {"error":{type,code,message}} (OpenAI and what is compatible), {"type":"error","error":
// {type,message}} (Anthropic), {"code":"…","error":"…"} (xAI). Its message is never repeated: it may hold
// parts of the prompt or of the key.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "providers/retry.hpp"
#include "providers/status.hpp"

namespace belay::providers {

class JsonBuffer;

struct ServerError {
  int status = 200;       // of the response; a status as the object's code goes here too
  std::string_view type;  // may be empty
  std::string_view code;
};

StatusMeaning meaning_of(const ServerError& error);
FailedAttempt failed_attempt(const StatusMeaning& meaning);
FailedAttempt broken_answer(std::string text);  // provider_broken: not tried again

// An error object's own words for what went wrong. Views into the buffer.
struct ReportedError {
  std::string_view type;
  std::string_view code;
  int status = 0;  // when the code is a number
};

// The error that a document reports, if it is one.
std::optional<ReportedError> read_reported_error(JsonBuffer& buffer, std::string_view text);

}  // namespace belay::providers

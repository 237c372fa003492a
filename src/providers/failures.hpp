// What an error of a provider means: from the status, or from the error object's type, code and words.
//
// The same object comes with an error status, under a 200 that should have been a stream, and within a
// stream. Its forms: {"error":{type,code,message}} (OpenAI and what is compatible), {"type":"error","error":
// {type,message}} (Anthropic), {"code":"…","error":"…"} (xAI), {"object":"error",message,type,code} (older
// servers), {"error":"…"} or {"detail":"…"} (frameworks), a list of one (Google). Its message is looked at,
// for servers say "too long" in many ways, and never repeated: it may hold parts of the prompt or of the key.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "providers/retry.hpp"
#include "providers/status.hpp"

namespace belay::providers {

class JsonBuffer;

// An error object's own words for what went wrong. Views into the buffer.
struct ReportedError {
  std::string_view type;
  std::string_view code;
  int status = 0;          // when the code is a number
  std::string_view state;  // Google: "INVALID_ARGUMENT"
  std::string_view message;
  std::string_view inner_message;  // of the server behind the one that was asked
};

struct ServerError {
  int status = 200;  // of the response; a status as the object's code goes here too
  std::string_view type;
  std::string_view code;
  std::string_view state;
  std::string_view message;
  std::string_view inner_message;
};
// Within a stream.
ServerError server_error(const ReportedError& reported);

StatusMeaning meaning_of(const ServerError& error);
FailedAttempt failed_attempt(const StatusMeaning& meaning);

// provider_broken: not tried again. `advice` says to the operator what was wrong.
FailedAttempt unreadable_answer(std::string advice);
FailedAttempt cut_answer(std::string advice);
// The provider itself has broken its answer off: tried again.
FailedAttempt answer_given_up();
// There is not a word in it: tried again, unless the model used up the room for its answer by thinking.
FailedAttempt blank_answer(bool room_used_up);

Error with_advice(Error error, std::string advice);

// The error that a document reports, if it is one. `is_error`: the status says so already.
std::optional<ReportedError> read_reported_error(JsonBuffer& buffer, std::string_view text, bool is_error);

}  // namespace belay::providers

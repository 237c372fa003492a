// Finds out what a provider's error means, from the status or from the error object's type, code and message.
//
// The same error object comes with an error status, with status 200 where a stream was expected, and within a
// stream. Its forms are:
// - {"error":{type,code,message}}: OpenAI and compatible servers
// - {"type":"error","error":{type,message}}: Anthropic
// - {"code":"…","error":"…"}: xAI
// - {"object":"error",message,type,code}: older servers
// - {"error":"…"} or {"detail":"…"}: web frameworks
// - a list with one of these: Google
//
// The message is read, because servers say "too long" in many ways. It is never repeated to clients: it may
// contain parts of the prompt or of the key.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "providers/retry.hpp"
#include "providers/status.hpp"

namespace belay::providers {

class JsonBuffer;

// What an error object reports. Views into the buffer.
struct ReportedError {
  std::string_view type;
  std::string_view code;
  int status = 0;          // if the code is a number
  std::string_view state;  // Google: "INVALID_ARGUMENT"
  std::string_view message;
  std::string_view inner_message;  // of the server behind the provider
};

struct ServerError {
  int status = 200;  // of the response; also set if the object's code is a status
  std::string_view type;
  std::string_view code;
  std::string_view state;
  std::string_view message;
  std::string_view inner_message;
};
// For an error within a stream.
ServerError server_error(const ReportedError& reported);

StatusMeaning meaning_of(const ServerError& error);
FailedAttempt failed_attempt(const StatusMeaning& meaning);

// provider_broken, not retried. `advice` tells the operator what was wrong.
FailedAttempt unreadable_answer(std::string advice);
FailedAttempt cut_answer(std::string advice);
// The provider itself stopped its answer. Retried.
FailedAttempt answer_aborted();
// The answer contains no words. Retried, unless the model used all tokens of its answer for thinking.
FailedAttempt blank_answer(bool output_limit_reached);

Error with_advice(Error error, std::string advice);

// Returns the error that a document reports, if it reports one. `is_error`: the status already means an
// error.
std::optional<ReportedError> read_reported_error(JsonBuffer& buffer, std::string_view text, bool is_error);

}  // namespace belay::providers

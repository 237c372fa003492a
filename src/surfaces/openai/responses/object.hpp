// The response object, but for the output of one that has ended (output.hpp).
#pragma once

#include <string>
#include <string_view>

#include "core/log/dialect.hpp"
#include "core/types/payloads.hpp"

namespace belay::surfaces::openai::responses {

inline constexpr std::string_view kQueued = "queued";

// How an answer ended, in this API.
struct End {
  std::string_view type;    // of the event
  std::string_view status;  // of the response
  std::string_view reason{};
  bool is_failed = false;
};
End end_of(EventType type, const Terminal& terminal);

// The members up to those that say what was asked.
void begin_object(const RunId& run, std::string_view model, std::string& out);
// What was asked: each member has a comma behind it. The prompts of other surfaces are their own.
void append_request(const LogHead& run, const Event& started, std::string& out);
// Behind the items of the output.
void end_object(const End& end, const Terminal& terminal, std::string& out);

// The object of a response that is being made.
void append_current(const LogHead& run, const Event& started, std::string_view status, std::string& out);

}  // namespace belay::surfaces::openai::responses

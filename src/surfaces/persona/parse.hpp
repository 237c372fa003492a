// Parses the persona surface's requests: JSON, queries and headers in, checked values out (requirements P1,
// P3, P5).
#pragma once

#include <optional>
#include <string>

#include "base/random.hpp"
#include "base/result.hpp"
#include "prompts/coaching.hpp"
#include "surfaces/persona/config.hpp"
#include "transport/message.hpp"

namespace belay::surfaces::persona {

// "session_" and 32 characters that cannot be guessed.
std::string make_session_id(Random& random);
// `not_found` for a text that cannot be a session's id.
Result<> check_session_id(std::string_view id);

struct Start {
  std::string user_id;  // empty: not given
  std::string persona;  // empty: the default one
};
Result<Start> parse_start(const transport::Request& request);

struct Ask {
  std::string session_id;
  std::string message;
  std::optional<prompts::Breathing> breathing;
  bool may_restart = false;     // ?restarts=1
  std::string idempotency_key;  // empty: none
  std::string body_digest;
};
Result<Ask> parse_ask(const transport::Request& request, const PersonaSurfaceConfig& config);

// Whether the request resumes a stream instead of asking a new question.
bool resumes(const transport::Request& request);
// The session of a request that resumes, reads or cancels: from the query, or from the body of a POST.
Result<std::string> parse_session_id(const transport::Request& request);

struct Coach {
  prompts::BreathMeasurement breath;
  std::string persona;
  std::string user_id;
};
Result<Coach> parse_coach(const transport::Request& request);

// Whether the client names text/event-stream in Accept.
bool asks_for_event_stream(const transport::Request& request);

}  // namespace belay::surfaces::persona

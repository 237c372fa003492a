// Parses the persona surface's requests: JSON, queries and headers in, checked values out (requirements P1,
// P3, P5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/strict_json.hpp"
#include "prompts/coaching.hpp"
#include "services/runs/run_service.hpp"
#include "surfaces/persona/config.hpp"
#include "transport/message.hpp"

namespace belay::surfaces::persona {

inline constexpr std::string_view kSurface = "persona";
// What a run is for, and what its limits are for (config.hpp).
inline constexpr std::string_view kMessageMode = "message";
inline constexpr std::string_view kCoachMode = "coach";

// `not_found` for a text that cannot be a session's id.
Result<> check_session_id(std::string_view id);

struct Start {
  std::string user_id;  // empty: not given
  std::string persona;  // empty: the default one
};
Result<Start> parse_start(const transport::Request& request);

// How the client breathes, if it says so.
Result<std::optional<prompts::Breathing>> parse_breathing(const JsonObject& body);

// The run that the request asks for, without its caller and deadline.
Result<services::StartRun> parse_ask(const transport::Request& request, const PersonaSurfaceConfig& config);

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

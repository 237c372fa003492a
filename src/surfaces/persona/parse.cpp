#include "surfaces/persona/parse.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "core/types/caller.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/persona/session_id.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::persona {
namespace {

constexpr std::size_t kMaxPersonaName = 64;

Error bad(std::string detail, std::string_view field) {
  return make_error(ErrorCode::invalid_request, std::move(detail), std::string(field));
}

Result<std::string> parse_user_id(const JsonObject& body) {
  auto user = optional_string(body, "user_id");
  if (!user) return user;
  const auto* given = body.find("user_id");
  if (given && given->kind != JsonKind::null && !is_valid_user_id(*user))
    return bad(fmt::format("user_id must be 1 to {} bytes without control characters or spaces around it.",
                           kMaxUserBytes),
               "user_id");
  return user;
}

struct Range {
  double min;
  double max;
};
Result<std::optional<double>> optional_number(const JsonObject& body, std::string_view field, Range range) {
  const JsonObject::Member* value = body.find(field);
  if (!value || value->kind == JsonKind::null) return std::optional<double>();
  if (value->kind != JsonKind::number)
    return bad(fmt::format("{} must be a number from {} to {}.", field, range.min, range.max), field);
  const double number = value->number();
  // A negative zero is outside of a range that begins at zero, because it would be written as "-0".
  const bool fits = number >= range.min && number <= range.max && (range.min < 0 || !std::signbit(number));
  if (!fits) return bad(fmt::format("{} must be from {} to {}.", field, range.min, range.max), field);
  return std::optional<double>(number);
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(first);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

Result<> check_session_id(std::string_view id) {
  if (is_session_id(id)) return {};
  return make_error(ErrorCode::not_found, "There is no such session. Start one with POST /chat/start.",
                    "session_id");
}

Result<Start> parse_start(const transport::Request& request) {
  const auto body = parse_json_object(request);
  if (!body) return body.error();
  Start start;
  auto user = parse_user_id(*body);
  if (!user) return user.error();
  start.user_id = std::move(*user);
  auto name = optional_name(*body, "persona", kMaxPersonaName);
  if (!name) return name.error();
  start.persona = std::move(*name);
  return start;
}

Result<std::optional<prompts::Breathing>> parse_breathing(const JsonObject& body) {
  const auto name = optional_string(body, "breathing");
  if (!name) return name.error();
  if (name->empty()) return std::optional<prompts::Breathing>();
  const auto breathing = prompts::breathing_from(*name);
  if (!breathing)
    return bad(R"(breathing must be "calm", "moderate", "heavy" or "breathless".)", "breathing");
  return std::optional<prompts::Breathing>(*breathing);
}

Result<services::StartRun> parse_ask(const transport::Request& request, const PersonaSurfaceConfig& config) {
  const auto body = parse_json_object(request);
  if (!body) return body.error();
  services::StartRun start;
  start.surface = kSurface;
  start.mode = kMessageMode;
  auto session = required_string(*body, "session_id");
  if (!session) return session.error();
  start.session = {std::move(*session), {}};
  auto message = required_message(*body, "message", config.max_message);
  if (!message) return message.error();
  start.prompt = std::move(*message);
  const auto breathing = parse_breathing(*body);
  if (!breathing) return breathing.error();
  start.recipe = std::make_unique<prompts::ConversationRecipe>(start.prompt, "message", *breathing);
  if (const auto restarts = request.query_value("restarts")) {
    if (*restarts != "0" && *restarts != "1") return bad("restarts must be 0 or 1.", "restarts");
    start.may_restart = *restarts == "1";
  }
  auto key = parse_idempotency_key(request);
  if (!key) return key.error();
  start.key = std::move(*key);
  if (!start.key.empty()) start.digest = digest_of(request.path + '\n' + request.body);
  if (const auto fits = check_session_id(start.session->id); !fits) return fits.error();
  return start;
}

bool resumes(const transport::Request& request) {
  const auto query = request.query_value("last_event_id");
  const auto header = request.header("last-event-id");
  return (header && !header->empty()) || (query && !query->empty());
}

Result<std::string> parse_session_id(const transport::Request& request) {
  if (request.method == "POST") {
    const auto body = parse_json_object(request);
    if (!body) return body.error();
    return required_string(*body, "session_id");
  }
  const auto id = request.query_value("session_id");
  if (!id) return bad("session_id is missing: ?session_id=session_…", "session_id");
  return std::string(*id);
}

Result<Coach> parse_coach(const transport::Request& request) {
  const auto body = parse_json_object(request);
  if (!body) return body.error();
  Coach coach;
  if (!body->find("intensity")) return bad("intensity is missing: a number from 0 to 1.", "intensity");
  const auto intensity = optional_number(*body, "intensity", {0, 1});
  if (!intensity) return intensity.error();
  if (!*intensity) return bad("intensity must be a number from 0 to 1.", "intensity");
  coach.breath.intensity = **intensity;
  const auto volume = optional_number(*body, "volume", {0, 1});
  if (!volume) return volume.error();
  coach.breath.volume = *volume;
  const auto tempo = optional_number(*body, "tempo", {0, 120});
  if (!tempo) return tempo.error();
  coach.breath.tempo = *tempo;
  const auto silence = optional_number(*body, "silence", {0, 600});
  if (!silence) return silence.error();
  coach.breath.silence = *silence;

  const auto phase = required_string(*body, "phase");
  if (!phase) return phase.error();
  const auto known = prompts::workout_phase_from(*phase);
  if (!known) return bad(R"(phase must be "warmup", "main" or "cooldown".)", "phase");
  coach.breath.phase = *known;

  auto name = optional_name(*body, "persona", kMaxPersonaName);
  if (!name) return name.error();
  coach.persona = std::move(*name);
  auto user = parse_user_id(*body);
  if (!user) return user.error();
  coach.user_id = std::move(*user);
  return coach;
}

bool asks_for_event_stream(const transport::Request& request) {
  constexpr std::string_view kWanted = "text/event-stream";
  std::string_view accept = request.header("accept").value_or("");
  while (!accept.empty()) {
    const std::size_t end = std::min(accept.find(','), accept.size());
    const std::string_view range = accept.substr(0, end);
    accept.remove_prefix(std::min(end + 1, accept.size()));
    const std::string_view type = trimmed(range.substr(0, range.find(';')));
    if (std::equal(type.begin(), type.end(), kWanted.begin(), kWanted.end(), [](char a, char b) {
          return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
        }))
      return true;
  }
  return false;
}

}  // namespace belay::surfaces::persona

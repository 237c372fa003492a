// A message to the goal coach becomes a run: access, goals and meeting first (requirements G3, G4), then the start. For
// POST /chat/send and for sockets.
#pragma once

#include <string>

#include "base/deadline.hpp"
#include "surfaces/goal_coach/config.hpp"
#include "surfaces/goal_coach/parse.hpp"
#include "surfaces/surface.hpp"

namespace belay::surfaces::goal_coach {

struct Asked {
  services::StartOutcome outcome;
  std::string model;    // the alias
  std::string meeting;  // the id of the one under way; empty: none
};

// On the loop. Context and configuration outlive the call. Fails as RunService::start(), and with `forbidden` while the
// coach is not available; errors are in this surface's words.
Awaitable<Asked> ask(const SurfaceContext& context, const GoalCoachConfig& config, Loop& loop,
                     Deadline deadline, Caller caller, CoachMessage message);

// The alias of the model that answers: by alias, else by the provider's name for it, else the first one.
std::string model_of(const ModelCatalogue& models, const std::string& wanted);
// Whether that is not just the first one.
bool has_model(const ModelCatalogue& models, const std::string& wanted);

}  // namespace belay::surfaces::goal_coach

// Limits of actions that are no runs: an export, a new session, a call of the coach.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "base/thread_pool.hpp"
#include "core/types/caller.hpp"
#include "core/types/limit.hpp"
#include "services/parts.hpp"
#include "services/runs/admission.hpp"

namespace belay::services {

class Limiter {
 public:
  Limiter(const Parts& parts, std::shared_ptr<const AdmissionDesk> desk)
      : parts_(parts), desk_(std::move(desk)) {}

  struct Action {
    std::string rules;   // whose: a surface, or "exports"
    std::string action;  // of these rules: "export"
    Caller caller;
    Deadline deadline = Deadline::never();
  };
  struct Outcome {
    // Gives the slots back when it is destroyed. A count in a window stays.
    Result<Admission> held;
    std::optional<LimitStatus> limit{};  // what refused, or the tightest window
  };
  Awaitable<Outcome> reserve(Loop& loop, Action action);
  // How much is left of the action's quota; nothing: it has none. Reserves nothing.
  Awaitable<Result<std::optional<LimitStatus>>> left_of_quota(Loop& loop, Action action);

 private:
  const Parts parts_;
  const std::shared_ptr<const AdmissionDesk> desk_;
};

// The error of a reservation that was not granted; reports it. Nothing: it was granted, or it is a repetition.
std::optional<Error> refused_by_limits(const ReserveResult& result, EngineObserver& observer);

}  // namespace belay::services

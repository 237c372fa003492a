// All services of the server. app/ makes them; surfaces use them. Destroyed before the parts, after the loops have
// stopped.
#pragma once

#include <memory>

#include "services/channels/engine_channels.hpp"
#include "services/conversations/conversations.hpp"
#include "services/conversations/titles.hpp"
#include "services/limits/limiter.hpp"
#include "services/runs/engine_run_service.hpp"
#include "services/sessions/sessions.hpp"
#include "services/users.hpp"

namespace belay::services {

class Services {
 public:
  Services(const Parts& parts, Engine& engine)
      : desk_(std::make_shared<AdmissionDesk>(AdmissionDesk{&parts.counters, &parts.sessions})),
        limiter(parts, desk_),
        erasures(parts, engine),
        titles(parts),
        runs(parts, engine, desk_, erasures, titles),
        channels(engine),
        sessions(parts, limiter),
        conversations(parts, limiter),
        users(parts) {}
  ~Services() { desk_->close(); }
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;

 private:
  const std::shared_ptr<AdmissionDesk> desk_;

 public:
  Limiter limiter;
  EngineErasures erasures;
  Titles titles;
  EngineRunService runs;
  EngineChannels channels;
  Sessions sessions;
  Conversations conversations;
  Users users;
};

}  // namespace belay::services

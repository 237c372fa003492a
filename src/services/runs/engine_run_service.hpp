// The run service of the server, over the engine.
#pragma once

#include <memory>

#include "core/run/engine.hpp"
#include "services/conversations/titles.hpp"
#include "services/erasure/engine_erasures.hpp"
#include "services/parts.hpp"
#include "services/runs/admission.hpp"
#include "services/runs/recent_deliveries.hpp"
#include "services/runs/recent_requests.hpp"
#include "services/runs/run_service.hpp"

namespace belay::services {

class EngineRunService final : public RunService {
 public:
  EngineRunService(const Parts& parts, Engine& engine, std::shared_ptr<const AdmissionDesk> desk,
                   EngineErasures& erasures, Titles& titles)
      : parts_(parts), engine_(engine), desk_(std::move(desk)), erasures_(erasures), titles_(titles) {}

  Awaitable<StartOutcome> start(Loop& loop, StartRun request) override;
  Awaitable<Result<OpenLog>> open(Loop& loop, std::string user, RunId run,
                                  std::optional<Position> after) override;
  std::unique_ptr<ByteSource> read(Loop& loop, OpenLog log, const Format& format) override;
  Awaitable<Result<WholeAnswer>> wait(Loop& loop, std::string user, RunId run, WaitFor how) override;
  Awaitable<Result<>> cancel(Loop& loop, std::string user, RunId run) override;
  void answer_delivered(const RunId& run) override;
  void answer_seen(const RunId& run) override;
  bool was_seen(const RunId& run) override;
  std::vector<RunningAnswer> running(const std::string& user, const std::string& surface) override;
  std::optional<RunningAnswer> find_unstored(const std::string& user, const std::string& surface,
                                             const MessageId& message) override;

 private:
  Awaitable<StartOutcome> start_here(Loop& loop, StartRun request);
  Awaitable<StartOutcome> start_at(Loop& loop, Loop& home, StartRun request);
  // The run of an earlier attempt of the request, if it may be the answer.
  Awaitable<std::optional<StartedRun>> find_earlier(Loop& loop, const StartRun& request,
                                                    const std::string& attempt);

  const Parts parts_;
  Engine& engine_;
  const std::shared_ptr<const AdmissionDesk> desk_;
  EngineErasures& erasures_;
  Titles& titles_;
  RecentRequests recent_{parts_.clock};
  RecentDeliveries deliveries_{parts_.clock};
};

}  // namespace belay::services

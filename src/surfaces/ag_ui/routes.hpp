// The AG-UI surface, for clients of that protocol as they are (requirements K70 to K73). Below `prefix`:
//
//   POST   /ag-ui                      a RunAgentInput: its answer, as AG-UI events (render.hpp). A run of its own that
//                                      goes on when the client leaves: abortRun() of a client is no more than that.
//                                      With a threadId and runId that the user has sent before: that run, from its start,
//                                      or behind Last-Event-ID (204: nothing follows)
//   POST   /ag-ui/{threadId}/stop      {"success":true}: what is being answered in the thread is cancelled, for all its
//                                      readers. With {"runId"} in the body: that run alone
//   GET    /ag-ui/{threadId}/messages  {"messages","activeRunId","nextCursor"}: what a page begins with
//   DELETE /ag-ui/{threadId}           204: the thread is removed, or there was none
//
// Holds no state. One object serves all loops; handlers run on the connection's loop.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "surfaces/ag_ui/config.hpp"
#include "surfaces/ag_ui/parse.hpp"
#include "surfaces/surface.hpp"
#include "transport/router.hpp"

namespace belay::surfaces::ag_ui {

class AgUiRoutes {
 public:
  AgUiRoutes(const SurfaceContext& context, AgUiConfig config)
      : context_(context), config_(std::move(config)) {}

  // `self` may be null where only the patterns are needed.
  static std::vector<transport::Route> routes(const AgUiConfig& config, AgUiRoutes* self);

 private:
  Awaitable<transport::Response> run(transport::Request& request);
  Awaitable<transport::Response> stop(transport::Request& request);
  Awaitable<transport::Response> messages(transport::Request& request);
  Awaitable<transport::Response> remove(transport::Request& request);

  // The run that has this name. Nothing: there is none.
  Awaitable<Result<std::optional<RunId>>> find_run(const transport::Request& request, const Caller& caller,
                                                   const RunName& name);
  Awaitable<services::StartOutcome> start_run(const transport::Request& request, const Caller& caller,
                                              const RunName& name, RunInput input, bool may_restart);
  Awaitable<Result<std::optional<services::StartRun::Replaces>>> place_of(const transport::Request& request,
                                                                          const Caller& caller,
                                                                          const std::string& thread,
                                                                          const RunInput& input);
  Awaitable<transport::Response> events(const transport::Request& request, const Caller& caller, RunId run,
                                        std::optional<Position> after);

  const SurfaceContext context_;
  const AgUiConfig config_;
};

Surface make(const SurfaceContext* context, const AgUiConfig& config);

}  // namespace belay::surfaces::ag_ui

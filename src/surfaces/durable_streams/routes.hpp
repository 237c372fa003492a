// The durable-streams surface: any answer of the caller as an append-only stream that is read by offset (requirements K60
// to K63). Only reading: who asks on another surface gets the id of the run there.
//
//   GET /v1/stream/{run_id}        the events as JSON
//   GET /v1/stream/{run_id}/text   the bare answer
//
//   ?offset=-1 | now | OFFSET      where to begin; without it at the beginning
//   ?live=long-poll | sse          waits for more
//
// Holds no state. One object serves all loops; handlers run on the connection's loop.
#pragma once

#include <vector>

#include "surfaces/durable_streams/config.hpp"
#include "surfaces/durable_streams/parse.hpp"
#include "surfaces/durable_streams/render.hpp"
#include "surfaces/surface.hpp"
#include "transport/router.hpp"

namespace belay::surfaces::durable_streams {

class DurableStreamsRoutes {
 public:
  DurableStreamsRoutes(const SurfaceContext& context, DurableStreamsConfig config)
      : context_(context), config_(std::move(config)) {}

  // `self` may be null where only the patterns are needed.
  static std::vector<transport::Route> routes(const DurableStreamsConfig& config, DurableStreamsRoutes* self);

 private:
  Awaitable<transport::Response> read(const transport::Request& request, Mode mode);
  Awaitable<transport::Response> at_once(const transport::Request& request, Mode mode, ReadRequest wanted,
                                         services::OpenLog log);
  transport::Response sse(const transport::Request& request, Mode mode, const Caller& caller,
                          services::OpenLog log);

  const SurfaceContext context_;
  const DurableStreamsConfig config_;
};

Surface make(const SurfaceContext* context, const DurableStreamsConfig& config);

}  // namespace belay::surfaces::durable_streams

// The routes of the Responses API (requirements K20 to K25):
//
//   POST   /v1/responses                    the response, or with "stream": true its events; with "background": true at once
//   GET    /v1/responses/{id}               the response as it is; ?stream=true: its events, from any number
//   POST   /v1/responses/{id}/cancel        the response, cancelled, or as it had ended
//   DELETE /v1/responses/{id}               nothing of it is kept
//   GET    /v1/responses/{id}/input_items   what the response was given
//
// Holds no state. One object serves all loops; handlers run on the connection's loop.
#pragma once

#include <vector>

#include "surfaces/openai/config.hpp"
#include "surfaces/openai/responses/request.hpp"
#include "surfaces/surface.hpp"
#include "transport/router.hpp"

namespace belay::surfaces::openai::responses {

class ResponsesRoutes {
 public:
  ResponsesRoutes(const SurfaceContext& context, const OpenAiConfig& config)
      : context_(context), config_(config) {}

  // `self` may be null where only the patterns are needed.
  static std::vector<transport::Route> routes(const OpenAiConfig& config, ResponsesRoutes* self);

 private:
  Awaitable<transport::Response> create(transport::Request& request);
  Awaitable<transport::Response> read(transport::Request& request);
  Awaitable<transport::Response> cancel(transport::Request& request);
  Awaitable<transport::Response> remove(transport::Request& request);
  Awaitable<transport::Response> input_items(transport::Request& request);

  Awaitable<Result<Caller>> sign_in(const transport::Request& request);
  Awaitable<services::StartOutcome> start(const transport::Request& request, const Caller& caller,
                                          CreateRequest& create);
  // The run of an earlier request that this one repeats. Fails with `not_found` about the key if there is none.
  Awaitable<services::StartOutcome> find_repeated(const transport::Request& request,
                                                  const services::StartRun& start);
  // The responses that a request refers to. Those that may not be used are left out.
  Awaitable<Result<StoredTurns>> turns_of(const transport::Request& request, std::string user,
                                          const CreateRequest& create);
  Awaitable<Result<StoredTurn>> turn_of(const transport::Request& request, services::OpenLog log);
  // Waits for the end.
  Awaitable<transport::Response> whole(const transport::Request& request, std::string user, RunId run);
  // At once, whatever there is.
  enum class Asked { when_started, later };
  Awaitable<transport::Response> current(const transport::Request& request, std::string user, RunId run,
                                         Asked asked);
  Awaitable<Result<std::string>> ended(const transport::Request& request, services::OpenLog log);
  Awaitable<transport::Response> events(const transport::Request& request, Caller caller, RunId run,
                                        std::optional<Position> after, std::optional<std::uint64_t> number);

  const SurfaceContext context_;
  const OpenAiConfig config_;
};

}  // namespace belay::surfaces::openai::responses

#include "surfaces/sdk_request.hpp"

#include "base/digest.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces {
namespace {

services::StartRun::Attempt attempt_of(const transport::Request& request) {
  using Attempt = services::StartRun::Attempt;
  const auto count = request.header("x-stainless-retry-count");
  return !count || *count == "0" ? Attempt::first : Attempt::later;
}

}  // namespace

Result<std::optional<Position>> read_attempt(const transport::Request& request, bool stream,
                                             services::StartRun& start) {
  auto key = parse_idempotency_key(request);
  if (!key) return key.error();
  start.key = std::move(*key);
  start.digest = digest_of(request.body);
  start.attempt = attempt_of(request);
  auto after = parse_resume(request);
  if (!after) return after;
  start.must_repeat = after->has_value();
  if (!start.must_repeat || (!start.key.empty() && stream)) return after;
  return make_error(ErrorCode::invalid_request,
                    "A request goes on with an earlier one by its Idempotency-Key, and with stream: true. "
                    "Send both, or no Last-Event-ID.",
                    "Last-Event-ID");
}

}  // namespace belay::surfaces

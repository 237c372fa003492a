// What all surfaces have in common: for requests that start something, Idempotency-Key (requirement X13); for
// streams, the position to resume from (X1), and how a stream begins.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/run/engine.hpp"
#include "core/types/position.hpp"
#include "transport/message.hpp"

namespace belay::surfaces {

// Where a reader wants to resume: the header takes precedence over the query; nothing: from the start.
Result<std::optional<Position>> parse_resume(const transport::Request& request);
// Rejects a POST that starts something and also carries a position to resume from.
Result<> refuse_resume(const transport::Request& request);
// The events of the log after `after`, in a format. The caller has checked that position. 204 when
// no event will ever follow, so that an EventSource stops reconnecting (X13). On the request's loop.
transport::Response stream_response(const transport::Request& request, Engine& engine,
                                    std::shared_ptr<LogBuffer> log, const Format& format,
                                    const Position& after, Milliseconds retry);

// Empty: the request has none.
Result<std::string> parse_idempotency_key(const transport::Request& request);
// SHA-256, 32 bytes: distinguishes two bodies under the same key.
std::string digest_of(std::string_view bytes);

// 1 to 128 letters, digits, dots, colons, dashes or underscores: the format of ids that clients may choose.
bool is_client_id(std::string_view text);

// Claims an Idempotency-Key for `run`. If another request with the key is still being accepted, waits for it.
// Fails with `idempotency_mismatch` if that request had another body, and with `conflict` when the wait times
// out.
struct IdempotentAsk {
  std::string user;
  std::string surface;
  std::string key;
  std::string body_digest;
};
Awaitable<Result<Engine::Claim>> claim_key(Engine& engine, Loop& loop, IdempotentAsk ask, RunId run);

}  // namespace belay::surfaces

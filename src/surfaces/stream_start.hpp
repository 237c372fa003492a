// What every surface does alike when a client asks for something new: Idempotency-Key (requirement X13); and
// with its streams: what one is resumed from (X1), and how it begins.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "core/engine.hpp"
#include "core/position.hpp"
#include "transport/message.hpp"

namespace belay::surfaces {

// Where a reader wants to go on: the header wins over the query; nothing: from the start.
Result<std::optional<Position>> parse_resume(const transport::Request& request);
// A POST that starts something resumes nothing.
Result<> refuse_resume(const transport::Request& request);
// The events of the log after a position that it has checked, as server-sent events; 204 where nothing will
// ever follow, so that an EventSource stops asking (X13). On the request's loop.
transport::Response stream_response(const transport::Request& request, Engine& engine,
                                    std::shared_ptr<RunLog> log, const Dialect& dialect,
                                    const Position& after, Milliseconds retry);

// Empty: none.
Result<std::string> parse_idempotency_key(const transport::Request& request);
// SHA-256, 32 bytes: tells two bodies under one key apart.
std::string digest_of(std::string_view bytes);

// 1 to 128 letters, digits, dots, colons, dashes or underscores: what clients may call a thing of theirs.
bool is_client_id(std::string_view text);

// Who asks under a key: waits for another request with it that is just being taken in. Fails with
// `idempotency_mismatch` for another body, and `conflict` when the wait is over.
struct IdempotentAsk {
  std::string user;
  std::string surface;
  std::string key;
  std::string body_digest;
};
Awaitable<Result<Engine::Claim>> claim_key(Engine& engine, Loop& loop, IdempotentAsk ask, RunId run);

}  // namespace belay::surfaces

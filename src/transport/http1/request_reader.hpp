// Reads one request from bytes that arrive in pieces of any size. No socket, no clock, no route.
//
//   head ─▶ held ─(accept_body or ignore_body)─▶ body ─▶ done          any of them ─▶ refused
//
// After the head it waits in `held`, because only then can the caller find the route and with it the maximum
// size of the body. It never consumes a byte beyond the request's end, so pipelined requests stay with the
// caller.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/units.hpp"
#include "transport/http1/chunk_decoder.hpp"
#include "transport/http1/request_head.hpp"

namespace belay::transport {

class RequestReader {
 public:
  enum class Phase { head, held, body, done, refused };

  explicit RequestReader(const Config& config) : config_(config), scanner_(config) {}

  // Consumes bytes in `head` and `body`, and none in the other phases. Returns how many.
  std::size_t push(std::string_view input);
  // In `held`: allows a body of up to `max` bytes. Refuses at once if the body's length is known and larger.
  void accept_body(ByteCount max);
  // In `held`: the body will be read and dropped, up to Config::max_ignored_body.
  void ignore_body();
  // Refuses the unfinished request because its deadline has passed.
  void time_out(std::string detail);

  Phase phase() const { return phase_; }
  // Whether a byte of the request has arrived.
  bool started() const { return phase_ != Phase::head || scanner_.started(); }
  // Whether the head was read. It always was from `held` on. If the meaning of its fields is refused, the
  // head stays readable.
  bool has_head() const { return head_.has_value(); }
  RequestHead& head() { return *head_; }
  // Whether a byte of the body has arrived, framing included.
  bool body_started() const { return body_started_; }
  std::string& body() { return body_; }  // in `done`; empty when it was ignored
  // In any phase: what has arrived of the body since the last call.
  std::string take_body() { return std::exchange(body_, std::string()); }
  const Refusal& refusal() const { return *refusal_; }  // in `refused`

 private:
  std::size_t push_head(std::string_view input);
  std::size_t push_body(std::string_view input);
  void refused(Refusal refusal);
  void too_large();
  void end_body();

  const Config& config_;
  Phase phase_ = Phase::head;
  HeadScanner scanner_;
  std::optional<RequestHead> head_;
  std::optional<ChunkDecoder> chunks_;
  std::optional<Refusal> refusal_;
  ByteCount max_body_;
  std::uint64_t left_ = 0;  // what is to come of a body of known length
  bool body_started_ = false;
  bool ignores_body_ = false;
  std::string body_;
};

}  // namespace belay::transport

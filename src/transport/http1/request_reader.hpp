// One request, read from bytes that come in any cuts. No socket, no clock, no route.
//
//   head ─▶ held ─(accept_body)─▶ body ─▶ done          any of them ─▶ refused
//
// After the head it holds: only then is the route known, and with it how large a body may be. It never takes
// a byte beyond the request's end, so what a client pipelines stays with the caller.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/units.hpp"
#include "transport/http1/chunk_decoder.hpp"
#include "transport/http1/request_head.hpp"

namespace belay::transport {

class RequestReader {
 public:
  enum class Phase { head, held, body, done, refused };

  explicit RequestReader(const Config& config) : config_(config), scanner_(config) {}

  // Takes bytes in `head` and `body`, none in the other phases. Returns how many.
  std::size_t push(std::string_view input);
  // In `held`: the body may have this many bytes. Refuses at once if its length is known and larger.
  void accept_body(ByteCount most);
  // In `held`: the body is read and dropped, up to Config::max_ignored_body.
  void ignore_body();
  // Refuses what has come so far: the deadline has passed.
  void time_out(std::string detail);

  Phase phase() const { return phase_; }
  // Whether a byte of the request has come.
  bool started() const { return phase_ != Phase::head || scanner_.started(); }
  // Whether the head was read: always from `held` on. A refusal of what its fields mean leaves it readable.
  bool has_head() const { return head_.has_value(); }
  RequestHead& head() { return *head_; }
  // Whether a byte of the body has come, framing included.
  bool body_started() const { return body_started_; }
  std::string& body() { return body_; }                 // in `done`; empty when it was ignored
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
  ByteCount most_body_;
  bool body_started_ = false;
  bool ignores_body_ = false;
  std::string body_;
};

}  // namespace belay::transport

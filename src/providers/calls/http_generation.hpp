// One call to a language-model server, over any protocol: its place in the provider's CallGate, its attempts,
// its deadlines and its single end.
//
//   waiting ──place granted──▶ connecting ──first byte of a good response──▶ answering ──complete──▶ over
//                               │    ▲                                          │
//                attempt failed │    │ delay of RetryConfig                     │ attempt failed (1)
//                               ▼    │                                          │
//                             backing off ◀──────────────────────────────────────┘
//
// (1) Only if no piece of the answer was delivered, or if the provider keeps the answer. In every state, a
// failure without a retry leads to `over`.
//
// Once a piece of the answer has been delivered, the call never starts over. If the provider keeps the
// answer, the rest is fetched from there; otherwise the call fails. The object lives on the loop that started
// it. Destroying it closes the connection, unless the answer was complete.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/random.hpp"
#include "core/ports/provider.hpp"
#include "providers/call_counters.hpp"
#include "providers/calls/call_gate.hpp"
#include "providers/calls/circuit_breaker.hpp"
#include "providers/calls/protocol.hpp"
#include "providers/http/http_client.hpp"
#include "providers/retry.hpp"

namespace belay::providers {

class HttpGeneration final : public Generation, private HttpSink {
 public:
  struct Work {
    // Includes key and certificates; its url is complete. Null: the call is refused, or cannot start over any more.
    std::unique_ptr<const HttpRequest> request;
    // The template for later requests, with base_url as its url. Null: the provider does not keep answers.
    std::unique_ptr<const HttpRequest> resume;
    Overlap overlap;               // what the answer repeats
    bool has_words = false;        // the partial answer already has words
    bool shows_reasoning = false;  // Model::shows_reasoning, until another attempt follows
    bool streams_calls = false;    // GenerationRequest::streams_calls
    std::string label;             // the run's id
    std::string model;             // the catalogue's alias, for error texts
    std::optional<Error> refused;  // fail with this error instead of calling
  };
  // All of it outlives the call.
  struct Parts {
    const HttpProviderConfig& config;
    const Protocol& protocol;
    HttpClient& client;
    Random& random;
    JsonBuffer& json;
    CallCounters& counters;
    CallGate& gate;
    CircuitBreaker& breaker;
  };

  HttpGeneration(Loop& loop, Work work, GenerationSink& sink, Parts parts);
  ~HttpGeneration() override;

  void pause() override;
  void resume() override;
  void leave() override { left_ = true; }

 private:
  enum class Phase { waiting, connecting, backing_off, answering, over };
  // How the body of the response is read.
  enum class Body { stream, whole, rejection, unknown };

  void on_head(HttpHead head) override;
  Flow on_body(std::string_view bytes) override;
  void on_done(std::optional<HttpFailure> failure) override;

  void enter();
  void attempt();
  void attempt_failed(FailedAttempt failed);
  FailedAttempt rejection();
  Body body_of(const HttpHead& head) const;
  void accept();
  void note_progress();
  bool only_end_of_body_missing() const;
  void settle_usage();
  Flow take_stream(std::string_view bytes);
  void end_of_body();
  void on_timer();
  void watch_silence();
  bool ask_breaker();
  void report_to_breaker(const Error& error);
  void cancel_at_provider();
  void complete();
  void fail(Error error);
  void fail_later(Error error);

  Loop& loop_;
  Work work_;
  GenerationSink& sink_;
  Parts parts_;
  // Lets a posted handler detect that the call is destroyed.
  const std::shared_ptr<HttpGeneration*> alive_ = std::make_shared<HttpGeneration*>(this);
  Timer timer_;
  std::unique_ptr<CallGate::Place> place_;
  // Permit of the current attempt, until its outcome is known.
  std::optional<CircuitBreaker::Permit> permit_;
  std::unique_ptr<AnswerDecoder> decoder_;

  Phase phase_ = Phase::waiting;
  Body body_ = Body::unknown;
  HttpHead head_;
  std::string upstream_id_;
  std::string collected_;  // body of a response that is not streamed
  Usage spent_;            // what the provider counted for failed attempts
  bool accepted_ = false;
  bool whole_ = false;  // the answer was complete: its connection may be reused
  bool left_ = false;   // the next process takes over the answer
  bool paused_ = false;
  bool ending_ = false;  // the answer is complete, its stream has not ended
  unsigned retries_ = 0;
  SteadyTime last_byte_;
  SteadyTime last_progress_;
  CallTimes times_;
  std::unique_ptr<HttpCall> call_;  // last member: destroyed first, and its destruction needs no other member
};

}  // namespace belay::providers

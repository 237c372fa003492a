// One call of a server of language models, in whatever dialect: its place among the provider's calls, its
// attempts, its deadlines and its one end.
//
//   waiting ──place──▶ connecting ──first byte of a good response──▶ answering ──▶ over
//                        │    ▲                                          │
//                        ▼    │ RetryConfig                              │ cut, and the provider kept the
//                      backing off ◀─────────────────────────────────────┘ or nothing of it had been told
//
// Once a piece of the answer has been told, nothing begins anew: the rest is fetched where the provider keeps
// the answer, else the call fails. Lives on the loop that started it; destroying it closes the connection,
// except when the answer was whole.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/random.hpp"
#include "core/provider.hpp"
#include "providers/call_counters.hpp"
#include "providers/calls/call_gate.hpp"
#include "providers/calls/circuit_breaker.hpp"
#include "providers/calls/dialect.hpp"
#include "providers/http/http_client.hpp"
#include "providers/retry.hpp"

namespace belay::providers {

class HttpGeneration final : public Generation, private HttpSink {
 public:
  struct Work {
    HttpRequest request;           // key and certificates in it; its address is whole
    HttpRequest resume;            // for what comes after: its address is base_url
    Overlap overlap;               // what the answer says again
    bool has_words = false;        // the answer has some before this call
    std::string label;             // the run's
    std::string model;             // the catalogue's alias, for errors
    std::optional<Error> refused;  // instead of a call
  };
  // All of it outlives the call.
  struct Parts {
    const HttpProviderConfig& config;
    const Dialect& dialect;
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
  // What the body of the response is read as.
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
  bool is_over_but_for_its_body() const;
  void settle_usage();
  Flow take_stream(std::string_view bytes);
  void end_of_body();
  void on_timer();
  void watch_silence();
  bool ask_breaker();
  void tell_breaker(const Error& error);
  void cancel_at_provider();
  void complete();
  void fail(Error error);
  void fail_later(Error error);

  Loop& loop_;
  Work work_;
  GenerationSink& sink_;
  Parts parts_;
  // Lets a posted handler find out that the call is gone.
  const std::shared_ptr<HttpGeneration*> alive_ = std::make_shared<HttpGeneration*>(this);
  Timer timer_;
  std::unique_ptr<CallGate::Place> place_;
  std::optional<CircuitBreaker::Permit> permit_;  // of the attempt under way, until it is known how it went
  std::unique_ptr<AnswerReader> reader_;

  Phase phase_ = Phase::waiting;
  Body body_ = Body::unknown;
  HttpHead head_;
  std::string upstream_id_;
  std::string collected_;  // of a body that is not streamed
  Usage spent_;            // what the provider counted of attempts that failed
  bool accepted_ = false;
  bool whole_ = false;  // the answer was: its connection may be used again
  bool left_ = false;   // the next process takes the answer up
  bool paused_ = false;
  bool ending_ = false;  // the answer is over, its stream is not
  unsigned retries_ = 0;
  SteadyTime last_byte_;
  SteadyTime last_progress_;
  CallTimes times_;
  std::unique_ptr<HttpCall> call_;  // last: its end needs nothing of the above
};

}  // namespace belay::providers

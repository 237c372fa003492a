// One call of a Chat Completions server: its attempts, its deadlines and its one end.
//
//   connecting ──first byte of a good response──▶ answering ──▶ over
//     │    ▲                                          (never back: after the first byte nothing is tried
//     again) ▼    │ RetryConfig
//   backing off
//
// Lives on the loop that started it; destroying it closes the connection, except when the answer was whole.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/random.hpp"
#include "core/provider.hpp"
#include "providers/call_counters.hpp"
#include "providers/config.hpp"
#include "providers/http/http_client.hpp"
#include "providers/openai_compatible/chat_stream.hpp"
#include "providers/retry.hpp"

namespace belay::providers {

class OpenAiGeneration final : public Generation, private HttpSink {
 public:
  struct Work {
    HttpRequest request;
    std::string model;             // the catalogue's alias, for errors
    std::optional<Error> refused;  // instead of a call
  };
  // All of it outlives the call.
  struct Parts {
    const OpenAiConfig& config;
    HttpClient& client;
    Random& random;
    ChatChunkReader& reader;
    CallCounters& counters;
  };

  OpenAiGeneration(Loop& loop, Work work, GenerationSink& sink, Parts parts);
  ~OpenAiGeneration() override;

  void pause() override;
  void resume() override;

 private:
  enum class Phase { connecting, backing_off, answering, over };
  // What the body of the response is read as.
  enum class Body { stream, whole, rejection, unknown };

  void on_head(HttpHead head) override;
  Flow on_body(std::string_view bytes) override;
  void on_done(std::optional<HttpFailure> failure) override;

  void attempt();
  void attempt_failed(FailedAttempt failed);
  FailedAttempt rejection();
  Body body_of(const HttpHead& head) const;
  void accept();
  Flow take_stream(std::string_view bytes);
  void end_of_body();
  void on_timer();
  void watch_silence();
  void complete(FinishReason reason);
  void fail(Error error);

  Loop& loop_;
  Work work_;
  GenerationSink& sink_;
  Parts parts_;
  // Lets a posted handler find out that the call is gone.
  const std::shared_ptr<OpenAiGeneration*> alive_ = std::make_shared<OpenAiGeneration*>(this);
  Timer timer_;
  ChatStream stream_;

  Phase phase_ = Phase::connecting;
  Body body_ = Body::unknown;
  HttpHead head_;
  std::string upstream_id_;
  std::string collected_;  // of a body that is not streamed
  bool whole_ = false;     // the answer was: its connection may be used again
  bool paused_ = false;
  unsigned retries_ = 0;
  SteadyTime last_byte_;
  SteadyTime last_progress_;
  std::unique_ptr<HttpCall> call_;  // last: its end needs nothing of the above
};

}  // namespace belay::providers

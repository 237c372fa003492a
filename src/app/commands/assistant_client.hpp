// The client's side of the two-step flow: POST a prompt, then read its stream to the end, in spite of failing
// connections and servers.
//
// A lost connection is opened again with back-off, and reading continues after the last complete event. The
// POST carries an Idempotency-Key, so it may be sent again too. If no connection can be made for kMaxSilence
// after the last event, the client stops waiting (the answer continues at the server). Ctrl-C cancels the
// run.
#pragma once

#include <string>

#include "app/commands/answer_reader.hpp"
#include "app/commands/http_exchange.hpp"
#include "base/random.hpp"

namespace belay::app {

struct ServerAddress {
  std::string url;    // "http://127.0.0.1:8080", without a final slash
  std::string token;  // empty: none
};

struct Question {
  std::string prompt;
  std::string mode = "chat";
  std::string conversation;  // empty: stateless
};

class AssistantClient {
 public:
  static constexpr Milliseconds kFirstDelay{250};
  static constexpr Milliseconds kMaxDelay{5'000};
  static constexpr Milliseconds kMaxSilence{120'000};

  enum class Result { completed, failed, unreachable, cancelled };
  struct Outcome {
    Result result = Result::completed;
    std::string message;  // what went wrong, for people
  };

  // All of these outlive the client.
  struct Parts {
    HttpClient& http;
    InterruptibleClock& patience;
    Random& random;
    AnswerOutput& output;
  };
  AssistantClient(Parts parts, ServerAddress server) : parts_(parts), server_(std::move(server)) {}

  Outcome ask(const Question& question);

 private:
  struct Accepted {
    std::string request_id;
    std::optional<Outcome> refusal;
  };
  // How long to wait before the next attempt, and when to stop trying.
  struct Retry {
    Milliseconds delay = kFirstDelay;
    SteadyTime give_up;
  };

  Accepted post(const Question& question);
  Outcome read(const std::string& request_id);
  Outcome cancel(const std::string& request_id);
  HttpExchange exchange(std::string method, const std::string& path) const;
  // Waits before the next attempt. Nothing: continue. Else the outcome.
  std::optional<Outcome> pause(Retry& retry, const HttpReply& reply);
  void begin(Retry& retry) const;

  const Parts parts_;
  const ServerAddress server_;
  bool was_reached_ = false;
};

}  // namespace belay::app

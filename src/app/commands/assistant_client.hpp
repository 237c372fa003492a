// The two-step flow from a client's side: POST a prompt, read its stream to the end, whatever happens to
// connections and servers in between.
//
// A cut connection is made again with back-off and goes on after the last whole event. The POST carries an
// Idempotency-Key, so it may be sent again too. Between two events no more than `most_silence` may pass
// without a connection; then the answer is given up (it goes on at the server). Ctrl-C cancels the run.
#pragma once

#include <string>

#include "app/commands/answer_reader.hpp"
#include "app/commands/http_exchange.hpp"
#include "base/random.hpp"

namespace belay::app {

struct ServerAddress {
  std::string url;    // "http://127.0.0.1:8080", without a slash at its end
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
  static constexpr Milliseconds kMostDelay{5'000};
  static constexpr Milliseconds kMostSilence{120'000};

  enum class Result { completed, failed, unreachable, cancelled };
  struct Outcome {
    Result result = Result::completed;
    std::string message;  // what went wrong, for people
  };

  // All of it outlives the client.
  struct Parts {
    HttpClient& http;
    Patience& patience;
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
  // How long to wait, and until when at most.
  struct Retry {
    Milliseconds delay = kFirstDelay;
    SteadyTime give_up;
  };

  Accepted post(const Question& question);
  Outcome read(const std::string& request_id);
  Outcome cancel(const std::string& request_id);
  HttpExchange exchange(std::string method, const std::string& path) const;
  // Nothing: go on. Else how it ended.
  std::optional<Outcome> pause(Retry& retry, const HttpReply& reply);
  void begin(Retry& retry) const;

  const Parts parts_;
  const ServerAddress server_;
  bool was_reached_ = false;
};

}  // namespace belay::app

// One HTTP exchange of a command line client. The caller blocks until it ends. HttpClient is an interface so
// that tests need no network; curl_exchange.hpp implements it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace belay::app {

struct HttpExchange {
  std::string method = "GET";
  std::string url;
  std::vector<std::string> headers;  // "Name: value"
  std::string body;
  Milliseconds max_time{0};  // 0: no limit while bytes arrive
};

struct HttpReply {
  int status = 0;            // 0: there was no answer
  std::string content_type;  // without parameters
  std::string body;          // empty for an event stream; cut at kMaxBody
  std::string error;         // why there was no answer, or why it ended early
  bool interrupted = false;  // the person pressed Ctrl-C
};

class HttpClient {
 public:
  static constexpr std::size_t kMaxBody = 64 * 1024;

  // Receives bytes of an event stream as they arrive. False: stop reading and close the connection.
  using OnBytes = std::function<bool(std::string_view)>;

  virtual ~HttpClient() = default;
  virtual HttpReply perform(const HttpExchange& exchange, const OnBytes& on_stream) = 0;
};

// Time, and the person at the terminal, who may press Ctrl-C.
class InterruptibleClock {
 public:
  virtual ~InterruptibleClock() = default;
  // False: interrupted before the time was over.
  [[nodiscard]] virtual bool wait(Milliseconds time) = 0;
  virtual SteadyTime now() const = 0;
};

}  // namespace belay::app

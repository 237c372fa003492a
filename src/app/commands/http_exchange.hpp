// One HTTP exchange of a command line client, done while the caller waits. The port is here so that tests
// need no network; curl_exchange.hpp is the real one.
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
  Milliseconds most_time{0};  // 0: as long as bytes come
};

struct HttpReply {
  int status = 0;            // 0: there was no answer, `trouble` says why
  std::string content_type;  // without parameters
  std::string body;          // of an answer that is no event stream; cut at kMostBody
  std::string trouble;       // no answer, or it broke off
  bool interrupted = false;  // the person wants it to stop
};

class HttpClient {
 public:
  static constexpr std::size_t kMostBody = 64 * 1024;

  // Takes what has come of an event stream. False: no more is wanted, the connection is closed.
  using OnBytes = std::function<bool(std::string_view)>;

  virtual ~HttpClient() = default;
  virtual HttpReply perform(const HttpExchange& exchange, const OnBytes& on_stream) = 0;
};

// The person at the terminal, who may press Ctrl-C, and time.
class Patience {
 public:
  virtual ~Patience() = default;
  // False: interrupted before the time was over.
  [[nodiscard]] virtual bool wait(Milliseconds time) = 0;
  virtual SteadyTime now() const = 0;
};

}  // namespace belay::app

// What a dialect needs of HTTP: a request out, a response in pieces, cancel at any moment. CurlClient
// implements it; tests of dialects bring one of their own, without sockets.
//
// A call belongs to the loop that it was started on: all calls of its sink come there, none from inside
// start(), pause() or resume().
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/loop.hpp"
#include "base/secret.hpp"

namespace belay::providers {

struct HttpRequest {
  enum class Method { get, post };
  Method method = Method::post;
  std::string url;                          // http or https
  std::vector<std::string> headers;         // "Name: value", without line ends
  Secret bearer;                            // `Authorization: Bearer`; empty: none
  Secret api_key;                           // `x-api-key`; empty: none
  std::shared_ptr<const std::string> body;  // of a POST; shared by the attempts of one call
  std::string ca_file;                      // PEM, instead of the system's authorities; empty: the system's
  std::string proxy;  // empty: as the environment says. Loopback addresses are never proxied
  Milliseconds connect_timeout{10'000};  // name look-up, TCP and TLS together
};

struct HttpHead {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case

  // The first header of that name (lower case), empty when there is none.
  std::string_view find(std::string_view name) const;
};

struct HttpFailure {
  Error error;
  bool may_retry = false;  // whether another attempt may succeed where no byte of a response has come
};

class HttpSink {
 public:
  enum class Flow { more, abort };
  // Status and headers; once, before any on_body().
  virtual void on_head(HttpHead head) = 0;
  // A part of the body, valid during the call. `abort` ends the call and closes the connection; on_done()
  // does not follow.
  virtual Flow on_body(std::string_view bytes) = 0;
  // The response is whole, or failed. The last call.
  virtual void on_done(std::optional<HttpFailure> failure) = 0;

 protected:
  ~HttpSink() = default;
};

// Destroying it cancels the call and closes its connection at once (HTTP/2: resets its stream), whatever it
// is doing: looking up a name, connecting, waiting. It may be destroyed from inside its sink.
class HttpCall {
 public:
  virtual ~HttpCall() = default;
  // After pause() no on_body() comes until resume(), and no more than a buffer is read.
  virtual void pause() = 0;
  virtual void resume() = 0;
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // The sink outlives the call.
  virtual std::unique_ptr<HttpCall> start(Loop& loop, HttpRequest request, HttpSink& sink) = 0;
  // Nothing more is wanted of the response, and its end is expected at once: lets it come (for two seconds at
  // most), so that the connection can be used again. The sink is not called any more.
  virtual void let_finish(std::unique_ptr<HttpCall> call) = 0;
};

}  // namespace belay::providers

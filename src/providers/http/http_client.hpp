// The HTTP client that protocols need: it sends a request, delivers the response in pieces, and can be
// cancelled at any time. Http1Client and CurlClient implement it, and HttpClients chooses between them. Tests
// of protocols have their own implementation, without sockets.
//
// A call belongs to the loop on which it was started. Its sink is called on that loop only, and never from
// inside start(), pause() or resume().
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
#include "providers/http/http_client_kind.hpp"

namespace belay::providers {

struct HttpRequest {
  enum class Method { get, post };
  Method method = Method::post;
  std::string url;                          // http or https
  std::vector<std::string> headers;         // "Name: value", without line ends
  Secret bearer;                            // `Authorization: Bearer`; empty: none
  Secret api_key;                           // `x-api-key`; empty: none
  std::shared_ptr<const std::string> body;  // of a POST; shared by the attempts of one call
  std::string ca_file;                   // PEM file, instead of the system's authorities; empty: the system's
  std::string proxy;                     // empty: from the environment. Loopback addresses never use it
  Milliseconds connect_timeout{10'000};  // name lookup, TCP and TLS together
  HttpClientKind client = HttpClientKind::own;
};

struct HttpHead {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case

  // Returns the first header with that name (lower case), or an empty view.
  std::string_view find(std::string_view name) const;
};

struct HttpFailure {
  Error error;
  bool may_retry = false;  // whether another attempt may succeed, if no byte of a response has come
};

class HttpSink {
 public:
  enum class Flow { more, abort };
  // Status and headers. Called once, before any on_body().
  virtual void on_head(HttpHead head) = 0;
  // A part of the body, valid during the call. `abort` ends the call and closes the connection; on_done() is
  // then not called.
  virtual Flow on_body(std::string_view bytes) = 0;
  // The response is complete, or has failed. This is the last call.
  virtual void on_done(std::optional<HttpFailure> failure) = 0;

 protected:
  ~HttpSink() = default;
};

// Destroying it cancels the call and closes its connection at once (HTTP/2: resets its stream). This works in
// every state: during name lookup, connecting or waiting. The sink may destroy it from inside its own
// functions.
class HttpCall {
 public:
  virtual ~HttpCall() = default;
  // After pause(), on_body() is not called until resume(), and at most one buffer is read from the socket.
  virtual void pause() = 0;
  virtual void resume() = 0;
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // The sink must outlive the call.
  virtual std::unique_ptr<HttpCall> start(Loop& loop, HttpRequest request, HttpSink& sink) = 0;
  // For a response that is no longer needed and should end soon. Waits for its end, at most two seconds, so
  // that the connection can be reused. The sink is not called any more.
  virtual void let_finish(std::unique_ptr<HttpCall> call) = 0;
};

}  // namespace belay::providers

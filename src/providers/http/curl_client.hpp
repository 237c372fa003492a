// HTTP by libcurl: TLS with verified certificates, HTTP/2 where the server offers it, connections used again,
// proxies.
//
// One CurlLoop for each loop that calls (http/curl_loop.hpp), made when it first does; nothing is shared
// between threads. Owned by app/, beside the providers: destroyed after every call is gone and after the
// loops have stopped running, but before the Loop objects.
//
// The process must ignore SIGPIPE: OpenSSL writes to sockets that may have been closed.
#pragma once

#include <array>
#include <memory>

#include "providers/http/http_client.hpp"

namespace belay::providers {

class CurlLoop;

class CurlClient final : public HttpClient {
 public:
  CurlClient();
  ~CurlClient() override;
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  std::unique_ptr<HttpCall> start(Loop& loop, HttpRequest request, HttpSink& sink) override;
  void let_finish(std::unique_ptr<HttpCall> call) override;

 private:
  static constexpr std::size_t kMostLoops = 64;
  // By the loop's index: each place is only ever touched on its loop's thread.
  std::array<std::unique_ptr<CurlLoop>, kMostLoops> loops_;
};

}  // namespace belay::providers

// HTTP by libcurl: TLS with verified certificates, HTTP/2 where the server offers it, connection reuse, and
// proxies.
//
// There is one CurlLoop (http/curl_loop.hpp) for each loop that makes calls. It is made at the loop's first
// call. Threads share nothing. Owned by app/, next to the providers. It must be destroyed after all calls and
// after the loops have stopped, but before the Loop objects.
//
// The process must ignore SIGPIPE: OpenSSL writes to sockets that may be closed.
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
  static constexpr std::size_t kMaxLoops = 64;
  // Indexed by the loop. Each element is used only on its loop's thread.
  std::array<std::unique_ptr<CurlLoop>, kMaxLoops> loops_;
};

}  // namespace belay::providers

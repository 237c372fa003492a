// HTTP/1.1 on our loops, plain and with TLS: the client for providers that need no proxy. exchange.hpp has the
// states of a call, response_decoder.hpp the rules for responses.
//
// There is one Http1Loop for each loop that makes calls. It is made at the loop's first call. Loops share only
// the trusted authorities. It must be destroyed after all calls and after the loops have stopped, but before the
// Loop objects.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "providers/http/http1/connection_pool.hpp"
#include "providers/http/http1/tls_context.hpp"
#include "providers/http/http_client.hpp"

namespace belay::providers {

class Http1Loop;

class Http1Client final : public HttpClient {
 public:
  struct Options {
    ConnectionPool::Limits pool{};
    std::string name_servers{};  // "127.0.0.1:53,…"; empty: those of /etc/resolv.conf
  };

  Http1Client() : Http1Client(Options()) {}
  explicit Http1Client(Options options);
  ~Http1Client() override;
  Http1Client(const Http1Client&) = delete;
  Http1Client& operator=(const Http1Client&) = delete;

  std::unique_ptr<HttpCall> start(Loop& loop, HttpRequest request, HttpSink& sink) override;
  void let_finish(std::unique_ptr<HttpCall> call) override;

 private:
  static constexpr std::size_t kMaxLoops = 64;
  const Options options_;
  TlsContexts contexts_;
  // Indexed by the loop. Each element is used only on its loop's thread.
  std::array<std::unique_ptr<Http1Loop>, kMaxLoops> loops_;
};

}  // namespace belay::providers

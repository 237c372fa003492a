// Implements HttpClient with libcurl: http and https with verified certificates, proxies from the
// environment. Ctrl-C can interrupt it at any time.
#pragma once

#include <memory>

#include "app/commands/http_exchange.hpp"
#include "app/commands/interrupts.hpp"

namespace belay::app {

class CurlExchange final : public HttpClient {
 public:
  explicit CurlExchange(Interrupts& interrupts);
  ~CurlExchange() override;

  HttpReply perform(const HttpExchange& exchange, const OnBytes& on_stream) override;

 private:
  struct Handles;
  Interrupts& interrupts_;
  std::unique_ptr<Handles> handles_;
};

}  // namespace belay::app

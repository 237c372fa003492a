// The calls of one loop: hands out exchanges, and keeps those whose end is awaited.
#pragma once

#include <list>
#include <memory>

#include "providers/http/http1/exchange.hpp"

namespace belay::providers {

class Http1Loop final : private Exchange::EndListener {
 public:
  Http1Loop(Loop& loop, TlsContexts& contexts, ConnectionPool::Limits limits, std::string name_servers);
  ~Http1Loop();
  Http1Loop(const Http1Loop&) = delete;
  Http1Loop& operator=(const Http1Loop&) = delete;

  Loop& loop() const { return parts_.loop; }
  std::unique_ptr<HttpCall> start(HttpRequest request, HttpSink& sink);
  static void let_finish(std::unique_ptr<HttpCall> call);

 private:
  class Call;
  struct Lingering;

  void linger(std::unique_ptr<Exchange> exchange);
  void discard(std::unique_ptr<Exchange> exchange);
  void on_end(Exchange& exchange) override;

  LoopParts parts_;
  std::list<Lingering> lingering_;
  std::size_t calls_ = 0;
};

}  // namespace belay::providers

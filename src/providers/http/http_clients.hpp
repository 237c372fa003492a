// Both HTTP clients behind one port. Http1Client makes the calls; CurlClient those that need a proxy, and those
// for which the configuration says so.
//
// Lifetimes and threads are those of the two clients. The environment is read once.
#pragma once

#include <functional>

#include "providers/http/curl_client.hpp"
#include "providers/http/http1/http1_client.hpp"
#include "providers/http/http_client.hpp"

namespace belay::providers {

class HttpClients final : public HttpClient {
 public:
  using Environment = std::function<const char*(const char* variable)>;

  HttpClients();
  explicit HttpClients(const Environment& environment, Http1Client::Options options = {});

  std::unique_ptr<HttpCall> start(Loop& loop, HttpRequest request, HttpSink& sink) override;
  void let_finish(std::unique_ptr<HttpCall> call) override;

  // Which client makes that request.
  HttpClientKind kind_for(const HttpRequest& request) const;

 private:
  class Call;

  // Whether the environment names a proxy. libcurl then also decides about the exceptions (no_proxy).
  const bool proxies_http_;
  const bool proxies_https_;
  Http1Client own_;
  CurlClient curl_;
};

}  // namespace belay::providers

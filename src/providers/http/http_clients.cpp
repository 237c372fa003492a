#include "providers/http/http_clients.hpp"

#include <cstdlib>
#include <initializer_list>

#include "providers/http/url.hpp"

namespace belay::providers {
namespace {

bool names_any(const HttpClients::Environment& environment, std::initializer_list<const char*> variables) {
  for (const char* variable : variables) {
    const char* const value = environment(variable);
    if (value && *value != '\0') return true;
  }
  return false;
}

const char* from_process(const char* variable) {
  return std::getenv(variable);
}

}  // namespace

// Remembers which client made the call.
class HttpClients::Call final : public HttpCall {
 public:
  Call(HttpClient& made_by, std::unique_ptr<HttpCall> made) : client(made_by), call(std::move(made)) {}
  void pause() override { call->pause(); }
  void resume() override { call->resume(); }

  HttpClient& client;
  std::unique_ptr<HttpCall> call;
};

HttpClients::HttpClients() : HttpClients(&from_process) {}

// The variables that libcurl reads. It ignores HTTP_PROXY, because CGI sets that variable from a header.
HttpClients::HttpClients(const Environment& environment, Http1Client::Options options)
    : proxies_http_(names_any(environment, {"http_proxy", "all_proxy", "ALL_PROXY"})),
      proxies_https_(names_any(environment, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})),
      own_(std::move(options)) {}

HttpClientKind HttpClients::kind_for(const HttpRequest& request) const {
  if (request.client == HttpClientKind::curl) return HttpClientKind::curl;
  const auto url = inspect_url(request.url);
  if (!url || url->loopback) return HttpClientKind::own;
  const bool proxied = !request.proxy.empty() || (url->https ? proxies_https_ : proxies_http_);
  return proxied ? HttpClientKind::curl : HttpClientKind::own;
}

std::unique_ptr<HttpCall> HttpClients::start(Loop& loop, HttpRequest request, HttpSink& sink) {
  HttpClient* client = &own_;
  if (kind_for(request) == HttpClientKind::curl) client = &curl_;
  auto call = client->start(loop, std::move(request), sink);
  return std::make_unique<Call>(*client, std::move(call));
}

void HttpClients::let_finish(std::unique_ptr<HttpCall> call) {
  auto& ours = static_cast<Call&>(*call);
  ours.client.let_finish(std::move(ours.call));
}

}  // namespace belay::providers

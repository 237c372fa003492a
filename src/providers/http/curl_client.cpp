#include "providers/http/curl_client.hpp"

#include <cassert>
#include <stdexcept>

#include <curl/curl.h>

#include "providers/http/curl_loop.hpp"

namespace belay::providers {

CurlClient::CurlClient() {
  // libcurl counts these calls itself, and they are thread-safe in the version that we require (7.84 or
  // later).
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    throw std::runtime_error("libcurl cannot be initialised");
}

CurlClient::~CurlClient() {
  for (auto& loop : loops_) loop.reset();
  curl_global_cleanup();
}

std::unique_ptr<HttpCall> CurlClient::start(Loop& loop, HttpRequest request, HttpSink& sink) {
  auto& place = loops_.at(loop.index());
  if (!place) place = std::make_unique<CurlLoop>(loop);
  assert(&place->loop() == &loop && "one CurlClient serves one set of loops");
  return place->start(std::move(request), sink);
}

void CurlClient::let_finish(std::unique_ptr<HttpCall> call) {
  CurlLoop::let_finish(std::move(call));
}

}  // namespace belay::providers

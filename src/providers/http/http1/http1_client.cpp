#include "providers/http/http1/http1_client.hpp"

#include <cassert>

#include "providers/http/http1/http1_loop.hpp"

namespace belay::providers {

Http1Client::Http1Client(Options options) : options_(std::move(options)) {}
Http1Client::~Http1Client() = default;

std::unique_ptr<HttpCall> Http1Client::start(Loop& loop, HttpRequest request, HttpSink& sink) {
  auto& place = loops_.at(loop.index());
  if (!place) place = std::make_unique<Http1Loop>(loop, contexts_, options_.pool, options_.name_servers);
  assert(&place->loop() == &loop && "one Http1Client serves one set of loops");
  return place->start(std::move(request), sink);
}

void Http1Client::let_finish(std::unique_ptr<HttpCall> call) {
  Http1Loop::let_finish(std::move(call));
}

}  // namespace belay::providers

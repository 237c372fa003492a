// An HttpProvider over a fake HTTP client, on a loop with a manual clock.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "providers/calls/http_provider.hpp"
#include "providers/testing/fake_http.hpp"
#include "providers/testing/recording_sink.hpp"

namespace belay::providers {

using Headers = std::vector<std::pair<std::string, std::string>>;
inline const Headers kStream = {{"content-type", "text/event-stream; charset=utf-8"},
                                {"x-request-id", "req_42"}};
inline const Headers kJson = {{"content-type", "application/json"}, {"x-request-id", "req_42"}};

inline std::string delta(std::string_view content, std::string_view finish = "null") {
  return R"(data: {"choices":[{"index":0,"delta":{"content":")" + std::string(content) +
         R"("},"finish_reason":)" + std::string(finish) + "}]}\n\n";
}
inline const std::string kWhole = delta("Hi") + delta("", "\"stop\"") + "data: [DONE]\n\n";

class HttpProviderFixture : public testing::Test {
 protected:
  void start() {
    if (!provider) provider = std::make_unique<HttpProvider>(std::move(setup), http, random);
    GenerationRequest request;
    request.model.alias = "grok-3";
    request.model.upstream_name = "grok-9";
    request.model.shows_reasoning = shows_reasoning;
    request.messages.push_back({Role::user, "XYZZY"});
    request.partial_answer = partial;
    request.resume_token = token;
    generation = provider->start(loop, request, sink);
    EXPECT_FALSE(sink.over()) << "nothing is said inside start()";
  }
  void run_for(std::chrono::milliseconds time) {
    for (std::chrono::milliseconds spent{0}; spent <= time; spent += std::chrono::milliseconds(10)) {
      while (loop.turn()) {
      }
      clock.advance(std::chrono::milliseconds(10));
    }
  }
  HttpProviderConfig& config() { return setup.config; }

  ManualClock clock;
  Loop loop{0, clock};
  SeededRandom random{1};
  FakeHttp http;
  HttpProvider::Setup setup;
  std::unique_ptr<HttpProvider> provider;
  RecordingSink sink;
  std::string partial;
  bool shows_reasoning = false;
  std::string token;
  std::unique_ptr<Generation> generation;
};

}  // namespace belay::providers

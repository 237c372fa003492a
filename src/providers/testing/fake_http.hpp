// An HttpClient without sockets, for tests of protocols: the test plays the server, call by call.
#pragma once

#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "providers/http/http_client.hpp"

namespace belay::providers {

class FakeHttp final : public HttpClient {
 public:
  // The test's record of a call. It remains after the call is destroyed.
  struct Exchange {
    HttpRequest request;
    HttpSink* sink = nullptr;  // null: cancelled or over
    bool cancelled = false;
    bool let_finish = false;
    bool paused = false;

    void head(int status, std::vector<std::pair<std::string, std::string>> headers) {
      ASSERT_TRUE(sink);
      sink->on_head({status, std::move(headers)});
    }
    // Returns true if the sink wants more.
    bool body(std::string_view bytes) {
      if (!sink) return false;
      // A separate buffer, so that the sanitizers detect a view that is kept too long.
      const std::vector<char> copy(bytes.begin(), bytes.end());
      if (sink->on_body({copy.data(), copy.size()}) == HttpSink::Flow::more) return true;
      sink = nullptr;
      return false;
    }
    void done(std::optional<HttpFailure> failure = {}) {
      if (sink) std::exchange(sink, nullptr)->on_done(std::move(failure));
    }
    void answer(int status, std::vector<std::pair<std::string, std::string>> headers,
                std::string_view bytes) {
      head(status, std::move(headers));
      if (bytes.empty() || body(bytes)) done();
    }
  };

  std::unique_ptr<HttpCall> start(Loop&, HttpRequest request, HttpSink& sink) override {
    exchanges.push_back(std::make_shared<Exchange>());
    exchanges.back()->request = std::move(request);
    exchanges.back()->sink = &sink;
    return std::make_unique<Call>(exchanges.back());
  }
  void let_finish(std::unique_ptr<HttpCall> call) override {
    auto& ours = static_cast<Call&>(*call);
    ours.exchange->let_finish = true;
    ours.exchange->sink = nullptr;
  }

  Exchange& last() {
    EXPECT_FALSE(exchanges.empty());
    return *exchanges.back();
  }

  std::vector<std::shared_ptr<Exchange>> exchanges;

 private:
  struct Call final : HttpCall {
    explicit Call(std::shared_ptr<Exchange> held) : exchange(std::move(held)) {}
    ~Call() override {
      if (exchange->sink) exchange->cancelled = true;
      exchange->sink = nullptr;
    }
    void pause() override { exchange->paused = true; }
    void resume() override { exchange->paused = false; }
    std::shared_ptr<Exchange> exchange;
  };
};

}  // namespace belay::providers

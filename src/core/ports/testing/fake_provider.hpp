// A Provider for tests. The test itself sends the answer of each call.
#pragma once

#include <gtest/gtest.h>

#include "core/ports/provider.hpp"

namespace belay::testing {

// One call, as the test sees it: the request, and the sink for the answer. After the call is closed, nothing
// is sent to the sink, as the port requires.
class FakeCall {
 public:
  GenerationRequest request;
  bool closed = false;
  bool left = false;
  bool paused = false;
  int pauses = 0;
  int resumes = 0;
  std::size_t said = 0;             // for tests that continue where they stopped
  std::function<void()> on_resume;  // called from inside resume()

  void accept() {
    speak([&] { sink_->on_accepted(); });
  }
  void text(std::string_view piece) {
    speak([&] { sink_->on_text(piece); });
  }
  void reasoning(std::string_view piece) {
    speak([&] { sink_->on_reasoning(piece); });
  }
  void call_begin(std::uint32_t index, std::string_view id, std::string_view name) {
    speak([&] { sink_->on_tool_call_begin(index, id, name); });
  }
  void call_piece(std::uint32_t index, std::string_view json) {
    speak([&] { sink_->on_tool_call_piece(index, json); });
  }
  void stop_sequence(std::string_view sequence) {
    speak([&] { sink_->on_stop_sequence(sequence); });
  }
  void tool_call(ToolCall call) {
    speak([&] { sink_->on_tool_call(std::move(call)); });
  }
  void usage(const Usage& usage) {
    speak([&] { sink_->on_usage(usage); });
  }
  void resumable(std::string_view token) {
    speak([&] { sink_->on_resumable(token); });
  }
  void end(FinishReason reason = FinishReason::stop) {
    speak([&] { sink_->on_end(reason); });
    over_ = true;
  }
  void error(ErrorCode code, std::string detail = "it broke", std::string advice = {}) {
    speak([&] { sink_->on_error(make_error_of(code, std::move(detail), std::move(advice))); });
    over_ = true;
  }

 private:
  friend class FakeProvider;
  static Error make_error_of(ErrorCode code, std::string detail, std::string advice) {
    return {code, std::move(detail), {}, {}, std::nullopt, std::move(advice)};
  }
  template <class Say>
  void speak(Say say) {
    if (closed || over_) return;
    ++speaking_;
    say();
    --speaking_;
  }
  GenerationSink* sink_ = nullptr;
  int speaking_ = 0;
  bool over_ = false;
};

class FakeProvider final : public Provider {
 public:
  bool continues = false;
  bool keeps = false;  // whether it stores answers, so that they can be resumed
  std::vector<std::shared_ptr<FakeCall>> calls;
  FakeCall& last_call() { return *calls.back(); }

  bool can_continue(const Model&) const override { return continues; }
  bool can_resume(const Model&) const override { return keeps; }
  std::unique_ptr<Generation> start(Loop&, const GenerationRequest& request, GenerationSink& sink) override {
    auto call = std::make_shared<FakeCall>();
    call->request = request;
    call->sink_ = &sink;
    calls.push_back(call);
    return std::make_unique<FakeGeneration>(std::move(call));
  }

 private:
  class FakeGeneration final : public Generation {
   public:
    explicit FakeGeneration(std::shared_ptr<FakeCall> call) : call_(std::move(call)) {}
    ~FakeGeneration() override {
      EXPECT_EQ(call_->speaking_, 0) << "destroyed from inside a call of its sink";
      call_->closed = true;
    }
    void leave() override { call_->left = true; }
    void pause() override {
      EXPECT_FALSE(call_->paused);
      call_->paused = true;
      ++call_->pauses;
    }
    void resume() override {
      EXPECT_TRUE(call_->paused);
      call_->paused = false;
      ++call_->resumes;
      if (call_->on_resume) call_->on_resume();
    }

   private:
    const std::shared_ptr<FakeCall> call_;
  };
};

}  // namespace belay::testing

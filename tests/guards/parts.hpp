// What the measured paths share: a provider without a socket, a directory, a check that ends the program.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

#include "base/clock.hpp"
#include "providers/calls/http_provider.hpp"

namespace belay::guards {

inline void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "hot_paths: %s\n", what);
  std::exit(1);
}

// The provider's HTTP without a socket.
class PlayedHttp final : public providers::HttpClient {
 public:
  std::unique_ptr<providers::HttpCall> start(Loop&, providers::HttpRequest,
                                             providers::HttpSink& to) override {
    sink = &to;
    return std::make_unique<Call>();
  }
  void let_finish(std::unique_ptr<providers::HttpCall>) override {}

  // One token, as OpenAI's protocol has it.
  void speak() {
    constexpr std::string_view kChunk =
        R"(data: {"id":"chatcmpl-guard0000000000000000000000","object":"chat.completion.chunk","created":1795000000,)"
        R"("model":"guard","choices":[{"index":0,"delta":{"content":" a token"},"finish_reason":null}]})"
        "\n\n";
    expect(sink->on_body(kChunk) == providers::HttpSink::Flow::more, "the provider's bytes were refused");
  }
  // The end of the answer.
  void finish() {
    sink->on_body(
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
    std::exchange(sink, nullptr)->on_done(std::nullopt);
  }

  providers::HttpSink* sink = nullptr;

 private:
  struct Call final : providers::HttpCall {
    void pause() override {}
    void resume() override {}
  };
};

class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "belay-guard-XXXXXX").string();
    expect(::mkdtemp(name.data()) != nullptr, "there is no temporary directory");
    path = name;
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

// Longer than any path takes by its clock, which is advanced by hand: no timer fires but those that a path wants.
inline constexpr Milliseconds kLong = std::chrono::hours(10'000);

inline providers::HttpProvider::Setup without_timeouts() {
  providers::HttpProvider::Setup setup;
  setup.config.first_byte_timeout = setup.config.idle_timeout = setup.config.progress_timeout = kLong;
  return setup;
}

// Of the calling thread.
std::uint64_t count_allocations();

// One POST after another over a kept connection, each up to its 201. Prints the allocations of the last nine tenths.
void start_runs(std::size_t count);

}  // namespace belay::guards

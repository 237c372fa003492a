// A GenerationSink that records its calls, for tests.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/ports/provider.hpp"

namespace belay::providers {

class RecordingSink final : public GenerationSink {
 public:
  void on_accepted() override {
    EXPECT_FALSE(over());
    ++accepted;
  }
  void on_text(std::string_view piece) override {
    EXPECT_FALSE(over());
    EXPECT_EQ(accepted, 1) << "text before on_accepted()";
    pieces.emplace_back(piece);
    text += piece;
    if (each_piece) each_piece();
  }
  void on_reasoning(std::string_view piece) override {
    EXPECT_FALSE(over());
    reasoning += piece;
  }
  void on_tool_call_begin(std::uint32_t index, std::string_view id, std::string_view name) override {
    EXPECT_FALSE(over());
    if (!calls_begun.empty()) calls_begun += '\n';
    calls_begun += std::to_string(index) + ' ' + std::string(id) + ' ' + std::string(name) + ' ';
  }
  void on_tool_call_piece(std::uint32_t /*index*/, std::string_view json) override {
    EXPECT_FALSE(over());
    ++call_pieces;
    calls_begun += json;
  }
  void on_stop_sequence(std::string_view sequence) override { stop_sequence = sequence; }
  void on_tool_call(ToolCall call) override {
    EXPECT_FALSE(over());
    tool_calls.push_back(std::move(call));
  }
  void on_usage(const Usage& counted) override {
    EXPECT_FALSE(over());
    usage = counted;
  }
  void on_end(FinishReason reason) override {
    EXPECT_FALSE(over());
    end = reason;
  }
  void on_error(Error failed) override {
    EXPECT_FALSE(over());
    error = std::move(failed);
  }

  void on_resumable(std::string_view name) override { token = name; }
  void on_stage(std::string_view name) override { stages.emplace_back(name); }

  bool over() const { return end || error; }

  int accepted = 0;
  std::string text;
  std::string reasoning;
  std::vector<std::string> pieces;
  std::vector<ToolCall> tool_calls;
  std::string calls_begun;  // a line each: index, id, name and the pieces of the arguments
  int call_pieces = 0;
  std::string stop_sequence;
  std::optional<Usage> usage;
  std::string token;
  std::vector<std::string> stages;
  std::optional<FinishReason> end;
  std::optional<Error> error;
  std::function<void()> each_piece;
};

}  // namespace belay::providers

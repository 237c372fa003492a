#include "providers/finish_reasons.hpp"

#include <gtest/gtest.h>

namespace belay::providers {
namespace {

TEST(FinishReasons, X7EveryNameHasAMeaning) {
  struct Case {
    FinishReason reason;
    std::vector<const char*> names;
  };
  for (const Case& c : {
           Case{FinishReason::stop, {"stop", "end_turn", "stop_sequence", "eos", "STOP", "completed"}},
           Case{FinishReason::length,
                {"length", "max_tokens", "MAX_TOKENS", "max_output_tokens", "model_length",
                 "model_context_window_exceeded", "pause_turn", "something_new", "OTHER"}},
           Case{FinishReason::tool_calls, {"tool_calls", "function_call", "tool_use"}},
           Case{FinishReason::content_filter,
                {"content_filter", "refusal", "SAFETY", "sensitive", "RECITATION"}},
       })
    for (const char* name : c.names) {
      const auto said = read_finish_reason(name);
      ASSERT_TRUE(said && said->reason) << name;
      EXPECT_EQ(*said->reason, c.reason) << name;
    }
  for (const char* broken : {"error", "abort", "network_error", "insufficient_system_resource", "cancelled",
                             "MALFORMED_FUNCTION_CALL"}) {
    const auto said = read_finish_reason(broken);
    ASSERT_TRUE(said) << broken;
    EXPECT_FALSE(said->reason) << broken;
  }
  for (const char* nothing : {"", "null", "None"}) EXPECT_FALSE(read_finish_reason(nothing)) << nothing;
  EXPECT_TRUE(read_finish_reason(std::string(10'000, 'x')));
}

}  // namespace
}  // namespace belay::providers

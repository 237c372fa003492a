#include "providers/finish_reasons.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace belay::providers {
namespace {

// Names as of November 2026, from the documentation and the sources of OpenAI, Anthropic, Google, Mistral,
// xAI, DeepSeek, Z.ai, Amazon Bedrock, OpenRouter, vLLM, SGLang, llama.cpp, TGI and Ollama. All in lower
// case.
constexpr std::array<std::string_view, 11> kStop = {"stop",      "end_turn",    "stop_sequence", "eos",
                                                    "eos_token", "stop_token",  "complete",      "completed",
                                                    "end",       "end_of_text", "finished"};
constexpr std::array<std::string_view, 4> kTools = {"tool_calls", "tool_call", "tool_use", "function_call"};
constexpr std::array<std::string_view, 15> kFilter = {
    "content_filter", "content_filtered", "content-filter",       "refusal",    "safety",
    "sensitive",      "blocklist",        "prohibited_content",   "spii",       "recitation",
    "language",       "image_safety",     "guardrail_intervened", "moderation", "content_policy"};
constexpr std::array<std::string_view, 19> kBroken = {
    "error",
    "abort",
    "aborted",
    "cancel",
    "cancelled",
    "canceled",
    "fail",
    "failed",
    "timeout",
    "network_error",
    "server_error",
    "engine_error",
    "insufficient_system_resource",
    "malformed_response",
    "malformed_function_call",
    "malformed_tool_call",
    "unexpected_tool_call",
    "interrupted",
    "overloaded",
};
constexpr std::size_t kMaxReason = 64;

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::optional<ParsedFinish> read_finish_reason(std::string_view text) {
  std::string name(text.substr(0, kMaxReason));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  if (name.empty() || name == "null" || name == "none") return std::nullopt;
  if (is_one_of(kStop, name)) return ParsedFinish{FinishReason::stop};
  if (is_one_of(kTools, name)) return ParsedFinish{FinishReason::tool_calls};
  if (is_one_of(kFilter, name)) return ParsedFinish{FinishReason::content_filter};
  if (is_one_of(kBroken, name)) return ParsedFinish{std::nullopt};
  // "length", "max_tokens", "max_output_tokens", "model_length", "model_context_window_exceeded",
  // "pause_turn", and unknown reasons.
  return ParsedFinish{FinishReason::length};
}

}  // namespace belay::providers

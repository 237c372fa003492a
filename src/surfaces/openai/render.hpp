// Renders answers as OpenAI's Chat Completions (requirements K1 to K4, K9).
//
//   event           chunk
//   started         {"delta":{"role":"assistant","content":""}}
//   delta           {"delta":{"content":"…"}}
//   reasoning_delta {"delta":{"reasoning_content":"…"}}
//   part            of a tool call: {"delta":{"tool_calls":[{"index","id","type","function":{"name","arguments":""}}]}}
//   tool_delta      {"delta":{"tool_calls":[{"index","function":{"arguments":"…"}}]}}
//   tool_call       the whole call in one piece, if no part has begun it
//   completed       {"delta":{},"finish_reason":"stop"}, then the usage if the client wants it, then [DONE]
//   failed, cancelled, interrupted
//                   {"error":{…}}: every SDK raises it, so that half an answer is never taken for a whole one
//
// All other events are not shown. The number of a message, [DONE] included, is the count of the messages before it.
#pragma once

#include <string>
#include <vector>

#include "core/log/dialect.hpp"
#include "core/types/message.hpp"
#include "services/runs/run_service.hpp"

namespace belay::surfaces::openai {

enum class ShowUsage { never, at_end };

// Chunks as SSE with ids, and nothing between them but single lines.
const Format& format(ShowUsage usage);

std::string completion_id(const RunId& run);

// The whole answer: a `chat.completion`.
std::string render_completion(const RunId& run, const services::WholeAnswer& answer);

// Models for OpenAI's and for Anthropic's SDK: an object has the members of both.
std::string render_model(const Model& model);
std::string render_models(const std::vector<const Model*>& models);

}  // namespace belay::surfaces::openai

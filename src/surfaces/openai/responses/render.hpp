// Renders answers as OpenAI's Responses (requirements K20 to K25). Each part of an answer is an item of the output.
//
//   event            events of the stream, each with the name of its type as its `event:`, numbered from 0
//   started          response.created, response.in_progress
//   a text begins    response.output_item.added, response.content_part.added
//   delta            response.output_text.delta
//   it ends          response.output_text.done, response.content_part.done, response.output_item.done
//   a thought begins response.output_item.added, response.reasoning_summary_part.added
//   reasoning_delta  response.reasoning_summary_text.delta
//   it ends          response.reasoning_summary_text.done, response.reasoning_summary_part.done, response.output_item.done
//   part             of a tool call: response.output_item.added
//   tool_delta       response.function_call_arguments.delta
//   tool_call        response.function_call_arguments.done, response.output_item.done; the whole call, if no part has begun it
//   completed        response.completed, or response.incomplete with the reason
//   failed, interrupted
//                    response.failed with the error
//   cancelled        response.incomplete, status and reason "cancelled"
//
// A text or a thought ends where the next part begins, or at the end. All other events are not shown. Texts are repeated
// from the log (MessageWriter::splice()): no answer is in memory.
#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "core/log/dialect.hpp"

namespace belay::surfaces::openai::responses {

// Events as SSE with ids, and nothing between them but single lines.
const Format& format();

// A response that has ended, as bytes without framing, for split_whole(). The place of an item in its output is the
// `output_index` of the stream. A call that is not whole has the status "incomplete".
const Format& whole_format();
struct WholeResponse {
  std::string object;
  std::optional<Error> failure{};  // it failed, or was interrupted
};
Result<WholeResponse> split_whole(std::string bytes);

// A response that is being made: what its log has so far in this format. It has no output yet.
enum class Progress { queued, in_progress };
const Format& current_format(Progress progress);

// The object of a DELETE.
std::string render_deleted(const RunId& run);

}  // namespace belay::surfaces::openai::responses

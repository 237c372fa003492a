// The options that Chat Completions and Responses share (requirements K8, K9, K20, K25). They differ in where a member
// stands: Chat Completions nests what a tool or a schema is, Responses does not.
//
// Fail with `invalid_request`, or with `not_implemented` for what cannot be done, and the place in the body.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/types/message.hpp"
#include "core/types/sampling.hpp"
#include "surfaces/body_object.hpp"

namespace belay::surfaces::openai {

inline constexpr std::size_t kMaxCallId = 256;
inline constexpr std::size_t kMaxCallName = 64;

enum class ApiForm { chat, responses };

// The members `tools` and `tool_choice`.
Result<std::vector<Tool>> read_tools(const BodyObject& body, ApiForm form);
Result<std::optional<ToolChoice>> read_tool_choice(const BodyObject& body, const std::vector<Tool>& tools,
                                                   ApiForm form);
// The member `response_format` (chat), or `format` of the object `text` (responses).
Result<std::optional<ResponseFormat>> read_response_format(const BodyObject& holder, ApiForm form);
// How much the model thinks. Absent: empty.
Result<std::string> read_effort(const BodyObject& holder, std::string_view name);

// Whether it is this number, however it is written.
bool is_number(const BodyObject::Member& member, double number);

// What an error about a position in a stream is about.
inline constexpr std::string_view kAboutStartingAfter = "starting_after";

// A parameter of a query: "true" or "1".
bool is_true(std::optional<std::string_view> value);

}  // namespace belay::surfaces::openai

// The tools that a client of a model API offers (requirement K9): read from its request, with the places of errors.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/types/message.hpp"
#include "surfaces/body_object.hpp"

namespace belay::surfaces {

inline constexpr std::size_t kMaxClientTools = 128;
inline constexpr std::size_t kMaxToolName = 64;

// The members `name`, `description` and the JSON Schema `schema_member` of an object that describes a tool. Without a
// schema the tool takes no arguments. Fails with `invalid_request`, also if one of `others` has the name.
Result<Tool> read_client_tool(const BodyObject& described, std::string_view schema_member,
                              const std::vector<Tool>& others);

// The name of one of these tools, as the member `name` of a choice. Fails with `invalid_request`.
Result<std::string> read_chosen_tool(const BodyObject& choice, const std::vector<Tool>& tools);

}  // namespace belay::surfaces

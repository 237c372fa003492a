// The tools that a client of a model API offers (requirement K9): read from its request, with the places of errors.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/types/message.hpp"
#include "surfaces/body_object.hpp"

namespace belay::surfaces {

// Each tool is offered to the model again in each request.
inline constexpr std::size_t kMaxClientTools = 128;
inline constexpr std::size_t kMaxToolName = 64;

// The object that describes a tool, in an element of the array: the element itself, or a member of it. Fails for a
// kind of tool that is not offered.
using DescribedTool = std::function<Result<BodyObject>(const BodyObject& element)>;
inline Result<BodyObject> described_by_itself(const BodyObject& element) {
  return element;
}

// The member `tools`: an array of objects with `name`, `description`, the JSON Schema `schema_member` and `strict`.
// Without a schema a tool takes no arguments. Fails with `invalid_request`, also if two tools have the same name.
Result<std::vector<Tool>> read_client_tools(const BodyObject& body, std::string_view schema_member,
                                            const DescribedTool& described = described_by_itself);

// The name of one of these tools, as the member `name` of a choice. Fails with `invalid_request`.
Result<std::string> read_chosen_tool(const BodyObject& choice, const std::vector<Tool>& tools);

}  // namespace belay::surfaces

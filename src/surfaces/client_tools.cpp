#include "surfaces/client_tools.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/json_elements.hpp"

namespace belay::surfaces {
namespace {

constexpr std::string_view kNoParameters = R"({"type":"object","properties":{}})";

bool is_tool_name(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool has_tool(const std::vector<Tool>& tools, std::string_view name) {
  return std::any_of(tools.begin(), tools.end(), [&](const Tool& tool) { return tool.name == name; });
}

Result<Tool> read_tool(const BodyObject& described, std::string_view schema_member,
                       const std::vector<Tool>& others) {
  auto name = described.required_text("name", kMaxToolName);
  if (!name) return name.error();
  if (!is_tool_name(*name))
    return bad_member(described.place("name"), "must be letters, digits, dashes and underscores only.");
  auto description = described.text("description");
  if (!description) return description.error();
  const auto schema = described.find(schema_member, JsonKind::object, "a JSON Schema, an object");
  if (!schema) return schema.error();
  const auto strict = described.flag("strict");
  if (!strict) return strict.error();
  if (has_tool(others, *name)) return bad_member(described.place("name"), "is the name of another tool.");
  std::string text = *schema ? compact_json((*schema)->raw) : std::string(kNoParameters);
  return Tool{std::move(*name), std::move(*description), std::move(text), *strict};
}

}  // namespace

Result<std::vector<Tool>> read_client_tools(const BodyObject& body, std::string_view schema_member,
                                            const DescribedTool& described) {
  std::vector<Tool> tools;
  const auto list = body.find("tools", JsonKind::array, "an array of tools");
  if (!list) return list.error();
  if (!*list) return tools;
  const auto elements = json_elements((*list)->raw);
  if (elements.size() > kMaxClientTools)
    return bad_member("tools", fmt::format("has more than {} tools.", kMaxClientTools));
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const auto element = BodyObject::read(elements[i], fmt::format("tools[{}]", i));
    if (!element) return element.error();
    const auto description = described(*element);
    if (!description) return description.error();
    auto tool = read_tool(*description, schema_member, tools);
    if (!tool) return tool.error();
    tools.push_back(std::move(*tool));
  }
  return tools;
}

Result<std::string> read_chosen_tool(const BodyObject& choice, const std::vector<Tool>& tools) {
  auto name = choice.required_text("name", kMaxToolName);
  if (!name) return name;
  if (!has_tool(tools, *name))
    return bad_member(choice.place("name"), "is the name of no tool of this request.");
  return name;
}

}  // namespace belay::surfaces

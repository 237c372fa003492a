#include "surfaces/openai/options.hpp"

#include "surfaces/client_tools.hpp"

namespace belay::surfaces::openai {
namespace {

using Member = BodyObject::Member;

// What a tool, a choice or a format is about: the member `name`, or in Responses the object itself.
Result<BodyObject> described_by(const BodyObject& object, std::string_view name, ApiForm form) {
  if (form == ApiForm::responses) return object;
  const auto inner = object.object(name);
  if (!inner) return inner.error();
  if (!*inner) return bad_member(object.place(name), "is missing. It must be an object.");
  return **inner;
}

}  // namespace

Result<std::vector<Tool>> read_tools(const BodyObject& body, ApiForm form) {
  return read_client_tools(body, "parameters", [form](const BodyObject& tool) -> Result<BodyObject> {
    const auto type = tool.required_text("type", 64);
    if (!type) return type.error();
    if (*type != "function") return unsupported_member(tool.place("type"), "must be \"function\".");
    return described_by(tool, "function", form);
  });
}

Result<std::optional<ToolChoice>> read_tool_choice(const BodyObject& body, const std::vector<Tool>& tools,
                                                   ApiForm form) {
  using Mode = ToolChoice::Mode;
  const Member* choice = body.find("tool_choice");
  if (!choice) return std::optional<ToolChoice>();
  if (choice->kind == JsonKind::string) {
    if (choice->text == "auto") return std::optional(ToolChoice{Mode::automatic, {}});
    if (choice->text == "none") return std::optional(ToolChoice{Mode::none, {}});
    if (choice->text == "required") return std::optional(ToolChoice{Mode::required, {}});
    return bad_member("tool_choice", "must be \"auto\", \"none\", \"required\" or a tool.");
  }
  const auto named = BodyObject::read(choice->raw, "tool_choice");
  if (!named) return named.error();
  const auto type = named->required_text("type", 64);
  if (!type) return type.error();
  if (*type != "function") return unsupported_member("tool_choice.type", "must be \"function\".");
  const auto function = described_by(*named, "function", form);
  if (!function) return function.error();
  auto name = read_chosen_tool(*function, tools);
  if (!name) return name.error();
  return std::optional(ToolChoice{Mode::named, std::move(*name)});
}

Result<std::optional<ResponseFormat>> read_response_format(const BodyObject& holder, ApiForm form) {
  using Kind = ResponseFormat::Kind;
  const auto given = holder.object(form == ApiForm::chat ? "response_format" : "format");
  if (!given) return given.error();
  if (!*given) return std::optional<ResponseFormat>();
  const auto type = (*given)->required_text("type", 64);
  if (!type) return type.error();
  ResponseFormat format;
  if (*type == "text") return std::optional(format);
  if (*type == "json_object") {
    format.kind = Kind::json_object;
    return std::optional(format);
  }
  if (*type != "json_schema")
    return unsupported_member((*given)->place("type"),
                              "must be \"text\", \"json_object\" or \"json_schema\".");
  const auto described = described_by(**given, "json_schema", form);
  if (!described) return described.error();
  format.kind = Kind::json_schema;
  auto name = described->required_text("name", kMaxToolName);
  if (!name) return name.error();
  format.name = std::move(*name);
  auto description = described->text("description");
  if (!description) return description.error();
  format.description = std::move(*description);
  const auto schema = described->find("schema", JsonKind::object, "a JSON Schema, an object");
  if (!schema) return schema.error();
  if (*schema) format.schema = compact_json((*schema)->raw);
  const auto strict = described->flag("strict");
  if (!strict) return strict.error();
  format.strict = *strict;
  return std::optional(std::move(format));
}

Result<std::string> read_effort(const BodyObject& holder, std::string_view name) {
  auto effort = holder.text(name);
  if (effort && effort->size() > 64) return bad_member(holder.place(name), "has more than 64 bytes.");
  return effort;
}

bool is_number(const BodyObject::Member& member, double number) {
  return member.kind == JsonKind::number && member.number() == number;
}

bool is_true(std::optional<std::string_view> value) {
  return value == "true" || value == "1";
}

}  // namespace belay::surfaces::openai

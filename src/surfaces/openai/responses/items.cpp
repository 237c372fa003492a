#include "surfaces/openai/responses/items.hpp"

#include "base/json_text.hpp"
#include "surfaces/openai/responses/names.hpp"

namespace belay::surfaces::openai::responses {
namespace {

// Whether a text breaks off before it is a whole JSON value: the model had no tokens left for the rest of a call.
bool breaks_off(std::string_view json) {
  std::size_t depth = 0;
  bool is_empty = true, in_string = false, is_escaped = false;
  for (const char c : json) {
    if (in_string) {
      in_string = is_escaped || c != '"';
      is_escaped = !is_escaped && c == '\\';
      continue;
    }
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    is_empty = false;
    if (c == '"') in_string = true;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && depth != 0) --depth;
  }
  return is_empty || in_string || depth != 0;
}
}  // namespace

bool is_prose(std::optional<PartKind> kind) {
  return kind == PartKind::text || kind == PartKind::reasoning;
}

bool ends_prose(const Event& event, const EventCounts& before) {
  if (!is_prose(before.open)) return false;
  if (event.type == EventType::restarted) return true;
  if (event.type == EventType::tool_call) return before.open_calls == 0;
  return before.begun_by(event.type, event.payload).has_value();
}

void begin_prose_part(PartKind kind, std::string& out) {
  out.append(kind == PartKind::text ? R"({"type":"output_text","annotations":[],"logprobs":[],"text":")"
                                    : R"({"type":"summary_text","text":")");
}
void begin_prose_item(PartKind kind, const RunId& run, std::uint64_t place, std::string& out) {
  out.append(R"({"id":")").append(item_id(kind, run, place));
  out.append(kind == PartKind::text ? R"(","type":"message","role":"assistant","content":[)"
                                    : R"(","type":"reasoning","summary":[)");
  begin_prose_part(kind, out);
}
void end_prose_item(std::string_view status, std::string& out) {
  out.append(R"("}],"status":")").append(status).append("\"}");
}

std::string_view status_of(const ToolCall& call) {
  return breaks_off(call.arguments) ? kIncomplete : kCompleted;
}

void begin_call_members(const RunId& run, std::uint64_t place, std::string_view status, std::string_view id,
                        std::string_view name, std::string& out) {
  out.append(R"("id":")").append(item_id(PartKind::tool_call, run, place));
  out.append(R"(","type":"function_call","status":")").append(status).append(R"(","call_id":)");
  append_json_string(id, out);
  out.append(R"(,"name":)");
  append_json_string(name, out);
  out.append(R"(,"arguments":")");
}
void append_call_item(const RunId& run, std::uint64_t place, std::string_view status, const ToolCall& call,
                      std::string& out) {
  out.push_back('{');
  begin_call_members(run, place, status, call.id, call.name, out);
  append_json_text(call.arguments, out);
  out.append("\"}");
}

}  // namespace belay::surfaces::openai::responses

#include "providers/responses/response_event.hpp"

#include "providers/error_object.hpp"

namespace belay::providers {
namespace {

using json::each_element;
using json::each_member;
using json::error_code;
using json::is_type;
using json::json_type;
using json::read_optional_text;
using json::SUCCESS;
using json::value;

bool holds_text(value& any) {
  return is_type(any, json_type::string) || is_type(any, json_type::array) || is_type(any, json_type::object);
}

error_code read_item(value any, ResponseItem& item) {
  if (!is_type(any, json_type::object)) return SUCCESS;
  return each_member(any, [&](std::string_view key, value member) {
    bool is_object = false;
    if (key == "type") return read_optional_text(member, item.type);
    if (key == "id") return read_optional_text(member, item.id);
    if (key == "call_id") return read_optional_text(member, item.call_id);
    if (key == "name") return read_optional_text(member, item.name);
    if (key == "arguments") return json::read_arguments(member, item.arguments, is_object);
    if (key == "content" && holds_text(member)) return json::read_text_parts(member, item.texts);
    return SUCCESS;
  });
}

error_code read_usage(value any, std::optional<Usage>& out) {
  if (!is_type(any, json_type::object)) return SUCCESS;
  out.emplace();
  return each_member(any, [&](std::string_view key, value member) {
    if (key == "input_tokens") json::read_count(member, out->input);
    if (key == "output_tokens") json::read_count(member, out->output);
    if (key == "input_tokens_details") return json::read_detail(member, "cached_tokens", out->cached);
    if (key == "output_tokens_details") return json::read_detail(member, "reasoning_tokens", out->reasoning);
    return SUCCESS;
  });
}

template <class Members>
error_code read_members(Members members, ResponseObject& out) {
  return each_member(members, [&](std::string_view key, value member) {
    if (key == "id") return read_optional_text(member, out.id);
    if (key == "status") return read_optional_text(member, out.status);
    if (key == "error") return json::read_error(member, out.error);
    if (key == "usage") return read_usage(member, out.usage);
    if (key == "incomplete_details")
      return each_member(member, [&](std::string_view detail, value reason) {
        return detail == "reason" ? read_optional_text(reason, out.incomplete_reason) : SUCCESS;
      });
    if (key == "output")
      return each_element(member, [&](value item) { return read_item(item, out.output.emplace_back()); });
    return SUCCESS;
  });
}

}  // namespace

// Keeps the allocated memory of the lists.
void ResponseEvent::reset() {
  auto kept = std::move(delta);
  kept.clear();
  *this = ResponseEvent();
  delta = std::move(kept);
}

bool ResponseEvent::read(JsonBuffer& buffer, std::string_view document) {
  ReportedError flat;
  const auto clear = [&] {
    reset();
    flat = ReportedError();
  };
  const bool fits = buffer.read(document, clear, [&](json::object root) {
    return each_member(root, [&](std::string_view key, value member) {
      std::uint64_t number = 0;
      if (key == "type") return json::read_text(member, type);
      if (key == "sequence_number") {
        if (json::read_number(member, number)) sequence_number = number;
        return SUCCESS;
      }
      if (key == "output_index") {
        if (json::read_number(member, number)) output_index = number;
        return SUCCESS;
      }
      if (key == "content_index") {
        json::read_number(member, content_index);
        return SUCCESS;
      }
      if (key == "item_id") return read_optional_text(member, item_id);
      if (key == "name") return read_optional_text(member, name);
      if (key == "delta") {
        // If a call's arguments are an object, read the object's JSON text. If a text is a part, read the
        // part's text.
        if (type == "response.function_call_arguments.delta" && is_type(member, json_type::object))
          return json::read_arguments(member, arguments, arguments_are_object);
        return holds_text(member) ? json::read_text_parts(member, delta) : SUCCESS;
      }
      if ((key == "text" || key == "refusal") && holds_text(member))
        return json::read_text_parts(member, text);
      if (key == "arguments") return json::read_arguments(member, arguments, arguments_are_object);
      if (key == "item") return read_item(member, item);
      if (key == "response") {
        if (!is_type(member, json_type::object)) return SUCCESS;
        return read_members(member, response);
      }
      if (key == "code") return json::read_error_code(member, flat);
      if (key == "message") return read_optional_text(member, flat.message);
      if (key == "error") return json::read_error(member, error);  // some servers nest it one level deeper
      return SUCCESS;
    });
  });
  if (!error && (type == "error" || !flat.code.empty() || flat.status != 0)) error = flat;
  return fits;
}

bool read_response(JsonBuffer& buffer, std::string_view text, ResponseObject& out) {
  const auto reset = [&] { out = ResponseObject(); };
  return buffer.read(text, reset, [&](json::object root) { return read_members(root, out); });
}

}  // namespace belay::providers

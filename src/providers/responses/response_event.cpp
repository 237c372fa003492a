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

error_code read_content(value list, std::vector<std::string_view>& out) {
  if (!is_type(list, json_type::array)) return SUCCESS;
  return each_element(list, [&](value part) {
    std::string_view text;
    const auto error = each_member(part, [&](std::string_view key, value member) {
      return key == "text" || key == "refusal" ? read_optional_text(member, text) : SUCCESS;
    });
    out.push_back(text);
    return error;
  });
}

error_code read_item(value any, ResponseItem& item) {
  return each_member(any, [&](std::string_view key, value member) {
    if (key == "type") return read_optional_text(member, item.type);
    if (key == "call_id") return read_optional_text(member, item.call_id);
    if (key == "name") return read_optional_text(member, item.name);
    if (key == "arguments") return read_optional_text(member, item.arguments);
    if (key == "content") return read_content(member, item.texts);
    return SUCCESS;
  });
}

error_code read_usage(value any, std::optional<Usage>& out) {
  if (is_type(any, json_type::null)) return SUCCESS;
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

bool ResponseEvent::read(JsonBuffer& buffer, std::string_view text) {
  *this = ResponseEvent();
  return buffer.read(text, [&](json::object root) {
    return each_member(root, [&](std::string_view key, value member) {
      std::uint64_t number = 0;
      if (key == "type") return json::read_text(member, type);
      if (key == "sequence_number" && json::read_number(member, number)) sequence_number = number;
      if (key == "output_index") json::read_number(member, output_index);
      if (key == "delta") return read_optional_text(member, delta);
      if (key == "arguments") return read_optional_text(member, arguments);
      if (key == "item") return read_item(member, item);
      if (key == "response") return read_members(member, response);
      if (key == "code") return json::read_error_code(member, error);
      if (key == "error") {  // some servers put it one level deeper
        std::optional<ReportedError> nested;
        const auto failed = json::read_error(member, nested);
        if (nested) error = *nested;
        return failed;
      }
      return SUCCESS;
    });
  });
}

bool read_response(JsonBuffer& buffer, std::string_view text, ResponseObject& out) {
  out = ResponseObject();
  return buffer.read(text, [&](json::object root) { return read_members(root, out); });
}

}  // namespace belay::providers

#include "providers/anthropic/message_event.hpp"

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

void read_count(value any, std::optional<std::uint64_t>& out) {
  std::uint64_t number = 0;
  if (json::read_number(any, number)) out = number;
}

error_code read_usage(value any, MessageUsage& usage) {
  return each_member(any, [&](std::string_view key, value member) {
    if (key == "input_tokens") read_count(member, usage.input);
    if (key == "cache_read_input_tokens") read_count(member, usage.cache_read);
    if (key == "cache_creation_input_tokens") read_count(member, usage.cache_written);
    if (key == "output_tokens") read_count(member, usage.output);
    return SUCCESS;
  });
}

error_code read_block(value any, MessageBlock& block) {
  return each_member(any, [&](std::string_view key, value member) {
    if (key == "type") return read_optional_text(member, block.type);
    if (key == "text") return read_optional_text(member, block.text);
    if (key == "id") return read_optional_text(member, block.id);
    if (key == "name") return read_optional_text(member, block.name);
    if (key == "input" && is_type(member, json_type::object)) {
      json::object input;
      if (const auto error = member.get_object().get(input)) return error;
      return input.raw_json().get(block.input);
    }
    return SUCCESS;
  });
}

// content_block_delta and message_delta both have one.
error_code read_delta(value any, MessageEvent& event) {
  return each_member(any, [&](std::string_view key, value member) {
    if (key == "type") return read_optional_text(member, event.delta_type);
    if (key == "text") return read_optional_text(member, event.text);
    if (key == "partial_json") return read_optional_text(member, event.partial_json);
    if (key == "stop_reason") return read_optional_text(member, event.stop_reason);
    return SUCCESS;
  });
}

}  // namespace

bool MessageEvent::read(JsonBuffer& buffer, std::string_view document) {
  *this = MessageEvent();
  return buffer.read(document, [&](json::object root) {
    return each_member(root, [&](std::string_view key, value member) {
      if (key == "type") return json::read_text(member, type);
      if (key == "index") json::read_number(member, index);
      if (key == "delta") return read_delta(member, *this);
      if (key == "content_block") return read_block(member, block);
      if (key == "usage") return read_usage(member, usage);
      if (key == "error") return json::read_error(member, error);
      if (key == "stop_reason") return read_optional_text(member, stop_reason);
      if (key == "content")
        return each_element(member, [&](value item) { return read_block(item, content.emplace_back()); });
      if (key == "message")
        return each_member(member, [&](std::string_view name, value inner) {
          return name == "usage" ? read_usage(inner, usage) : SUCCESS;
        });
      return SUCCESS;
    });
  });
}

}  // namespace belay::providers

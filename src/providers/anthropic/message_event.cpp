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

constexpr std::string_view kBlockDelta = "content_block_delta";
constexpr std::string_view kTextDelta = "text_delta";

error_code read_usage(value any, MessageUsage& usage) {
  if (!is_type(any, json_type::object)) return SUCCESS;
  return each_member(any, [&](std::string_view key, value member) {
    if (key == "input_tokens") json::read_count(member, usage.input);
    if (key == "cache_read_input_tokens") json::read_count(member, usage.cache_read);
    if (key == "cache_creation_input_tokens") json::read_count(member, usage.cache_written);
    if (key == "output_tokens") json::read_count(member, usage.output);
    return SUCCESS;
  });
}

error_code read_block(value any, MessageBlock& block) {
  return each_member(any, [&](std::string_view key, value member) {
    if (key == "type") return read_optional_text(member, block.type);
    if (key == "text") return read_optional_text(member, block.text);
    if (key == "thinking") return read_optional_text(member, block.thinking);
    if (key == "id") return read_optional_text(member, block.id);
    if (key == "name") return read_optional_text(member, block.name);
    bool is_object = false;
    if (key == "input") return json::read_arguments(member, block.input, is_object);
    return SUCCESS;
  });
}

// Reads a list of blocks, or a single text.
error_code read_content(value any, std::vector<MessageBlock>& content) {
  if (is_type(any, json_type::string)) {
    MessageBlock& block = content.emplace_back();
    block.type = "text";
    return any.get_string().get(block.text);
  }
  return each_element(any, [&](value item) { return read_block(item, content.emplace_back()); });
}

// content_block_delta and message_delta both contain a delta. `text_token`: its text, as the document contains it.
error_code read_delta(value any, MessageEvent& event, const char*& text_token) {
  return each_member(any, [&](std::string_view key, value member) {
    if (key == "type") return read_optional_text(member, event.delta_type);
    if (key == "text") {
      text_token = member.raw_json_token().data();
      return read_optional_text(member, event.text);
    }
    if (key == "thinking") return read_optional_text(member, event.thinking);
    if (key == "partial_json")
      return json::read_arguments(member, event.partial_json, event.partial_json_is_object);
    if (key == "stop_reason") return read_optional_text(member, event.stop_reason);
    if (key == "stop_sequence") return read_optional_text(member, event.stop_sequence);
    return SUCCESS;
  });
}

}  // namespace

void MessageEvent::reset() {
  TextSlot kept = std::move(slot_);
  *this = MessageEvent();
  slot_ = std::move(kept);
}

bool MessageEvent::has_only_text() const {
  const bool has_usage = usage.input.value != 0 || usage.cache_read.value != 0 ||
                         usage.cache_written.value != 0 || usage.output.value != 0;
  return type == kBlockDelta && delta_type == kTextDelta && thinking.empty() && partial_json.empty() &&
         stop_reason.empty() && stop_sequence.empty() && !has_usage && content.empty() && !error;
}

bool MessageEvent::read(JsonBuffer& buffer, std::string_view document) {
  if (const auto known = slot_.find(document)) {
    buffer.note_other_text();
    const auto same_index = index;
    reset();
    type = kBlockDelta;
    delta_type = kTextDelta;
    index = same_index;
    text = *known;
    return true;
  }
  slot_.forget();
  const char* text_token = nullptr;
  if (!parse(buffer, document, text_token)) return false;
  if (text_token && has_only_text() && !buffer.has_placeholders())
    slot_.learn(document, buffer.position_of(text_token), text);
  return true;
}

bool MessageEvent::parse(JsonBuffer& buffer, std::string_view document, const char*& text_token) {
  return buffer.read(
      document, [this] { reset(); },
      [&](json::object root) {
        return each_member(root, [&](std::string_view key, value member) {
          std::uint64_t number = 0;
          if (key == "type") return json::read_text(member, type);
          if (key == "index") {
            if (json::read_number(member, number)) index = number;
            return SUCCESS;
          }
          if (key == "delta") return read_delta(member, *this, text_token);
          if (key == "content_block") return read_block(member, block);
          if (key == "usage") return read_usage(member, usage);
          if (key == "error") return json::read_error(member, error);
          if (key == "stop_reason") return read_optional_text(member, stop_reason);
          if (key == "stop_sequence") return read_optional_text(member, stop_sequence);
          if (key == "content") return read_content(member, content);
          if (key == "message" && is_type(member, json_type::object))
            return each_member(member, [&](std::string_view name, value inner) {
              if (name == "usage") return read_usage(inner, usage);
              if (name == "content") return read_content(inner, content);
              if (name == "stop_reason") return read_optional_text(inner, stop_reason);
              if (name == "stop_sequence") return read_optional_text(inner, stop_sequence);
              return SUCCESS;
            });
          return SUCCESS;
        });
      });
}

}  // namespace belay::providers

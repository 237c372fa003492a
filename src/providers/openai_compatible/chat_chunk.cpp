#include "providers/openai_compatible/chat_chunk.hpp"

#include "providers/error_object.hpp"

namespace belay::providers {
namespace {

using json::each_element;
using json::each_member;
using json::each_raw_member;
using json::error_code;
using json::is_type;
using json::json_type;
using json::RawName;
using json::read_optional_text;
using json::read_text;
using json::SUCCESS;
using json::value;
using Piece = ToolCallGatherer::Piece;

error_code read_function(value any, Piece& piece) {
  if (!is_type(any, json_type::object)) return SUCCESS;
  return each_member(any, [&](std::string_view key, value member) {
    if (key == "name") return read_optional_text(member, piece.name);
    if (key == "arguments") return json::read_arguments(member, piece.arguments, piece.is_object);
    return SUCCESS;
  });
}

error_code read_tool_call(value item, std::vector<Piece>& out) {
  Piece piece;
  std::string_view type;
  const auto error = each_member(item, [&](std::string_view key, value member) {
    std::uint64_t index = 0;
    if (key == "index") {
      if (json::read_number(member, index)) piece.index = index;
      return SUCCESS;
    }
    if (key == "id") return read_optional_text(member, piece.id);
    if (key == "type") return read_optional_text(member, type);
    if (key == "function") return read_function(member, piece);
    return SUCCESS;
  });
  if (!type.empty())
    piece.whose = type == "function" ? ToolCallGatherer::Whose::ours : ToolCallGatherer::Whose::the_servers;
  out.push_back(piece);
  return error;
}

error_code read_tool_calls(value list, std::vector<Piece>& out) {
  if (is_type(list, json_type::object)) return read_tool_call(list, out);
  return each_element(list, [&](value item) { return read_tool_call(item, out); });
}

// Reads the `delta` of a chunk or the `message` of a complete answer.
error_code read_message(json::object members, ChatChunk& chunk) {
  return each_raw_member(members, [&](RawName key, value member) {
    if (key == "content") {
      chunk.note_content(member.raw_json_token());
      return json::read_text_parts(member, chunk.content);
    }
    if (key == "refusal") return read_optional_text(member, chunk.refusal);
    if (key == "tool_calls") return read_tool_calls(member, chunk.tool_calls);
    if (key == "function_call" && is_type(member, json_type::object))  // old API: at most one call
      return read_function(member, chunk.tool_calls.emplace_back());
    // Some servers send both, with the same text.
    if ((key == "reasoning_content" || key == "reasoning") && chunk.reasoning.empty())
      return is_type(member, json_type::string) ? read_text(member, chunk.reasoning) : SUCCESS;
    return SUCCESS;
  });
}

error_code read_usage(value any, std::optional<Usage>& out) {
  if (!is_type(any, json_type::object)) return SUCCESS;
  if (!out) out.emplace();
  return each_member(any, [&](std::string_view key, value member) {
    if (key == "prompt_tokens") json::read_count(member, out->input);
    if (key == "completion_tokens") json::read_count(member, out->output);
    if (key == "prompt_tokens_details") return json::read_detail(member, "cached_tokens", out->cached);
    if (key == "completion_tokens_details")
      return json::read_detail(member, "reasoning_tokens", out->reasoning);
    return SUCCESS;
  });
}

// Reads a delta; null means that there is none.
error_code read_delta(value any, ChatChunk& chunk) {
  json::object members;
  if (const auto error = any.get_object().get(members))
    return is_type(any, json_type::null) ? SUCCESS : error;
  chunk.has_delta = true;
  if (chunk.has_message) chunk.clear_message();
  return read_message(members, chunk);
}
error_code read_whole_message(value any, ChatChunk& chunk) {
  json::object members;
  if (const auto error = any.get_object().get(members))
    return is_type(any, json_type::null) ? SUCCESS : error;
  chunk.has_message = true;
  // Next to a delta, the message can only repeat the stream.
  return chunk.has_delta ? SUCCESS : read_message(members, chunk);
}

error_code read_choices(value list, ChatChunk& chunk) {
  return each_element(list, [&](value item) {
    if (chunk.has_choice) return SUCCESS;  // we ask for only one choice
    chunk.has_choice = true;
    json::object choice;
    if (const auto error = item.get_object().get(choice)) return error;
    return each_raw_member(choice, [&](RawName key, value member) {
      if (key == "delta") return read_delta(member, chunk);
      if (key == "message") return read_whole_message(member, chunk);
      if (key == "finish_reason") return read_text(member, chunk.finish_reason);
      if (key == "error") return json::read_error(member, chunk.choice_error);
      if (key == "usage") return read_usage(member, chunk.usage);  // sent by Moonshot
      return SUCCESS;
    });
  });
}

}  // namespace

// Keeps the allocated memory of the lists.
void ChatChunk::clear_message() {
  content.clear();
  refusal = {};
  reasoning = {};
  tool_calls.clear();
}

void ChatChunk::reset() {
  clear_message();
  finish_reason = {};
  usage.reset();
  error.reset();
  choice_error.reset();
  has_choice = has_delta = has_message = is_completion = false;
  content_token_ = nullptr;
  contents_ = 0;
}

void ChatChunk::note_content(std::string_view token) {
  ++contents_;
  content_token_ = contents_ == 1 && token.starts_with('"') ? token.data() : nullptr;
}

bool ChatChunk::has_only_text() const {
  return content_token_ && has_delta && !has_message && content.more.empty() && !content.is_thought &&
         refusal.empty() && reasoning.empty() && tool_calls.empty() && finish_reason.empty() && !usage &&
         !error && !choice_error;
}

// After a known chunk all other members are as after the chunk that was learned: empty, or true for both.
bool ChatChunk::read(JsonBuffer& buffer, std::string_view text) {
  if (const auto known = slot_.find(text)) {
    buffer.note_other_text();
    content.first = *known;
    return true;
  }
  slot_.forget();
  if (!parse(buffer, text)) return false;
  if (has_only_text() && !buffer.has_placeholders())
    slot_.learn(text, buffer.position_of(content_token_), content.first);
  return true;
}

bool ChatChunk::parse(JsonBuffer& buffer, std::string_view text) {
  ReportedError top;  // xAI puts the code next to "error"
  const auto clear = [&] {
    reset();
    top = ReportedError();
  };
  const bool fits = buffer.read(text, clear, [&](json::object root) {
    return each_raw_member(root, [&](RawName key, value member) {
      if (key == "choices") return read_choices(member, *this);
      if (key == "usage") return read_usage(member, usage);
      if (key == "error") return json::read_error(member, error);
      if (key == "code") return json::read_error_code(member, top);
      // Compares the raw text instead of parsing it: this member is in every chunk.
      if (key == "object") is_completion = member.raw_json_token().starts_with("\"chat.completion\"");
      return SUCCESS;
    });
  });
  if (error && error->code.empty() && error->status == 0) {
    error->code = top.code;
    error->status = top.status;
  }
  return fits;
}

}  // namespace belay::providers

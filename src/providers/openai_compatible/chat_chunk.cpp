#include "providers/openai_compatible/chat_chunk.hpp"

#include "providers/error_object.hpp"

namespace belay::providers {
namespace {

using json::each_element;
using json::each_member;
using json::error_code;
using json::is_type;
using json::json_type;
using json::read_text;
using json::SUCCESS;
using json::value;

FinishReason finish_reason(std::string_view text) {
  if (text == "length") return FinishReason::length;
  if (text == "tool_calls" || text == "function_call") return FinishReason::tool_calls;
  if (text == "content_filter") return FinishReason::content_filter;
  return FinishReason::stop;  // and what compatible servers call it: "eos", "end_turn"
}

error_code read_function(value any, ToolCallGatherer::Piece& piece) {
  return each_member(any, [&](std::string_view key, value member) {
    if (key == "name") return read_text(member, piece.name);
    if (key == "arguments") return read_text(member, piece.arguments);
    return SUCCESS;
  });
}

error_code read_tool_calls(value list, std::vector<ToolCallGatherer::Piece>& out) {
  return each_element(list, [&](value item) {
    ToolCallGatherer::Piece piece;
    const auto error = each_member(item, [&](std::string_view key, value member) {
      std::uint64_t index = 0;
      if (key == "index" && json::read_number(member, index)) piece.index = index;
      if (key == "id") return read_text(member, piece.id);
      if (key == "function") return read_function(member, piece);
      return SUCCESS;
    });
    out.push_back(piece);
    return error;
  });
}

// `delta` of a chunk, `message` of a whole answer.
error_code read_message(value any, ChatChunk& chunk) {
  return each_member(any, [&](std::string_view key, value member) {
    if (key == "content") return read_text(member, chunk.content);
    if (key == "refusal") return read_text(member, chunk.refusal);
    if (key == "tool_calls") return read_tool_calls(member, chunk.tool_calls);
    if (key == "reasoning_content" || key == "reasoning")
      chunk.reasoning |= is_type(member, json_type::string);
    return SUCCESS;
  });
}

error_code read_choices(value list, ChatChunk& chunk) {
  return each_element(list, [&](value item) {
    if (chunk.has_choice) return SUCCESS;  // we ask for one
    chunk.has_choice = true;
    return each_member(item, [&](std::string_view key, value member) {
      if (key == "delta" || key == "message") return read_message(member, chunk);
      if (key != "finish_reason") return SUCCESS;
      std::string_view reason;
      const auto error = read_text(member, reason);
      if (!reason.empty()) chunk.finish = finish_reason(reason);
      return error;
    });
  });
}

error_code read_usage(value any, std::optional<Usage>& out) {
  if (is_type(any, json_type::null)) return SUCCESS;
  out.emplace();
  return each_member(any, [&](std::string_view key, value member) {
    if (key == "prompt_tokens") json::read_count(member, out->input);
    if (key == "completion_tokens") json::read_count(member, out->output);
    if (key == "prompt_tokens_details") return json::read_detail(member, "cached_tokens", out->cached);
    if (key == "completion_tokens_details")
      return json::read_detail(member, "reasoning_tokens", out->reasoning);
    return SUCCESS;
  });
}

}  // namespace

bool ChatChunk::read(JsonBuffer& buffer, std::string_view text) {
  auto kept = std::move(tool_calls);  // its memory
  kept.clear();
  *this = ChatChunk();
  tool_calls = std::move(kept);

  ReportedError top;  // xAI puts the code beside the error
  const bool fits = buffer.read(text, [&](json::object root) {
    return each_member(root, [&](std::string_view key, value member) {
      if (key == "choices") return read_choices(member, *this);
      if (key == "usage") return read_usage(member, usage);
      if (key == "error") return json::read_error(member, error);
      if (key == "code") return json::read_error_code(member, top);
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

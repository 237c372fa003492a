#include "providers/openai_compatible/chat_chunk.hpp"

#include <cstring>

#include <simdjson.h>

namespace belay::providers {
namespace {

using simdjson::error_code;
using simdjson::SUCCESS;
using simdjson::ondemand::json_type;
using simdjson::ondemand::value;

// What a big event needs is given back after it.
constexpr std::size_t kKeptBytes = 64 << 10;

// Calls visit(key, value) for each member, until one fails. A value that `visit` does not touch is skipped.
template <class Visit>
error_code each_member(simdjson::ondemand::object object, Visit visit) {
  for (auto member : object) {
    simdjson::ondemand::field field;
    if (const auto error = std::move(member).get(field)) return error;
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key)) return error;
    if (const auto error = visit(key, field.value())) return error;
  }
  return SUCCESS;
}

template <class Visit>
error_code each_element(value list, Visit visit) {
  simdjson::ondemand::array array;
  if (const auto error = list.get_array().get(array)) return error;
  for (auto element : array) {
    value item;
    if (const auto error = std::move(element).get(item)) return error;
    if (const auto error = visit(item)) return error;
  }
  return SUCCESS;
}

// A member that is null counts as missing.
bool is_type(value& any, json_type wanted) {
  json_type type;
  return any.type().get(type) == SUCCESS && type == wanted;
}

error_code read_text(value any, std::string_view& out) {
  if (is_type(any, json_type::null)) return SUCCESS;
  return any.get_string().get(out);
}

// Counts that are no whole numbers are left alone: they are for statistics only.
void read_count(value any, TokenCount& out) {
  std::uint64_t number = 0;
  if (any.get_uint64().get(number) == SUCCESS) out.value = number;
}

error_code read_object(value any, simdjson::ondemand::object& out) {
  return any.get_object().get(out);
}

FinishReason finish_reason(std::string_view text) {
  if (text == "length") return FinishReason::length;
  if (text == "tool_calls" || text == "function_call") return FinishReason::tool_calls;
  if (text == "content_filter") return FinishReason::content_filter;
  return FinishReason::stop;  // and what compatible servers call it: "eos", "end_turn"
}

error_code read_function(value any, ChatChunk::ToolCallPiece& piece) {
  simdjson::ondemand::object object;
  if (const auto error = read_object(any, object)) return error;
  return each_member(object, [&](std::string_view key, value member) {
    if (key == "name") return read_text(member, piece.name);
    if (key == "arguments") return read_text(member, piece.arguments);
    return SUCCESS;
  });
}

error_code read_tool_calls(value list, std::vector<ChatChunk::ToolCallPiece>& out) {
  if (is_type(list, json_type::null)) return SUCCESS;
  return each_element(list, [&](value item) {
    ChatChunk::ToolCallPiece piece;
    simdjson::ondemand::object object;
    if (const auto error = read_object(item, object)) return error;
    const auto error = each_member(object, [&](std::string_view key, value member) {
      std::uint64_t index = 0;
      if (key == "index" && member.get_uint64().get(index) == SUCCESS) piece.index = index;
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
  if (is_type(any, json_type::null)) return SUCCESS;
  simdjson::ondemand::object object;
  if (const auto error = read_object(any, object)) return error;
  return each_member(object, [&](std::string_view key, value member) {
    if (key == "content") return read_text(member, chunk.content);
    if (key == "refusal") return read_text(member, chunk.refusal);
    if (key == "tool_calls") return read_tool_calls(member, chunk.tool_calls);
    if (key == "reasoning_content" || key == "reasoning")
      chunk.reasoning |= is_type(member, json_type::string);
    return SUCCESS;
  });
}

error_code read_choices(value list, ChatChunk& chunk) {
  if (is_type(list, json_type::null)) return SUCCESS;
  return each_element(list, [&](value item) {
    if (chunk.has_choice) return SUCCESS;  // we ask for one
    chunk.has_choice = true;
    simdjson::ondemand::object object;
    if (const auto error = read_object(item, object)) return error;
    return each_member(object, [&](std::string_view key, value member) {
      if (key == "delta" || key == "message") return read_message(member, chunk);
      if (key != "finish_reason") return SUCCESS;
      std::string_view reason;
      const auto error = read_text(member, reason);
      if (!reason.empty()) chunk.finish = finish_reason(reason);
      return error;
    });
  });
}

error_code read_detail(value any, std::string_view wanted, TokenCount& out) {
  simdjson::ondemand::object object;
  if (is_type(any, json_type::null)) return SUCCESS;
  if (const auto error = read_object(any, object)) return error;
  return each_member(object, [&](std::string_view key, value member) {
    if (key == wanted) read_count(member, out);
    return SUCCESS;
  });
}

error_code read_usage(value any, std::optional<Usage>& out) {
  if (is_type(any, json_type::null)) return SUCCESS;
  Usage usage;
  simdjson::ondemand::object object;
  if (const auto error = read_object(any, object)) return error;
  const auto error = each_member(object, [&](std::string_view key, value member) {
    if (key == "prompt_tokens") read_count(member, usage.input);
    if (key == "completion_tokens") read_count(member, usage.output);
    if (key == "prompt_tokens_details") return read_detail(member, "cached_tokens", usage.cached);
    if (key == "completion_tokens_details") return read_detail(member, "reasoning_tokens", usage.reasoning);
    return SUCCESS;
  });
  out = usage;
  return error;
}

// A code is a text, or from some servers a status as a number.
error_code read_code(value any, ChatChunk::Failure& failure) {
  std::uint64_t status = 0;
  if (is_type(any, json_type::number)) {
    if (any.get_uint64().get(status) == SUCCESS && status < 1000) failure.status = static_cast<int>(status);
    return SUCCESS;
  }
  return is_type(any, json_type::string) ? any.get_string().get(failure.code) : SUCCESS;
}

error_code read_failure(value any, std::optional<ChatChunk::Failure>& out) {
  if (is_type(any, json_type::null)) return SUCCESS;
  out.emplace();
  if (!is_type(any, json_type::object)) return SUCCESS;
  simdjson::ondemand::object object;
  if (const auto error = read_object(any, object)) return error;
  return each_member(object, [&](std::string_view key, value member) {
    if (key == "type") return read_text(member, out->type);
    if (key == "code") return read_code(member, *out);
    return SUCCESS;
  });
}

}  // namespace

struct ChatChunkReader::Parts {
  error_code read(std::size_t size);

  simdjson::ondemand::parser parser;
  std::vector<char> padded;
  ChatChunk chunk;
};

ChatChunkReader::ChatChunkReader() : parts_(std::make_unique<Parts>()) {}
ChatChunkReader::~ChatChunkReader() = default;

const ChatChunk& ChatChunkReader::chunk() const {
  return parts_->chunk;
}

Result<> ChatChunkReader::read(std::string_view json) {
  // Large buffers are for the one event that needed them.
  if (parts_->padded.size() > kKeptBytes) parts_ = std::make_unique<Parts>();
  // simdjson reads past the end of what it parses; what came from a socket has no room behind it.
  std::vector<char>& padded = parts_->padded;
  if (padded.size() < json.size() + simdjson::SIMDJSON_PADDING)
    padded.resize(json.size() + simdjson::SIMDJSON_PADDING);
  std::memcpy(padded.data(), json.data(), json.size());
  std::memset(padded.data() + json.size(), 0, simdjson::SIMDJSON_PADDING);
  if (parts_->read(json.size()) == SUCCESS) return {};
  return make_error(ErrorCode::provider_broken, "The provider's response is no JSON of the expected form.");
}

error_code ChatChunkReader::Parts::read(std::size_t size) {
  auto tool_calls = std::move(chunk.tool_calls);  // keeps its memory
  tool_calls.clear();
  chunk = ChatChunk();
  chunk.tool_calls = std::move(tool_calls);

  simdjson::ondemand::document document;
  if (const auto error = parser.iterate(padded.data(), size, padded.size()).get(document)) return error;
  simdjson::ondemand::object root;
  if (const auto error = document.get_object().get(root)) return error;
  ChatChunk::Failure top;  // xAI puts the code beside the error
  const auto error = each_member(root, [&](std::string_view key, value member) {
    if (key == "choices") return read_choices(member, chunk);
    if (key == "usage") return read_usage(member, chunk.usage);
    if (key == "error") return read_failure(member, chunk.failure);
    if (key == "code") return read_code(member, top);
    return SUCCESS;
  });
  if (error) return error;
  if (chunk.failure && chunk.failure->code.empty() && chunk.failure->status == 0) {
    chunk.failure->code = top.code;
    chunk.failure->status = top.status;
  }
  // Only past the last character is there no location: anything else follows the object.
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS ? SUCCESS
                                                                        : simdjson::TRAILING_CONTENT;
}

}  // namespace belay::providers

#include "providers/openai_compatible/chat_stream.hpp"

#include <algorithm>

#include "providers/openai_compatible/failures.hpp"

namespace belay::providers {
namespace {

Error broken(std::string text) {
  return make_error(ErrorCode::provider_broken, std::move(text));
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

}  // namespace

ChatStream::ChatStream(const OpenAiConfig& config, ChatChunkReader& reader, GenerationSink& sink)
    : config_(config), reader_(reader), sink_(sink), events_(config.most_event_bytes.value) {}

Result<> ChatStream::push(std::string_view bytes) {
  if (auto pushed = events_.push(bytes, *this); !pushed) return pushed;
  if (error_) return *error_;
  return {};
}

Result<> ChatStream::push_whole(std::string_view json) {
  whole_ = true;
  return take_chunk(json, false);
}

SseParser::Flow ChatStream::on_event(const SseEvent& event) {
  if (trimmed(event.data) == "[DONE]") {
    done_ = true;
    return SseParser::Flow::stop;
  }
  const auto taken = take_chunk(event.data, event.type == "error");
  if (taken) return SseParser::Flow::more;
  error_ = taken.error();
  return SseParser::Flow::stop;
}

Result<> ChatStream::take_chunk(std::string_view json, bool named_error) {
  if (auto read = reader_.read(json); !read) return read;
  const ChatChunk& chunk = reader_.chunk();
  if (chunk.failure || named_error) {
    const ChatChunk::Failure failure = chunk.failure.value_or(ChatChunk::Failure());
    const StatusMeaning meaning = meaning_of({failure.status, failure.type, failure.code});
    return make_error(meaning.code, std::string(meaning.text));
  }
  if (whole_ && !chunk.has_choice) return broken("The provider's answer holds no choice.");

  if (chunk.reasoning) progress_ = true;
  for (const std::string_view text : {chunk.content, chunk.refusal}) {
    if (text.empty()) continue;
    progress_ = true;
    sink_.on_text(text);
  }
  for (const ChatChunk::ToolCallPiece& piece : chunk.tool_calls) {
    progress_ = true;
    if (auto taken = take_tool_call(piece); !taken) return taken;
  }
  if (chunk.finish) {
    progress_ = true;
    finish_ = chunk.finish;
  }
  if (chunk.usage) take_usage(*chunk.usage);
  return {};
}

Result<> ChatStream::take_tool_call(const ChatChunk::ToolCallPiece& piece) {
  call_bytes_ += piece.id.size() + piece.name.size() + piece.arguments.size();
  if (call_bytes_ > config_.most_tool_call_bytes.value)
    return broken("The provider's tool calls are too large.");
  // A piece belongs to the call of its index. Servers that send none name a new call by its id.
  auto call = calls_.end();
  if (piece.index) {
    call = std::find_if(calls_.begin(), calls_.end(),
                        [&](const GatheredCall& one) { return one.index == piece.index; });
  } else if (piece.id.empty() && !calls_.empty()) {
    call = std::prev(calls_.end());
  }
  if (call == calls_.end()) {
    if (calls_.size() >= config_.most_tool_calls)
      return broken("The provider's answer holds too many tool calls.");
    call = calls_.insert(calls_.end(), GatheredCall{piece.index, {}});
  }
  // Ids and names come whole, once; some servers repeat them.
  if (call->call.id.empty()) call->call.id = piece.id;
  if (call->call.name.empty()) call->call.name = piece.name;
  call->call.arguments += piece.arguments;
  return {};
}

void ChatStream::take_usage(Usage usage) {
  if (config_.reasoning_is_extra) usage.output.value += usage.reasoning.value;
  sink_.on_usage(usage);
}

Result<FinishReason> ChatStream::finish() {
  if (error_) return *error_;
  if (!finish_) return broken("The provider's stream ended before the answer did.");
  if (!done_ && !whole_ && !config_.lenient_end)
    return broken(
        "The provider's stream ended without `[DONE]`. Set lenient_end if this server never sends it.");
  for (GatheredCall& gathered : calls_) {
    if (gathered.call.name.empty()) return broken("The provider's answer holds a tool call without a name.");
    if (gathered.call.arguments.empty()) gathered.call.arguments = "{}";
  }
  for (GatheredCall& gathered : calls_) sink_.on_tool_call(std::move(gathered.call));
  return *finish_;
}

}  // namespace belay::providers

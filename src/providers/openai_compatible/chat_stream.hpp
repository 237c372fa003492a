// Makes an answer of a Chat Completions response: pieces of text as they come, tool calls joined from theirs,
// usage, the end.
//
// A stream is whole when it has said why it ended (`finish_reason`) and then `[DONE]`. What ends otherwise is
// a failure, though the providers' own clients take it for success: a cut answer must look cut.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/provider.hpp"
#include "providers/config.hpp"
#include "providers/openai_compatible/chat_chunk.hpp"
#include "providers/sse_parser.hpp"

namespace belay::providers {

class ChatStream final : private SseParser::Handler {
 public:
  // Text and usage go to the sink at once; its other calls are the owner's.
  ChatStream(const OpenAiConfig& config, ChatChunkReader& reader, GenerationSink& sink);

  // The next bytes of an event stream.
  Result<> push(std::string_view bytes);
  // A whole answer that was not streamed.
  Result<> push_whole(std::string_view json);
  // The stream has said that nothing follows.
  bool done() const { return done_; }
  // The body is over: hands the tool calls to the sink and says how the answer ended.
  Result<FinishReason> finish();
  // Whether anything of the answer has come since the last call of this.
  bool take_progress() { return std::exchange(progress_, false); }

 private:
  SseParser::Flow on_event(const SseEvent& event) override;
  Result<> take_chunk(std::string_view json, bool named_error);
  Result<> take_tool_call(const ChatChunk::ToolCallPiece& piece);
  void take_usage(Usage usage);

  struct GatheredCall {
    std::optional<std::uint64_t> index;
    ToolCall call;
  };

  const OpenAiConfig& config_;
  ChatChunkReader& reader_;
  GenerationSink& sink_;
  SseParser events_;
  std::optional<Error> error_;
  std::vector<GatheredCall> calls_;
  std::size_t call_bytes_ = 0;
  std::optional<FinishReason> finish_;
  bool done_ = false;
  bool whole_ = false;
  bool progress_ = false;
};

}  // namespace belay::providers

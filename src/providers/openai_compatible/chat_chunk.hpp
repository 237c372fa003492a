// One JSON object of a Chat Completions response: a chunk of a stream, a whole answer, or an error.
//
// Read with simdjson's on-demand parser: no tree is built for a token. Facts of the format (as of November
// 2026, from the clients that OpenAI publishes and the documentation of OpenAI and xAI): `choices` may be
// empty; `usage` is null in all chunks but one; an error comes as {"error":{message,type,code}} or, from xAI,
// {"code":"…","error":"…"}; a whole answer has `message` where a chunk has `delta`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "core/chat.hpp"

namespace belay::providers {

// Views are valid until the reader's next read().
struct ChatChunk {
  struct ToolCallPiece {
    std::optional<std::uint64_t> index;
    std::string_view id;
    std::string_view name;
    std::string_view arguments;
  };
  // What kind of error; the provider's message is not kept, since it may repeat the prompt.
  struct Failure {
    std::string_view type;
    std::string_view code;
    int status = 0;  // when the code is a number
  };

  std::string_view content;
  std::string_view refusal;
  bool reasoning = false;  // the model thinks aloud, which is progress but no answer
  std::vector<ToolCallPiece> tool_calls;
  std::optional<FinishReason> finish;
  std::optional<Usage> usage;
  std::optional<Failure> failure;
  bool has_choice = false;
};

// Owns simdjson's buffers; one a loop serves all calls there.
class ChatChunkReader {
 public:
  ChatChunkReader();
  ~ChatChunkReader();

  // Fails with provider_broken when this is no JSON object, or a member that we need is of a wrong type.
  Result<> read(std::string_view json);
  const ChatChunk& chunk() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace belay::providers

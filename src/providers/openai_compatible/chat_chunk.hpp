// One JSON object of a Chat Completions response: a chunk of a stream, a complete answer, or an error.
//
// Facts of the format, as of November 2026, from the clients that OpenAI publishes and the documentation of
// OpenAI and xAI:
// - `choices` may be empty.
// - `usage` is null in all chunks but one.
// - An error comes as {"error":{message,type,code}}; from xAI as {"code":"…","error":"…"}; from OpenRouter
//   inside the choice.
// - A complete answer has `message` where a chunk has `delta`.
// - Content may be a list of parts (Mistral), and arguments may be an object.
// - The last chunk of some servers is a complete answer.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/types/message.hpp"
#include "providers/failures.hpp"
#include "providers/json_reading.hpp"
#include "providers/text_slot.hpp"
#include "providers/tool_calls.hpp"

namespace belay::providers {

// Views are valid until the buffer reads the next document.
struct ChatChunk {
  json::TextParts content;
  std::string_view refusal;
  std::string_view reasoning;  // what the model thinks
  std::vector<ToolCallGatherer::Piece> tool_calls;
  std::string_view finish_reason;
  std::optional<Usage> usage;  // missing counts are 0
  std::optional<ReportedError> error;
  std::optional<ReportedError> choice_error;
  bool has_choice = false;
  bool has_delta = false;
  bool has_message = false;
  bool is_completion = false;  // the object says that it is a complete answer

  // Returns true if this is a JSON object and the members that we need have the right types. A chunk that differs from the
  // one before in its text only is recognised by its bytes: `content.first` is then a view into `text`.
  bool read(JsonBuffer& buffer, std::string_view text);
  // Clears what a delta or a message contained.
  void clear_message();
  // Called while a chunk is read, for each `content`. `token`: as the document contains it.
  void note_content(std::string_view token);

 private:
  bool parse(JsonBuffer& buffer, std::string_view text);
  bool has_only_text() const;
  void reset();

  TextSlot slot_;
  const char* content_token_ = nullptr;  // of the one `content` that is a string; null: none, or several
  std::uint32_t contents_ = 0;
};

}  // namespace belay::providers

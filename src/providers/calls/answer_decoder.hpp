// Decodes the body of a response into an answer: pieces of text as they arrive, tool calls joined from their
// pieces, usage, and the finish reason. Each protocol has a subclass that understands its events. This class
// contains what the protocols share.
//
// An answer is complete once the provider has sent a finish reason, even if the stream then breaks. An answer
// without a finish reason is a failure, although the providers' own clients accept it: clients must be able
// to see that an answer was cut. An answer without words is also a failure. White space is therefore held
// back until the first word arrives, so that another attempt or another model can still replace the answer.
//
// One object per attempt, used on the loop of its call. The decoder passes text, usage, tool calls (in pieces, too, if
// that is wanted) and the provider's resume token to the sink. The other calls of the sink (accepted, end, error) are made by the
// owner.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/ports/provider.hpp"
#include "providers/characters.hpp"
#include "providers/config.hpp"
#include "providers/failures.hpp"
#include "providers/overlap.hpp"
#include "providers/sse_parser.hpp"
#include "providers/tool_calls.hpp"

namespace belay::providers {

class AnswerDecoder : private SseParser::Handler {
 public:
  // All of it must outlive the decoder, except `overlap`, which the decoder owns.
  struct Parts {
    const HttpProviderConfig& config;
    JsonBuffer& json;
    GenerationSink& sink;
    Overlap overlap;
    bool has_words = false;  // the answer already has words: this response continues it
    std::string label;       // the run's id
    Usage spent;             // usage of earlier attempts
    bool shows_reasoning = false;
    bool streams_calls = false;  // GenerationRequest::streams_calls
  };
  explicit AnswerDecoder(Parts parts);
  virtual ~AnswerDecoder() = default;

  // Empty if all is well. Otherwise what went wrong; do not use the decoder after that.
  using Failure = std::optional<FailedAttempt>;
  // Decodes the next bytes of an event stream.
  Failure push(std::string_view bytes);
  // Decodes a complete answer that was not streamed.
  Failure push_whole(std::string_view text);
  // True once the stream has said that nothing follows.
  bool done() const { return done_; }
  // True once the provider has said how the answer ended. No more text follows.
  bool has_end() const { return finish_ || given_up_; }
  // Call at the end of the body. Passes the tool calls to the sink. After that, finish_reason() returns how
  // the answer ended.
  Failure finish();
  FinishReason finish_reason() const { return finish_.value_or(FinishReason::stop); }

  // Returns true if any part of the answer (text, thinking, tool calls) has arrived since the last call of
  // this function.
  bool take_progress() { return std::exchange(progress_, false); }
  // True if the sink has received any text of the answer, or knows of a tool call.
  bool delivered() const { return delivered_; }
  // True if the sink has received reasoning.
  bool reasoned() const { return reasoned_; }
  // What the provider has counted for this answer so far.
  const std::optional<Usage>& counted() const { return counted_; }

  // The path, relative to base_url, that returns the rest of this answer. Empty: the rest is not available.
  virtual std::string resume_path() const { return {}; }
  // The path that makes the provider stop, for providers that continue after the connection is closed. Empty:
  // closing the connection is enough.
  virtual std::string cancel_path() const { return {}; }
  // The stream continues over another connection.
  void begin_again();

 protected:
  // Subclasses implement these functions and report through the functions below. Data of an event that is not
  // JSON is not passed to them.
  virtual void take_event(const SseEvent& event) = 0;
  virtual void take_whole(std::string_view text) = 0;
  // The data "[DONE]" arrived.
  virtual void take_done() {}
  // The body has ended.
  virtual void take_rest() {}

  // Delivers text from the document that was read last. It may contain stand-ins for halves of characters.
  void tell(std::string_view text);
  // Delivers text that consists of complete characters.
  void deliver_joined_text(std::string_view text);
  // Delivers what the model thinks, from the document that was read last. That is progress, but no answer.
  void tell_reasoning(std::string_view text);
  void report_usage(Usage usage);
  void fail(FailedAttempt failed);
  void fail(const ServerError& error) { fail(failed_attempt(meaning_of(error))); }
  void fail_unreadable(std::string advice) { fail(unreadable_answer(std::move(advice))); }
  // The answer has failed, but its last event, with the usage, is still expected.
  void give_up(FailedAttempt failed);
  // Fails if `result`, from the tool calls, is an error.
  void check(const Result<>& result);
  void set_progress() { progress_ = true; }
  // Takes the provider's name for the finish reason. It may be empty or mean "no end yet".
  void take_finish_reason(std::string_view text);
  void set_finish(FinishReason reason) { finish_ = reason; }
  void set_done() { done_ = true; }

  bool failed() const { return failure_.has_value(); }
  // True if this response has contained words, including words that repeat the partial answer.
  bool has_words() const { return has_words_; }
  // Discards the white space that was held back: the text that follows is the complete answer.
  void begin_text_again() { held_space_.clear(); }
  const HttpProviderConfig& config() const { return parts_.config; }
  JsonBuffer& json() { return parts_.json; }
  GenerationSink& sink() { return parts_.sink; }
  ToolCallGatherer& tool_calls() { return tool_calls_; }

 private:
  SseParser::Flow on_event(const SseEvent& event) override;
  bool handle_non_json_event(const SseEvent& event);
  void deliver(std::string_view text);
  void check_end(std::size_t calls);
  void tell_calls();

  Parts parts_;
  SseParser events_;
  ToolCallGatherer tool_calls_;
  Failure failure_;
  Failure given_up_;
  std::optional<FinishReason> finish_;
  std::optional<Usage> counted_;
  CharacterJoiner joiner_;
  CharacterJoiner reasoning_joiner_;
  std::string joined_;
  std::string held_space_;
  bool done_ = false;
  bool progress_ = false;
  bool delivered_ = false;
  bool reasoned_ = false;
  bool has_words_ = false;
};

}  // namespace belay::providers

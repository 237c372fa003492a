// Makes an answer of the body of a response: pieces of text as they come, tool calls joined from theirs,
// usage, the end. Each dialect has one, which understands its events; what they share is here.
//
// An answer is whole when the provider has said why it ended; where no more is said after that, it still is.
// What ends otherwise is a failure, though the providers' own clients take it for success: a cut answer must
// look cut. So is an answer without a word: white space is held back until the first word comes, so that
// another attempt, or another model, can still take its place.
//
// One object an attempt, on the loop of its call. Text and usage go to the sink at once; its other calls are
// the owner's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/provider.hpp"
#include "providers/characters.hpp"
#include "providers/config.hpp"
#include "providers/failures.hpp"
#include "providers/overlap.hpp"
#include "providers/sse_parser.hpp"
#include "providers/tool_calls.hpp"

namespace belay::providers {

class AnswerReader : private SseParser::Handler {
 public:
  // All of it outlives the reader; `overlap` is its own.
  struct Parts {
    const HttpProviderConfig& config;
    JsonBuffer& json;
    GenerationSink& sink;
    Overlap overlap;
    bool has_words = false;  // the answer has some already: this goes on with it
    std::string label;       // the run's
    Usage spent;             // by the attempts before this one
  };
  explicit AnswerReader(Parts parts);
  virtual ~AnswerReader() = default;

  // Nothing, or what went wrong; then the reader is of no more use.
  using Failure = std::optional<FailedAttempt>;
  // The next bytes of an event stream.
  Failure push(std::string_view bytes);
  // A whole answer that was not streamed.
  Failure push_whole(std::string_view text);
  // The stream has said that nothing follows.
  bool done() const { return done_; }
  // Whether the provider has said how the answer ended: no more text is to come.
  bool has_end() const { return finish_ || given_up_; }
  // The body is over: hands the tool calls to the sink. Then finish_reason() says how the answer ended.
  Failure finish();
  FinishReason finish_reason() const { return finish_.value_or(FinishReason::stop); }

  // Whether anything of the answer has come since the last call of this: text, thinking, tool calls.
  bool take_progress() { return std::exchange(progress_, false); }
  // Whether the sink has been told any of it.
  bool told() const { return told_; }
  // What the provider has counted of this answer so far.
  const std::optional<Usage>& counted() const { return counted_; }

  // Where the rest of this answer can be had, behind base_url; empty: nowhere.
  virtual std::string resume_path() const { return {}; }
  // Where the provider is told to stop, when closing the connection does not; empty: it does.
  virtual std::string cancel_path() const { return {}; }
  // The stream goes on over another connection.
  void begin_again();

 protected:
  // They report through what is below. Data of an event that is no JSON does not come here.
  virtual void take_event(const SseEvent& event) = 0;
  virtual void take_whole(std::string_view text) = 0;
  // "[DONE]"
  virtual void take_done() {}
  // The body is over.
  virtual void take_rest() {}

  // Text as it stands in the document that was read last.
  void tell(std::string_view text);
  // Text of whole characters.
  void tell_joined(std::string_view text);
  void tell_usage(Usage usage);
  void fail(FailedAttempt failed);
  void fail(const ServerError& error) { fail(failed_attempt(meaning_of(error))); }
  void fail_unreadable(std::string advice) { fail(unreadable_answer(std::move(advice))); }
  // The answer has failed, but its end, with what was used, is still to come.
  void give_up(FailedAttempt failed);
  // Passes on a result of the tool calls.
  void check(const Result<>& result);
  void set_progress() { progress_ = true; }
  // What the provider calls its reason to end; may be none.
  void take_finish_reason(std::string_view text);
  void set_finish(FinishReason reason) { finish_ = reason; }
  void set_done() { done_ = true; }

  bool failed() const { return failure_.has_value(); }
  bool has_finish() const { return finish_.has_value(); }
  // Whether any words have come over this call, told or said again.
  bool has_words() const { return said_words_; }
  // Drops white space that was held back: the text that follows is the whole answer.
  void begin_text_again() { held_space_.clear(); }
  const HttpProviderConfig& config() const { return parts_.config; }
  JsonBuffer& json() { return parts_.json; }
  GenerationSink& sink() { return parts_.sink; }
  ToolCallGatherer& tool_calls() { return tool_calls_; }

 private:
  SseParser::Flow on_event(const SseEvent& event) override;
  bool take_odd_event(const SseEvent& event);
  void deliver(std::string_view text);
  void check_end(std::size_t calls);

  Parts parts_;
  SseParser events_;
  ToolCallGatherer tool_calls_;
  Failure failure_;
  Failure given_up_;
  std::optional<FinishReason> finish_;
  std::optional<Usage> counted_;
  CharacterJoiner joiner_;
  std::string joined_;
  std::string held_space_;
  bool done_ = false;
  bool progress_ = false;
  bool told_ = false;
  bool said_words_ = false;
};

}  // namespace belay::providers

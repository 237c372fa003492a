// Makes of the assistant's events what a person at a terminal sees: the text, once, in order.
//
// A terminal cannot take back what it has shown. When an answer is begun anew (`restarted`), the new text is
// held against what has been shown: as long as they are the same nothing is shown twice; where they part, a
// note says so and the new text is shown whole.
#pragma once

#include <string>
#include <string_view>

#include "app/commands/event_stream.hpp"

namespace belay::app {

class AnswerOutput {
 public:
  // A piece of the answer.
  virtual void text(std::string_view piece) = 0;
  // Beside the answer: an action, a break.
  virtual void note(std::string_view line) = 0;

 protected:
  ~AnswerOutput() = default;
};

class AnswerReader {
 public:
  enum class End { none, completed, failed };

  explicit AnswerReader(AnswerOutput& output) : output_(output) {}

  void take(const providers::SseEvent& event);
  // The text so far is no longer what the answer begins with: it is read again from its start.
  void begin_anew();

  End end() const { return end_; }
  // Of a failed answer: the stable code, and the words for people.
  const std::string& error_code() const { return error_code_; }
  const std::string& error_message() const { return error_message_; }

 private:
  void add_text(std::string_view piece);

  AnswerOutput& output_;
  std::string shown_;  // what the person has seen since the last break
  std::string text_;   // the answer so far; shown_ begins with it, or it with shown_
  End end_ = End::none;
  std::string error_code_;
  std::string error_message_;
};

}  // namespace belay::app

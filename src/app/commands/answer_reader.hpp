// Turns the assistant's events into what a person sees at a terminal: the text, once and in order.
//
// A terminal cannot take back what it has shown. When an answer starts from the beginning (`restarted`), the
// new text is compared with the shown text. While the two are equal, nothing is shown twice. Where they
// differ, a note says so and the new text is shown from its start.
#pragma once

#include <string>
#include <string_view>

#include "app/commands/event_stream.hpp"

namespace belay::app {

class AnswerOutput {
 public:
  // A piece of the answer.
  virtual void text(std::string_view piece) = 0;
  // A line beside the answer: an action, or that the answer started again.
  virtual void note(std::string_view line) = 0;

 protected:
  ~AnswerOutput() = default;
};

class AnswerReader {
 public:
  enum class End { none, completed, failed };

  explicit AnswerReader(AnswerOutput& output) : output_(output) {}

  void take(const providers::SseEvent& event);
  // Forgets the text so far: the events that follow repeat the answer from its beginning.
  void restart();

  End end() const { return end_; }
  // For a failed answer: the stable code, and the message for people.
  const std::string& error_code() const { return error_code_; }
  const std::string& error_message() const { return error_message_; }

 private:
  void add_text(std::string_view piece);

  AnswerOutput& output_;
  std::string shown_;  // what the person has seen since the text last differed
  std::string text_;   // the answer so far; one of text_ and shown_ begins with the other
  End end_ = End::none;
  std::string error_code_;
  std::string error_message_;
};

}  // namespace belay::app

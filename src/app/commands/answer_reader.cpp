#include "app/commands/answer_reader.hpp"

#include <boost/json.hpp>

namespace belay::app {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return std::string(value->get_string());
}

}  // namespace

void AnswerReader::take(const providers::SseEvent& event) {
  if (end_ != End::none) return;
  boost::system::error_code failed;
  const json::value document = json::parse(event.data, failed);
  if (failed || !document.is_object()) return;
  const json::object& data = document.get_object();

  if (event.type == "response_chunk") add_text(text_of(data, "content"));
  if (event.type == "status" && text_of(data, "status") == "restarted") restart();
  if (event.type == "stage" && text_of(data, "stage") == "action_refused")
    output_.note("the model asked for the action " + text_of(data, "action") +
                 " in a form that is not allowed");
  if (event.type == "action") {
    const json::value* arguments = data.if_contains("arguments");
    output_.note("action " + text_of(data, "name") + " " + (arguments ? json::serialize(*arguments) : "{}"));
  }
  if (event.type == "complete") {
    // The event contains the whole answer again, so any text not seen before is shown now.
    text_.clear();
    add_text(text_of(data, "content"));
    end_ = End::completed;
  }
  if (event.type == "error") {
    error_code_ = text_of(data, "code");
    error_message_ = text_of(data, "message");
    end_ = End::failed;
  }
}

void AnswerReader::restart() {
  text_.clear();
}

void AnswerReader::add_text(std::string_view piece) {
  const std::size_t from = std::min(text_.size(), shown_.size());
  text_ += piece;
  const std::size_t both = std::min(text_.size(), shown_.size());
  // The text before `from` was already compared.
  const bool is_same =
      std::string_view(text_).substr(from, both - from) == std::string_view(shown_).substr(from, both - from);
  if (!is_same) {
    output_.note("the answer was begun anew, and is not what it was");
    shown_.clear();
  }
  if (text_.size() <= shown_.size()) return;
  const std::string_view fresh = std::string_view(text_).substr(shown_.size());
  output_.text(fresh);
  shown_ += fresh;
}

}  // namespace belay::app

#include "prompts/valid_messages.hpp"

#include <iterator>

#include <fmt/format.h>

#include "prompts/hygiene.hpp"
#include "prompts/token_estimate.hpp"

namespace belay::prompts {
namespace {

constexpr std::string_view kResult = "The action was sent to the client.";
constexpr std::string_view kAfterActions = "Done.";

class Conversation {
 public:
  explicit Conversation(std::size_t size) { valid_.reserve(size); }

  void add_question(Message&& question) {
    Message asked(Role::user);
    asked.name = std::move(question.name);
    move_texts(question, asked);
    if (asked.parts.empty()) return;
    end_answer();
    if (!valid_.empty() && valid_.back().role == Role::user)
      move_texts(asked, valid_.back());
    else
      valid_.push_back(std::move(asked));
  }

  // An answer without any question before it is left out.
  void add_answer(Message&& answer) {
    if (valid_.empty()) return;
    move_texts(answer, answer_);
    for (Part& part : answer.parts)
      if (ToolCall* call = std::get_if<ToolCall>(&part)) calls_.push_back(std::move(*call));
  }

  std::vector<Message> take() && {
    end_answer();
    return std::move(valid_);
  }

 private:
  static void move_texts(Message& from, Message& to) {
    for (Part& part : from.parts) {
      Text* text = std::get_if<Text>(&part);
      const bool is_media = std::holds_alternative<Image>(part) || std::holds_alternative<File>(part);
      if ((text && has_visible_text(text->text)) || (is_media && to.role == Role::user))
        to.parts.push_back(std::move(part));
    }
  }

  void end_answer() {
    if (!calls_.empty()) {
      Message asked(Role::assistant), results(Role::tool);
      for (ToolCall& call : calls_) {
        // Mistral takes exactly nine letters and digits, and others take any id.
        call.id = fmt::format("call{:05}", ++last_call_);
        results.parts.emplace_back(ToolResult{call.id, std::string(kResult)});
        asked.parts.emplace_back(std::move(call));
      }
      calls_.clear();
      valid_.push_back(std::move(asked));
      valid_.push_back(std::move(results));
      if (answer_.parts.empty()) answer_.parts.emplace_back(Text{std::string(kAfterActions)});
    }
    if (answer_.parts.empty()) return;
    valid_.push_back(std::move(answer_));
    answer_ = Message(Role::assistant);
  }

  std::vector<Message> valid_;
  // The answer to the last message of valid_.
  Message answer_{Role::assistant};
  std::vector<ToolCall> calls_;
  std::uint32_t last_call_ = 0;
};

bool was_cut_off(const StoredMessage& message) {
  return message.role == Role::assistant &&
         (message.finish == FinishReason::length || message.state != "complete");
}

}  // namespace

std::vector<Message> valid_messages(std::vector<Message> said) {
  Conversation conversation(said.size());
  for (Message& message : said)
    if (message.role == Role::user)
      conversation.add_question(std::move(message));
    else if (message.role == Role::assistant)
      conversation.add_answer(std::move(message));
  return std::move(conversation).take();
}

Message message_of(StoredMessage stored) {
  Message message(stored.role, without_control_characters(stored.content));
  for (ToolCall& call : stored.tool_calls) {
    call.arguments = without_control_characters(call.arguments);
    message.parts.emplace_back(std::move(call));
  }
  return message;
}

std::vector<StoredMessage> with_whole_answers(std::vector<StoredMessage> stored) {
  std::vector<StoredMessage> whole;
  whole.reserve(stored.size());
  for (StoredMessage& next : stored) {
    const bool continues = next.role == Role::assistant && !whole.empty() && was_cut_off(whole.back());
    if (!continues) {
      whole.push_back(std::move(next));
      continue;
    }
    StoredMessage& begun = whole.back();
    begun.content += next.content;
    begun.tokens.value += next.tokens.value;
    begun.finish = next.finish;
    begun.state = std::move(next.state);
    begun.tool_calls.insert(begun.tool_calls.end(), std::make_move_iterator(next.tool_calls.begin()),
                            std::make_move_iterator(next.tool_calls.end()));
  }
  return whole;
}

TokenCount call_tokens(const Message& message) {
  std::uint64_t tokens = 0;
  for (const Part& part : message.parts)
    if (const ToolCall* call = std::get_if<ToolCall>(&part))
      tokens += message_tokens(call->name).value + message_tokens(call->arguments).value +
                message_tokens(kResult).value;
  if (tokens != 0) tokens += message_tokens(kAfterActions).value;
  return {tokens};
}

}  // namespace belay::prompts

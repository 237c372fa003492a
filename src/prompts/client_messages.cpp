#include "prompts/client_messages.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "prompts/conversation_prompt.hpp"
#include "prompts/hygiene.hpp"
#include "prompts/token_estimate.hpp"

namespace belay::prompts {
namespace {

// Some front ends begin with a greeting of the assistant.
constexpr std::string_view kBeforeGreeting = "(The conversation begins with your message.)";
constexpr std::string_view kNoResult = "The action has no result.";
// Some providers refuse a user's message right after a result.
constexpr std::string_view kAfterResults = "Done.";

class ClientConversation {
 public:
  explicit ClientConversation(std::size_t size) { valid_.reserve(size + 1); }

  void add(Message&& message) {
    switch (message.role) {
      case Role::user:
        return add_question(std::move(message));
      case Role::assistant:
        return add_answer(std::move(message));
      case Role::tool:
        return add_results(std::move(message));
    }
  }

  std::vector<Message> take() && {
    if (ends_with_result_) end_with_results();
    for (Message& message : valid_)
      for (Part& part : message.parts)
        if (ToolResult* result = std::get_if<ToolResult>(&part); result && !has_visible_text(result->text))
          result->text = kNoResult;
    return std::move(valid_);
  }

 private:
  // Where the result of a call stands in valid_.
  struct Place {
    std::size_t message;
    std::size_t part;
  };

  void add_question(Message&& message) {
    Message question(Role::user);
    question.name = std::move(message.name);
    move_content(message, question);
    if (question.parts.empty()) return;
    ends_with_result_ = false;
    if (!valid_.empty() && valid_.back().role == Role::tool)
      valid_.emplace_back(Role::assistant, std::string(kAfterResults));
    join(std::move(question));
  }

  void add_answer(Message&& message) {
    Message answer(Role::assistant);
    move_content(message, answer);
    Message results(Role::tool);
    std::vector<std::string> client_ids;
    for (Part& part : message.parts)
      if (ToolCall* call = std::get_if<ToolCall>(&part)) {
        client_ids.push_back(std::exchange(call->id, fmt::format("call{:05}", ++last_call_)));
        results.parts.emplace_back(ToolResult{call->id, {}});
        call->arguments = without_control_characters(call->arguments);
        answer.parts.emplace_back(std::move(*call));
      }
    if (answer.parts.empty()) return;
    ends_with_result_ = false;
    if (valid_.empty()) valid_.emplace_back(Role::user, std::string(kBeforeGreeting));
    join(std::move(answer));
    if (results.parts.empty()) return;
    const std::size_t at = valid_.size();
    valid_.push_back(std::move(results));
    for (std::size_t i = 0; i < client_ids.size(); ++i) {
      Place& place = results_.try_emplace(std::move(client_ids[i]), Place{at, i}).first->second;
      if (place.message != at) place = {at, i};
    }
  }

  void add_results(Message&& message) {
    for (Part& part : message.parts) {
      ToolResult* given = std::get_if<ToolResult>(&part);
      if (!given) continue;
      const auto place = results_.find(given->call_id);
      if (place == results_.end()) continue;
      ends_with_result_ = true;
      auto& result = std::get<ToolResult>(valid_[place->second.message].parts[place->second.part]);
      if (!result.text.empty()) result.text.append("\n\n");
      result.text.append(without_control_characters(given->text));
    }
  }

  // The model is to answer the results, not to go on with what the assistant has said since its calls: that goes before
  // the calls.
  void end_with_results() {
    const std::size_t size = valid_.size();
    if (valid_.back().role != Role::assistant || valid_[size - 2].role != Role::tool) return;
    auto words = std::move(valid_.back().parts);
    valid_.pop_back();
    auto& parts = valid_[size - 3].parts;
    const auto first_call = std::find_if(
        parts.begin(), parts.end(), [](const Part& part) { return std::holds_alternative<ToolCall>(part); });
    parts.insert(first_call, std::make_move_iterator(words.begin()), std::make_move_iterator(words.end()));
  }

  void join(Message&& next) {
    if (valid_.empty() || valid_.back().role != next.role) return valid_.push_back(std::move(next));
    if (valid_.back().name != next.name) valid_.back().name.clear();  // several people
    for (Part& part : next.parts) valid_.back().parts.push_back(std::move(part));
  }

  static void move_content(Message& from, Message& to) {
    for (Part& part : from.parts) {
      const bool is_media = std::holds_alternative<Image>(part) || std::holds_alternative<File>(part);
      if (is_media && to.role == Role::user) to.parts.push_back(std::move(part));
      Text* text = std::get_if<Text>(&part);
      if (text && has_visible_text(text->text))
        to.parts.emplace_back(Text{without_control_characters(text->text)});
    }
  }

  std::vector<Message> valid_;
  std::unordered_map<std::string, Place> results_;  // by the client's id: of the newest call that has it
  std::uint32_t last_call_ = 0;
  bool ends_with_result_ = false;  // the client's last message that says something is a result
};

Error not_taken(const Model& model, std::string_view what, const std::string& place) {
  return make_error(ErrorCode::not_implemented,
                    fmt::format("The model \"{}\" takes no {}. Leave them out, or choose another model.",
                                model.alias, what),
                    place);
}

}  // namespace

std::vector<Message> valid_client_messages(std::vector<Message> sent) {
  ClientConversation conversation(sent.size());
  for (Message& message : sent) conversation.add(std::move(message));
  return std::move(conversation).take();
}

Result<> check_media(const ClientMessages& sent, const Model& model) {
  if (!sent.first_image.empty() && !model.images_allowed) return not_taken(model, "images", sent.first_image);
  if (!sent.first_file.empty() && !model.files_allowed) return not_taken(model, "files", sent.first_file);
  return {};
}

Result<BuiltPrompt> ClientRecipe::build(RecipeFacts facts) const {
  if (const auto fine = check_media(sent_, facts.model); !fine) return fine.error();
  BuiltPrompt built;
  built.system = preamble_;
  built.messages = valid_client_messages(sent_.messages);
  if (has_visible_text(sent_.system)) {
    std::string system = without_control_characters(sent_.system);
    if (built.messages.empty()) {  // instructions alone: to a model they are its first message
      built.messages.emplace_back(Role::user, std::move(system));
    } else {
      if (!built.system.empty()) built.system.append("\n\n");
      built.system.append(system);
    }
  }
  if (built.messages.empty())
    return make_error(ErrorCode::invalid_request, "The messages have no visible text. Write something.",
                      field_);
  // The answer goes on where the last message ends. Not every provider can do that without a word.
  if (built.messages.back().role == Role::assistant && !facts.can_continue)
    built.messages.emplace_back(Role::user, std::string(kContinue));
  std::uint64_t needed = message_tokens(built.system).value;
  for (const Message& message : built.messages) needed += message_tokens(message).value;
  const std::uint64_t budget = prompt_budget(facts.config, facts.model).value;
  if (needed > budget)
    return make_error(
        ErrorCode::unprocessable,
        fmt::format(
            "The messages are too long for the model \"{}\": about {} tokens, and {} fit. Send fewer or "
            "shorter ones, or choose a model with a larger window.",
            facts.model.alias, needed, budget),
        field_);
  return built;
}

}  // namespace belay::prompts

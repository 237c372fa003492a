#include "providers/sent_messages.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/json_text.hpp"
#include "providers/characters.hpp"
#include "providers/request_members.hpp"

namespace belay::providers {
namespace {

// Joins the texts of a message and puts its parts in order.
class Collected {
 public:
  Collected(std::string_view signer, const Model& model, const Message& message)
      : signer_(signer), model_(model), message_(message) {}

  void operator()(const Text& part) {
    if (is_blank(part.text)) return;
    Text* last = said_.empty() ? nullptr : std::get_if<Text>(&said_.back());
    if (!last) return void(said_.emplace_back(part));
    last->text += "\n\n";
    last->text += part.text;
  }
  void operator()(const Image& part) { add_media(part); }
  void operator()(const File& part) { add_media(part); }
  void operator()(const ToolCall& part) { rest_.emplace_back(part); }
  void operator()(const ToolResult& part) {
    // A blank result would be refused.
    rest_.emplace_back(is_blank(part.text) ? ToolResult{part.call_id, "The action has no result."} : part);
  }
  void operator()(const Reasoning& part) {
    if (!signer_.empty() && !part.signature.empty() && part.signer == signer_) thoughts_.emplace_back(part);
  }

  // Empty: the message is not sent.
  Message take() {
    Message made(message_.role);
    made.name = message_.name;
    if (said_.empty() && rest_.empty()) return made;
    for (Part& part : thoughts_) made.parts.push_back(std::move(part));
    for (Part& part : said_) made.parts.push_back(std::move(part));
    for (Part& part : rest_) made.parts.push_back(std::move(part));
    return made;
  }

 private:
  template <class Media>
  void add_media(const Media& part) {
    if (message_.role == Role::user && takes(model_, part))
      said_.emplace_back(part);
    else
      (*this)(Text{placeholder_of(part)});
  }

  const std::string_view signer_;
  const Model& model_;
  const Message& message_;
  std::vector<Part> said_;
  std::vector<Part> thoughts_;
  std::vector<Part> rest_;
};

// The part in words, for a model that is offered no tools.
struct InWords {
  Part operator()(const ToolCall& part) const {
    return Text{fmt::format("Action: {} {}", part.name, arguments_object(part.arguments))};
  }
  Part operator()(const ToolResult& part) const { return Text{"Result: " + part.text}; }
  template <class Other>
  Part operator()(const Other& part) const {
    return part;
  }
};

// Calls, results and the words around them become one message of the assistant.
std::vector<Message> put_into_words(const std::vector<Message>& messages) {
  std::vector<Message> made;
  made.reserve(messages.size());
  bool after_calls = false;
  for (const Message& message : messages) {
    const bool is_user = message.role == Role::user;
    if (!after_calls || is_user) made.emplace_back(is_user ? Role::user : Role::assistant);
    after_calls = !is_user && (after_calls || message.role == Role::tool);
    for (const Part& part : message.parts) {
      after_calls = after_calls || std::holds_alternative<ToolCall>(part);
      made.back().parts.push_back(std::visit(InWords(), part));
    }
  }
  return made;
}

bool has_tool_parts(const std::vector<Message>& messages) {
  return std::any_of(messages.begin(), messages.end(), [](const Message& message) {
    return std::any_of(message.parts.begin(), message.parts.end(), [](const Part& part) {
      return std::holds_alternative<ToolCall>(part) || std::holds_alternative<ToolResult>(part);
    });
  });
}

std::vector<Message> without_blanks(const std::vector<Message>& messages, std::string_view signer,
                                    const Model& model) {
  std::vector<Message> sent;
  sent.reserve(messages.size() + 1);  // and the partial answer
  for (const Message& message : messages) {
    Collected collected(signer, model, message);
    for (const Part& part : message.parts) std::visit(collected, part);
    Message made = collected.take();
    if (!made.parts.empty()) sent.push_back(std::move(made));
  }
  return sent;
}

bool is_one_text(const Message& message) {
  const Text* text = message.parts.size() == 1 ? std::get_if<Text>(&message.parts.front()) : nullptr;
  return text && !is_blank(text->text);
}

Text* last_text(Message& message) {
  if (message.role != Role::assistant || message.parts.empty()) return nullptr;
  return std::get_if<Text>(&message.parts.back());
}

}  // namespace

bool has_media(const Message& message) {
  return std::any_of(message.parts.begin(), message.parts.end(), [](const Part& part) {
    return std::holds_alternative<Image>(part) || std::holds_alternative<File>(part);
  });
}

bool offers_tools(const GenerationRequest& request) {
  return !request.tools.empty() && request.model.tools_allowed;
}

std::string signer_of(std::string_view protocol, const Model& model) {
  return fmt::format("{}/{}/{}", protocol, model.provider, model.upstream_name);
}

SentMessages::SentMessages(const GenerationRequest& request, std::string_view signer)
    : all_(&request.messages) {
  const bool is_ready = request.partial_answer.empty() &&
                        std::all_of(request.messages.begin(), request.messages.end(), is_one_text);
  if (is_ready) return;
  const bool in_words = !offers_tools(request) && has_tool_parts(request.messages);
  made_ =
      without_blanks(in_words ? put_into_words(request.messages) : request.messages, signer, request.model);
  all_ = &made_;
  if (request.partial_answer.empty()) return;
  if (Text* text = made_.empty() ? nullptr : last_text(made_.back()))
    text->text += request.partial_answer;
  else if (!is_blank(request.partial_answer))
    made_.emplace_back(Role::assistant, request.partial_answer);
}

std::string continued_text(const GenerationRequest& request) {
  if (request.messages.empty() || request.messages.back().role != Role::assistant)
    return request.partial_answer;
  return text_of(request.messages.back()) + request.partial_answer;
}

std::string arguments_object(std::string_view arguments) {
  if (is_blank(arguments)) return "{}";
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(arguments.data(), arguments.size()).get(object) == simdjson::SUCCESS)
    return std::string(arguments);
  std::string out = "{\"arguments\":";
  append_json_string(arguments, out);
  return out + "}";
}

}  // namespace belay::providers

#include "surfaces/ag_ui/messages.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "base/json_elements.hpp"
#include "prompts/hygiene.hpp"
#include "surfaces/client_tools.hpp"

namespace belay::surfaces::ag_ui {
namespace {

constexpr std::size_t kMaxName = 256;

Result<Media> media_of_address(std::string address, const std::string& place) {
  Media media;
  if (!address.starts_with("https://") && !address.starts_with("http://"))
    return bad_member(place, "must be an address that begins with https://.");
  if (address.size() > kMaxMediaUrl.value)
    return bad_member(place, fmt::format("has more than {} bytes.", kMaxMediaUrl.value));
  media.url = std::move(address);
  return media;
}

Result<Media> media_of_data(std::string_view base64, const std::string& place) {
  Media media;
  auto data = from_base64(base64);
  if (!data || data->empty()) return bad_member(place, "is not valid Base64.");
  if (data->size() > kMaxMediaData.value)
    return bad_member(place, fmt::format("holds more than {} bytes.", kMaxMediaData.value));
  media.data = std::move(*data);
  return media;
}

Result<std::string> media_type_of(const BodyObject& object) {
  auto type = object.text("mimeType");
  if (type && type->size() > kMaxName) return bad_member(object.place("mimeType"), "is too long.");
  return type;
}

// {"type":"data","value":Base64,"mimeType"} or {"type":"url","value","mimeType"?}.
Result<Media> media_of_source(const BodyObject& part) {
  const auto source = part.object("source");
  if (!source) return source.error();
  if (!*source) return bad_member(part.place("source"), "is missing. It must be an object.");
  const auto type = (*source)->required_text("type", kMaxName);
  if (!type) return type.error();
  auto media_type = media_type_of(**source);
  if (!media_type) return media_type.error();
  auto value = (*source)->text("value");
  if (!value) return value.error();
  const std::string place = (*source)->place("value");
  Result<Media> media = unsupported_member((*source)->place("type"), "must be data or url.");
  if (*type == "data") media = media_of_data(*value, place);
  if (*type == "url") media = media_of_address(std::move(*value), place);
  if (media) media->media_type = std::move(*media_type);
  return media;
}

// Of earlier versions: {"type":"binary","mimeType","data"?,"url"?,"filename"?}.
Result<Media> media_of_binary(const BodyObject& part) {
  auto media_type = media_type_of(part);
  if (!media_type) return media_type.error();
  const auto data = part.text("data");
  if (!data) return data.error();
  auto url = part.text("url");
  if (!url) return url.error();
  if (data->empty() && url->empty())
    return unsupported_member(part.place("data"), "is missing. Send data in Base64, or a url.");
  auto media = data->empty() ? media_of_address(std::move(*url), part.place("url"))
                             : media_of_data(*data, part.place("data"));
  if (media) media->media_type = std::move(*media_type);
  return media;
}

Result<std::string> file_name_of(const BodyObject& part) {
  auto name = part.text("filename");
  if (!name) return name;
  const BodyObject::Member* metadata = part.find("metadata");
  if (name->empty() && metadata && metadata->kind == JsonKind::object) {
    const auto facts = BodyObject::read(metadata->raw, part.place("metadata"));
    if (!facts) return facts.error();
    name = facts->text("filename");
    if (!name) return name;
  }
  if (name->size() > kMaxName) return bad_member(part.place("filename"), "has more than 256 bytes.");
  return name;
}

class Messages {
 public:
  explicit Messages(RunInput& input) : input_(input) {}

  Result<> add(std::string_view raw, const std::string& place) {
    const auto message = BodyObject::read(raw, place);
    if (!message) return message.error();
    const auto role = message->required_text("role", 64);
    if (!role) return role.error();
    const auto id = message->text("id");
    if (!id) return id.error();
    const std::optional<MessageId> known = MessageId::parse(*id);
    if (*role == "user") return add_question(*message, known);
    if (*role == "assistant") return add_answer(*message, known);
    if (*role == "tool") return add_result(*message);
    if (*role == "system" || *role == "developer") return add_instructions(*message);
    if (*role == "reasoning" || *role == "activity") return {};
    return bad_member(message->place("role"),
                      "must be user, assistant, tool, system, developer, reasoning or activity.");
  }

  // Fails if nothing is to be answered.
  Result<> finish() {
    end_answer();
    std::erase_if(said(), [](const Message& each) { return each.role == Role::tool && each.parts.empty(); });
    const bool is_asked = !said().empty() && said().back().role == Role::user;
    // A result that came late belongs to its call, before the newest question.
    input_.has_results = last_ == Last::result && said().back().role == Role::tool;
    if (!is_asked && !input_.has_results)
      return bad_member(std::string(kAboutMessages),
                        "must end with a message of the user, or with results of tool calls.");
    std::size_t question = said().size();
    while (question > 0 && said()[question - 1].role != Role::user) --question;
    if (question == 0) return bad_member(std::string(kAboutMessages), "must have a message of the user.");
    while (question > 0 && said()[question - 1].role == Role::user) --question;
    input_.said.question = question;
    if (!input_.has_results) input_.called_by.reset();
    return {};
  }

 private:
  enum class Last { nothing, question, answer, result };

  std::vector<Message>& said() { return input_.said.sent.messages; }

  Result<> add_question(const BodyObject& message, const std::optional<MessageId>& known) {
    Message question(Role::user);
    if (const auto read = read_content(message, question); !read) return read.error();
    auto name = message.text("name");
    if (!name) return name.error();
    if (name->size() <= kMaxName) question.name = std::move(*name);
    if (last_ != Last::question) {
      input_.question.clear();
      input_.question_id.reset();
      if (known && known->role == Role::user) input_.question_id = known;
      input_.answer_before = answer_;
    }
    last_ = Last::question;
    const std::string text = shown_text_of(question);
    if (!text.empty()) input_.question.append(input_.question.empty() ? "" : "\n\n").append(text);
    said().push_back(std::move(question));
    return {};
  }

  Result<> add_answer(const BodyObject& message, const std::optional<MessageId>& known) {
    // Answers without anything between them are one: the results of all their calls stand behind it.
    if (last_ != Last::answer) {
      end_answer();
      answer_at_ = said().size();
      said().emplace_back(Role::assistant);
      said().emplace_back(Role::tool);
    }
    last_ = Last::answer;
    const bool is_ours = known && known->role == Role::assistant;
    if (is_ours) answer_ = known;
    Message content(Role::assistant);
    if (const auto read = read_content(message, content); !read) return read.error();
    std::move(content.parts.begin(), content.parts.end(), std::back_inserter(said()[answer_at_].parts));
    const auto calls = message.find("toolCalls", JsonKind::array, "an array of tool calls");
    if (!calls) return calls.error();
    if (!*calls) return {};
    input_.called_by = is_ours ? known : std::nullopt;
    const std::string place = message.place("toolCalls");
    std::size_t index = 0;
    for (const std::string_view raw : json_elements((*calls)->raw))
      if (const auto added = add_call(raw, fmt::format("{}[{}]", place, index++)); !added)
        return added.error();
    return {};
  }

  // To the newest answer.
  Result<> add_call(std::string_view raw, const std::string& place) {
    const auto call = BodyObject::read(raw, place);
    if (!call) return call.error();
    auto id = call->required_text("id", kMaxName);
    if (!id) return id.error();
    const auto function = call->object("function");
    if (!function) return function.error();
    if (!*function) return bad_member(call->place("function"), "is missing. It must be an object.");
    auto name = (*function)->required_text("name", kMaxToolName);
    if (!name) return name.error();
    auto arguments = (*function)->text("arguments");
    if (!arguments) return arguments.error();
    results_of_.insert_or_assign(*id, answer_at_ + 1);
    calls_.emplace_back(ToolCall{std::move(*id), std::move(*name), std::move(*arguments)});
    return {};
  }

  // The calls stand behind the texts.
  void end_answer() {
    if (calls_.empty()) return;
    std::move(calls_.begin(), calls_.end(), std::back_inserter(said()[answer_at_].parts));
    calls_.clear();
  }

  Result<> add_result(const BodyObject& message) {
    auto id = message.required_text("toolCallId", kMaxName);
    if (!id) return id.error();
    const auto results = results_of_.find(*id);
    if (results == results_of_.end())
      return bad_member(message.place("toolCallId"), "is the id of no tool call before this message.");
    Message content(Role::tool);
    if (const auto read = read_content(message, content); !read) return read.error();
    std::string text = text_of(content);
    if (!prompts::has_visible_text(text)) {
      auto failure = message.text("error");
      if (!failure) return failure.error();
      text = std::move(*failure);
    }
    said()[results->second].parts.emplace_back(ToolResult{std::move(*id), std::move(text)});
    last_ = Last::result;
    return {};
  }

  Result<> add_instructions(const BodyObject& message) {
    const auto text = message.text("content");
    if (!text) return text.error();
    std::string& system = input_.said.sent.system;
    if (!text->empty()) system.append(system.empty() ? "" : "\n\n").append(*text);
    return {};
  }

  // A string, an array of parts, or nothing.
  Result<> read_content(const BodyObject& message, Message& into) {
    const BodyObject::Member* content = message.find("content");
    if (!content) return {};
    const std::string place = message.place("content");
    if (content->kind == JsonKind::string) {
      if (!content->text.empty()) into.parts.emplace_back(Text{content->text});
      return {};
    }
    if (content->kind != JsonKind::array || into.role == Role::assistant)
      return bad_member(place, into.role == Role::assistant ? "must be a string."
                                                            : "must be a string or an array of parts.");
    std::size_t index = 0;
    for (const std::string_view raw : json_elements(content->raw)) {
      const auto part = BodyObject::read(raw, fmt::format("{}[{}]", place, index++));
      if (!part) return part.error();
      if (const auto read = read_part(*part, into); !read) return read.error();
    }
    return {};
  }

  Result<> read_part(const BodyObject& part, Message& into) {
    const auto type = part.required_text("type", kMaxName);
    if (!type) return type.error();
    if (*type == "text") {
      auto text = part.text("text");
      if (!text) return text.error();
      if (!text->empty()) into.parts.emplace_back(Text{std::move(*text)});
      return {};
    }
    const bool is_media = *type == "image" || *type == "document" || *type == "binary";
    if (!is_media || into.role != Role::user)
      return unsupported_member(part.place("type"),
                                fmt::format("must not be \"{}\": such a part is not taken here.", *type));
    auto media = *type == "binary" ? media_of_binary(part) : media_of_source(part);
    if (!media) return media.error();
    auto name = file_name_of(part);
    if (!name) return name.error();
    prompts::ClientMessages& sent = input_.said.sent;
    if (*type == "image" || media->media_type.starts_with("image/")) {
      if (sent.first_image.empty()) sent.first_image = part.place("type");
      into.parts.emplace_back(Image{std::move(*media), {}});
    } else {
      if (sent.first_file.empty()) sent.first_file = part.place("type");
      into.parts.emplace_back(File{std::move(*media), std::move(*name)});
    }
    return {};
  }

  RunInput& input_;
  std::size_t answer_at_ = 0;  // the newest answer; the message behind it has the results of its calls
  std::vector<Part> calls_;    // of the newest answer
  // Where a call's results belong: by its id, that of the newest call that has it.
  std::unordered_map<std::string, std::size_t> results_of_;
  std::optional<MessageId> answer_;  // the newest one that the store may know
  Last last_ = Last::nothing;
};

}  // namespace

Result<> read_messages(const BodyObject& body, RunInput& input) {
  const std::string place(kAboutMessages);
  const auto list = body.find(kAboutMessages, JsonKind::array, "an array of messages");
  if (!list) return list.error();
  if (!*list) return bad_member(place, "is missing. It must be an array of messages.");
  Messages messages(input);
  std::size_t index = 0;
  for (const std::string_view raw : json_elements((*list)->raw))
    if (const auto added = messages.add(raw, fmt::format("{}[{}]", place, index++)); !added)
      return added.error();
  return messages.finish();
}

}  // namespace belay::surfaces::ag_ui

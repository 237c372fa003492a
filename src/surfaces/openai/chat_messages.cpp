#include "surfaces/openai/chat_messages.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "base/json_elements.hpp"
#include "surfaces/call_ids.hpp"
#include "surfaces/openai/media.hpp"
#include "surfaces/openai/options.hpp"
#include "surfaces/openai/parse.hpp"

namespace belay::surfaces::openai {
namespace {

constexpr std::size_t kMaxName = 64;

class Messages {
 public:
  Result<> add(std::string_view raw, const std::string& place) {
    const auto message = BodyObject::read(raw, place);
    if (!message) return message.error();
    const auto role = message->required_text("role", 64);
    if (!role) return role.error();
    if (*role == "system" || *role == "developer") return add_system(*message);
    if (*role == "user") return add_user(*message);
    if (*role == "assistant") return add_assistant(*message);
    if (*role == "tool") return add_tool(*message);
    return unsupported_member(message->place("role"), "must be system, developer, user, assistant or tool.");
  }
  prompts::ClientMessages take() && { return std::move(sent_); }

 private:
  // The kinds of parts that a message may have beside texts.
  enum class Allowed { text, refusals, media };

  Result<> add_system(const BodyObject& message) {
    const auto parts = content_of(message, Allowed::text);
    if (!parts) return parts.error();
    for (const Part& part : *parts) {
      const std::string& text = std::get<Text>(part).text;
      if (text.empty()) continue;
      if (!sent_.system.empty()) sent_.system.append("\n\n");
      sent_.system.append(text);
    }
    return {};
  }

  Result<> add_user(const BodyObject& message) {
    auto parts = content_of(message, Allowed::media);
    if (!parts) return parts.error();
    auto name = message.text("name");
    if (!name) return name.error();
    Message& user = sent_.messages.emplace_back(Role::user);
    if (name->size() <= kMaxName) user.name = std::move(*name);
    std::move(parts->begin(), parts->end(), std::back_inserter(user.parts));
    return {};
  }

  Result<> add_assistant(const BodyObject& message) {
    auto parts = content_of(message, Allowed::refusals);
    if (!parts) return parts.error();
    auto refusal = message.text("refusal");
    if (!refusal) return refusal.error();
    const auto calls = message.find("tool_calls", JsonKind::array, "an array");
    if (!calls) return calls.error();
    if (message.find("function_call"))
      return unsupported_member(message.place("function_call"),
                                "is the old form of tool_calls. Use tool_calls.");
    Message& answer = sent_.messages.emplace_back(Role::assistant);
    std::move(parts->begin(), parts->end(), std::back_inserter(answer.parts));
    if (!refusal->empty()) answer.parts.emplace_back(Text{std::move(*refusal)});
    if (*calls) return add_calls((*calls)->raw, message.place("tool_calls"), answer);
    return {};
  }

  Result<> add_calls(std::string_view calls, const std::string& place, Message& answer) {
    calls_.begin_answer();
    std::size_t index = 0;
    for (const std::string_view raw : json_elements(calls)) {
      const auto call = BodyObject::read(raw, fmt::format("{}[{}]", place, index++));
      if (!call) return call.error();
      auto id = call->required_text("id", kMaxCallId);
      if (!id) return id.error();
      const auto function = call->object("function");
      if (!function) return function.error();
      if (!*function) return unsupported_member(call->place("type"), "must be \"function\".");
      auto name = (*function)->required_text("name", kMaxCallName);
      if (!name) return name.error();
      auto arguments = (*function)->text("arguments");
      if (!arguments) return arguments.error();
      if (!calls_.add(*id))
        return bad_member(call->place("id"), "is the id of another call of this message.");
      answer.parts.emplace_back(ToolCall{std::move(*id), std::move(*name), std::move(*arguments)});
    }
    return {};
  }

  Result<> add_tool(const BodyObject& message) {
    auto id = message.required_text("tool_call_id", kMaxCallId);
    if (!id) return id.error();
    if (!calls_.has(*id))
      return bad_member(message.place("tool_call_id"),
                        "names no call before it. A tool's message stands behind the message with its "
                        "tool_calls.");
    const auto parts = content_of(message, Allowed::text);
    if (!parts) return parts.error();
    std::string joined;
    for (const Part& part : *parts) {
      if (!joined.empty()) joined.append("\n\n");
      joined.append(std::get<Text>(part).text);
    }
    sent_.messages.emplace_back(Role::tool).parts.emplace_back(ToolResult{std::move(*id), std::move(joined)});
    return {};
  }

  // A string, an array of parts, or nothing.
  Result<std::vector<Part>> content_of(const BodyObject& message, Allowed allowed) {
    std::vector<Part> parts;
    const BodyObject::Member* content = message.find("content");
    if (!content) return parts;
    const std::string place = message.place("content");
    if (content->kind == JsonKind::string) {
      parts.emplace_back(Text{content->text});
      return parts;
    }
    if (content->kind != JsonKind::array) return bad_member(place, "must be a string or an array of parts.");
    std::size_t index = 0;
    for (const std::string_view raw : json_elements(content->raw)) {
      const auto read = BodyObject::read(raw, fmt::format("{}[{}]", place, index++));
      if (!read) return read.error();
      auto part = part_of(*read, allowed);
      if (!part) return part.error();
      parts.push_back(std::move(*part));
    }
    return parts;
  }

  Result<Part> part_of(const BodyObject& part, Allowed allowed) {
    const auto type = part.required_text("type", 64);
    if (!type) return type.error();
    const bool is_refusal = *type == "refusal" && allowed == Allowed::refusals;
    if (*type == "text" || is_refusal) {
      auto text = part.text(is_refusal ? "refusal" : "text");
      if (!text) return text.error();
      return Part(Text{std::move(*text)});
    }
    if (*type == "image_url" && allowed == Allowed::media) return image_of(part);
    if (*type == "file" && allowed == Allowed::media) return file_of(part);
    return unsupported_member(part.place("type"),
                              fmt::format("must not be \"{}\": such a part is not taken here.", *type));
  }

  Result<Part> image_of(const BodyObject& part) {
    const auto image = part.object("image_url");
    if (!image) return image.error();
    if (!*image) return bad_member(part.place("image_url"), "is missing. It must be an object.");
    const auto url = (*image)->text("url");
    if (!url) return url.error();
    auto media = read_media(*url, (*image)->place("url"));
    if (!media) return media.error();
    auto detail = (*image)->text("detail");
    if (!detail) return detail.error();
    if (sent_.first_image.empty()) sent_.first_image = part.place("type");
    return Part(Image{std::move(*media), *detail == "low" || *detail == "high" ? std::move(*detail) : ""});
  }

  Result<Part> file_of(const BodyObject& part) {
    const auto file = part.object("file");
    if (!file) return file.error();
    if (!*file) return bad_member(part.place("file"), "is missing. It must be an object.");
    const auto data = (*file)->text("file_data");
    if (!data) return data.error();
    if (data->empty())
      return unsupported_member((*file)->place("file_data"), "is missing: files come as data: URLs here.");
    auto media = read_media(*data, (*file)->place("file_data"));
    if (!media) return media.error();
    auto name = (*file)->text("filename");
    if (!name) return name.error();
    if (name->size() > 256) return bad_member((*file)->place("filename"), "has more than 256 bytes.");
    if (sent_.first_file.empty()) sent_.first_file = part.place("type");
    return Part(File{std::move(*media), std::move(*name)});
  }

  prompts::ClientMessages sent_;
  CallIds calls_;
};

}  // namespace

Result<prompts::ClientMessages> read_messages(const BodyObject& body) {
  const std::string place(kAboutMessages);
  const auto list = body.find(kAboutMessages, JsonKind::array, "an array of messages");
  if (!list) return list.error();
  if (!*list) return bad_member(place, "is missing. It must be an array of messages.");
  const auto elements = json_elements((*list)->raw);
  if (elements.empty()) return bad_member(place, "is empty. It must have at least one message.");
  Messages messages;
  for (std::size_t i = 0; i < elements.size(); ++i)
    if (const auto added = messages.add(elements[i], fmt::format("{}[{}]", place, i)); !added)
      return added.error();
  return std::move(messages).take();
}

}  // namespace belay::surfaces::openai

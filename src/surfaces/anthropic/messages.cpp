#include "surfaces/anthropic/messages.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "base/json_elements.hpp"
#include "surfaces/anthropic/parse.hpp"
#include "surfaces/call_ids.hpp"
#include "surfaces/client_tools.hpp"

namespace belay::surfaces::anthropic {
namespace {

constexpr std::size_t kMaxCallId = 256;
constexpr std::size_t kMaxTitle = 256;

Error not_taken(const BodyObject& block, std::string_view type) {
  return unsupported_member(block.place("type"),
                            fmt::format("must not be \"{}\": such a block is not taken here.", type));
}

// {"type":"base64","media_type":"image/png","data":"…"} or {"type":"url","url":"https://…"}.
Result<Media> media_of(const BodyObject& source, const std::string& type) {
  Media media;
  if (type == "url") {
    auto url = source.required_text("url", kMaxMediaUrl.value);
    if (!url) return url.error();
    if (!url->starts_with("https://") && !url->starts_with("http://"))
      return bad_member(source.place("url"), "must be an address that begins with https://.");
    media.url = std::move(*url);
    return media;
  }
  if (type != "base64") return unsupported_member(source.place("type"), "must be \"base64\" or \"url\".");
  auto media_type = source.required_text("media_type", 128);
  if (!media_type) return media_type.error();
  media.media_type = std::move(*media_type);
  const auto encoded = source.text("data");
  if (!encoded) return encoded.error();
  auto data = from_base64(*encoded);
  if (!data || data->empty()) return bad_member(source.place("data"), "is not valid Base64.");
  if (data->size() > kMaxMediaData.value)
    return bad_member(source.place("data"), fmt::format("holds more than {} bytes.", kMaxMediaData.value));
  media.data = std::move(*data);
  return media;
}

// A string or an array of blocks, as blocks.
class Content {
 public:
  static Result<Content> read(const BodyObject& owner, std::string_view name) {
    Content content;
    const BodyObject::Member* member = owner.find(name);
    if (!member) return content;
    content.is_given_ = true;
    const std::string place = owner.place(name);
    if (member->kind == JsonKind::string) {
      content.text_ = member->text;
      return content;
    }
    if (member->kind != JsonKind::array) return bad_member(place, "must be a string or an array of blocks.");
    std::size_t index = 0;
    for (const std::string_view raw : json_elements(member->raw)) {
      auto block = BodyObject::read(raw, fmt::format("{}[{}]", place, index++));
      if (!block) return block.error();
      content.blocks_.push_back(std::move(*block));
    }
    return content;
  }

  bool is_given() const { return is_given_; }
  // Calls take_text for the string, or take_block with each block and its type.
  template <class TakeText, class TakeBlock>
  Result<> each(TakeText take_text, TakeBlock take_block) const {
    if (!text_.empty()) take_text(text_);
    for (const BodyObject& block : blocks_) {
      const auto type = block.required_text("type", 64);
      if (!type) return type.error();
      if (*type == "text") {
        auto text = block.text("text");
        if (!text) return text.error();
        take_text(std::move(*text));
      } else if (const auto taken = take_block(block, *type); !taken) {
        return taken.error();
      }
    }
    return {};
  }

 private:
  bool is_given_ = false;
  std::string text_;
  std::vector<BodyObject> blocks_;
};

class Messages {
 public:
  Result<> add_system(const BodyObject& body) {
    const auto content = Content::read(body, "system");
    if (!content) return content.error();
    return content->each(
        [&](std::string text) {
          if (text.empty()) return;
          if (!sent_.system.empty()) sent_.system.append("\n\n");
          sent_.system.append(text);
        },
        [](const BodyObject& block, const std::string& type) -> Result<> { return not_taken(block, type); });
  }

  Result<> add(std::string_view raw, const std::string& place) {
    const auto message = BodyObject::read(raw, place);
    if (!message) return message.error();
    const auto role = message->required_text("role", 64);
    if (!role) return role.error();
    const auto content = Content::read(*message, "content");
    if (!content) return content.error();
    if (!content->is_given())
      return bad_member(message->place("content"), "is missing. It must be a string or an array of blocks.");
    if (*role == "user") return add_user(*content);
    if (*role == "assistant") return add_assistant(*content);
    return unsupported_member(message->place("role"),
                              "must be user or assistant. Instructions go into the member system.");
  }
  prompts::ClientMessages take() && { return std::move(sent_); }

 private:
  Result<> add_user(const Content& content) {
    Message results(Role::tool);
    Message user(Role::user);
    const auto read = content.each([&](std::string text) { user.parts.emplace_back(Text{std::move(text)}); },
                                   [&](const BodyObject& block, const std::string& type) -> Result<> {
                                     if (type == "image") return add_image(block, user);
                                     if (type == "document") return add_document(block, user);
                                     if (type == "tool_result") return add_result(block, results, user);
                                     return not_taken(block, type);
                                   });
    if (!read) return read;
    if (!results.parts.empty()) sent_.messages.push_back(std::move(results));
    if (!user.parts.empty()) sent_.messages.push_back(std::move(user));
    return {};
  }

  Result<> add_assistant(const Content& content) {
    calls_.begin_answer();
    Message answer(Role::assistant);
    const auto read =
        content.each([&](std::string text) { answer.parts.emplace_back(Text{std::move(text)}); },
                     [&](const BodyObject& block, const std::string& type) -> Result<> {
                       if (type == "tool_use") return add_call(block, answer);
                       if (type == "thinking" || type == "redacted_thinking") return {};
                       return not_taken(block, type);
                     });
    if (!read) return read;
    sent_.messages.push_back(std::move(answer));
    return {};
  }

  Result<> add_call(const BodyObject& block, Message& answer) {
    auto id = block.required_text("id", kMaxCallId);
    if (!id) return id.error();
    auto name = block.required_text("name", kMaxToolName);
    if (!name) return name.error();
    const auto input = block.find("input", JsonKind::object, "an object");
    if (!input) return input.error();
    if (!calls_.add(*id)) return bad_member(block.place("id"), "is the id of another call of this message.");
    std::string arguments = *input ? compact_json((*input)->raw) : "{}";
    answer.parts.emplace_back(ToolCall{std::move(*id), std::move(*name), std::move(arguments)});
    return {};
  }

  Result<> add_result(const BodyObject& block, Message& results, Message& user) {
    auto id = block.required_text("tool_use_id", kMaxCallId);
    if (!id) return id.error();
    if (!calls_.has(*id))
      return bad_member(
          block.place("tool_use_id"),
          "names no call before it. A tool_result stands in a user's message behind the message "
          "with its tool_use.");
    const auto content = Content::read(block, "content");
    if (!content) return content.error();
    std::string joined;
    const auto read = content->each(
        [&](const std::string& text) {
          if (!joined.empty()) joined.append("\n\n");
          joined.append(text);
        },
        [&](const BodyObject& inner, const std::string& type) -> Result<> {
          if (type == "image") return add_image(inner, user);
          if (type == "document") return add_document(inner, user);
          return not_taken(inner, type);
        });
    if (!read) return read;
    results.parts.emplace_back(ToolResult{std::move(*id), std::move(joined)});
    return {};
  }

  Result<> add_image(const BodyObject& block, Message& user) {
    const auto source = block.object("source");
    if (!source) return source.error();
    if (!*source) return bad_member(block.place("source"), "is missing. It must be an object.");
    const auto type = (*source)->required_text("type", 64);
    if (!type) return type.error();
    auto media = media_of(**source, *type);
    if (!media) return media.error();
    if (sent_.first_image.empty()) sent_.first_image = block.place("type");
    user.parts.emplace_back(Image{std::move(*media), {}});
    return {};
  }

  // A PDF, or a text.
  Result<> add_document(const BodyObject& block, Message& user) {
    const auto source = block.object("source");
    if (!source) return source.error();
    if (!*source) return bad_member(block.place("source"), "is missing. It must be an object.");
    const auto type = (*source)->required_text("type", 64);
    if (!type) return type.error();
    if (*type == "text") {
      auto text = (*source)->text("data");
      if (!text) return text.error();
      user.parts.emplace_back(Text{std::move(*text)});
      return {};
    }
    auto title = block.text("title");
    if (!title) return title.error();
    if (title->size() > kMaxTitle)
      return bad_member(block.place("title"), fmt::format("has more than {} bytes.", kMaxTitle));
    auto media = media_of(**source, *type);
    if (!media) return media.error();
    if (sent_.first_file.empty()) sent_.first_file = block.place("type");
    user.parts.emplace_back(File{std::move(*media), std::move(*title)});
    return {};
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
  if (const auto added = messages.add_system(body); !added) return added.error();
  for (std::size_t i = 0; i < elements.size(); ++i)
    if (const auto added = messages.add(elements[i], fmt::format("{}[{}]", place, i)); !added)
      return added.error();
  return std::move(messages).take();
}

}  // namespace belay::surfaces::anthropic

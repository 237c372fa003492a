#include "core/types/message_codec.hpp"

#include <optional>
#include <utility>

namespace belay {

template <class Visitor>
void describe(Visitor& field, Of<Visitor, Reasoning>& reasoning) {
  field(1, reasoning.text);
  field(2, reasoning.signature);
  field(3, reasoning.signer);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, Media>& media) {
  field(1, media.media_type);
  field(2, media.data);
  field(3, media.url);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, Image>& image) {
  field(1, image.media);
  field(2, image.detail);
}

template <class Visitor>
void describe(Visitor& field, Of<Visitor, File>& file) {
  field(1, file.media);
  field(2, file.name);
}

namespace {

bool fits(const Media& media) {
  return media.data.size() <= kMaxMediaData.value && media.url.size() <= kMaxMediaUrl.value;
}

// `name`: of the message, in its first item.
std::string encode_item(Role role, const Part& part, bool same_message, std::string_view name) {
  // Older servers know no results: for them, a result is a text of the user.
  const ToolResult* result = std::get_if<ToolResult>(&part);
  std::string out;
  FieldWriter writer(out);
  writer.number(1, static_cast<std::uint64_t>(role == Role::tool ? Role::user : role));
  if (const Text* text = std::get_if<Text>(&part)) writer.text(2, text->text);
  if (result) writer.text(2, result->text);
  const Image* image = std::get_if<Image>(&part);
  const File* file = std::get_if<File>(&part);
  if (image) writer.text(2, placeholder_of(*image));
  if (file) writer.text(2, placeholder_of(*file));
  writer.flag(3, same_message);
  if (const ToolCall* call = std::get_if<ToolCall>(&part)) writer.item(4, encode_fields(*call));
  if (result) writer.item(5, result->call_id);
  if (const Reasoning* reasoning = std::get_if<Reasoning>(&part)) writer.item(6, encode_fields(*reasoning));
  if (image) writer.item(7, encode_fields(*image));
  if (file) writer.item(8, encode_fields(*file));
  writer.text(9, name);
  return out;
}

struct Item {
  Role role = Role::user;
  std::string text;
  bool same_message = false;
  std::optional<Part> part;  // not a text
  std::string name;
};

bool read_item(std::string_view bytes, Item& item) {
  bool ok = true;
  FieldReader reader(bytes);
  while (reader.next()) switch (reader.tag()) {
      case 1: {
        const std::uint64_t role = reader.number();
        ok = ok && role >= 1 && role <= static_cast<std::uint64_t>(Role::assistant);
        if (ok) item.role = static_cast<Role>(role);
        break;
      }
      case 2:
        item.text = reader.text();
        break;
      case 3:
        item.same_message = reader.flag();
        break;
      case 4:
        ok = decode_fields(reader.bytes(), item.part.emplace().emplace<ToolCall>()) && ok;
        break;
      case 5:
        item.role = Role::tool;
        item.part = ToolResult{reader.text(), {}};
        break;
      case 6:
        ok = decode_fields(reader.bytes(), item.part.emplace().emplace<Reasoning>()) && ok;
        break;
      case 7: {
        Image& image = item.part.emplace().emplace<Image>();
        ok = decode_fields(reader.bytes(), image) && fits(image.media) && ok;
        break;
      }
      case 8: {
        File& file = item.part.emplace().emplace<File>();
        ok = decode_fields(reader.bytes(), file) && fits(file.media) && ok;
        break;
      }
      case 9:
        item.name = reader.text();
        break;
    }
  return ok && reader.ok();
}

}  // namespace

void append_message(std::uint32_t tag, const Message& message, FieldWriter& writer) {
  if (message.parts.empty())
    return void(writer.item(tag, encode_item(message.role, Text(), false, message.name)));
  for (const Part& part : message.parts) {
    const bool is_first = &part == &message.parts.front();
    writer.item(tag,
                encode_item(message.role, part, !is_first, is_first ? message.name : std::string_view()));
  }
}

bool take_message_item(std::string_view bytes, std::vector<Message>& messages) {
  Item item;
  if (!read_item(bytes, item)) return false;
  if (!item.part)
    item.part = Text{std::move(item.text)};
  else if (ToolResult* result = std::get_if<ToolResult>(&*item.part))
    result->text = std::move(item.text);
  if (!item.same_message || messages.empty()) {
    messages.emplace_back(item.role);
    messages.back().name = std::move(item.name);
  }
  messages.back().parts.push_back(std::move(*item.part));
  return true;
}

}  // namespace belay

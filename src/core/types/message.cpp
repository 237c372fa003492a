#include "core/types/message.hpp"

#include <algorithm>
#include <string_view>

namespace belay {
namespace {

struct BytesOf {
  std::uint64_t operator()(const Text& part) const { return part.text.size(); }
  std::uint64_t operator()(const ToolCall& part) const {
    return part.id.size() + part.name.size() + part.arguments.size();
  }
  std::uint64_t operator()(const ToolResult& part) const { return part.call_id.size() + part.text.size(); }
  std::uint64_t operator()(const Reasoning& part) const { return part.text.size() + part.signature.size(); }
  std::uint64_t operator()(const Image&) const { return kImageBytes; }
  // A document is charged by what is written in it. That is at most about its size.
  std::uint64_t operator()(const File& part) const {
    return part.name.size() + std::max<std::uint64_t>(part.media.data.size(), kImageBytes);
  }

  // About 1,600 tokens: what the large providers charge for an image at most.
  static constexpr std::uint64_t kImageBytes = 4'800;
};

}  // namespace

std::string text_of(const Message& message) {
  std::string out;
  for (const Part& part : message.parts) {
    const Text* text = std::get_if<Text>(&part);
    if (!text || text->text.empty()) continue;
    if (!out.empty()) out += "\n\n";
    out += text->text;
  }
  return out;
}

std::string shown_text_of(const Message& message) {
  std::string out;
  const auto add = [&out](std::string_view text) {
    if (text.empty()) return;
    if (!out.empty()) out += "\n\n";
    out += text;
  };
  for (const Part& part : message.parts) {
    if (const Text* text = std::get_if<Text>(&part)) add(text->text);
    if (const Image* image = std::get_if<Image>(&part)) add(placeholder_of(*image));
    if (const File* file = std::get_if<File>(&part)) add(placeholder_of(*file));
  }
  return out;
}

std::string placeholder_of(const Image&) {
  return "[image]";
}

std::string placeholder_of(const File& file) {
  return file.name.empty() ? "[file]" : "[file: " + file.name + "]";
}

std::uint64_t bytes_of(const Message& message) {
  std::uint64_t bytes = message.name.size();
  for (const Part& part : message.parts) bytes += std::visit(BytesOf(), part);
  return bytes;
}

}  // namespace belay

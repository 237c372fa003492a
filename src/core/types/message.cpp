#include "core/types/message.hpp"

namespace belay {
namespace {

struct BytesOf {
  std::uint64_t operator()(const Text& part) const { return part.text.size(); }
  std::uint64_t operator()(const ToolCall& part) const {
    return part.id.size() + part.name.size() + part.arguments.size();
  }
  std::uint64_t operator()(const ToolResult& part) const { return part.call_id.size() + part.text.size(); }
  std::uint64_t operator()(const Reasoning& part) const { return part.text.size() + part.signature.size(); }
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

std::uint64_t bytes_of(const Message& message) {
  std::uint64_t bytes = 0;
  for (const Part& part : message.parts) bytes += std::visit(BytesOf(), part);
  return bytes;
}

}  // namespace belay

#include "exports/markdown_renderer.hpp"

#include <algorithm>

#include "exports/markdown/fences.hpp"

namespace belay::exports {
namespace {

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

}  // namespace

void MarkdownRenderer::begin(const Heading& heading, std::string& out) {
  out.append("# ").append(heading.title.empty() ? "Conversation" : one_line(heading.title));
  out.append("\n\nExported ").append(readable_time(heading.exported)).append("\n");
}

MarkdownRenderer::Part MarkdownRenderer::add_part(const StoredMessage& message, std::string& out) {
  if (!in_message_) {
    out.append("\n## ").append(message.role == Role::user ? "User" : "Assistant");
    out.append(" · ").append(readable_time(message.created));
    if (message.role == Role::assistant && !message.model.empty()) out.append(" · ").append(message.model);
    if (const auto state = broken_state(message); !state.empty()) out.append(" · ").append(state);
    out.append("\n\n");
    added_ = 0;
  }
  const std::string_view part = part_of(message.content, added_);
  out.append(part);
  added_ += part.size();
  in_message_ = added_ < message.content.size();
  if (in_message_) return Part::more;
  if (!message.content.ends_with('\n')) out.push_back('\n');
  if (const auto fence = open_fence(message.content); !fence.empty()) out.append(fence).push_back('\n');
  return Part::last;
}

Result<> MarkdownRenderer::end(std::string&) {
  return {};
}

}  // namespace belay::exports

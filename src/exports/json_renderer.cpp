#include "exports/json_renderer.hpp"

#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "base/run_id.hpp"

namespace belay::exports {
namespace {

void append_member(std::string_view name, std::string_view text, std::string& out) {
  out.append("\"").append(name).append("\":\"");
  append_json_text(text, out);
  out.append("\"");
}

std::string_view name_of(Reaction reaction) {
  switch (reaction) {
    case Reaction::none:
      return {};
    case Reaction::like:
      return "like";
    case Reaction::dislike:
      return "dislike";
  }
  return {};
}

}  // namespace

void JsonRenderer::begin(const Heading& heading, std::string& out) {
  out.push_back('{');
  append_member("conversation", heading.conversation, out);
  out.push_back(',');
  append_member("title", heading.title, out);
  out.push_back(',');
  append_member("exported", iso8601(heading.exported), out);
  out.append(",\"messages\":[");
}

JsonRenderer::Part JsonRenderer::add_part(const StoredMessage& message, std::string& out) {
  if (!in_message_) {
    out.append(std::exchange(first_, false) ? "\n{" : ",\n{");
    append_member("id", message.id().text(), out);
    if (message.parent) {
      out.push_back(',');
      append_member("parent", message.parent->text(), out);
    }
    out.push_back(',');
    append_member("role", message.role == Role::user ? "user" : "assistant", out);
    out.append(",\"content\":\"");
    added_ = 0;
  }
  const std::string_view part = part_of(message.content, added_);
  append_json_text(part, out);
  added_ += part.size();
  in_message_ = added_ < message.content.size();
  if (in_message_) return Part::more;
  out.append("\",");
  append_member("created", iso8601(message.created), out);
  out.push_back(',');
  append_member("state", message.state, out);
  if (message.role == Role::assistant) {
    out.push_back(',');
    append_member("model", message.model, out);
    if (message.finish) {
      out.push_back(',');
      append_member("finish", to_string(*message.finish), out);
    }
    fmt::format_to(std::back_inserter(out), R"(,"usage":{{"input_tokens":{},"output_tokens":{}}})",
                   message.usage.input.value, message.usage.output.value);
  }
  if (const auto reaction = name_of(message.reaction); !reaction.empty()) {
    out.push_back(',');
    append_member("reaction", reaction, out);
  }
  out.push_back('}');
  return Part::last;
}

Result<> JsonRenderer::end(std::string& out) {
  out.append("\n]}\n");
  return {};
}

}  // namespace belay::exports

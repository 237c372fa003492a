#include "surfaces/chat/render.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "base/run_id.hpp"
#include "core/types/payloads.hpp"
#include "surfaces/chat/cursor.hpp"
#include "surfaces/session_position.hpp"
#include "transport/framing/sse.hpp"

namespace belay::surfaces::chat {
namespace {

void append_member(std::string_view name, std::string_view value, std::string& out) {
  fmt::format_to(std::back_inserter(out), ",\"{}\":", name);
  append_json_string(value, out);
}

// Appends null if the value is empty.
void append_optional(std::string_view name, std::string_view value, std::string& out) {
  if (!value.empty()) return append_member(name, value, out);
  fmt::format_to(std::back_inserter(out), ",\"{}\":null", name);
}

void append_message(const StoredMessage& message, std::string& out) {
  out.append("{\"id\":\"").append(MessageId{message.run, message.role}.text()).append("\"");
  append_member("chatId", message.conversation, out);
  append_member("role", message.role == Role::user ? "user" : "assistant", out);
  append_member("content", message.content, out);
  append_member("state", message.state, out);
  append_optional("modelId", message.model, out);
  append_member("kind", message.kind == MessageKind::command ? "command" : "chat", out);
  append_optional("projectId", message.project, out);
  append_optional("taskId", message.task, out);
  append_member("createdAt", iso8601(message.created), out);
  if (message.parent) append_member("parentId", message.parent->text(), out);
  if (!message.siblings.empty()) {
    out.append(",\"siblings\":[");
    for (const MessageId& sibling : message.siblings) {
      if (&sibling != &message.siblings.front()) out.push_back(',');
      append_json_string(sibling.text(), out);
    }
    out.push_back(']');
  }
  if (message.role == Role::assistant) {
    append_optional("finish", message.finish ? to_string(*message.finish) : std::string_view(), out);
    if (!message.reasoning.empty()) append_member("reasoning", message.reasoning, out);
    const char* const reactions[] = {"null", "\"like\"", "\"dislike\""};
    fmt::format_to(std::back_inserter(out),
                   ",\"reaction\":{},\"source\":\"{}\",\"usage\":{{\"inputTokens\":{},\"outputTokens\":{},"
                   "\"estimated\":{}}},"
                   "\"costUsd\":{:.9f}",
                   reactions[static_cast<std::size_t>(message.reaction)], to_string(message.source),
                   message.usage.input.value, message.usage.output.value, message.usage.estimated,
                   static_cast<double>(message.cost.value) / 1e9);
  }
  out.push_back('}');
}

// The newest answer of the conversation that is being made, if there is one.
void append_running(std::string_view chat, const Running& running, std::string& out) {
  const services::RunningAnswer* newest = nullptr;
  for (const services::RunningAnswer& each : running)
    if (each.conversation == chat) newest = &each;
  if (!newest) return;
  out.append(",\"running\":{\"sessionId\":");
  if (newest->session.empty())
    out.append("null");  // it was asked by POST /api/chat: read it by its chat
  else
    append_json_string(newest->session, out);
  append_member("messageId", MessageId{newest->run, Role::assistant}.text(), out);
  out.push_back('}');
}

// An answer that ended while the page was read is on it.
Running without_stored(Running running, const MessagePage& page) {
  std::erase_if(running, [&page](const services::RunningAnswer& each) {
    return std::any_of(page.messages.begin(), page.messages.end(), [&each](const StoredMessage& message) {
      return message.run == each.run && message.role == Role::assistant;
    });
  });
  return running;
}

// What was found in a chat.
void append_match(const SearchHit& hit, std::string& out) {
  out.append(",\"match\":{");
  if (hit.message) {
    out.append("\"messageId\":");
    append_json_string(hit.message->text(), out);
    out.push_back(',');
  }
  out.append("\"snippet\":[");
  for (const search::SnippetPart& part : hit.snippet) {
    if (&part != &hit.snippet.front()) out.push_back(',');
    out.append("{\"text\":");
    append_json_string(part.text, out);
    out.append(part.is_match ? ",\"match\":true}" : ",\"match\":false}");
  }
  out.append("]}");
}

// `hit`: the chat was found by a search.
void append_chat(const Conversation& chat, const Running& running, std::string& out,
                 const SearchHit* hit = nullptr) {
  out.append("{\"chatId\":");
  append_json_string(chat.id, out);
  append_member("title", chat.title, out);
  append_optional("modelId", chat.model, out);
  append_optional("persona", chat.persona, out);
  append_optional("projectId", chat.project, out);
  append_optional("taskId", chat.task, out);
  append_member("createdAt", iso8601(chat.created), out);
  append_member("updatedAt", iso8601(chat.updated), out);
  out.append(chat.archived ? ",\"archived\":true" : ",\"archived\":false");
  out.append(chat.pinned ? ",\"pinned\":true" : ",\"pinned\":false");
  append_running(chat.id, running, out);
  if (hit) append_match(*hit, out);
  out.push_back('}');
}

// Empty: the event is not sent.
std::string_view message_type(EventType type) {
  switch (type) {
    case EventType::delta:
      return "token";
    case EventType::started:
      return "typing";
    case EventType::restarted:
      return "restarted";
    case EventType::completed:
      return "done";
    case EventType::failed:
    case EventType::cancelled:
    case EventType::interrupted:
      return "error";
    case EventType::reasoning_delta:
      return "reasoning";
    default:
      return {};
  }
}

void append_error(ErrorCode code, std::string_view message, std::string& out) {
  append_member("message", message, out);
  append_member("code", to_string(code), out);
  out.append(is_retryable(code) ? ",\"retryable\":true" : ",\"retryable\":false");
}

void append_end(const Event& event, std::string& out) {
  const auto terminal = decode_terminal(event.payload);
  if (event.type == EventType::completed) {
    if (!terminal) return;
    append_member("finish", to_string(terminal->finish), out);
    // Requirement S11: mark an outdated answer, so that nobody takes it for a new one.
    if (terminal->source == AnswerSource::stale) append_member("source", to_string(terminal->source), out);
    return;
  }
  append_error(terminal ? terminal->code : ErrorCode::internal,
               terminal ? std::string_view(terminal->message) : "The answer ended.", out);
}

// `tags_runs`: the ids name the run (tag_of()), not its turn in a session.
class ChatDialect final : public Dialect {
 public:
  explicit ChatDialect(bool tags_runs) : tags_runs_(tags_runs) {}
  void render(const LogHead& run, const Event& event, const EventCounts&, const Position& position,
              MessageWriter& writer) const override {
    const std::string_view type = message_type(event.type);
    if (type.empty()) return;
    const PositionText id(on_the_wire({tags_runs_ ? tag_of(run.id) : run.turn, position}));
    std::string& out = writer.begin({.id = id});
    out.append("{\"type\":\"").append(type).push_back('"');
    if (event.type == EventType::delta || event.type == EventType::reasoning_delta)
      append_member("content", event.payload, out);
    if (is_terminal(event.type)) {
      append_member("messageId", MessageId{run.id, Role::assistant}.text(), out);
      append_end(event, out);
    }
    out.push_back('}');
    writer.end();
  }
  void render_error(const Error& error, MessageWriter& writer) const override {
    std::string& out = writer.begin({});
    out.append("{\"type\":\"error\"");
    append_error(error.code, error.detail, out);
    out.push_back('}');
    writer.end();
  }

 private:
  const bool tags_runs_;
};

}  // namespace

const Format& format() {
  static const ChatDialect dialect(false);
  static const Format format{dialect, transport::sse_framing()};
  return format;
}

const Format& format_by_chat() {
  static const ChatDialect dialect(true);
  static const Format format{dialect, transport::sse_framing()};
  return format;
}

std::string render_started(const services::StartedRun& started) {
  std::string out = "{\"sessionId\":";
  append_json_string(started.session.id, out);
  append_member("chatId", started.session.conversation, out);
  append_member("userMessageId", started.question.text(), out);
  append_member("messageId", MessageId{started.run, Role::assistant}.text(), out);
  out.push_back('}');
  return out;
}

std::string render_history(const MessagePage& page, const MessageFilter& of, const Running& running) {
  std::string out = "{\"messages\":[";
  for (const StoredMessage& message : page.messages) {
    if (&message != &page.messages.front()) out.push_back(',');
    append_message(message, out);
  }
  out.push_back(']');
  if (!of.conversation.empty()) append_member("chatId", of.conversation, out);
  if (!of.project.empty()) append_member("projectId", of.project, out);
  if (!of.task.empty()) append_member("taskId", of.task, out);
  append_optional("nextCursor", page.older ? history_cursor(*page.older, of) : std::string(), out);
  if (!of.conversation.empty()) append_running(of.conversation, without_stored(running, page), out);
  out.push_back('}');
  return out;
}

std::string render_chats(const ConversationPage& page, const Running& running) {
  std::string out = "{\"chats\":[";
  for (const Conversation& chat : page.conversations) {
    if (&chat != &page.conversations.front()) out.push_back(',');
    append_chat(chat, running, out);
  }
  out.push_back(']');
  append_optional("nextCursor", page.next ? page.next->text() : std::string(), out);
  out.push_back('}');
  return out;
}

std::string render_hits(const std::vector<SearchHit>& hits, const Running& running) {
  std::string out = "{\"chats\":[";
  for (const SearchHit& hit : hits) {
    if (&hit != &hits.front()) out.push_back(',');
    append_chat(hit.conversation, running, out, &hit);
  }
  out.append("],\"nextCursor\":null}");
  return out;
}

std::string render_chat(const Conversation& chat, const Running& running) {
  std::string out;
  append_chat(chat, running, out);
  return out;
}

std::string render_models(const std::vector<const Model*>& models, std::string_view tier) {
  std::string out = "{\"models\":[";
  for (const Model* model : models) {
    if (model != models.front()) out.push_back(',');
    out.append("{\"id\":");
    append_json_string(model->alias, out);
    append_member("provider", model->provider, out);
    append_optional("tier", model->tier, out);
    fmt::format_to(std::back_inserter(out),
                   ",\"contextWindow\":{},\"maxOutput\":{},\"price\":{{\"input\":{},\"output\":{}}}}}",
                   model->window.value, model->max_output.value, model->price.input, model->price.output);
  }
  out.push_back(']');
  append_member("tier", tier, out);
  out.push_back('}');
  return out;
}

}  // namespace belay::surfaces::chat

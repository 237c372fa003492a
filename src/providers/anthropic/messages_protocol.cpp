#include "providers/anthropic/messages_protocol.hpp"

#include <iterator>

#include <fmt/format.h>

#include "providers/anthropic/messages_decoder.hpp"
#include "providers/characters.hpp"
#include "providers/json_text.hpp"
#include "providers/sent_messages.hpp"

namespace belay::providers {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

// Removes white space at the end.
std::string_view without_end(std::string_view text) {
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

void append_member(std::string_view name, std::string_view text, std::string& out) {
  out += fmt::format("\"{}\":", name);
  append_json_string(text, out);
}

// Writes a part as one block of a message's content.
class BlockWriter {
 public:
  explicit BlockWriter(std::string& out) : out_(out) {}

  void operator()(const Text& part) {
    begin("text");
    member("text", part.text);
    out_ += '}';
  }
  void operator()(const ToolCall& part) {
    begin("tool_use");
    member("id", part.id);
    member("name", part.name);
    out_ += ",\"input\":" + arguments_object(part.arguments) + '}';
  }
  void operator()(const ToolResult& part) {
    begin("tool_result");
    member("tool_use_id", part.call_id);
    member("content", part.text);
    out_ += '}';
  }
  void operator()(const Reasoning& part) {
    begin("thinking");
    member("thinking", part.text);
    member("signature", part.signature);
    out_ += '}';
  }

 private:
  void begin(std::string_view type) {
    if (out_.back() != '[') out_ += ',';
    out_ += fmt::format("{{\"type\":\"{}\"", type);
  }
  void member(std::string_view name, std::string_view text) {
    out_ += ',';
    append_member(name, text, out_);
  }

  std::string& out_;
};

// Results are content of the user.
void append_message(const Message& message, std::string& out) {
  if (out.back() != '[') out += ',';
  out += message.role == Role::assistant ? R"({"role":"assistant",)" : R"({"role":"user",)";
  const Text* text = std::get_if<Text>(&message.parts.front());
  if (text && message.parts.size() == 1) {
    append_member("content", text->text, out);
  } else {
    out += "\"content\":[";
    for (const Part& part : message.parts) std::visit(BlockWriter(out), part);
    out += ']';
  }
  out += '}';
}

// The API refuses white space at the end of a message that it must continue.
Message with_trimmed_end(Message message) {
  if (Text* text = std::get_if<Text>(&message.parts.back()))
    text->text.resize(without_end(text->text).size());
  return message;
}

void append_messages(const GenerationRequest& request, std::string& out) {
  const SentMessages messages(request, signer_of("messages", request.model));
  out += ",\"messages\":[";
  for (const Message& message : messages) {
    const bool is_continued = messages.end_with_answer() && &message == &*std::prev(messages.end());
    if (is_continued)
      append_message(with_trimmed_end(message), out);
    else
      append_message(message, out);
  }
  out += ']';
}

void append_tools(const std::vector<Tool>& tools, std::string& out) {
  out += ",\"tools\":[";
  for (const Tool& tool : tools) {
    if (&tool != &tools.front()) out += ',';
    out += '{';
    append_member("name", tool.name, out);
    if (!tool.description.empty()) {
      out += ',';
      append_member("description", tool.description, out);
    }
    // The schema is JSON; it was checked with the configuration.
    out += ",\"input_schema\":";
    out += tool.schema.empty() ? R"({"type":"object","properties":{}})" : tool.schema;
    out += '}';
  }
  out += ']';
}

}  // namespace

std::string messages_request_body(const HttpProviderConfig& config, const GenerationRequest& request) {
  const Model& model = request.model;
  std::string out = "{";
  append_member("model", model.upstream_name, out);
  out += fmt::format(",\"max_tokens\":{}", model.max_output.value);
  if (!is_blank(request.system)) {
    out += ',';
    append_member("system", request.system, out);
  }
  append_messages(request, out);
  if (offers_tools(request)) append_tools(request.tools, out);
  // A model that thinks takes neither a temperature nor the beginning of an answer.
  const bool thinks = model.shows_reasoning && !request.continues();
  if (thinks) out += R"(,"thinking":{"type":"adaptive","display":"summarized"})";
  if (!thinks && request.temperature && model.sampling_allowed && config.anthropic_version == "2023-06-01")
    out += fmt::format(",\"temperature\":{}", *request.temperature);
  out += config.supports_streaming ? ",\"stream\":true}" : ",\"stream\":false}";
  return out;
}

HttpRequest MessagesProtocol::request(const HttpProviderConfig& config,
                                      const GenerationRequest& request) const {
  HttpRequest http;
  http.url = "/messages";
  http.headers = {"Content-Type: application/json", "anthropic-version: " + config.anthropic_version,
                  config.supports_streaming ? "Accept: text/event-stream" : "Accept: application/json"};
  http.body = std::make_shared<const std::string>(messages_request_body(config, request));
  return http;
}

Overlap MessagesProtocol::overlap(const GenerationRequest& request) const {
  const std::string text = continued_text(request);
  return {Overlap::Kind::white_space, text.substr(without_end(text).size())};
}

std::unique_ptr<AnswerDecoder> MessagesProtocol::decoder(AnswerDecoder::Parts parts) const {
  return std::make_unique<MessagesDecoder>(std::move(parts));
}

}  // namespace belay::providers

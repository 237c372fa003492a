#include "providers/openai_compatible/chat_completions_protocol.hpp"

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "providers/characters.hpp"
#include "providers/openai_compatible/chat_completions_decoder.hpp"
#include "providers/request_members.hpp"
#include "providers/sent_messages.hpp"

namespace belay::providers {
namespace {

std::size_t size_hint(const GenerationRequest& request) {
  std::size_t size = 512 + request.system.size() + request.partial_answer.size();
  for (const Message& message : request.messages) size += bytes_of(message) + 64;
  for (const Tool& tool : request.tools) size += tool.description.size() + tool.schema.size() + 128;
  return size + size / 16;  // extra space for escapes
}

void begin_role(std::string_view role, std::string_view name, std::string& out) {
  if (out.back() != '[') out += ',';
  out += "{\"role\":";
  append_json_string(role, out);
  if (!name.empty()) {
    out += ",\"name\":";
    append_json_string(name, out);
  }
  out += ",\"content\":";
}

// Writes a message without its closing brace.
void begin_message(std::string_view role, std::string_view content, std::string& out,
                   std::string_view name = {}) {
  begin_role(role, name, out);
  if (content.empty())
    out += "null";
  else
    append_json_string(content, out);
}

// Writes a part of a user's message that also has images or files.
class PartWriter {
 public:
  explicit PartWriter(std::string& out) : out_(out) {}

  void operator()(const Text& part) {
    begin("text");
    out_ += ",\"text\":";
    append_json_string(part.text, out_);
    out_ += '}';
  }
  void operator()(const Image& part) {
    begin("image_url");
    out_ += ",\"image_url\":{\"url\":";
    append_media_url(part.media, out_);
    if (!part.detail.empty()) {
      out_ += ",\"detail\":";
      append_json_string(part.detail, out_);
    }
    out_ += "}}";
  }
  // The protocol takes no file by its address.
  void operator()(const File& part) {
    if (!part.media.url.empty()) return (*this)(Text{placeholder_of(part) + " " + part.media.url});
    begin("file");
    out_ += ",\"file\":{\"filename\":";
    append_json_string(part.name.empty() ? "file" : part.name, out_);
    out_ += ",\"file_data\":";
    append_media_url(part.media, out_);
    out_ += "}}";
  }
  template <class Other>
  void operator()(const Other&) {}  // not in a user's message

 private:
  void begin(std::string_view type) {
    if (out_.back() != '[') out_ += ',';
    out_ += fmt::format("{{\"type\":\"{}\"", type);
  }
  std::string& out_;
};

void append_call(const ToolCall& call, std::string& out) {
  out += out.back() == '[' ? "{\"id\":" : ",{\"id\":";
  append_json_string(call.id, out);
  out += ",\"type\":\"function\",\"function\":{\"name\":";
  append_json_string(call.name, out);
  out += ",\"arguments\":";
  append_json_string(arguments_object(call.arguments), out);
  out += "}}";
}

// Calls follow in the same message; each result is a message.
void append_message(const Message& message, std::string& out) {
  if (message.role == Role::tool) {
    for (const Part& part : message.parts) {
      const ToolResult* result = std::get_if<ToolResult>(&part);
      if (!result) continue;
      begin_message("tool", result->text, out);
      out += ",\"tool_call_id\":";
      append_json_string(result->call_id, out);
      out += '}';
    }
    return;
  }
  if (has_media(message)) {
    begin_role("user", message.name, out);
    out += '[';
    for (const Part& part : message.parts) std::visit(PartWriter(out), part);
    out += "]}";
    return;
  }
  const Text* text = std::get_if<Text>(&message.parts.front());
  begin_message(message.role == Role::user ? "user" : "assistant", text ? text->text : std::string_view(),
                out, message.name);
  bool has_calls = false;
  for (const Part& part : message.parts)
    if (const ToolCall* call = std::get_if<ToolCall>(&part)) {
      if (!std::exchange(has_calls, true)) out += ",\"tool_calls\":[";
      append_call(*call, out);
    }
  if (has_calls) out += ']';
  out += '}';
}

void append_messages(const HttpProviderConfig& config, const GenerationRequest& request, std::string& out) {
  out += ",\"messages\":[";
  if (!is_blank(request.system)) {
    begin_message(request.model.system_role, request.system, out);
    out += '}';
  }
  const SentMessages messages(request);
  for (const Message& message : messages) append_message(message, out);
  if (messages.end_with_answer() && config.continue_style == ContinueStyle::prefix_flag) {
    out.pop_back();
    out += ",\"prefix\":true}";
  }
  out += ']';
}

void append_tools(const std::vector<Tool>& tools, std::string& out) {
  out += ",\"tools\":[";
  for (const Tool& tool : tools) {
    if (&tool != &tools.front()) out += ',';
    out += "{\"type\":\"function\",\"function\":{\"name\":";
    append_json_string(tool.name, out);
    if (!tool.description.empty()) {
      out += ",\"description\":";
      append_json_string(tool.description, out);
    }
    // The schema is JSON; it was checked with the configuration.
    out += ",\"parameters\":";
    out += tool.schema.empty() ? R"({"type":"object","properties":{}})" : tool.schema;
    out += tool.strict ? ",\"strict\":true}}" : "}}";
  }
  out += ']';
}

void append_tool_choice(const ToolChoice& choice, std::string& out) {
  out += ",\"tool_choice\":";
  switch (choice.mode) {
    case ToolChoice::Mode::automatic:
      out += "\"auto\"";
      return;
    case ToolChoice::Mode::none:
      out += "\"none\"";
      return;
    case ToolChoice::Mode::required:
      out += "\"required\"";
      return;
    case ToolChoice::Mode::named:
      out += R"({"type":"function","function":{"name":)";
      append_json_string(choice.name, out);
      out += "}}";
      return;
  }
}

void append_response_format(const ResponseFormat& format, std::string& out) {
  out += ",\"response_format\":";
  switch (format.kind) {
    case ResponseFormat::Kind::text:
      out += R"({"type":"text"})";
      return;
    case ResponseFormat::Kind::json_object:
      out += R"({"type":"json_object"})";
      return;
    case ResponseFormat::Kind::json_schema:
      out += R"({"type":"json_schema","json_schema":{"name":)";
      append_json_string(format.name, out);
      if (!format.description.empty()) {
        out += ",\"description\":";
        append_json_string(format.description, out);
      }
      out += ",\"schema\":" + format.schema + (format.strict ? ",\"strict\":true}}" : "}}");
      return;
  }
}

void append_sampling(const GenerationRequest& request, std::string& out) {
  const Sampling& sampling = request.sampling;
  if (takes_sampling(request)) {
    append_member("temperature", sampling.temperature, out);
    append_member("top_p", sampling.top_p, out);
    append_member("presence_penalty", sampling.presence_penalty, out);
    append_member("frequency_penalty", sampling.frequency_penalty, out);
    append_member("seed", sampling.seed, out);
    append_member("stop", sampling.stop, out);
  }
  if (offers_tools(request)) {
    if (sampling.tool_choice) append_tool_choice(*sampling.tool_choice, out);
    append_member("parallel_tool_calls", sampling.parallel_tool_calls, out);
  }
  if (sampling.response_format) append_response_format(*sampling.response_format, out);
  if (takes_effort(request)) out += fmt::format(",\"reasoning_effort\":\"{}\"", sampling.effort);
}

}  // namespace

std::string chat_request_body(const HttpProviderConfig& config, const GenerationRequest& request) {
  const Model& model = request.model;
  std::string out;
  out.reserve(size_hint(request));
  out += "{\"model\":";
  append_json_string(model.upstream_name, out);
  append_messages(config, request, out);
  if (offers_tools(request)) append_tools(request.tools, out);
  out += ',';
  append_json_string(model.token_field, out);
  out += fmt::format(":{}", request.max_output().value);
  append_sampling(request, out);
  out += config.supports_streaming ? ",\"stream\":true" : ",\"stream\":false";
  if (config.supports_streaming && config.include_usage)
    out += ",\"stream_options\":{\"include_usage\":true}";
  out += '}';
  return out;
}

HttpRequest ChatCompletionsProtocol::request(const HttpProviderConfig& config,
                                             const GenerationRequest& request) const {
  HttpRequest http;
  http.url = "/chat/completions";
  http.headers = {"Content-Type: application/json",
                  config.supports_streaming ? "Accept: text/event-stream" : "Accept: application/json"};
  http.body = std::make_shared<const std::string>(chat_request_body(config, request));
  return http;
}

std::unique_ptr<AnswerDecoder> ChatCompletionsProtocol::decoder(AnswerDecoder::Parts parts) const {
  return std::make_unique<ChatCompletionsDecoder>(std::move(parts));
}

}  // namespace belay::providers

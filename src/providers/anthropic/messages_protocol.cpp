#include "providers/anthropic/messages_protocol.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/base64.hpp"
#include "base/json_text.hpp"
#include "base/utf8.hpp"
#include "providers/anthropic/messages_decoder.hpp"
#include "providers/characters.hpp"
#include "providers/request_members.hpp"
#include "providers/sent_messages.hpp"

namespace belay::providers {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

// Removes white space at the end.
std::string_view without_end(std::string_view text) {
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

void append_text(std::string_view name, std::string_view text, std::string& out) {
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
  void operator()(const Image& part) {
    begin("image");
    source(part.media);
    out_ += '}';
  }
  void operator()(const File& part) {
    begin("document");
    source(part.media);
    if (!part.name.empty()) member("title", part.name);
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
    append_text(name, text, out_);
  }
  // Plain text is sent as it is.
  void source(const Media& media) {
    out_ += ",\"source\":{";
    if (!media.url.empty()) {
      append_text("type", "url", out_);
      member("url", media.url);
    } else if (media.media_type == "text/plain" && is_valid_utf8(media.data)) {
      append_text("type", "text", out_);
      member("media_type", media.media_type);
      member("data", media.data);
    } else {
      append_text("type", "base64", out_);
      member("media_type", media.media_type);
      out_ += ",\"data\":\"";
      append_base64(media.data, out_);
      out_ += '"';
    }
    out_ += '}';
  }

  std::string& out_;
};

// Results are content of the user.
void append_message(const Message& message, std::string& out) {
  if (out.back() != '[') out += ',';
  out += message.role == Role::assistant ? R"({"role":"assistant",)" : R"({"role":"user",)";
  const Text* text = std::get_if<Text>(&message.parts.front());
  if (text && message.parts.size() == 1) {
    append_text("content", text->text, out);
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
    append_text("name", tool.name, out);
    if (!tool.description.empty()) {
      out += ',';
      append_text("description", tool.description, out);
    }
    // The schema is JSON; it was checked with the configuration.
    out += ",\"input_schema\":";
    out += tool.schema.empty() ? R"({"type":"object","properties":{}})" : tool.schema;
    out += tool.strict ? ",\"strict\":true}" : "}";
  }
  out += ']';
}

// The API does not let a model think that must call a tool.
bool must_call(const GenerationRequest& request) {
  const std::optional<ToolChoice>& choice = request.sampling.tool_choice;
  return offers_tools(request) && choice &&
         (choice->mode == ToolChoice::Mode::required || choice->mode == ToolChoice::Mode::named);
}

void append_tool_choice(const GenerationRequest& request, std::string& out) {
  const std::optional<ToolChoice>& choice = request.sampling.tool_choice;
  const std::optional<bool>& parallel = request.sampling.parallel_tool_calls;
  if (!offers_tools(request) || (!choice && !parallel)) return;
  out += R"(,"tool_choice":{"type":)";
  const ToolChoice::Mode mode = choice ? choice->mode : ToolChoice::Mode::automatic;
  switch (mode) {
    case ToolChoice::Mode::automatic:
      out += "\"auto\"";
      break;
    case ToolChoice::Mode::none:
      out += "\"none\"";
      break;
    case ToolChoice::Mode::required:
      out += "\"any\"";
      break;
    case ToolChoice::Mode::named:
      out += "\"tool\",";
      append_text("name", choice->name, out);
      break;
  }
  if (parallel && mode != ToolChoice::Mode::none)
    append_member("disable_parallel_tool_use", std::optional(!*parallel), out);
  out += '}';
}

// The API takes temperatures up to 1, and newer models refuse a temperature together with top_p.
void append_sampling(const HttpProviderConfig& config, const GenerationRequest& request, bool thinks,
                     std::string& out) {
  const Sampling& sampling = request.sampling;
  if (!thinks && takes_sampling(request) && config.anthropic_version == "2023-06-01") {
    if (sampling.temperature)
      append_member("temperature", std::optional(std::min(*sampling.temperature, 1.0)), out);
    else
      append_member("top_p", sampling.top_p, out);
  }
  append_member("stop_sequences", sampling.stop, out);
}

}  // namespace

std::string messages_request_body(const HttpProviderConfig& config, const GenerationRequest& request) {
  const Model& model = request.model;
  std::string out = "{";
  append_text("model", model.upstream_name, out);
  out += fmt::format(",\"max_tokens\":{}", request.max_output().value);
  if (!is_blank(request.system)) {
    out += ',';
    append_text("system", request.system, out);
  }
  append_messages(request, out);
  if (offers_tools(request)) append_tools(request.tools, out);
  // A model that thinks takes neither a temperature, nor the beginning of an answer, nor a tool that it must call.
  const bool thinks = model.shows_reasoning && !request.continues() && !must_call(request);
  if (thinks) out += R"(,"thinking":{"type":"adaptive","display":"summarized"})";
  append_tool_choice(request, out);
  append_sampling(config, request, thinks, out);
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

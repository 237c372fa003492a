#include "providers/responses/responses_protocol.hpp"

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "providers/characters.hpp"
#include "providers/request_members.hpp"
#include "providers/responses/responses_decoder.hpp"
#include "providers/sent_messages.hpp"

namespace belay::providers {
namespace {

void append_text(std::string_view name, std::string_view text, std::string& out) {
  out += fmt::format("\"{}\":", name);
  append_json_string(text, out);
}

// Writes a part of a user's message that also has images or files.
class ContentWriter {
 public:
  explicit ContentWriter(std::string& out) : out_(out) {}

  void operator()(const Text& part) {
    begin("input_text");
    append_text("text", part.text, out_);
    out_ += '}';
  }
  void operator()(const Image& part) {
    begin("input_image");
    out_ += "\"image_url\":";
    append_media_url(part.media, out_);
    if (!part.detail.empty()) {
      out_ += ',';
      append_text("detail", part.detail, out_);
    }
    out_ += '}';
  }
  void operator()(const File& part) {
    begin("input_file");
    if (part.media.url.empty()) {
      append_text("filename", part.name.empty() ? "file" : part.name, out_);
      out_ += ",\"file_data\":";
    } else {
      out_ += "\"file_url\":";
    }
    append_media_url(part.media, out_);
    out_ += '}';
  }
  template <class Other>
  void operator()(const Other&) {}  // not in a user's message

 private:
  void begin(std::string_view type) {
    if (out_.back() != '[') out_ += ',';
    out_ += fmt::format("{{\"type\":\"{}\",", type);
  }
  std::string& out_;
};

// Writes a part as one item of the input.
class ItemWriter {
 public:
  ItemWriter(Role role, std::string& out) : role_(role), out_(out) {}

  void operator()(const Text& part) {
    begin(role_ == Role::user ? R"("role":"user",)" : R"("role":"assistant",)");
    append_text("content", part.text, out_);
    out_ += '}';
  }
  void operator()(const ToolCall& part) {
    begin(R"("type":"function_call",)");
    append_text("call_id", part.id, out_);
    out_ += ',';
    append_text("name", part.name, out_);
    out_ += ',';
    append_text("arguments", arguments_object(part.arguments), out_);
    out_ += '}';
  }
  void operator()(const ToolResult& part) {
    begin(R"("type":"function_call_output",)");
    append_text("call_id", part.call_id, out_);
    out_ += ',';
    append_text("output", part.text, out_);
    out_ += '}';
  }
  void operator()(const Image&) {}  // append_input() writes the whole message
  void operator()(const File&) {}
  void operator()(const Reasoning& part) {
    begin(R"("type":"reasoning","summary":[],)");
    append_text("encrypted_content", part.signature, out_);
    out_ += '}';
  }

 private:
  void begin(std::string_view members) {
    if (out_.back() != '[') out_ += ',';
    out_ += '{';
    out_ += members;
  }

  const Role role_;
  std::string& out_;
};

void append_input(const GenerationRequest& request, std::string& out) {
  out += ",\"input\":[";
  const SentMessages messages(request, signer_of("responses", request.model));
  for (const Message& message : messages) {
    if (!has_media(message)) {
      for (const Part& part : message.parts) std::visit(ItemWriter(message.role, out), part);
      continue;
    }
    if (out.back() != '[') out += ',';
    out += R"({"role":"user","content":[)";
    for (const Part& part : message.parts) std::visit(ContentWriter(out), part);
    out += "]}";
  }
  out += ']';
}

void append_tools(const std::vector<Tool>& tools, std::string& out) {
  out += ",\"tools\":[";
  for (const Tool& tool : tools) {
    if (&tool != &tools.front()) out += ',';
    // By default the API accepts only strict schemas, which are a subset of JSON Schema. Schemas here may be outside
    // that subset, if nobody says otherwise.
    out += tool.strict ? R"({"type":"function","strict":true,)" : R"({"type":"function","strict":false,)";
    append_text("name", tool.name, out);
    if (!tool.description.empty()) {
      out += ',';
      append_text("description", tool.description, out);
    }
    // The schema is JSON; it was checked with the configuration.
    out += ",\"parameters\":";
    out += tool.schema.empty() ? R"({"type":"object","properties":{}})" : tool.schema;
    out += '}';
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
      out += R"({"type":"function",)";
      append_text("name", choice.name, out);
      out += '}';
      return;
  }
}

void append_text_format(const ResponseFormat& format, std::string& out) {
  out += R"(,"text":{"format":{"type":)";
  switch (format.kind) {
    case ResponseFormat::Kind::text:
      out += "\"text\"";
      break;
    case ResponseFormat::Kind::json_object:
      out += "\"json_object\"";
      break;
    case ResponseFormat::Kind::json_schema:
      out += "\"json_schema\",";
      append_text("name", format.name, out);
      if (!format.description.empty()) {
        out += ',';
        append_text("description", format.description, out);
      }
      out += ",\"schema\":" + format.schema + (format.strict ? ",\"strict\":true" : "");
      break;
  }
  out += "}}";
}

void append_sampling(const GenerationRequest& request, std::string& out) {
  const Sampling& sampling = request.sampling;
  if (request.model.shows_reasoning) {
    out += R"(,"reasoning":{"summary":"auto")";
    if (takes_effort(request)) out += fmt::format(",\"effort\":\"{}\"", sampling.effort);
    out += '}';
  }
  if (takes_sampling(request)) {
    append_member("temperature", sampling.temperature, out);
    append_member("top_p", sampling.top_p, out);
  }
  if (offers_tools(request)) {
    if (sampling.tool_choice) append_tool_choice(*sampling.tool_choice, out);
    append_member("parallel_tool_calls", sampling.parallel_tool_calls, out);
  }
  if (sampling.response_format) append_text_format(*sampling.response_format, out);
}

}  // namespace

std::string responses_request_body(const HttpProviderConfig& config, const GenerationRequest& request) {
  const Model& model = request.model;
  std::string out = "{";
  append_text("model", model.upstream_name, out);
  if (!is_blank(request.system)) {
    out += ',';
    append_text("instructions", request.system, out);
  }
  append_input(request, out);
  if (offers_tools(request)) append_tools(request.tools, out);
  out += fmt::format(",\"max_output_tokens\":{}", request.max_output().value);
  append_sampling(request, out);
  out += config.supports_streaming ? ",\"stream\":true" : ",\"stream\":false";
  const bool kept = config.background && config.supports_streaming;
  out += kept ? ",\"background\":true,\"store\":true}" : ",\"store\":false}";
  return out;
}

HttpRequest ResponsesProtocol::request(const HttpProviderConfig& config,
                                       const GenerationRequest& request) const {
  HttpRequest http;
  http.headers = {config.supports_streaming ? "Accept: text/event-stream" : "Accept: application/json"};
  if (!request.resume_token.empty()) {
    // The provider sends the answer from its start. overlap() removes what was already delivered.
    http.method = HttpRequest::Method::get;
    http.url = response_path(request.resume_token);
    return http;
  }
  http.url = "/responses";
  http.headers.emplace_back("Content-Type: application/json");
  http.body = std::make_shared<const std::string>(responses_request_body(config, request));
  return http;
}

Overlap ResponsesProtocol::overlap(const GenerationRequest& request) const {
  if (request.resume_token.empty()) return {};
  return {Overlap::Kind::exact, request.partial_answer};
}

std::unique_ptr<AnswerDecoder> ResponsesProtocol::decoder(AnswerDecoder::Parts parts) const {
  return std::make_unique<ResponsesDecoder>(std::move(parts));
}

}  // namespace belay::providers

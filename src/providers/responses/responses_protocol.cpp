#include "providers/responses/responses_protocol.hpp"

#include <fmt/format.h>

#include "providers/characters.hpp"
#include "providers/json_text.hpp"
#include "providers/responses/responses_decoder.hpp"
#include "providers/sent_messages.hpp"

namespace belay::providers {
namespace {

void append_member(std::string_view name, std::string_view text, std::string& out) {
  out += fmt::format("\"{}\":", name);
  append_json_string(text, out);
}

// Writes a part as one item of the input.
class ItemWriter {
 public:
  ItemWriter(Role role, std::string& out) : role_(role), out_(out) {}

  void operator()(const Text& part) {
    begin(role_ == Role::user ? R"("role":"user",)" : R"("role":"assistant",)");
    append_member("content", part.text, out_);
    out_ += '}';
  }
  void operator()(const ToolCall& part) {
    begin(R"("type":"function_call",)");
    append_member("call_id", part.id, out_);
    out_ += ',';
    append_member("name", part.name, out_);
    out_ += ',';
    append_member("arguments", arguments_object(part.arguments), out_);
    out_ += '}';
  }
  void operator()(const ToolResult& part) {
    begin(R"("type":"function_call_output",)");
    append_member("call_id", part.call_id, out_);
    out_ += ',';
    append_member("output", part.text, out_);
    out_ += '}';
  }
  void operator()(const Reasoning& part) {
    begin(R"("type":"reasoning","summary":[],)");
    append_member("encrypted_content", part.signature, out_);
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
  for (const Message& message : messages)
    for (const Part& part : message.parts) std::visit(ItemWriter(message.role, out), part);
  out += ']';
}

void append_tools(const std::vector<Tool>& tools, std::string& out) {
  out += ",\"tools\":[";
  for (const Tool& tool : tools) {
    if (&tool != &tools.front()) out += ',';
    // By default the API accepts only strict schemas, which are a subset of JSON Schema. Our schemas may be
    // outside that subset.
    out += R"({"type":"function","strict":false,)";
    append_member("name", tool.name, out);
    if (!tool.description.empty()) {
      out += ',';
      append_member("description", tool.description, out);
    }
    // The schema is JSON; it was checked with the configuration.
    out += ",\"parameters\":";
    out += tool.schema.empty() ? R"({"type":"object","properties":{}})" : tool.schema;
    out += '}';
  }
  out += ']';
}

}  // namespace

std::string responses_request_body(const HttpProviderConfig& config, const GenerationRequest& request) {
  const Model& model = request.model;
  std::string out = "{";
  append_member("model", model.upstream_name, out);
  if (!is_blank(request.system)) {
    out += ',';
    append_member("instructions", request.system, out);
  }
  append_input(request, out);
  if (offers_tools(request)) append_tools(request.tools, out);
  out += fmt::format(",\"max_output_tokens\":{}", model.max_output.value);
  if (model.shows_reasoning) out += R"(,"reasoning":{"summary":"auto"})";
  if (request.temperature && model.sampling_allowed)
    out += fmt::format(",\"temperature\":{}", *request.temperature);
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

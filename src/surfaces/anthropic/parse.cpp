#include "surfaces/anthropic/parse.hpp"

#include <vector>

#include <fmt/format.h>

#include "base/json_elements.hpp"
#include "prompts/client_messages.hpp"
#include "surfaces/anthropic/messages.hpp"
#include "surfaces/body_object.hpp"
#include "surfaces/client_tools.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/sdk_request.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::anthropic {
namespace {

constexpr std::size_t kMaxModelName = 256;
constexpr std::size_t kMaxStops = 16;
constexpr std::size_t kMaxStopBytes = 1024;
// A schema has no name in this API.
constexpr std::string_view kSchemaName = "answer";

Result<std::vector<Tool>> tools_of(const BodyObject& body) {
  return read_client_tools(body, "input_schema", [](const BodyObject& tool) -> Result<BodyObject> {
    const auto type = tool.text("type");
    if (!type) return type.error();
    if (!type->empty() && *type != "custom")
      return unsupported_member(tool.place("type"),
                                "must be \"custom\": the tools of Anthropic's servers are not offered here.");
    return tool;
  });
}

Result<> read_tool_choice(const BodyObject& body, const std::vector<Tool>& tools, Sampling& sampling) {
  using Mode = ToolChoice::Mode;
  const auto choice = body.object("tool_choice");
  if (!choice) return choice.error();
  if (!*choice) return {};
  const auto type = (*choice)->required_text("type", 64);
  if (!type) return type.error();
  const auto alone = (*choice)->optional_flag("disable_parallel_tool_use");
  if (!alone) return alone.error();
  if (*alone) sampling.parallel_tool_calls = !**alone;
  if (*type == "auto") {
    sampling.tool_choice = ToolChoice{Mode::automatic, {}};
  } else if (*type == "any") {
    sampling.tool_choice = ToolChoice{Mode::required, {}};
  } else if (*type == "none") {
    sampling.tool_choice = ToolChoice{Mode::none, {}};
  } else if (*type == "tool") {
    auto name = read_chosen_tool(**choice, tools);
    if (!name) return name.error();
    sampling.tool_choice = ToolChoice{Mode::named, std::move(*name)};
  } else {
    return bad_member("tool_choice.type", "must be \"auto\", \"any\", \"tool\" or \"none\".");
  }
  return {};
}

Result<> read_stops(const BodyObject& body, Sampling& sampling) {
  const auto list = body.find("stop_sequences", JsonKind::array, "an array of strings");
  if (!list) return list.error();
  if (!*list) return {};
  const auto elements = json_elements((*list)->raw);
  if (elements.size() > kMaxStops)
    return bad_member("stop_sequences", fmt::format("has more than {} sequences.", kMaxStops));
  for (const std::string_view raw : elements) {
    if (!raw.starts_with('"')) return bad_member("stop_sequences", "must be an array of strings.");
    std::string stop = text_of_element(raw);
    if (stop.size() > kMaxStopBytes)
      return bad_member("stop_sequences",
                        fmt::format("has a sequence of more than {} bytes.", kMaxStopBytes));
    if (!stop.empty()) sampling.stop.push_back(std::move(stop));
  }
  return {};
}

// {"type":"json_schema","schema":{…}}, as `output_config.format` or by its older name `output_format`.
Result<> read_output_format(const BodyObject& owner, std::string_view name, Sampling& sampling) {
  const auto format = owner.object(name);
  if (!format) return format.error();
  if (!*format) return {};
  const auto type = (*format)->required_text("type", 64);
  if (!type) return type.error();
  if (*type != "json_schema") return unsupported_member((*format)->place("type"), "must be \"json_schema\".");
  const auto schema = (*format)->find("schema", JsonKind::object, "a JSON Schema, an object");
  if (!schema) return schema.error();
  if (!*schema) return bad_member((*format)->place("schema"), "is missing. It must be a JSON Schema.");
  ResponseFormat wanted;
  wanted.kind = ResponseFormat::Kind::json_schema;
  wanted.name = kSchemaName;
  wanted.schema = compact_json((*schema)->raw);
  wanted.strict = true;
  sampling.response_format = std::move(wanted);
  return {};
}

Result<> read_output_config(const BodyObject& body, Sampling& sampling) {
  if (const auto read = read_output_format(body, "output_format", sampling); !read) return read;
  const auto config = body.object("output_config");
  if (!config) return config.error();
  if (!*config) return {};
  auto effort = (*config)->text("effort");
  if (!effort) return effort.error();
  if (effort->size() > 64) return bad_member("output_config.effort", "has more than 64 bytes.");
  sampling.effort = std::move(*effort);
  return read_output_format(**config, "format", sampling);
}

Result<Sampling> sampling_of(const BodyObject& body, const std::vector<Tool>& tools) {
  Sampling sampling;
  const auto max_tokens = body.count("max_tokens");
  if (!max_tokens) return max_tokens.error();
  if (*max_tokens == 0)
    return bad_member("max_tokens", "is missing. It must be a whole number of at least 1.");
  sampling.max_output = {*max_tokens};
  const auto temperature = body.number("temperature", 0, 1);
  if (!temperature) return temperature.error();
  sampling.temperature = *temperature;
  const auto top_p = body.number("top_p", 0, 1);
  if (!top_p) return top_p.error();
  sampling.top_p = *top_p;
  if (const auto read = read_stops(body, sampling); !read) return read.error();
  if (const auto read = read_tool_choice(body, tools, sampling); !read) return read.error();
  if (const auto read = read_output_config(body, sampling); !read) return read.error();
  return sampling;
}

Result<> refuse_unsupported(const BodyObject& body) {
  const auto servers = body.find("mcp_servers", JsonKind::array, "an array");
  if (!servers) return servers.error();
  if (*servers && !json_elements((*servers)->raw).empty())
    return unsupported_member("mcp_servers", "is not supported. Offer their tools in tools.");
  return {};
}

// What both requests have in common.
struct Prompt {
  std::string model;
  std::unique_ptr<prompts::Recipe> recipe;
  std::vector<Tool> tools;
};

Result<Prompt> prompt_of(std::string model, const BodyObject& body, const AnthropicConfig& config) {
  if (const auto fine = refuse_unsupported(body); !fine) return fine.error();
  Prompt prompt;
  prompt.model = std::move(model);
  auto messages = read_messages(body);
  if (!messages) return messages.error();
  prompt.recipe =
      std::make_unique<prompts::ClientRecipe>(std::move(*messages), config.preamble, kAboutMessages);
  auto tools = tools_of(body);
  if (!tools) return tools.error();
  prompt.tools = std::move(*tools);
  return prompt;
}

}  // namespace

Result<MessagesRequest> parse_messages(const transport::Request& request, const AnthropicConfig& config) {
  auto json = parse_json_object(request);
  if (!json) return json.error();
  auto model = optional_name(*json, "model", kMaxModelName);
  if (!model) return model.error();
  const BodyObject body(std::move(*json), {});
  auto prompt = prompt_of(std::move(*model), body, config);
  if (!prompt) return prompt.error();

  MessagesRequest messages;
  services::StartRun& start = messages.start;
  start.surface = kSurface;
  start.mode = kMessagesMode;
  start.streams_parts = true;
  start.model = std::move(prompt->model);
  start.recipe = std::move(prompt->recipe);
  start.tools = std::move(prompt->tools);
  auto sampling = sampling_of(body, start.tools);
  if (!sampling) return sampling.error();
  start.sampling = std::move(*sampling);
  const auto stream = body.flag("stream");
  if (!stream) return stream.error();
  messages.stream = *stream;
  const auto after = read_attempt(request, messages.stream, start);
  if (!after) return after.error();
  messages.after = *after;
  start.unwatched = start.key.empty() ? Unwatched::cancel_after(config.unwatched) : Unwatched::never();
  return messages;
}

Result<CountRequest> parse_count(const transport::Request& request, const AnthropicConfig& config) {
  auto json = parse_json_object(request);
  if (!json) return json.error();
  auto model = optional_name(*json, "model", kMaxModelName);
  if (!model) return model.error();
  auto prompt = prompt_of(std::move(*model), BodyObject(std::move(*json), {}), config);
  if (!prompt) return prompt.error();
  return CountRequest{std::move(prompt->model), std::move(prompt->recipe), std::move(prompt->tools)};
}

Error no_such_message() {
  return make_error(ErrorCode::not_found,
                    "There is no such message. Send the id of a message, unchanged: msg_…", "message_id");
}

Result<RunId> parse_message_id(std::string_view text) {
  if (text.starts_with(kIdPrefix))
    if (const auto id = RunId::parse(text.substr(kIdPrefix.size()))) return *id;
  return no_such_message();
}

Result<ReadRequest> parse_read(const transport::Request& request) {
  ReadRequest read;
  const auto run = parse_message_id(request.capture("message_id"));
  if (!run) return run.error();
  read.run = *run;
  const auto stream = request.query_value("stream");
  read.stream = stream == "true" || stream == "1";
  const auto after = parse_resume(request);
  if (!after) return after.error();
  read.after = *after;
  return read;
}

}  // namespace belay::surfaces::anthropic

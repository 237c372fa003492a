#include "surfaces/openai/parse.hpp"

#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "base/json_elements.hpp"
#include "prompts/client_messages.hpp"
#include "surfaces/body_object.hpp"
#include "surfaces/client_tools.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/openai/chat_messages.hpp"
#include "surfaces/sdk_request.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::openai {
namespace {

using Member = BodyObject::Member;

constexpr std::size_t kMaxModelName = 256;
constexpr std::size_t kMaxStops = 16;
constexpr std::size_t kMaxStopBytes = 1024;
constexpr double kMaxSeed = 9'007'199'254'740'992;  // 2^53

// ---- Tools

Result<Tool> tool_of(std::string_view raw, const std::string& place, const std::vector<Tool>& others) {
  const auto tool = BodyObject::read(raw, place);
  if (!tool) return tool.error();
  const auto type = tool->required_text("type", 64);
  if (!type) return type.error();
  if (*type != "function") return unsupported_member(tool->place("type"), "must be \"function\".");
  const auto function = tool->object("function");
  if (!function) return function.error();
  if (!*function) return bad_member(tool->place("function"), "is missing. It must be an object.");
  return read_client_tool(**function, "parameters", others);
}

Result<std::vector<Tool>> tools_of(const BodyObject& body) {
  std::vector<Tool> tools;
  if (body.find("functions"))
    return unsupported_member(body.place("functions"), "is the old form of tools. Use tools.");
  const auto list = body.find("tools", JsonKind::array, "an array of tools");
  if (!list) return list.error();
  if (!*list) return tools;
  const auto elements = json_elements((*list)->raw);
  if (elements.size() > kMaxClientTools)
    return bad_member("tools", fmt::format("has more than {} tools.", kMaxClientTools));
  for (std::size_t i = 0; i < elements.size(); ++i) {
    auto tool = tool_of(elements[i], fmt::format("tools[{}]", i), tools);
    if (!tool) return tool.error();
    tools.push_back(std::move(*tool));
  }
  return tools;
}

// ---- Options

Result<std::optional<ToolChoice>> tool_choice_of(const BodyObject& body, const std::vector<Tool>& tools) {
  using Mode = ToolChoice::Mode;
  const Member* choice = body.find("tool_choice");
  if (!choice) return std::optional<ToolChoice>();
  if (choice->kind == JsonKind::string) {
    if (choice->text == "auto") return std::optional(ToolChoice{Mode::automatic, {}});
    if (choice->text == "none") return std::optional(ToolChoice{Mode::none, {}});
    if (choice->text == "required") return std::optional(ToolChoice{Mode::required, {}});
    return bad_member("tool_choice", "must be \"auto\", \"none\", \"required\" or a tool.");
  }
  const auto named = BodyObject::read(choice->raw, "tool_choice");
  if (!named) return named.error();
  const auto type = named->required_text("type", 64);
  if (!type) return type.error();
  if (*type != "function") return unsupported_member("tool_choice.type", "must be \"function\".");
  const auto function = named->object("function");
  if (!function) return function.error();
  if (!*function) return bad_member("tool_choice.function", "is missing. It must be an object.");
  auto name = read_chosen_tool(**function, tools);
  if (!name) return name.error();
  return std::optional(ToolChoice{Mode::named, std::move(*name)});
}

Result<std::optional<ResponseFormat>> response_format_of(const BodyObject& body) {
  using Kind = ResponseFormat::Kind;
  const auto given = body.object("response_format");
  if (!given) return given.error();
  if (!*given) return std::optional<ResponseFormat>();
  const auto type = (*given)->required_text("type", 64);
  if (!type) return type.error();
  ResponseFormat format;
  if (*type == "text") return std::optional(format);
  if (*type == "json_object") {
    format.kind = Kind::json_object;
    return std::optional(format);
  }
  if (*type != "json_schema")
    return unsupported_member("response_format.type",
                              "must be \"text\", \"json_object\" or \"json_schema\".");
  const auto described = (*given)->object("json_schema");
  if (!described) return described.error();
  if (!*described) return bad_member("response_format.json_schema", "is missing. It must be an object.");
  format.kind = Kind::json_schema;
  auto name = (*described)->required_text("name", kMaxToolName);
  if (!name) return name.error();
  format.name = std::move(*name);
  auto description = (*described)->text("description");
  if (!description) return description.error();
  format.description = std::move(*description);
  const auto schema = (*described)->find("schema", JsonKind::object, "a JSON Schema, an object");
  if (!schema) return schema.error();
  if (*schema) format.schema = compact_json((*schema)->raw);
  const auto strict = (*described)->flag("strict");
  if (!strict) return strict.error();
  format.strict = *strict;
  return std::optional(std::move(format));
}

Result<std::vector<std::string>> stops_of(const BodyObject& body) {
  std::vector<std::string> stops;
  const Member* stop = body.find("stop");
  if (!stop) return stops;
  if (stop->kind == JsonKind::string) {
    stops.push_back(stop->text);
  } else if (stop->kind == JsonKind::array) {
    const auto elements = json_elements(stop->raw);
    if (elements.size() > kMaxStops)
      return bad_member("stop", fmt::format("has more than {} sequences.", kMaxStops));
    for (const std::string_view raw : elements) {
      if (!raw.starts_with('"')) return bad_member("stop", "must be a string or an array of strings.");
      stops.push_back(text_of_element(raw));
    }
  } else {
    return bad_member("stop", "must be a string or an array of strings.");
  }
  std::erase_if(stops, [](const std::string& each) { return each.empty(); });
  for (const std::string& each : stops)
    if (each.size() > kMaxStopBytes)
      return bad_member("stop", fmt::format("has a sequence of more than {} bytes.", kMaxStopBytes));
  return stops;
}

Result<> read_numbers(const BodyObject& body, Sampling& sampling) {
  const auto new_name = body.count("max_completion_tokens");
  if (!new_name) return new_name.error();
  const auto old_name = body.count("max_tokens");
  if (!old_name) return old_name.error();
  sampling.max_output = {*new_name != 0 ? *new_name : *old_name};
  struct Number {
    std::string_view name;
    double min, max;
    std::optional<double>& value;
  };
  const Number numbers[] = {{"temperature", 0, 2, sampling.temperature},
                            {"top_p", 0, 1, sampling.top_p},
                            {"presence_penalty", -2, 2, sampling.presence_penalty},
                            {"frequency_penalty", -2, 2, sampling.frequency_penalty}};
  for (const Number& number : numbers) {
    const auto value = body.number(number.name, number.min, number.max);
    if (!value) return value.error();
    number.value = *value;
  }
  const auto seed = body.number("seed", -kMaxSeed, kMaxSeed);
  if (!seed) return seed.error();
  if (*seed) sampling.seed = static_cast<std::int64_t>(**seed);
  return {};
}

Result<Sampling> sampling_of(const BodyObject& body, const std::vector<Tool>& tools) {
  Sampling sampling;
  if (const auto read = read_numbers(body, sampling); !read) return read.error();
  auto stops = stops_of(body);
  if (!stops) return stops.error();
  sampling.stop = std::move(*stops);
  auto choice = tool_choice_of(body, tools);
  if (!choice) return choice.error();
  sampling.tool_choice = std::move(*choice);
  auto format = response_format_of(body);
  if (!format) return format.error();
  sampling.response_format = std::move(*format);
  auto effort = body.text("reasoning_effort");
  if (!effort) return effort.error();
  if (effort->size() > 64) return bad_member("reasoning_effort", "has more than 64 bytes.");
  sampling.effort = std::move(*effort);
  const auto parallel = body.optional_flag("parallel_tool_calls");
  if (!parallel) return parallel.error();
  sampling.parallel_tool_calls = *parallel;
  return sampling;
}

Result<> refuse_unsupported(const BodyObject& body) {
  if (const Member* n = body.find("n"); n && n->raw != "1")
    return unsupported_member("n", "must be 1: a request has one answer here.");
  if (const Member* wanted = body.find("logprobs"); wanted && wanted->raw != "false")
    return unsupported_member("logprobs", "is not supported. Leave it out.");
  if (const Member* wanted = body.find("top_logprobs"); wanted && wanted->raw != "0")
    return unsupported_member("top_logprobs", "is not supported. Leave it out.");
  if (body.find("audio")) return unsupported_member("audio", "is not supported: answers are text.");
  const auto modalities = body.find("modalities", JsonKind::array, "an array");
  if (!modalities) return modalities.error();
  if (*modalities)
    for (const std::string_view raw : json_elements((*modalities)->raw))
      if (raw != "\"text\"") return unsupported_member("modalities", "must be [\"text\"]: answers are text.");
  return {};
}

Result<bool> includes_usage(const BodyObject& body) {
  const auto options = body.object("stream_options");
  if (!options) return options.error();
  if (!*options) return false;
  return (*options)->flag("include_usage");
}

// ---- Headers and parameters

bool is_true(std::optional<std::string_view> value) {
  return value == "true" || value == "1";
}

}  // namespace

Result<ChatRequest> parse_chat(const transport::Request& request, const OpenAiConfig& config) {
  auto json = parse_json_object(request);
  if (!json) return json.error();
  auto model = optional_name(*json, "model", kMaxModelName);
  if (!model) return model.error();
  const BodyObject body(std::move(*json), {});
  if (const auto fine = refuse_unsupported(body); !fine) return fine.error();

  ChatRequest chat;
  services::StartRun& start = chat.start;
  start.surface = kSurface;
  start.mode = kChatMode;
  start.streams_parts = true;
  start.model = std::move(*model);
  auto messages = read_messages(body);
  if (!messages) return messages.error();
  start.recipe =
      std::make_unique<prompts::ClientRecipe>(std::move(*messages), config.preamble, kAboutMessages);
  auto tools = tools_of(body);
  if (!tools) return tools.error();
  start.tools = std::move(*tools);
  auto sampling = sampling_of(body, start.tools);
  if (!sampling) return sampling.error();
  start.sampling = std::move(*sampling);

  const auto stream = body.flag("stream");
  if (!stream) return stream.error();
  chat.stream = *stream;
  const auto usage = includes_usage(body);
  if (!usage) return usage.error();
  chat.include_usage = *usage;
  const auto store = body.flag("store");
  if (!store) return store.error();
  const auto after = read_attempt(request, chat.stream, start);
  if (!after) return after.error();
  chat.after = *after;
  const bool comes_back = !start.key.empty() || *store;
  start.unwatched = comes_back ? Unwatched::never() : Unwatched::cancel_after(config.unwatched);
  return chat;
}

Error no_such_completion() {
  return make_error(ErrorCode::not_found,
                    "There is no such completion. Send the id of a completion, unchanged: chatcmpl-…",
                    "completion_id");
}

Result<RunId> parse_completion_id(std::string_view text) {
  if (text.starts_with(kIdPrefix))
    if (const auto id = RunId::parse(text.substr(kIdPrefix.size()))) return *id;
  return no_such_completion();
}

Result<ReadRequest> parse_read(const transport::Request& request) {
  ReadRequest read;
  const auto run = parse_completion_id(request.capture("completion_id"));
  if (!run) return run.error();
  read.run = *run;
  read.stream = is_true(request.query_value("stream"));
  read.include_usage = is_true(request.query_value("include_usage"));
  const auto after = parse_resume(request);
  if (!after) return after.error();
  read.after = *after;
  const auto starting_after = request.query_value("starting_after");
  if (!starting_after || read.after) return read;
  const char* end = starting_after->data() + starting_after->size();
  const auto parsed = std::from_chars(starting_after->data(), end, read.starting_after);
  if (parsed.ec != std::errc() || parsed.ptr != end)
    return bad_member("starting_after", "must be a whole number: how many chunks you have had.");
  return read;
}

}  // namespace belay::surfaces::openai

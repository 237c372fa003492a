#include "surfaces/openai/parse.hpp"

#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "base/json_elements.hpp"
#include "prompts/client_messages.hpp"
#include "surfaces/body_object.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/openai/chat_messages.hpp"
#include "surfaces/openai/options.hpp"
#include "surfaces/sdk_request.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::openai {
namespace {

using Member = BodyObject::Member;

constexpr std::size_t kMaxModelName = 256;
constexpr std::size_t kMaxStops = 16;
constexpr std::size_t kMaxStopBytes = 1024;
constexpr double kMaxSeed = 9'007'199'254'740'992;  // 2^53

// ---- Options

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
  auto choice = read_tool_choice(body, tools, ApiForm::chat);
  if (!choice) return choice.error();
  sampling.tool_choice = std::move(*choice);
  auto format = read_response_format(body, ApiForm::chat);
  if (!format) return format.error();
  sampling.response_format = std::move(*format);
  auto effort = read_effort(body, "reasoning_effort");
  if (!effort) return effort.error();
  sampling.effort = std::move(*effort);
  const auto parallel = body.optional_flag("parallel_tool_calls");
  if (!parallel) return parallel.error();
  sampling.parallel_tool_calls = *parallel;
  return sampling;
}

Result<> refuse_unsupported(const BodyObject& body) {
  if (body.find("functions"))
    return unsupported_member(body.place("functions"), "is the old form of tools. Use tools.");
  if (const Member* n = body.find("n"); n && !is_number(*n, 1))
    return unsupported_member("n", "must be 1: a request has one answer here.");
  if (const Member* wanted = body.find("logprobs"); wanted && wanted->raw != "false")
    return unsupported_member("logprobs", "is not supported. Leave it out.");
  if (const Member* wanted = body.find("top_logprobs"); wanted && !is_number(*wanted, 0))
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
  auto tools = read_tools(body, ApiForm::chat);
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

#include "surfaces/openai/responses/request.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/openai/options.hpp"
#include "surfaces/openai/parse.hpp"
#include "surfaces/openai/responses/input.hpp"
#include "surfaces/openai/responses/names.hpp"
#include "surfaces/sdk_request.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::openai::responses {
namespace {

using Member = BodyObject::Member;

constexpr std::size_t kMaxModelName = 256;
constexpr std::size_t kMaxResponseId = 256;
constexpr std::size_t kMaxMetadata = 16;
constexpr std::size_t kMaxMetadataName = 64;
constexpr std::size_t kMaxMetadataText = 512;

Result<> refuse_unsupported(const BodyObject& body) {
  if (body.find("conversation"))
    return unsupported_member("conversation", "is not supported. Use previous_response_id.");
  if (body.find("prompt"))
    return unsupported_member("prompt", "is not supported. Send instructions and input.");
  if (const Member* wanted = body.find("top_logprobs"); wanted && !is_number(*wanted, 0))
    return unsupported_member("top_logprobs", "is not supported. Leave it out.");
  const auto truncation = body.text("truncation");
  if (!truncation) return truncation.error();
  if (!truncation->empty() && *truncation != "disabled")
    return unsupported_member("truncation", "must be \"disabled\": nothing is left out of an input here.");
  return {};
}

Result<std::string> metadata_of(const BodyObject& body) {
  const auto given = body.find("metadata", JsonKind::object, "an object of strings");
  if (!given) return given.error();
  if (!*given) return std::string("{}");
  const auto object = JsonObject::read((*given)->raw, kMaxJsonDepth);
  if (!object) return object.error();
  if (object->members().size() > kMaxMetadata)
    return bad_member("metadata", fmt::format("has more than {} members.", kMaxMetadata));
  for (const Member& member : object->members()) {
    if (member.name.size() > kMaxMetadataName)
      return bad_member("metadata", fmt::format("has a name of more than {} bytes.", kMaxMetadataName));
    if (member.kind != JsonKind::string) return bad_member("metadata." + member.name, "must be a string.");
    if (member.text.size() > kMaxMetadataText)
      return bad_member("metadata." + member.name, fmt::format("has more than {} bytes.", kMaxMetadataText));
  }
  return compact_json((*given)->raw);
}

Result<RequestFacts> facts_of(const BodyObject& body) {
  RequestFacts facts;
  const auto background = body.flag("background");
  if (!background) return background.error();
  facts.background = *background;
  const auto store = body.optional_flag("store");
  if (!store) return store.error();
  facts.store = store->value_or(true);
  if (facts.background && !facts.store)
    return bad_member("background", "needs store: true. Without it nothing is kept to come back for.");
  auto instructions = body.text("instructions");
  if (!instructions) return instructions.error();
  facts.instructions = std::move(*instructions);
  auto metadata = metadata_of(body);
  if (!metadata) return metadata.error();
  facts.metadata = std::move(*metadata);
  auto previous = body.text(kAboutPrevious);
  if (!previous) return previous.error();
  if (previous->size() > kMaxResponseId) return no_such_previous();
  facts.previous_response = std::move(*previous);
  return facts;
}

Result<Sampling> sampling_of(const BodyObject& body, const std::vector<Tool>& tools) {
  Sampling sampling;
  const auto max_output = body.count("max_output_tokens");
  if (!max_output) return max_output.error();
  sampling.max_output = {*max_output};
  const auto temperature = body.number("temperature", 0, 2);
  if (!temperature) return temperature.error();
  sampling.temperature = *temperature;
  const auto top_p = body.number("top_p", 0, 1);
  if (!top_p) return top_p.error();
  sampling.top_p = *top_p;
  auto choice = read_tool_choice(body, tools, ApiForm::responses);
  if (!choice) return choice.error();
  sampling.tool_choice = std::move(*choice);
  const auto parallel = body.optional_flag("parallel_tool_calls");
  if (!parallel) return parallel.error();
  sampling.parallel_tool_calls = *parallel;
  const auto text = body.object("text");
  if (!text) return text.error();
  if (*text) {
    auto format = read_response_format(**text, ApiForm::responses);
    if (!format) return format.error();
    sampling.response_format = std::move(*format);
  }
  const auto reasoning = body.object("reasoning");
  if (!reasoning) return reasoning.error();
  if (*reasoning) {
    auto effort = read_effort(**reasoning, "effort");
    if (!effort) return effort.error();
    sampling.effort = std::move(*effort);
  }
  return sampling;
}

}  // namespace

Result<CreateRequest> parse_create(const transport::Request& request, const OpenAiConfig& config) {
  auto json = parse_json_object(request);
  if (!json) return json.error();
  auto model = optional_name(*json, "model", kMaxModelName);
  if (!model) return model.error();
  CreateRequest create{{}, false, {}, {}, {}, {}, BodyObject(std::move(*json), {})};
  const BodyObject& body = create.body;
  if (const auto fine = refuse_unsupported(body); !fine) return fine.error();
  auto facts = facts_of(body);
  if (!facts) return facts.error();
  create.facts = std::move(*facts);
  if (!create.facts.previous_response.empty()) {
    create.previous = run_of_response(create.facts.previous_response);
    if (!create.previous) return no_such_previous();
  }
  auto referred = referred_runs(body);
  if (!referred) return referred.error();
  create.referred = std::move(*referred);

  services::StartRun& start = create.start;
  start.surface = kSurface;
  start.mode = kMode;
  start.streams_parts = true;
  start.model = std::move(*model);
  auto tools = read_tools(body, ApiForm::responses);
  if (!tools) return tools.error();
  start.tools = std::move(*tools);
  auto sampling = sampling_of(body, start.tools);
  if (!sampling) return sampling.error();
  start.sampling = std::move(*sampling);

  const auto stream = body.flag("stream");
  if (!stream) return stream.error();
  create.stream = *stream;
  const auto after = read_attempt(request, create.stream, start);
  if (!after) return after.error();
  create.after = *after;
  // The same body may be a request for a chat completion, which is another one.
  start.digest = digest_of(fmt::format("{} {}", kMode, start.digest));
  const bool comes_back = !start.key.empty() || create.facts.background;
  start.unwatched = comes_back ? Unwatched::never() : Unwatched::cancel_after(config.unwatched);
  return create;
}

Result<> add_prompt(CreateRequest& create, const OpenAiConfig& config, const StoredTurns& turns) {
  const auto previous = create.previous ? turns.find(*create.previous) : turns.end();
  if (create.previous && previous == turns.end()) return no_such_previous();
  auto input = read_input(create.body, create.previous ? &previous->second : nullptr, turns);
  if (!input) return input.error();
  create.facts.system = input->sent.system;
  create.facts.input = std::move(input->items);
  input->sent.system = system_of(create.facts);
  create.start.recipe =
      std::make_unique<prompts::ClientRecipe>(std::move(input->sent), config.preamble, kAboutInput);
  create.start.surface_data = encode(create.facts);
  return {};
}

Error no_such_response() {
  return make_error(ErrorCode::not_found,
                    "There is no such response. Send the id of a response, unchanged: resp_…", "response_id");
}

Error no_such_previous() {
  return make_error(
      ErrorCode::not_found,
      "There is no such response to go on with. Send the id of a response that was stored, unchanged, "
      "or send the whole input.",
      std::string(kAboutPrevious));
}

Result<RunId> parse_response_id(std::string_view text) {
  if (const auto run = run_of_response(text)) return *run;
  return no_such_response();
}

Result<ReadRequest> parse_read(const transport::Request& request) {
  ReadRequest read;
  const auto run = parse_response_id(request.capture("response_id"));
  if (!run) return run.error();
  read.run = *run;
  read.stream = is_true(request.query_value("stream"));
  const auto after = parse_resume(request);
  if (!after) return after.error();
  read.after = *after;
  const auto starting_after = request.query_value(kAboutStartingAfter);
  if (!starting_after || read.after) return read;
  std::uint64_t last = 0;
  const char* end = starting_after->data() + starting_after->size();
  const auto parsed = std::from_chars(starting_after->data(), end, last);
  if (parsed.ec != std::errc() || parsed.ptr != end || last == UINT64_MAX)
    return bad_member(std::string(kAboutStartingAfter),
                      "must be a whole number: the sequence_number of the last event that you have.");
  read.number = last + 1;
  return read;
}

}  // namespace belay::surfaces::openai::responses

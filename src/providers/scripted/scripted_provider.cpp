#include "providers/scripted/scripted_provider.hpp"

#include <functional>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "providers/request_members.hpp"
#include "providers/sent_messages.hpp"

namespace belay::providers {
namespace {

constexpr std::string_view kDefaultAnswer =
    "Hello! I am Belay's scripted provider: no language model stands behind me, so I give everybody this "
    "same answer. It comes the "
    "way a model's answer would, a word at a time, through the same engine, the same log and the same "
    "stream.\n"
    "\n"
    "You can choose what I say:\n"
    "\n"
    "```text\n"
    "echo:Hello, world          the same words back\n"
    "echo:200 words             numbered words: 0001 0002 0003 …\n"
    "echo:200 words @50/s       the same, at fifty words a second\n"
    "```\n"
    "\n"
    "Try cutting the connection, or killing the server, while I speak: the stream goes on where it stopped. "
    "To talk to a real model, "
    "configure a provider and its key. ✓\n";

// The newest text of the user. Earlier texts of the same message are context and unanswered questions.
std::string_view newest_user_text(const GenerationRequest& request) {
  for (auto message = request.messages.rbegin(); message != request.messages.rend(); ++message)
    if (message->role == Role::user)
      for (auto part = message->parts.rbegin(); part != message->parts.rend(); ++part)
        if (const Text* text = std::get_if<Text>(&*part)) return text->text;
  return {};
}

// Ends the text before the first stop sequence in it, and returns that sequence; empty: there is none.
std::string stop_at(const std::vector<std::string>& stops, std::string& text) {
  std::string found;
  for (const std::string& stop : stops) {
    const std::size_t at = stop.empty() ? std::string::npos : text.find(stop);
    if (at == std::string::npos) continue;
    text.resize(at);
    found = stop;
  }
  return found;
}

// The results that came after the last message of the user; nothing: none has come.
std::optional<std::string> newest_results(const GenerationRequest& request) {
  if (request.messages.empty() || request.messages.back().role != Role::tool) return std::nullopt;
  std::string text;
  for (const Part& part : request.messages.back().parts)
    if (const ToolResult* result = std::get_if<ToolResult>(&part))
      text += (text.empty() ? "" : "\n") + result->text;
  return text;
}

std::string_view name_of(ToolChoice::Mode mode) {
  switch (mode) {
    case ToolChoice::Mode::automatic:
      return "auto";
    case ToolChoice::Mode::none:
      return "none";
    case ToolChoice::Mode::required:
      return "required";
    case ToolChoice::Mode::named:
      return "named";
  }
  return {};
}

// `{"max_output":99,"tools":["play"],"temperature":0.5}`: what is set.
std::string sampling_text(const GenerationRequest& request) {
  const Sampling& sampling = request.sampling;
  std::vector<std::string> tools;
  for (const Tool& tool : request.tools) tools.push_back(tool.name);
  std::string out = fmt::format("{{\"max_output\":{}", request.max_output().value);
  const auto add_text = [&](std::string_view name, std::string_view text) {
    out += fmt::format(",\"{}\":", name);
    append_json_string(text, out);
  };
  append_member("tools", tools, out);
  append_member("temperature", sampling.temperature, out);
  append_member("top_p", sampling.top_p, out);
  append_member("presence_penalty", sampling.presence_penalty, out);
  append_member("frequency_penalty", sampling.frequency_penalty, out);
  append_member("stop", sampling.stop, out);
  append_member("seed", sampling.seed, out);
  if (sampling.tool_choice) add_text("tool_choice", name_of(sampling.tool_choice->mode));
  if (sampling.tool_choice && !sampling.tool_choice->name.empty())
    add_text("tool", sampling.tool_choice->name);
  if (sampling.response_format) {
    const ResponseFormat& format = *sampling.response_format;
    add_text("response_format", format.kind == ResponseFormat::Kind::text          ? "text"
                                : format.kind == ResponseFormat::Kind::json_object ? "json_object"
                                                                                   : "json_schema");
    if (!format.schema.empty()) add_text("schema", format.schema);
  }
  if (!sampling.effort.empty()) add_text("effort", sampling.effort);
  append_member("parallel_tool_calls", sampling.parallel_tool_calls, out);
  return out + '}';
}

struct PartText {
  std::string operator()(const Text& part) const { return "text " + part.text; }
  std::string operator()(const Image& part) const { return "image " + of(part.media); }
  std::string operator()(const File& part) const { return "file " + part.name + ' ' + of(part.media); }
  template <class Other>
  std::string operator()(const Other&) const {
    return "other";
  }
  static std::string of(const Media& media) {
    return media.url.empty() ? fmt::format("{} {} bytes", media.media_type, media.data.size()) : media.url;
  }
};

// `{"user":["text …","image image/png 68 bytes"]}`
std::string message_text(const GenerationRequest& request) {
  std::vector<std::string> parts;
  for (auto message = request.messages.rbegin(); message != request.messages.rend(); ++message) {
    if (message->role != Role::user) continue;
    for (const Part& part : message->parts) parts.push_back(std::visit(PartText(), part));
    break;
  }
  std::string out;
  append_member("user", parts, out);
  if (!out.empty()) out.erase(0, 1);
  return '{' + out + '}';
}

TokenCount estimated_input(const GenerationRequest& request) {
  std::uint64_t bytes = request.system.size();
  for (const Message& message : request.messages) bytes += bytes_of(message);
  return {(bytes + 3) / 4};
}

ScriptedPlan rejected(Error error) {
  ScriptedPlan plan;
  plan.rejected = std::move(error);
  return plan;
}

}  // namespace

Result<std::unique_ptr<ScriptedProvider>> ScriptedProvider::make(const ScriptedConfig& config,
                                                                 Random& random) {
  Script script;
  if (!config.script_file.empty()) {
    Result<Script> loaded = load_script(config.script_file);
    if (!loaded) return loaded.error();
    script = std::move(*loaded);
  }
  return std::make_unique<ScriptedProvider>(config, std::move(script), random);
}

ScriptedProvider::ScriptedProvider(const ScriptedConfig& config, Script script, Random& random)
    : config_(config),
      script_(std::move(script)),
      random_(random),
      fault_hits_(std::make_unique<std::atomic<std::uint64_t>[]>(script_.answers.size())) {}

std::unique_ptr<Generation> ScriptedProvider::start(Loop& loop, const GenerationRequest& request,
                                                    GenerationSink& sink) {
  ScriptedPlan plan = plan_for(request);
  plan.streams_calls = request.streams_calls;
  for (std::size_t i = 0; plan.streams_calls && i < plan.tool_calls.size(); ++i)
    if (plan.tool_calls[i].id.empty()) plan.tool_calls[i].id = fmt::format("call_{}", i + 1);
  plan.input = estimated_input(request);
  if (!request.model.shows_reasoning || request.continues()) plan.reasoning.reset();
  if (!plan.rejected && request.continues()) {
    if (!can_continue(request.model)) {
      plan.rejected = make_error(ErrorCode::provider_rejected, "This answer cannot be continued. Ask again.");
    } else if (!plan.text->skip(continued_text(request))) {
      plan.rejected = make_error(ErrorCode::provider_rejected,
                                 "The partial answer is not how this answer begins. Ask again.");
    }
  }
  return std::make_unique<ScriptedGeneration>(loop, std::move(plan), sink,
                                              ScriptedGeneration::Parts{config_, random_, counters_});
}

ScriptedPlan ScriptedProvider::plan_for(const GenerationRequest& request) {
  const std::string_view message = newest_user_text(request);
  if (config_.echo) {
    Result<std::optional<EchoPrompt>> echo = parse_echo(message);
    if (!echo) return rejected(echo.error());
    if (*echo) return plan_of_echo(std::move(**echo), request.sampling);
    Result<std::optional<CallPrompt>> calls = parse_calls(message);
    if (!calls) return rejected(calls.error());
    if (*calls) return plan_of_calls(std::move(**calls), request);
    if (message == "show:sampling") return plan_of_text(sampling_text(request));
    if (message == "show:message") return plan_of_text(message_text(request));
  }
  for (std::size_t i = 0; i < script_.answers.size(); ++i)
    if (script_.answers[i].match.matches(message)) return plan_of_answer(i, request.sampling);
  std::string text(kDefaultAnswer);
  std::string stop = stop_at(request.sampling.stop, text);
  ScriptedPlan plan = plan_of_text(std::move(text));
  plan.stop_sequence = std::move(stop);
  return plan;
}

ScriptedPlan ScriptedProvider::plan_of_text(std::string text) const {
  ScriptedPlan plan;
  plan.text = cut_text(std::make_shared<const std::string>(std::move(text)), Cutting{});
  plan.first_token_delay = config_.first_token_delay;
  plan.pace_per_second = config_.default_pace_per_second;
  return plan;
}

ScriptedPlan ScriptedProvider::plan_of_calls(CallPrompt prompt, const GenerationRequest& request) const {
  auto results = newest_results(request);
  ScriptedPlan plan = plan_of_text(results ? std::move(*results) : std::string());
  plan.pace_per_second = prompt.pace_per_second.value_or(config_.echo_pace_per_second);
  if (results) return plan;
  plan.tool_calls = std::move(prompt.calls);
  plan.finish = FinishReason::tool_calls;
  return plan;
}

ScriptedPlan ScriptedProvider::plan_of_echo(EchoPrompt echo, const Sampling& sampling) const {
  ScriptedPlan plan;
  plan.first_token_delay = config_.first_token_delay;
  plan.pace_per_second = echo.pace_per_second.value_or(config_.echo_pace_per_second);
  if (echo.words) {
    plan.text = numbered_words(*echo.words);
    return plan;
  }
  plan.stop_sequence = stop_at(sampling.stop, echo.text);
  Cutting cutting;
  cutting.by = Cutting::By::random;
  cutting.seed = config_.seed ^ std::hash<std::string>()(echo.text);
  plan.text = cut_text(std::make_shared<const std::string>(std::move(echo.text)), cutting);
  return plan;
}

ScriptedPlan ScriptedProvider::plan_of_answer(std::size_t index, const Sampling& sampling) {
  const ScriptedAnswer& answer = script_.answers[index];
  ScriptedPlan plan;
  std::shared_ptr<const std::string> text = answer.text;
  if (!answer.words && !sampling.stop.empty()) {
    std::string cut = *text;
    plan.stop_sequence = stop_at(sampling.stop, cut);
    text = std::make_shared<const std::string>(std::move(cut));
  }
  plan.text = answer.words ? numbered_words(*answer.words) : cut_text(std::move(text), answer.cutting);
  plan.first_token_delay = answer.first_token_delay.value_or(config_.first_token_delay);
  plan.pace_per_second = answer.pace_per_second.value_or(config_.default_pace_per_second);
  if (answer.reasoning) plan.reasoning = cut_text(answer.reasoning, Cutting{});
  plan.usage = answer.usage;
  plan.tool_calls = answer.tool_calls;
  if (answer.cutting.by == Cutting::By::bytes) plan.call_piece = answer.cutting.size;
  plan.finish = answer.finish;
  plan.fault = answer.fault;
  plan.fault_hits = &fault_hits_[index];
  return plan;
}

}  // namespace belay::providers

#include "surfaces/openai/parse.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/json_elements.hpp"
#include "base/strict_json.hpp"
#include "prompts/client_messages.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::openai {
namespace {

using Member = JsonObject::Member;

constexpr std::size_t kMaxToolName = 64;
constexpr std::size_t kMaxCallId = 256;
constexpr std::string_view kNoParameters = R"({"type":"object","properties":{}})";

Error bad(std::string place, std::string_view what) {
  return make_error(ErrorCode::invalid_request, fmt::format("{} {}", place, what), place);
}
Error unsupported(std::string place, std::string_view what) {
  return make_error(ErrorCode::not_implemented, fmt::format("{} {}", place, what), place);
}

std::string inside(std::string_view place, std::string_view name) {
  return place.empty() ? std::string(name) : fmt::format("{}.{}", place, name);
}

// A JSON object, and where in the body it is, for errors.
class Object {
 public:
  Object(const JsonObject& object, std::string place) : object_(object), place_(std::move(place)) {}

  std::string place(std::string_view name) const { return inside(place_, name); }
  // Null counts as absent.
  const Member* find(std::string_view name) const {
    const Member* member = object_.find(name);
    return member && member->kind != JsonKind::null ? member : nullptr;
  }
  Result<const Member*> find(std::string_view name, JsonKind kind, std::string_view what) const {
    const Member* member = find(name);
    if (member && member->kind != kind) return bad(place(name), fmt::format("must be {}.", what));
    return member;
  }
  // Absent: empty.
  Result<std::string> text(std::string_view name) const {
    const auto member = find(name, JsonKind::string, "a string");
    if (!member) return member.error();
    return *member ? (*member)->text : std::string();
  }
  Result<std::string> required_text(std::string_view name, std::size_t max_bytes) const {
    auto value = text(name);
    if (!value) return value;
    if (value->empty()) return bad(place(name), "is missing. It must be a string.");
    if (value->size() > max_bytes) return bad(place(name), fmt::format("has more than {} bytes.", max_bytes));
    return value;
  }
  Result<bool> flag(std::string_view name) const {
    const auto member = find(name, JsonKind::boolean, "true or false");
    if (!member) return member.error();
    return *member && (*member)->truth();
  }
  // Absent: nothing.
  Result<std::optional<double>> number(std::string_view name, double min, double max) const {
    const auto member = find(name, JsonKind::number, "a number");
    if (!member) return member.error();
    if (!*member) return std::optional<double>();
    const double value = (*member)->number();
    if (value < min || value > max)
      return bad(place(name), fmt::format("must be between {} and {}.", min, max));
    return std::optional<double>(value);
  }
  Result<std::optional<std::uint64_t>> count(std::string_view name) const {
    const auto value = number(name, 1, 1e9);
    if (!value) return value.error();
    if (!*value) return std::optional<std::uint64_t>();
    if (std::floor(**value) != **value) return bad(place(name), "must be a whole number.");
    return std::optional<std::uint64_t>(static_cast<std::uint64_t>(**value));
  }

 private:
  const JsonObject& object_;
  const std::string place_;
};

// The body was read before, so that an element that is an object can be read.
Result<JsonObject> object_of(std::string_view raw, const std::string& place) {
  if (!raw.starts_with('{')) return bad(place, "must be an object.");
  return JsonObject::read(raw, kMaxJsonDepth);
}

// ---- Messages

class Messages {
 public:
  Result<> add(std::string_view raw, const std::string& place) {
    const auto json = object_of(raw, place);
    if (!json) return json.error();
    const Object message(*json, place);
    const auto role = message.required_text("role", 64);
    if (!role) return role.error();
    if (*role == "system" || *role == "developer") return add_system(message);
    if (*role == "user") return add_user(message);
    if (*role == "assistant") return add_assistant(message);
    if (*role == "tool") return add_tool(message);
    return unsupported(message.place("role"), "must be system, developer, user, assistant or tool.");
  }
  prompts::ClientMessages take() && { return std::move(sent_); }

 private:
  Result<> add_system(const Object& message) {
    const auto texts = content_of(message, Parts::text);
    if (!texts) return texts.error();
    for (const std::string& text : *texts) {
      if (text.empty()) continue;
      if (!sent_.system.empty()) sent_.system.append("\n\n");
      sent_.system.append(text);
    }
    return {};
  }

  Result<> add_user(const Object& message) {
    auto texts = content_of(message, Parts::text);
    if (!texts) return texts.error();
    Message& user = sent_.messages.emplace_back(Role::user);
    for (std::string& text : *texts) user.parts.emplace_back(Text{std::move(text)});
    return {};
  }

  Result<> add_assistant(const Object& message) {
    auto texts = content_of(message, Parts::text_or_refusal);
    if (!texts) return texts.error();
    auto refusal = message.text("refusal");
    if (!refusal) return refusal.error();
    const auto calls = message.find("tool_calls", JsonKind::array, "an array");
    if (!calls) return calls.error();
    if (message.find("function_call"))
      return unsupported(message.place("function_call"), "is the old form of tool_calls. Use tool_calls.");
    Message& answer = sent_.messages.emplace_back(Role::assistant);
    for (std::string& text : *texts) answer.parts.emplace_back(Text{std::move(text)});
    if (!refusal->empty()) answer.parts.emplace_back(Text{std::move(*refusal)});
    if (*calls) return add_calls(**calls, message.place("tool_calls"), answer);
    return {};
  }

  Result<> add_calls(const Member& calls, const std::string& place, Message& answer) {
    waiting_.clear();
    std::size_t index = 0;
    for (const std::string_view raw : json_elements(calls.raw)) {
      const std::string here = fmt::format("{}[{}]", place, index++);
      const auto json = object_of(raw, here);
      if (!json) return json.error();
      const Object call(*json, here);
      auto id = call.required_text("id", kMaxCallId);
      if (!id) return id.error();
      const auto function = call.find("function", JsonKind::object, "an object");
      if (!function) return function.error();
      if (!*function) return unsupported(call.place("type"), "must be \"function\".");
      const auto inner = JsonObject::read((*function)->raw, kMaxJsonDepth);
      if (!inner) return inner.error();
      const Object named(*inner, call.place("function"));
      auto name = named.required_text("name", kMaxToolName);
      if (!name) return name.error();
      auto arguments = named.text("arguments");
      if (!arguments) return arguments.error();
      if (std::find(waiting_.begin(), waiting_.end(), *id) != waiting_.end())
        return bad(call.place("id"), "is the id of another call of this message.");
      waiting_.push_back(*id);
      answer.parts.emplace_back(ToolCall{std::move(*id), std::move(*name), std::move(*arguments)});
    }
    return {};
  }

  Result<> add_tool(const Object& message) {
    auto id = message.required_text("tool_call_id", kMaxCallId);
    if (!id) return id.error();
    if (std::find(waiting_.begin(), waiting_.end(), *id) == waiting_.end())
      return bad(message.place("tool_call_id"),
                 "names no call of the assistant's last message. A tool's message stands behind the message "
                 "with its tool_calls.");
    const auto texts = content_of(message, Parts::text);
    if (!texts) return texts.error();
    std::string joined = fmt::format("{}", fmt::join(*texts, "\n\n"));
    sent_.messages.emplace_back(Role::tool).parts.emplace_back(ToolResult{std::move(*id), std::move(joined)});
    return {};
  }

  enum class Parts { text, text_or_refusal };

  // A string, an array of parts, or nothing.
  static Result<std::vector<std::string>> content_of(const Object& message, Parts allowed) {
    std::vector<std::string> texts;
    const Member* content = message.find("content");
    if (!content) return texts;
    const std::string place = message.place("content");
    if (content->kind == JsonKind::string) {
      texts.push_back(content->text);
      return texts;
    }
    if (content->kind != JsonKind::array) return bad(place, "must be a string or an array of parts.");
    std::size_t index = 0;
    for (const std::string_view raw : json_elements(content->raw)) {
      const std::string here = fmt::format("{}[{}]", place, index++);
      const auto json = object_of(raw, here);
      if (!json) return json.error();
      const Object part(*json, here);
      const auto type = part.required_text("type", 64);
      if (!type) return type.error();
      const bool is_refusal = *type == "refusal" && allowed == Parts::text_or_refusal;
      if (*type != "text" && !is_refusal)
        return unsupported(part.place("type"),
                           fmt::format("must be \"text\": parts of the type \"{}\" are not taken here.", *type));
      auto text = part.text(is_refusal ? "refusal" : "text");
      if (!text) return text.error();
      texts.push_back(std::move(*text));
    }
    return texts;
  }

  prompts::ClientMessages sent_;
  std::vector<std::string> waiting_;  // ids of the calls of the assistant's last message that has any
};

Result<prompts::ClientMessages> messages_of(const Object& body) {
  const auto list = body.find(kAboutMessages, JsonKind::array, "an array of messages");
  if (!list) return list.error();
  if (!*list) return bad(std::string(kAboutMessages), "is missing. It must be an array of messages.");
  const auto elements = json_elements((*list)->raw);
  if (elements.empty())
    return bad(std::string(kAboutMessages), "is empty. It must have at least one message.");
  Messages messages;
  for (std::size_t i = 0; i < elements.size(); ++i)
    if (const auto added = messages.add(elements[i], fmt::format("{}[{}]", kAboutMessages, i)); !added)
      return added.error();
  return std::move(messages).take();
}

// ---- Tools

bool is_tool_name(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Result<Tool> tool_of(std::string_view raw, const std::string& place) {
  const auto json = object_of(raw, place);
  if (!json) return json.error();
  const Object tool(*json, place);
  const auto type = tool.required_text("type", 64);
  if (!type) return type.error();
  if (*type != "function") return unsupported(tool.place("type"), "must be \"function\".");
  const auto member = tool.find("function", JsonKind::object, "an object");
  if (!member) return member.error();
  if (!*member) return bad(tool.place("function"), "is missing. It must be an object.");
  const auto inner = JsonObject::read((*member)->raw, kMaxJsonDepth);
  if (!inner) return inner.error();
  const Object function(*inner, tool.place("function"));
  auto name = function.required_text("name", kMaxToolName);
  if (!name) return name.error();
  if (!is_tool_name(*name))
    return bad(function.place("name"), "must be letters, digits, dashes and underscores only.");
  auto description = function.text("description");
  if (!description) return description.error();
  const auto parameters = function.find("parameters", JsonKind::object, "a JSON Schema, an object");
  if (!parameters) return parameters.error();
  std::string schema = *parameters ? compact_json((*parameters)->raw) : std::string(kNoParameters);
  return Tool{std::move(*name), std::move(*description), std::move(schema)};
}

Result<std::vector<Tool>> tools_of(const Object& body) {
  std::vector<Tool> tools;
  if (body.find("functions"))
    return unsupported(body.place("functions"), "is the old form of tools. Use tools.");
  const auto list = body.find("tools", JsonKind::array, "an array of tools");
  if (!list) return list.error();
  if (!*list) return tools;
  const auto elements = json_elements((*list)->raw);
  if (elements.size() > kMaxTools) return bad("tools", fmt::format("has more than {} tools.", kMaxTools));
  for (std::size_t i = 0; i < elements.size(); ++i) {
    auto tool = tool_of(elements[i], fmt::format("tools[{}]", i));
    if (!tool) return tool.error();
    const auto same = [&](const Tool& other) { return other.name == tool->name; };
    if (std::any_of(tools.begin(), tools.end(), same))
      return bad(fmt::format("tools[{}].function.name", i), "is the name of another tool.");
    tools.push_back(std::move(*tool));
  }
  return tools;
}

// ---- What cannot be done

Result<> refuse_unsupported(const Object& body) {
  if (const Member* n = body.find("n"); n && n->raw != "1")
    return unsupported("n", "must be 1: a request has one answer here.");
  if (const Member* wanted = body.find("logprobs"); wanted && wanted->raw != "false")
    return unsupported("logprobs", "is not supported. Leave it out.");
  if (const Member* wanted = body.find("top_logprobs"); wanted && wanted->raw != "0")
    return unsupported("top_logprobs", "is not supported. Leave it out.");
  if (body.find("audio")) return unsupported("audio", "is not supported: answers are text.");
  const auto modalities = body.find("modalities", JsonKind::array, "an array");
  if (!modalities) return modalities.error();
  if (*modalities)
    for (const std::string_view raw : json_elements((*modalities)->raw))
      if (raw != "\"text\"") return unsupported("modalities", "must be [\"text\"]: answers are text.");
  return {};
}

Result<> read_options(const Object& body, services::StartRun& start) {
  const auto new_name = body.count("max_completion_tokens");
  if (!new_name) return new_name.error();
  const auto old_name = body.count("max_tokens");
  if (!old_name) return old_name.error();
  start.max_output = {new_name->value_or(old_name->value_or(0))};
  const auto temperature = body.number("temperature", 0, 2);
  if (!temperature) return temperature.error();
  start.temperature = *temperature;
  return {};
}

Result<bool> includes_usage(const Object& body) {
  const auto options = body.find("stream_options", JsonKind::object, "an object");
  if (!options) return options.error();
  if (!*options) return false;
  const auto json = JsonObject::read((*options)->raw, kMaxJsonDepth);
  if (!json) return json.error();
  return Object(*json, "stream_options").flag("include_usage");
}

// The SDKs say how often they have sent a request before.
services::StartRun::Attempt attempt_of(const transport::Request& request) {
  using Attempt = services::StartRun::Attempt;
  const auto count = request.header("x-stainless-retry-count");
  return !count || *count == "0" ? Attempt::first : Attempt::later;
}

bool is_true(std::optional<std::string_view> value) {
  return value == "true" || value == "1";
}

}  // namespace

Result<ChatRequest> parse_chat(const transport::Request& request, const OpenAiConfig& config) {
  const auto json = parse_json_object(request);
  if (!json) return json.error();
  const Object body(*json, {});
  if (const auto fine = refuse_unsupported(body); !fine) return fine.error();

  ChatRequest chat;
  services::StartRun& start = chat.start;
  start.surface = kSurface;
  start.mode = kChatMode;
  auto model = optional_name(*json, "model", 256);
  if (!model) return model.error();
  start.model = std::move(*model);
  auto messages = messages_of(body);
  if (!messages) return messages.error();
  auto tools = tools_of(body);
  if (!tools) return tools.error();
  start.tools = std::move(*tools);
  const auto choice = body.find("tool_choice");
  if (choice && choice->kind == JsonKind::string && choice->text == "none") start.tools.clear();
  if (const auto read = read_options(body, start); !read) return read.error();
  start.recipe =
      std::make_unique<prompts::ClientRecipe>(std::move(*messages), config.preamble, kAboutMessages);

  const auto stream = body.flag("stream");
  if (!stream) return stream.error();
  chat.stream = *stream;
  const auto usage = includes_usage(body);
  if (!usage) return usage.error();
  chat.include_usage = *usage;
  const auto store = body.flag("store");
  if (!store) return store.error();

  auto key = parse_idempotency_key(request);
  if (!key) return key.error();
  start.key = std::move(*key);
  start.digest = digest_of(request.body);
  const auto after = parse_resume(request);
  if (!after) return after.error();
  chat.after = *after;
  if (chat.after && (start.key.empty() || !chat.stream))
    return make_error(ErrorCode::invalid_request,
                      "A request goes on with an earlier one by its Idempotency-Key, and with stream: true. "
                      "Send both, or no Last-Event-ID.",
                      "Last-Event-ID");
  start.must_repeat = chat.after.has_value();
  start.streams_parts = true;
  start.attempt = attempt_of(request);
  chat.comes_back = !start.key.empty() || *store;
  return chat;
}

Result<RunId> parse_completion_id(std::string_view text) {
  if (text.starts_with(kIdPrefix))
    if (const auto id = RunId::parse(text.substr(kIdPrefix.size()))) return *id;
  return make_error(ErrorCode::not_found,
                    "There is no such completion. Send the id of a completion, unchanged: chatcmpl-…",
                    "completion_id");
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
    return bad("starting_after", "must be a whole number: how many chunks you have had.");
  return read;
}

}  // namespace belay::surfaces::openai

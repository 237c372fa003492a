#include "surfaces/ag_ui/parse.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/json_elements.hpp"
#include "surfaces/ag_ui/messages.hpp"
#include "surfaces/client_tools.hpp"
#include "surfaces/json_body.hpp"
#include "surfaces/stream_start.hpp"

namespace belay::surfaces::ag_ui {
namespace {

constexpr std::size_t kMaxModel = 128;
constexpr std::size_t kMaxId = 128;

Result<std::string> client_id(const BodyObject& body, std::string_view name) {
  auto id = body.required_text(name, kMaxId);
  if (id && !is_client_id(*id))
    return bad_member(body.place(name),
                      "must be 1 to 128 letters, digits, dots, colons, dashes or underscores.");
  return id;
}

// [{"description","value"}…]: what the page knows, as a part of the system prompt.
Result<> read_context(const BodyObject& body, std::string& system) {
  const auto list = body.find("context", JsonKind::array, "an array of facts");
  if (!list) return list.error();
  if (!*list) return {};
  std::size_t index = 0;
  for (const std::string_view raw : json_elements((*list)->raw)) {
    const auto fact = BodyObject::read(raw, fmt::format("context[{}]", index++));
    if (!fact) return fact.error();
    const auto description = fact->text("description");
    if (!description) return description.error();
    const auto value = fact->text("value");
    if (!value) return value.error();
    if (value->empty()) continue;
    system.append(system.empty() ? "" : "\n\n").append(*description);
    system.append(description->empty() ? "" : ": ").append(*value);
  }
  return {};
}

Result<std::string> model_of(const BodyObject& body) {
  const BodyObject::Member* props = body.find("forwardedProps");
  if (!props || props->kind != JsonKind::object) return std::string();
  const auto options = BodyObject::read(props->raw, body.place("forwardedProps"));
  if (!options) return options.error();
  auto model = options->text("model");
  if (model && (model->size() > kMaxModel || model->find('\0') != model->npos))
    return bad_member(options->place("model"), "must be the name of a model.");
  return model;
}

Result<> refuse_unsupported(const BodyObject& body) {
  const auto resume = body.find("resume", JsonKind::array, "an array");
  if (!resume) return resume.error();
  if (*resume && !json_elements((*resume)->raw).empty())
    return unsupported_member("resume", "answers interrupts, and no run here has any. Leave it out.");
  return {};
}

}  // namespace

Result<RunName> parse_run_name(const BodyObject& body) {
  RunName name;
  auto thread = client_id(body, kAboutThread);
  if (!thread) return thread.error();
  name.thread = std::move(*thread);
  auto run = client_id(body, kAboutRun);
  if (!run) return run.error();
  name.run = std::move(*run);
  return name;
}

std::string_view run_of_key(std::string_view key, std::string_view thread) {
  const bool has_run = key.size() > thread.size() && key.starts_with(thread) && key[thread.size()] == '/';
  return has_run ? key.substr(thread.size() + 1) : std::string_view();
}

Result<ReadingOptions> parse_reading_options(const transport::Request& request) {
  ReadingOptions options;
  const auto after = parse_resume(request);
  if (!after) return after.error();
  options.after = *after;
  const auto restarts = request.query_value("restarts");
  if (restarts && *restarts != "0" && *restarts != "1")
    return make_error(ErrorCode::invalid_request, "restarts must be 0 or 1.", "restarts");
  options.may_restart = restarts == "1";
  return options;
}

Result<RunInput> parse_input(const BodyObject& body, const AgUiConfig& config) {
  RunInput input;
  if (const auto fine = refuse_unsupported(body); !fine) return fine.error();
  if (const auto read = read_messages(body, input); !read) return read.error();
  auto checked = checked_message(std::move(input.question), kAboutMessages, config.max_prompt);
  if (!checked && !input.has_results) return checked.error();
  input.question = checked ? std::move(*checked) : std::string();
  input.said.reads_store = false;
  if (const auto read = read_context(body, input.said.sent.system); !read) return read.error();
  if (!config.instructions) input.said.sent.system.clear();
  auto tools = read_client_tools(body, "parameters");
  if (!tools) return tools.error();
  input.tools = std::move(*tools);
  auto model = model_of(body);
  if (!model) return model.error();
  input.model = std::move(*model);
  return input;
}

Result<std::string> parse_stop(std::string_view body) {
  if (body.empty()) return std::string();
  auto json = JsonObject::read(body, kMaxJsonDepth);
  if (!json) return json.error();
  return BodyObject(std::move(*json), {}).text(kAboutRun);
}

}  // namespace belay::surfaces::ag_ui

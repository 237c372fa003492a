#include "services/runs/whole_answer.hpp"

#include <iterator>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/json_text.hpp"
#include "core/types/payloads.hpp"
#include "services/runs/read_to_end.hpp"

namespace belay::services {
namespace {

// As three strings.
void append_call(const ToolCall& call, std::string& out) {
  out.append("[\"");
  append_json_text(call.id, out);
  out.append("\",\"");
  append_json_text(call.name, out);
  out.append("\",\"");
  append_json_text(call.arguments, out);
  out.append("\"]");
}

// Renders only the end, as a JSON object that contains the whole text or the error.
class WholeAnswerDialect final : public Dialect {
 public:
  void render(const LogHead& run, const Event& event, const EventCounts&, const Position&,
              MessageWriter& writer) const override {
    if (event.type != EventType::completed && event.type != EventType::failed &&
        event.type != EventType::cancelled && event.type != EventType::interrupted)
      return;
    const auto terminal = decode_terminal(event.payload);
    if (!terminal) return;
    std::string& out = writer.begin({});
    auto bytes = std::back_inserter(out);
    if (event.type != EventType::completed) {
      fmt::format_to(bytes, R"({{"code":"{}","message":")", to_string(terminal->code));
      append_json_text(terminal->message, out);
      out.append("\"}");
      return writer.end();
    }
    const Usage& usage = terminal->usage;
    fmt::format_to(
        bytes,
        R"({{"input":{},"output":{},"cached":{},"reasoning":{},"estimated":{},"finish":"{}","model":")",
        usage.input.value, usage.output.value, usage.cached.value, usage.reasoning.value, usage.estimated,
        to_string(terminal->finish));
    append_json_text(run.model, out);
    out.append(R"(","calls":[)");
    for (const ToolCall& call : terminal->actions) {
      if (&call != &terminal->actions.front()) out.push_back(',');
      append_call(call, out);
    }
    out.append(R"(],"text":")");
    writer.splice_answer(terminal->text_from);
    out.append("\"}");
    writer.end();
  }
};

Result<WholeAnswer> parse(const std::string& message) {
  boost::system::error_code failed;
  const boost::json::value value = boost::json::parse(message, failed);
  if (failed || !value.is_object()) return make_error(ErrorCode::internal, "The answer can not be read.");
  const boost::json::object& object = value.get_object();
  if (const auto* code = object.if_contains("code")) {
    const std::string name(code->as_string());
    return make_error(error_code_from(name).value_or(ErrorCode::internal),
                      std::string(object.at("message").as_string()));
  }
  WholeAnswer answer;
  answer.text = object.at("text").as_string();
  answer.finish = object.at("finish").as_string();
  answer.usage.input = {object.at("input").to_number<std::uint64_t>()};
  answer.usage.output = {object.at("output").to_number<std::uint64_t>()};
  answer.usage.cached = {object.at("cached").to_number<std::uint64_t>()};
  answer.usage.reasoning = {object.at("reasoning").to_number<std::uint64_t>()};
  answer.usage.estimated = object.at("estimated").as_bool();
  answer.model = object.at("model").as_string();
  for (const auto& call : object.at("calls").as_array())
    answer.calls.push_back({std::string(call.at(0).as_string()), std::string(call.at(1).as_string()),
                            std::string(call.at(2).as_string())});
  return answer;
}

}  // namespace

const Format& whole_answer_format() {
  static const WholeAnswerDialect dialect;
  static const Format format{dialect, plain_framing()};
  return format;
}

Awaitable<Result<WholeAnswer>> read_whole_answer(Loop& loop, std::unique_ptr<ByteSource> subscription,
                                                 Deadline deadline, Presence* client) {
  const auto message = co_await read_to_end(loop, std::move(subscription), deadline, client);
  if (!message) co_return message.error();
  co_return parse(*message);
}

}  // namespace belay::services

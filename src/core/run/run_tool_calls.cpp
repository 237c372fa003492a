// A run's tool calls: what the provider asks for, whole or in pieces, as the log has it.
#include <algorithm>
#include <utility>

#include "core/run/run.hpp"

namespace belay {

// A provider that continues a partial answer may repeat earlier tool calls.
bool Run::is_known_call(std::string_view id) const {
  if (id.empty()) return false;
  return std::any_of(terminal_.actions.begin(), terminal_.actions.end(),
                     [&](const ToolCall& known) { return known.id == id; }) ||
         std::find(refused_calls_.begin(), refused_calls_.end(), id) != refused_calls_.end();
}

// Counts a call, and logs that it begins if the log streams parts. Ends the run and returns false if it is one too many.
bool Run::begin_call(std::string_view id, std::string_view name) {
  if (++tool_calls_ > context_.config.max_tool_calls) {
    fail(ErrorCode::provider_broken, "The model asked for more actions than an answer may hold.");
    return false;
  }
  if (is_known_call(id)) return true;
  if (!fits(id.size() + name.size())) return false;
  tool_call_bytes_ += id.size() + name.size();
  if (streams_parts_)
    append(EventType::part,
           encode(PartEvent{PartKind::tool_call, logged_calls_++, std::string(id), std::string(name)}));
  return true;
}

// The calls that the log has begun and that will not be whole.
std::vector<std::uint32_t> Run::take_open_calls() {
  std::vector<std::uint32_t> open = std::exchange(cut_calls_, {});
  for (const OpenCall& call : std::exchange(open_calls_, {}))
    if (!call.is_known) open.push_back(call.logged_as);
  return open;
}

// The place of the next part in the answer, for logs that stream parts.
std::uint32_t Run::next_place() const {
  return streams_parts_ ? static_cast<std::uint32_t>(log_->counts().parts()) : 0;
}

void Run::on_tool_call_begin(std::uint32_t index, std::string_view id, std::string_view name) {
  if (log_->ended() || !streams_parts_) return;
  confirm_resumed();
  in_sink_ = true;
  const bool is_known = is_known_call(id);
  const std::uint32_t logged_as = logged_calls_;
  const std::uint32_t place = next_place();
  if (begin_call(id, name)) open_calls_.push_back({index, logged_as, place, std::string(id), is_known});
  in_sink_ = false;
}

void Run::on_tool_call_piece(std::uint32_t index, std::string_view json) {
  if (log_->ended() || json.empty()) return;
  const auto open = std::find_if(open_calls_.begin(), open_calls_.end(),
                                 [index](const OpenCall& call) { return call.index == index; });
  if (open == open_calls_.end() || open->is_known) return;
  in_sink_ = true;
  if (fits(json.size())) {
    tool_call_bytes_ += json.size();
    append(EventType::tool_delta, encode(ToolDelta{open->logged_as, std::string(json), open->place}));
    update_pace();
  }
  in_sink_ = false;
}

// Why a client must not carry out the call; empty: it may.
std::string Run::problem_of(const ToolCall& call) const {
  const auto declared = std::find_if(request_.tools.begin(), request_.tools.end(),
                                     [&](const Tool& tool) { return tool.name == call.name; });
  if (declared == request_.tools.end()) return "This action was not offered to the model.";
  return context_.tool_check(*declared, call);
}

void Run::on_tool_call(ToolCall call) {
  if (log_->ended()) return;
  confirm_resumed();
  in_sink_ = true;
  const auto open = std::find_if(open_calls_.begin(), open_calls_.end(),
                                 [&](const OpenCall& begun) { return begun.id == call.id; });
  const bool repeated = is_known_call(call.id);
  bool is_logged = open != open_calls_.end();
  const std::uint32_t logged_as = is_logged ? open->logged_as : logged_calls_;
  const std::uint32_t place = is_logged ? open->place : next_place();
  if (is_logged) {
    open_calls_.erase(open);
  } else if (begin_call(call.id, call.name)) {
    const bool has_part = streams_parts_ && !repeated;
    if (has_part) cut_calls_.push_back(logged_as);  // if it does not fit, the run ends here
    is_logged = repeated || fits(call.arguments.size());
    if (is_logged && !repeated) tool_call_bytes_ += call.arguments.size();
    if (is_logged && has_part) {
      cut_calls_.pop_back();
      if (!call.arguments.empty())
        append(EventType::tool_delta, encode(ToolDelta{logged_as, call.arguments, place}));
    }
  }
  if (is_logged && !repeated) {
    const std::string problem = streams_parts_ ? std::string() : problem_of(call);
    append(EventType::tool_call, encode(ToolCallEvent{call, problem, streams_parts_ ? logged_as : 0, place}));
    if (problem.empty())
      terminal_.actions.push_back(std::move(call));
    else
      refused_calls_.push_back(std::move(call.id));
  }
  in_sink_ = false;
}

}  // namespace belay

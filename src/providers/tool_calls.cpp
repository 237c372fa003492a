#include "providers/tool_calls.hpp"

#include <algorithm>

namespace belay::providers {
namespace {

Error broken(std::string text) {
  return make_error(ErrorCode::provider_broken, std::move(text));
}

}  // namespace

Result<> ToolCallGatherer::count(std::size_t bytes) {
  bytes_ += bytes;
  if (bytes_ > config_.most_tool_call_bytes.value) return broken("The provider's tool calls are too large.");
  return {};
}

Result<> ToolCallGatherer::add(const Piece& piece) {
  if (auto fits = count(piece.id.size() + piece.name.size() + piece.arguments.size()); !fits) return fits;
  auto call = calls_.end();
  if (piece.index) {
    call = std::find_if(calls_.begin(), calls_.end(),
                        [&](const Gathered& one) { return one.index == piece.index; });
  } else if (piece.id.empty() && !calls_.empty()) {
    call = std::prev(calls_.end());
  }
  if (call == calls_.end()) {
    if (calls_.size() >= config_.most_tool_calls)
      return broken("The provider's answer holds too many tool calls.");
    call = calls_.insert(calls_.end(), Gathered{piece.index, {}});
  }
  // Some servers repeat them.
  if (call->call.id.empty()) call->call.id = piece.id;
  if (call->call.name.empty()) call->call.name = piece.name;
  call->call.arguments += piece.arguments;
  return {};
}

Result<> ToolCallGatherer::close(std::uint64_t index, std::string_view arguments) {
  const auto call =
      std::find_if(calls_.begin(), calls_.end(), [&](const Gathered& one) { return one.index == index; });
  if (call == calls_.end() || arguments.empty()) return {};
  if (call->call.arguments.empty()) {
    if (auto fits = count(arguments.size()); !fits) return fits;
    call->call.arguments = arguments;
  }
  if (call->call.arguments == arguments) return {};
  return broken("The provider's tool call is not what its pieces were.");
}

Result<std::vector<ToolCall>> ToolCallGatherer::finish() {
  std::vector<ToolCall> calls;
  for (Gathered& gathered : calls_) {
    if (gathered.call.name.empty()) return broken("The provider's answer holds a tool call without a name.");
    if (gathered.call.arguments.empty()) gathered.call.arguments = "{}";
    calls.push_back(std::move(gathered.call));
  }
  calls_.clear();
  return calls;
}

}  // namespace belay::providers

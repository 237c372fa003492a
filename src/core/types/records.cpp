#include "core/types/records.hpp"

namespace belay {

std::string_view to_string(RunState state) {
  switch (state) {
    case RunState::queued:
      return "queued";
    case RunState::running:
      return "running";
    case RunState::completed:
      return "completed";
    case RunState::failed:
      return "failed";
    case RunState::cancelled:
      return "cancelled";
    case RunState::interrupted:
      return "interrupted";
  }
  return {};
}

bool counts_against_quotas(RunState state, std::uint64_t text_bytes) {
  return state == RunState::completed || (state == RunState::cancelled && text_bytes != 0);
}

RunState state_after(EventType terminal) {
  switch (terminal) {
    case EventType::completed:
      return RunState::completed;
    case EventType::cancelled:
      return RunState::cancelled;
    case EventType::interrupted:
      return RunState::interrupted;
    default:
      return RunState::failed;
  }
}

std::optional<MessageId> MessageId::parse(std::string_view text) {
  if (text.size() != RunId::kTextSize + 2 || text[RunId::kTextSize] != '-') return std::nullopt;
  const char role = text.back();
  const auto run = RunId::parse(text.substr(0, RunId::kTextSize));
  if (!run || (role != 'u' && role != 'a')) return std::nullopt;
  return MessageId{*run, role == 'u' ? Role::user : Role::assistant};
}

std::string MessageId::text() const {
  return run.text() + (role == Role::user ? "-u" : "-a");
}

}  // namespace belay

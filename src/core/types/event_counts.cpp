#include "core/types/event_counts.hpp"

#include "core/types/payloads.hpp"

namespace belay {
namespace {

bool says_nothing(std::string_view json) {
  return json == "{}" || json.find_first_not_of(" \t\r\n") == json.npos;
}

}  // namespace

std::optional<PartKind> EventCounts::begun_by(EventType type, std::string_view payload) const {
  if (type == EventType::part) {
    const auto part = decode_part(payload);
    return part ? std::optional(part->kind) : std::nullopt;
  }
  if (type == EventType::delta && open != PartKind::text) return PartKind::text;
  if (type == EventType::reasoning_delta && open != PartKind::reasoning) return PartKind::reasoning;
  return std::nullopt;
}

void EventCounts::add_other(EventType type, std::string_view payload) {
  switch (type) {
    case EventType::started:
      ++started;
      break;
    case EventType::stage: {
      const auto stage = decode_stage(payload);
      ++(stage && stage->name == kStageAnswer ? answers : stages);
      break;
    }
    case EventType::reasoning_delta:
      begin(PartKind::reasoning, reasoning_parts);
      ++reasoning_deltas;
      break;
    case EventType::part: {
      const auto part = decode_part(payload);
      if (!part) {
        ++others;
        break;
      }
      open = part->kind;
      open_from = events;
      ++(open == PartKind::text ? text_parts : open == PartKind::reasoning ? reasoning_parts : tool_parts);
      if (open == PartKind::tool_call) ++open_calls;
      break;
    }
    case EventType::tool_delta: {
      ++tool_deltas;
      const auto delta = decode_tool_delta(payload);
      if (delta && !is_open_call(delta->index) && !says_nothing(delta->json)) ++late_tool_deltas;
      break;
    }
    case EventType::tool_call: {
      if (open_calls != 0) {
        --open_calls;
        ++streamed_calls;
        break;
      }
      open.reset();
      const auto call = decode_tool_call(payload);
      ++(call && call->problem.empty() ? whole_calls : refused_calls);
      break;
    }
    case EventType::usage:
      ++usages;
      break;
    case EventType::restarted:
      open.reset();
      open_calls = 0;
      ++restarts;
      break;
    case EventType::completed:
    case EventType::failed:
    case EventType::cancelled:
    case EventType::interrupted:
      open.reset();
      ++(type == EventType::completed   ? completed
         : type == EventType::failed    ? failed
         : type == EventType::cancelled ? cancelled
                                        : interrupted);
      break;
    default:
      ++others;
      break;
  }
}

}  // namespace belay

#include "core/types/event.hpp"

#include <algorithm>

#include "core/types/codec.hpp"

namespace belay {
namespace {
// The maximum time between a range's base time and an event in it. A larger value means malformed bytes.
constexpr std::uint64_t kMaxAfterBaseMs = std::uint64_t(1) << 48;

// take_varint() without an optional: the processor would wait for each (it is written in two parts and copied as one).
bool take(std::string_view& bytes, std::uint64_t& value) {
  if (!bytes.empty() && static_cast<unsigned char>(bytes.front()) < 0x80) {
    value = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    return true;
  }
  const auto taken = take_varint(bytes);
  value = taken.value_or(0);
  return taken.has_value();
}

}  // namespace

std::string_view to_string(EventType type) {
  switch (type) {
    case EventType::started:
      return "started";
    case EventType::stage:
      return "stage";
    case EventType::delta:
      return "delta";
    case EventType::tool_call:
      return "tool_call";
    case EventType::suggestion:
      return "suggestion";
    case EventType::upload_processed:
      return "upload_processed";
    case EventType::slow:
      return "slow";
    case EventType::usage:
      return "usage";
    case EventType::restarted:
      return "restarted";
    case EventType::reasoning_delta:
      return "reasoning_delta";
    case EventType::channel_opened:
      return "channel_opened";
    case EventType::channel_message:
      return "channel_message";
    case EventType::part:
      return "part";
    case EventType::tool_delta:
      return "tool_delta";
    case EventType::completed:
      return "completed";
    case EventType::failed:
      return "failed";
    case EventType::cancelled:
      return "cancelled";
    case EventType::interrupted:
      return "interrupted";
  }
  return {};
}

bool is_known(EventType type) {
  return !to_string(type).empty();
}

void append_event(EventType type, Milliseconds after_base, std::string_view payload, std::string& out) {
  out.push_back(static_cast<char>(type));
  append_varint(static_cast<std::uint64_t>(std::max<std::int64_t>(after_base.count(), 0)), out);
  append_varint(payload.size(), out);
  out.append(payload);
}

bool EventReader::next(Event& event) {
  if (rest_.empty() || !ok_) return false;
  std::string_view rest = rest_;
  const auto type = static_cast<EventType>(rest.front());
  rest.remove_prefix(1);
  std::uint64_t after = 0, size = 0;
  ok_ = take(rest, after) && take(rest, size) && is_known(type) && after <= kMaxAfterBaseMs &&
        size <= rest.size();
  if (!ok_) return false;
  event = {offset_++, type, base_time_ + Milliseconds(static_cast<std::int64_t>(after)),
           rest.substr(0, size)};
  rest.remove_prefix(size);
  rest_ = rest;
  return true;
}

}  // namespace belay

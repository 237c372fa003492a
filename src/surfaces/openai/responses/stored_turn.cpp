#include "surfaces/openai/responses/stored_turn.hpp"

#include <algorithm>

namespace belay::surfaces::openai::responses {
namespace {

// Events as the log has them, without what was thought.
class EventsDialect final : public Dialect {
 public:
  void render(const LogHead&, const Event& event, const EventCounts&, const Position&,
              MessageWriter& writer) const override {
    const bool is_thought = event.type == EventType::reasoning_delta;
    append_event(event.type, Milliseconds(0), is_thought ? std::string_view() : event.payload,
                 writer.begin({}));
    writer.end();
  }
};

class Reader {
 public:
  void add(const Event& event) {
    if (const auto begun = counts_.begun_by(event.type, event.payload))
      turn_.items.push_back({counts_.parts(), *begun});
    switch (event.type) {
      case EventType::started:
        if (auto request = decode_request(event.payload)) turn_.request = std::move(*request);
        break;
      case EventType::delta:
        turn_.items.back().text.append(event.payload);
        break;
      case EventType::tool_call:
        add_call(event);
        break;
      case EventType::restarted:
        turn_.items.clear();
        break;
      default:
        break;
    }
    counts_.add(event.type, event.payload);
  }
  StoredTurn take() && { return std::move(turn_); }

 private:
  void add_call(const Event& event) {
    auto call = decode_tool_call(event.payload);
    if (!call) return;
    if (counts_.open_calls == 0) {
      turn_.items.push_back({counts_.parts(), PartKind::tool_call, {}, std::move(call->call)});
      return;
    }
    const auto begun = std::find_if(turn_.items.begin(), turn_.items.end(),
                                    [&](const auto& item) { return item.place == call->place; });
    if (begun != turn_.items.end()) begun->call = std::move(call->call);
  }

  StoredTurn turn_;
  EventCounts counts_;
};

}  // namespace

std::uint64_t size_of(const StoredTurn& turn) {
  std::uint64_t bytes = 0;
  for (const Message& message : turn.request.messages)
    for (const Part& part : message.parts) {
      if (const Text* text = std::get_if<Text>(&part)) bytes += text->text.size();
      if (const ToolCall* call = std::get_if<ToolCall>(&part)) bytes += call->arguments.size();
      if (const ToolResult* result = std::get_if<ToolResult>(&part)) bytes += result->text.size();
      if (const Image* image = std::get_if<Image>(&part))
        bytes += image->media.data.size() + image->media.url.size();
      if (const File* file = std::get_if<File>(&part))
        bytes += file->media.data.size() + file->media.url.size();
    }
  for (const StoredTurn::Item& item : turn.items) bytes += item.text.size() + item.call.arguments.size();
  return bytes;
}

const Format& turn_format() {
  static const EventsDialect dialect;
  static const Format format{dialect, plain_framing()};
  return format;
}

Result<StoredTurn> read_turn(std::string_view bytes) {
  Reader turn;
  EventReader events({1, {}, bytes});
  for (Event event; events.next(event);) turn.add(event);
  if (!events.ok()) return make_error(ErrorCode::internal, "A stored response can not be read.");
  return std::move(turn).take();
}

}  // namespace belay::surfaces::openai::responses

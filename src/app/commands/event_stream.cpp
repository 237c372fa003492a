#include "app/commands/event_stream.hpp"

#include <charconv>

namespace belay::app {

bool EventStream::push(std::string_view bytes, const Handler& handler) {
  handler_ = &handler;
  return parser_.push(bytes, *this).has_value();
}

void EventStream::cut() {
  parser_ = providers::SseParser(max_event_bytes_);
  id_ = last_id_;
}

providers::SseParser::Flow EventStream::on_event(const providers::SseEvent& event) {
  (*handler_)(event);
  return providers::SseParser::Flow::more;
}

void EventStream::on_field(std::string_view name, std::string_view value) {
  if (name == "id" && value.find('\0') == std::string_view::npos) id_ = value;
  if (name != "retry") return;
  std::uint32_t ms = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), ms);
  if (error == std::errc{} && end == value.data() + value.size()) retry_ = Milliseconds(ms);
}

}  // namespace belay::app

#include "app/commands/event_stream.hpp"

#include <charconv>
#include <utility>

namespace belay::app {

bool EventStream::push(std::string_view bytes, const Handler& handler) {
  for (const char c : bytes) {
    if (c == '\n' && after_cr_) {
      after_cr_ = false;
      continue;
    }
    after_cr_ = c == '\r';
    if (c == '\n' || c == '\r') {
      take_line(line_, handler);
      line_.clear();
      continue;
    }
    line_ += c;
    if (line_.size() + event_.data.size() > most_event_bytes_) return false;
  }
  return true;
}

void EventStream::cut() {
  line_.clear();
  after_cr_ = false;
  event_ = {};
  has_data_ = false;
  id_ = last_id_;
}

void EventStream::take_line(std::string_view line, const Handler& handler) {
  if (!line.empty()) {
    const std::size_t colon = line.find(':');
    if (colon == 0) return;  // a comment
    std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    return take_field(line.substr(0, colon), value);
  }
  last_id_ = id_;
  const StreamEvent event = std::exchange(event_, {});
  if (std::exchange(has_data_, false)) handler(event);
}

void EventStream::take_field(std::string_view name, std::string_view value) {
  if (name == "event") event_.type = value;
  if (name == "id" && value.find('\0') == std::string_view::npos) id_ = value;
  if (name == "data") {
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
  }
  if (name == "retry") {
    std::uint32_t ms = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), ms);
    if (error == std::errc{} && end == value.data() + value.size()) retry_ = Milliseconds(ms);
  }
}

}  // namespace belay::app

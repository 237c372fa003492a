#include "transport/sse/sse_frame.hpp"

#include <cassert>

#include <fmt/format.h>

namespace belay::transport {
namespace {

bool is_one_line(std::string_view text) {
  return text.find_first_of("\r\n") == text.npos;
}

void append_line(std::string& out, std::string_view field, std::string_view value) {
  out += field;
  out += value;
  out += '\n';
}

void append_names(std::string& out, const SseFrame& frame) {
  assert(is_one_line(frame.id) && frame.id.find('\0') == frame.id.npos);
  assert(is_one_line(frame.event));
  if (!frame.id.empty()) append_line(out, "id: ", frame.id);
  if (!frame.event.empty()) append_line(out, "event: ", frame.event);
}

}  // namespace

void append_sse(std::string& out, const SseFrame& frame) {
  assert(is_one_line(frame.data));
  append_names(out, frame);
  append_line(out, "data: ", frame.data);
  out += '\n';
}

void append_sse_lines(std::string& out, const SseFrame& frame) {
  append_names(out, frame);
  std::string_view rest = frame.data;
  for (;;) {
    const auto end = rest.find_first_of("\r\n");
    append_line(out, "data: ", rest.substr(0, end));
    if (end == rest.npos) break;
    const bool pair = rest.compare(end, 2, "\r\n") == 0;
    rest.remove_prefix(end + (pair ? 2 : 1));
  }
  out += '\n';
}

void append_sse_comment(std::string& out, std::string_view text) {
  out += text.empty() ? ":" : ": ";
  for (const char c : text) out += c == '\r' || c == '\n' ? ' ' : c;
  out += "\n\n";
}

void append_sse_retry(std::string& out, Milliseconds after) {
  fmt::format_to(std::back_inserter(out), "retry: {}\n\n", after.count());
}

Milliseconds jittered_retry(Milliseconds base, Random& random) {
  if (base.count() <= 0) return Milliseconds(0);
  return base +
         Milliseconds(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(base.count()) + 1)));
}

std::vector<Header> sse_headers() {
  return {{"Content-Type", "text/event-stream; charset=utf-8"},
          {"Cache-Control", "no-cache, no-transform"},
          {"X-Accel-Buffering", "no"}};
}

}  // namespace belay::transport

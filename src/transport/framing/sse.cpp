#include "transport/framing/sse.hpp"

#include <cassert>
#include <cstring>

#include <fmt/format.h>

namespace belay::transport {
namespace {

bool is_one_line(std::string_view text) {
  const auto has = [text](char c) { return std::memchr(text.data(), c, text.size()) != nullptr; };
  return text.empty() || (!has('\n') && !has('\r'));
}

char* put(std::string_view text, char* at) {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

std::string retry_line(Milliseconds after) {
  return fmt::format("retry: {}\n", after.count());
}

constexpr std::string_view kId = "id: ", kEvent = "event: ", kData = "data: ";

class SseFraming : public Framing {
 public:
  enum class Ids { sent, left_out };
  explicit SseFraming(Ids ids) : ids_(ids) {}

  // Every token passes here: one resize and plain copies cost much less than seven appends. The name is not
  // checked: it is a constant of the dialect.
  void open(const MessageHead& head, std::string& out) const override {
    assert(is_one_line(head.id));
    const bool has_id = ids_ == Ids::sent && !head.id.empty();
    const bool has_event = !head.event.empty();
    const std::size_t begin = out.size();
    out.resize(begin + (has_id ? kId.size() + head.id.size() + 1 : 0) +
               (has_event ? kEvent.size() + head.event.size() + 1 : 0) + kData.size());
    char* at = out.data() + begin;
    if (has_id) at = put("\n", put(head.id, put(kId, at)));
    if (has_event) at = put("\n", put(head.event, put(kEvent, at)));
    put(kData, at);
  }
  void close(MessagePart part, std::size_t data_at, std::string& out) const override {
    assert(is_one_line(std::string_view(out).substr(data_at)));
    if (part == MessagePart::whole || part == MessagePart::last) out.append("\n\n");
  }
  std::string_view content_type() const override { return "text/event-stream; charset=utf-8"; }

 protected:
  ~SseFraming() = default;

 private:
  const Ids ids_;
};

// Everything is a block: a comment, too.
class WithEmptyBlocks final : public SseFraming {
 public:
  using SseFraming::SseFraming;
  std::string preamble(Milliseconds retry) const override { return retry_line(retry) + "\n"; }
  std::string_view heartbeat() const override { return ":\n\n"; }
  std::string farewell(Milliseconds retry) const override { return retry_line(retry) + "\n"; }
};

// A line that no blank line follows belongs to the block of the next message. If the stream is cut behind it, its client
// has already read the time to reconnect.
//
// The id stands behind the data: some clients note an id as soon as they have read its line. If their connection is cut in
// the data behind it, they never get this message.
class WithoutEmptyBlocks final : public SseFraming {
 public:
  WithoutEmptyBlocks() : SseFraming(Ids::sent) {}
  void close(MessagePart part, std::size_t data_at, std::string& out) const override {
    if (part == MessagePart::whole) move_id_behind(data_at, out);
    if (part == MessagePart::last) repeat_id_behind(data_at, out);
    SseFraming::close(part, out.size(), out);
  }
  std::string preamble(Milliseconds retry) const override { return retry_line(retry); }
  std::string_view heartbeat() const override { return ":\n"; }
  std::string farewell(Milliseconds retry) const override { return retry_line(retry); }

 private:
  // From "id: 1-7\nevent: e\ndata: x" to "event: e\ndata: x\nid: 1-7".
  static void move_id_behind(std::size_t data_at, std::string& out) {
    const std::size_t id_at = find_id(data_at - kData.size(), out);
    if (id_at == std::string::npos) return;
    const std::string id = out.substr(id_at, out.find('\n', id_at) - id_at);
    out.erase(id_at, id.size() + 1);
    out.append("\n").append(id);
  }
  // The same for a message in parts, whose bytes must stay where they are: a comment takes the line of the id. From
  // "id: 1-7\nevent: e\ndata: x" to ":      \nevent: e\ndata: x\nid: 1-7".
  static void repeat_id_behind(std::size_t data_at, std::string& out) {
    const std::size_t line_end = out.rfind('\n', data_at);
    const std::size_t id_at = find_id(line_end == std::string::npos ? 0 : line_end + 1, out);
    if (id_at == std::string::npos) return;
    const std::string id = out.substr(id_at, out.find('\n', id_at) - id_at);
    out.replace(id_at, id.size(), ":" + std::string(id.size() - 1, ' '));
    out.append("\n").append(id);
  }
  // Where the line with the id begins, of the message whose line of data begins there; npos: it has none.
  static std::size_t find_id(std::size_t data_line_at, const std::string& out) {
    const auto starts_with = [&out](std::size_t at, std::string_view name) {
      return std::string_view(out).substr(at).starts_with(name);
    };
    std::size_t id_at = line_before(data_line_at, out);
    if (starts_with(id_at, kEvent)) id_at = line_before(id_at, out);
    return starts_with(id_at, kId) ? id_at : std::string::npos;
  }
  // Where the line before this one begins. Of the first one: itself.
  static std::size_t line_before(std::size_t line_at, const std::string& out) {
    if (line_at < 2) return 0;
    const std::size_t end = out.rfind('\n', line_at - 2);
    return end == std::string::npos ? 0 : end + 1;
  }
};

}  // namespace

const Framing& sse_framing() {
  static const WithEmptyBlocks framing(SseFraming::Ids::sent);
  return framing;
}

const Framing& sse_framing_without_ids() {
  static const WithEmptyBlocks framing(SseFraming::Ids::left_out);
  return framing;
}

const Framing& sse_framing_without_empty_blocks() {
  static const WithoutEmptyBlocks framing;
  return framing;
}

std::string sse_position(std::string_view id) {
  assert(is_one_line(id));
  return fmt::format("id: {}\n\n", id);
}

}  // namespace belay::transport

#include "surfaces/chat/cursor.hpp"

#include "base/digest.hpp"

namespace belay::surfaces::chat {
namespace {

// What the history is of, in a few characters.
std::string mark_of(const MessageFilter& of) {
  constexpr std::size_t kSize = 8;
  Digest digest;
  if (!of.project.empty())
    digest.add("project " + of.project);
  else if (!of.task.empty())
    digest.add("task " + of.task);
  else
    digest.add("chat " + of.conversation);
  return digest.hexadecimal().substr(0, kSize);
}

}  // namespace

std::string history_cursor(const MessagePlace& place, const MessageFilter& of) {
  return place.text() + "." + mark_of(of);
}

Result<MessagePlace> parse_history_cursor(std::string_view text, const MessageFilter& of) {
  const std::size_t dot = text.rfind('.');
  const auto place = MessagePlace::parse(text.substr(0, dot));
  if (dot == text.npos || !place)
    return make_error(ErrorCode::invalid_request, "This is no cursor. Send nextCursor as it was answered.",
                      "cursor");
  if (text.substr(dot + 1) != mark_of(of))
    return make_error(ErrorCode::invalid_request,
                      "This cursor belongs to another history. Leave cursor out to begin with the newest "
                      "messages.",
                      "cursor");
  return *place;
}

}  // namespace belay::surfaces::chat

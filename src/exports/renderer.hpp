// A conversation on its way into a document (requirement C9): messages in, one by one, the oldest first;
// bytes out, as soon as they are final.
//
// A renderer holds what it needs for the page that it is on and no more, however long the conversation. A
// message goes in in parts, so that a long one can be put aside in its middle. One document each; used by one
// thread at a time, not always the same one. Never on a loop: a page of PDF takes milliseconds, and so does
// letting go of a document that is not finished.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "core/store.hpp"

namespace belay::exports {

enum class Format { json, markdown, pdf };
std::optional<Format> format_from(std::string_view name);  // "json", "md", "pdf"
std::string_view content_type(Format format);
std::string_view file_extension(Format format);  // as the name

// What stands above the messages.
struct Heading {
  std::string title;         // empty: "Conversation"
  std::string conversation;  // the client's id
  WallTime exported;
};

class Renderer {
 public:
  virtual ~Renderer() = default;
  // Each appends what is final to `out`. Called in this order, begin() and end() once.
  virtual void begin(const Heading& heading, std::string& out) = 0;
  // Adds the next part of a message, some KiB of it: called with the same message, which stays where it is,
  // until it says that this was the last.
  enum class Part { more, last };
  virtual Part add_part(const StoredMessage& message, std::string& out) = 0;
  // All of it.
  void add(const StoredMessage& message, std::string& out) {
    while (add_part(message, out) == Part::more) continue;
  }
  // Fails where the document could not be made (a PDF's library ran out of memory): then it is no document.
  virtual Result<> end(std::string& out) = 0;
};

std::unique_ptr<Renderer> make_renderer(Format format);

// What of a message's text one part has: whole characters, at most so much, behind the first `from` bytes.
std::string_view part_of(std::string_view text, std::size_t from);

// "2026-11-21 16:45 UTC"
std::string readable_time(WallTime time);
// "interrupted"; empty for a message that is whole.
std::string_view broken_state(const StoredMessage& message);

}  // namespace belay::exports

// Renders a conversation as a document (requirement C9). Messages are added one by one, oldest first. Bytes
// are output as soon as they are final.
//
// A renderer keeps only what the current page needs, however long the conversation is. A message is added in
// parts, so that work on a long message can pause in the middle.
//
// One object per document. It is used by one thread at a time, not always the same thread. Never use it on a
// loop: a page of PDF takes milliseconds, and so does the destruction of an unfinished document.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "core/ports/store.hpp"

namespace belay::exports {

enum class Format { json, markdown, pdf };
std::optional<Format> format_from(std::string_view name);  // "json", "md", "pdf"
std::string_view content_type(Format format);
std::string_view file_extension(Format format);  // same as the name

// What the document shows above the messages.
struct Heading {
  std::string title;         // empty: "Conversation"
  std::string conversation;  // the client's id
  WallTime exported;
};

class Renderer {
 public:
  virtual ~Renderer() = default;
  // Each function appends the bytes that are final to `out`. Call begin() once, then add_part() as often as
  // needed, then end() once.
  virtual void begin(const Heading& heading, std::string& out) = 0;
  // Adds the next part of a message, at most 64 KiB of its text. Call it with the same message, which must
  // not move, until it returns Part::last.
  enum class Part { more, last };
  virtual Part add_part(const StoredMessage& message, std::string& out) = 0;
  // Adds all parts of a message.
  void add(const StoredMessage& message, std::string& out) {
    while (add_part(message, out) == Part::more) continue;
  }
  // Fails if the document could not be made, for example if the PDF library ran out of memory. The output is
  // then invalid.
  virtual Result<> end(std::string& out) = 0;
};

std::unique_ptr<Renderer> make_renderer(Format format);

// Returns the part of a message's text that starts at byte `from`: at most 64 KiB, cut between characters.
std::string_view part_of(std::string_view text, std::size_t from);

// Example: "2026-11-21 16:45 UTC"
std::string readable_time(WallTime time);
// Why a message is incomplete, for example "interrupted". Empty if the message is complete.
std::string_view broken_state(const StoredMessage& message);

}  // namespace belay::exports

// A conversation as Markdown: a heading a message, and its text as it stands. A code fence that a cut answer
// left open is closed, so that it does not swallow what follows.
#pragma once

#include "exports/renderer.hpp"

namespace belay::exports {

class MarkdownRenderer final : public Renderer {
 public:
  void begin(const Heading& heading, std::string& out) override;
  Part add_part(const StoredMessage& message, std::string& out) override;
  Result<> end(std::string& out) override;

 private:
  bool in_message_ = false;
  std::size_t added_ = 0;  // of its content
};

}  // namespace belay::exports

// Renders a conversation as Markdown: one heading per message, then the message's text unchanged. If an
// answer was cut inside a code fence, the renderer closes the fence. Otherwise the rest of the document would
// become code.
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
  std::size_t added_ = 0;  // bytes of the content that are written
};

}  // namespace belay::exports

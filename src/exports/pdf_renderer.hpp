// Renders a conversation as PDF, page size A4. Pango lays out the text: it shapes and orders every script and
// finds fonts for it. Cairo writes the file and outputs each page as soon as it is full. Code has a
// fixed-width font on a grey background.
//
// Memory holds the content of the current page, the glyphs in use, and a few numbers per page. Text is laid
// out one paragraph at a time. A paragraph longer than kMaxParagraph bytes is laid out in pieces.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "exports/renderer.hpp"
#include "exports/text_blocks.hpp"

namespace belay::exports {

class PdfRenderer final : public Renderer {
 public:
  PdfRenderer();
  ~PdfRenderer() override;
  void begin(const Heading& heading, std::string& out) override;
  Part add_part(const StoredMessage& message, std::string& out) override;
  Result<> end(std::string& out) override;

 private:
  class Pages;
  void begin_message(const StoredMessage& message);
  void add_line();
  std::unique_ptr<Pages> pages_;
  // Position within the current message.
  bool in_message_ = false;
  std::vector<TextBlock> blocks_;
  std::size_t block_ = 0;
  bool in_block_ = false;
  std::string_view rest_;  // of the block
  std::string_view line_;  // rest of a line that is laid out in pieces
};

}  // namespace belay::exports

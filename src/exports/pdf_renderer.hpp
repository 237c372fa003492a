// A conversation as PDF, A4: laid out by Pango, which shapes and orders every script and finds fonts for it;
// written by Cairo, which gives each page away when it is full. Code stands in a fixed-width font on grey.
//
// In memory are the page's own content, the fonts' glyphs that were used, and a few numbers a page. Texts are
// laid out a paragraph at a time; a longer one than kMostParagraph bytes is broken there.
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
  // Where it stands in a message.
  bool in_message_ = false;
  std::vector<TextBlock> blocks_;
  std::size_t block_ = 0;
  bool in_block_ = false;
  std::string_view rest_;  // of the block
  std::string_view line_;  // the rest of one that is laid out in pieces
};

}  // namespace belay::exports

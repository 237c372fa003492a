// Renders a conversation as PDF, page size A4. The text of a message is Markdown: markdown/parser.hpp reads
// it, pdf/block_writer.hpp lays it out. Each page is output as soon as it is full.
//
// Memory holds the content of the current page, the blocks of a piece of a message
// (markdown/piece_reader.hpp), the glyphs in use, and a few numbers per page and per link.
#pragma once

#include <string>

#include "exports/markdown/document.hpp"
#include "exports/markdown/piece_reader.hpp"
#include "exports/pdf/block_writer.hpp"
#include "exports/pdf/page_writer.hpp"
#include "exports/renderer.hpp"

namespace belay::exports {

class PdfRenderer final : public Renderer {
 public:
  PdfRenderer() : blocks_(pages_) {}
  void begin(const Heading& heading, std::string& out) override;
  Part add_part(const StoredMessage& message, std::string& out) override;
  Result<> end(std::string& out) override;

 private:
  void begin_message(const StoredMessage& message);
  void add_line(const std::string& text, const TextFormat& format);

  PageWriter pages_;
  BlockWriter blocks_;
  // Position within the current message.
  bool in_message_ = false;
  PieceReader pieces_;
  Document document_;      // of the current piece
  std::size_t block_ = 0;  // in document_
};

}  // namespace belay::exports

// Lays out the blocks of a document on pages, part by part: a few KiB of text or code, or a row of a table.
// Containers are indentation, markers are beside the first line, quotes have a bar. A block whose text is
// written from right to left is indented on the right.
//
// Used by one thread at a time.
#pragma once

#include <cstddef>
#include <vector>

#include "exports/markdown/document.hpp"
#include "exports/pdf/page_writer.hpp"
#include "exports/pdf/table_writer.hpp"
#include "exports/pdf/text_layout.hpp"

namespace belay::exports {

class BlockWriter {
 public:
  explicit BlockWriter(PageWriter& pages) : pages_(pages), table_(pages) {}

  // The next block is the first of a message.
  void begin_message();
  // Lays out the next part of a block. Call it with the same block, which must not move, until it returns
  // true.
  bool add_part(const Document& document, const Block& block);

 private:
  void begin(const Block& block);
  bool add_text(const Document& document, const Block& block);
  bool add_code(const Document& document, const Block& block);
  // Adds the name of the language.
  void begin_code(const Block& block);
  void add_code_padding();
  void fill_code(double height);
  void add_rule();
  void draw_markers(const Block& block, double baseline);
  double gap_before(const Block& block) const;
  std::size_t shared_containers(const Block& block) const;
  void set_bars(const Block& block, std::size_t containers);

  PageWriter& pages_;
  TableWriter table_;
  // The previous block.
  bool is_first_ = true;
  Block::Kind last_kind_ = Block::Kind::paragraph;
  std::vector<Container> last_containers_;
  // The current block.
  bool in_block_ = false;
  bool is_mirrored_ = false;  // indented on the right
  double left_ = 0;           // area of the text, in points
  double width_ = 0;
  std::size_t at_ = 0;  // position in its text
};

}  // namespace belay::exports

// Lays out tables on pages, row by row. Cells have borders, the head is bold on grey. Long cells wrap. A row
// that does not fit on the page moves to the next one, which begins with the head again. A row higher than a
// page is continued on the next one.
//
// The widths of the columns come from the head and the first rows, so a table of any length is laid out in
// one pass. A table with more columns than fit shows each row as lines of "head: cell".
//
// Used by one thread at a time.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "exports/markdown/document.hpp"
#include "exports/pdf/page_writer.hpp"
#include "exports/pdf/text_layout.hpp"

namespace belay::exports {

bool is_right_to_left(const Table& table);

class TableWriter {
 public:
  explicit TableWriter(PageWriter& pages) : pages_(pages) {}

  // Begins a table, or continues the last one. The area is in points.
  void begin(const Block& block, double left, double width);
  // Lays out the head and the next row. Call it until it returns true: the table is complete.
  bool add_row(const Document& document, const Table& table);

 private:
  // A cell's text as lines.
  struct Cell {
    struct CellLine {
      std::size_t layout = 0;  // index in layouts
      TextLayout::Line line;
    };
    std::vector<TextLayout> layouts;
    std::vector<CellLine> lines;
    double height = 0;
    std::size_t next = 0;  // line that is drawn next
  };
  using Cells = std::vector<Cell>;

  void measure(const Table& table);
  void keep_widest(const Table::Row& row, const char* font);
  Cells lay_out(const Table& table, const Table::Row& row, const char* font) const;
  enum class RowKind { head, body };
  void draw_row(const Document& document, const Table& table, RowKind kind);
  void next_page(const Document& document, const Table& table, RowKind kind);
  // Draws as many lines of the cells as fit into a height.
  void draw_lines(const Document& document, Cells& cells, RowKind kind, double available);
  void draw_borders(double height, RowKind kind);
  double column_left(std::size_t column) const;
  void draw_record(const Document& document, const Table& table, const Table::Row& row);

  PageWriter& pages_;
  double left_ = 0;
  double width_ = 0;
  std::vector<double> widths_;  // of the columns; empty: rows are records
  bool is_mirrored_ = false;    // the first column is on the right
  const char* font_ = nullptr;
  const char* head_font_ = nullptr;
  std::size_t row_ = 0;  // next one
  bool needs_head_ = true;
};

}  // namespace belay::exports

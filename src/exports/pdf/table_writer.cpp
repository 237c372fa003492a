#include "exports/pdf/table_writer.hpp"

#include <algorithm>
#include <numeric>

namespace belay::exports {
namespace {

// In points.
constexpr double kMinColumn = 40;
constexpr double kSidePadding = 5;
constexpr double kTopPadding = 3;
constexpr double kEmptyRow = 12;
constexpr double kMinPart = 40;  // less of a row at the end of a page moves to the next one

constexpr std::size_t kMeasuredRows = 40;
constexpr std::size_t kMeasuredBytes = 400;  // of a cell
constexpr std::size_t kManyColumns = 6;      // more have a smaller font
constexpr std::size_t kMaxName = 80;         // bytes of a head in a record

// Reduces the widths of the widest columns until all fit.
void fit(std::vector<double>& widths, double available) {
  std::vector<std::size_t> order(widths.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return widths[a] < widths[b]; });
  std::size_t columns = widths.size();
  for (const std::size_t column : order) {
    widths[column] = std::min(widths[column], available / static_cast<double>(columns));
    available -= widths[column];
    --columns;
  }
}

}  // namespace

bool is_right_to_left(const Table& table) {
  const auto named = std::find_if(table.head.begin(), table.head.end(),
                                  [](const RichText& cell) { return !cell.text.empty(); });
  return named != table.head.end() && is_right_to_left(named->text);
}

void TableWriter::begin(const Block& block, double left, double width) {
  row_ = 0;
  needs_head_ = true;
  if (block.continues && widths_.size() == block.table.columns.size()) {
    needs_head_ = false;
    return;
  }
  left_ = left;
  width_ = width;
  is_mirrored_ = is_right_to_left(block.table);
  const bool is_small = block.table.columns.size() > kManyColumns;
  font_ = is_small ? "Noto Sans 8" : "Noto Sans 9";
  head_font_ = is_small ? "Noto Sans Bold 8" : "Noto Sans Bold 9";
  widths_.clear();
  if (static_cast<double>(block.table.columns.size()) * kMinColumn <= width) measure(block.table);
}

void TableWriter::measure(const Table& table) {
  widths_.assign(table.columns.size(), kMinColumn);
  keep_widest(table.head, head_font_);
  const std::size_t rows = std::min(table.rows.size(), kMeasuredRows);
  for (std::size_t i = 0; i < rows; ++i) keep_widest(table.rows[i], font_);
  fit(widths_, width_);
}

void TableWriter::keep_widest(const Table::Row& row, const char* font) {
  for (std::size_t i = 0; i < std::min(row.size(), widths_.size()); ++i) {
    const TextPart part(row[i], 0, shortened(row[i].text, kMeasuredBytes).size());
    const TextLayout layout(pages_.pango(), part, {font});
    // A little wider, as rounding must not break a line.
    widths_[i] = std::max(widths_[i], layout.width() + 2 * kSidePadding + 1);
  }
}

bool TableWriter::add_row(const Document& document, const Table& table) {
  if (widths_.empty()) {
    if (row_ < table.rows.size() || row_ == 0)
      draw_record(document, table, table.rows.empty() ? table.head : table.rows[row_]);
  } else {
    if (needs_head_) {
      // The head must not be alone at the end of a page.
      pages_.want(45);
      draw_row(document, table, RowKind::head);
      needs_head_ = false;
    }
    if (row_ < table.rows.size()) draw_row(document, table, RowKind::body);
  }
  ++row_;
  return row_ >= table.rows.size();
}

TableWriter::Cells TableWriter::lay_out(const Table& table, const Table::Row& row, const char* font) const {
  Cells cells(widths_.size());
  for (std::size_t i = 0; i < std::min(row.size(), cells.size()); ++i) {
    Cell& cell = cells[i];
    const TextFormat format{font, widths_[i] - 2 * kSidePadding, table.columns[i]};
    for_each_layout(pages_.pango(), row[i], format, [&](TextLayout layout) {
      layout.for_each_line([&](const TextLayout::Line& line) {
        cell.lines.push_back({cell.layouts.size(), line});
        cell.height += line.height;
      });
      cell.layouts.push_back(std::move(layout));
    });
  }
  return cells;
}

void TableWriter::draw_row(const Document& document, const Table& table, RowKind kind) {
  const bool is_head = kind == RowKind::head;
  Cells cells = lay_out(table, is_head ? table.head : table.rows[row_], is_head ? head_font_ : font_);
  const auto is_complete = [&] {
    return std::all_of(cells.begin(), cells.end(),
                       [](const Cell& cell) { return cell.next == cell.lines.size(); });
  };
  double height = 0;
  for (const Cell& cell : cells) height = std::max(height, cell.height + 2 * kTopPadding);
  const double left_on_page = pages_.left_on_page();
  if (height > left_on_page && (height < PageWriter::kTextHeight / 2 || left_on_page < kMinPart))
    next_page(document, table, kind);
  draw_lines(document, cells, kind, pages_.left_on_page());
  while (!is_complete()) {
    next_page(document, table, kind);
    draw_lines(document, cells, kind, pages_.left_on_page());
  }
}

// Starts a page with the head. A head takes at most a quarter of it.
void TableWriter::next_page(const Document& document, const Table& table, RowKind kind) {
  pages_.next_page();
  if (kind == RowKind::head) return;
  Cells head = lay_out(table, table.head, head_font_);
  draw_lines(document, head, RowKind::head, PageWriter::kTextHeight / 4);
}

void TableWriter::draw_lines(const Document& document, Cells& cells, RowKind kind, double available) {
  available -= 2 * kTopPadding;
  std::vector<std::size_t> ends;
  double tallest = 0;
  for (const Cell& cell : cells) {
    double height = 0;
    std::size_t end = cell.next;
    // At least one line, so that every page continues the row.
    while (end < cell.lines.size() && (end == cell.next || height + cell.lines[end].line.height <= available))
      height += cell.lines[end++].line.height;
    ends.push_back(end);
    tallest = std::max(tallest, height);
  }
  if (tallest == 0) tallest = kEmptyRow;
  draw_borders(tallest + 2 * kTopPadding, kind);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    double top = pages_.y() + kTopPadding;
    for (Cell& cell = cells[i]; cell.next < ends[i]; ++cell.next) {
      const auto& [layout, line] = cell.lines[cell.next];
      cell.layouts[layout].draw(line, document, pages_, column_left(i) + kSidePadding, top);
      top += line.height;
    }
  }
  pages_.advance(tallest + 2 * kTopPadding);
}

void TableWriter::draw_borders(double height, RowKind kind) {
  const double total = std::accumulate(widths_.begin(), widths_.end(), 0.0);
  const double left = is_mirrored_ ? left_ + width_ - total : left_;
  const double top = pages_.y();
  if (kind == RowKind::head) pages_.fill({left, top, total, height}, kGround);
  pages_.draw_line(left, top, left + total, top, kLines);
  pages_.draw_line(left, top + height, left + total, top + height, kLines);
  for (std::size_t i = 0; i < widths_.size(); ++i)
    pages_.draw_line(column_left(i), top, column_left(i), top + height, kLines);
  pages_.draw_line(left + total, top, left + total, top + height, kLines);
}

double TableWriter::column_left(std::size_t column) const {
  const auto end = widths_.begin() + static_cast<std::ptrdiff_t>(column);
  const double before = std::accumulate(widths_.begin(), end, 0.0);
  return is_mirrored_ ? left_ + width_ - before - widths_[column] : left_ + before;
}

// Shows a row as lines of "head: cell". Cells without text are left out.
void TableWriter::draw_record(const Document& document, const Table& table, const Table::Row& row) {
  RichText record;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i].text.empty()) continue;
    if (!record.text.empty()) record.append("\n");
    if (&row != &table.head && i < table.head.size() && !table.head[i].text.empty()) {
      record.append(shortened(table.head[i].text, kMaxName), kBold);
      record.append(": ");
    }
    record.append(row[i]);
  }
  for_each_layout(pages_.pango(), record, {font_, width_}, [&](const TextLayout& layout) {
    layout.for_each_line([&](const TextLayout::Line& line) {
      pages_.want(line.height);
      layout.draw(line, document, pages_, left_, pages_.y());
      pages_.advance(line.height);
    });
  });
  pages_.gap(2);
  pages_.draw_line(left_, pages_.y(), left_ + width_, pages_.y(), kLines);
  pages_.gap(3);
}

}  // namespace belay::exports

// Text that Pango has laid out as lines of a width. Pango shapes and orders every script and finds fonts for
// it. A line break that Pango makes within a word shows no hyphen.
//
// The time to lay out grows with the square of the text, so a long text is laid out in parts: see part_end().
#pragma once

#include <cstddef>
#include <pango/pango.h>
#include <string_view>
#include <vector>

#include "exports/markdown/document.hpp"
#include "exports/pdf/page_writer.hpp"

namespace belay::exports {

inline constexpr const char* kTitleFont = "Noto Sans Bold 16";
inline constexpr const char* kRoleFont = "Noto Sans Bold 9";
inline constexpr const char* kTextFont = "Noto Sans 10";
inline constexpr const char* kCodeFont = "Noto Sans Mono 8.5";
inline constexpr const char* kSmallFont = "Noto Sans 8";

struct TextFormat {
  const char* font = kTextFont;
  double width = 0;  // in points; 0: only the text breaks lines
  Align align = Align::natural;
  Color color = kInk;
};

// A part of a text. The text must outlive it.
struct TextPart {
  const RichText* text = nullptr;
  std::size_t begin = 0;
  std::size_t end = 0;

  TextPart() = default;
  TextPart(const RichText& whole) : text(&whole), end(whole.text.size()) {}
  TextPart(const RichText& whole, std::size_t first, std::size_t last)
      : text(&whole), begin(first), end(last) {}
  std::string_view view() const { return std::string_view(text->text).substr(begin, end - begin); }
};

// Returns the end of the part of a text to lay out at once. That is the end of the text if it is short
// enough. Otherwise it is where a line may break, or between two characters.
std::size_t part_end(const RichText& text, std::size_t begin);

// Whether the first letter of a text belongs to a script that is written from right to left.
bool is_right_to_left(std::string_view text);

class TextLayout {
 public:
  TextLayout(PangoContext* pango, const TextPart& part, const TextFormat& format);

  // Lengths in points.
  struct Line {
    PangoLayoutLine* text = nullptr;  // belongs to the layout
    double x = 0;                     // from the left side of the layout
    double baseline = 0;              // from the top of the line
    double height = 0;
  };
  template <class Function>
  void for_each_line(Function function) const {
    const Held<PangoLayoutIter> iter(pango_layout_get_iter(layout_.get()));
    do function(line_at(iter.get()));
    while (pango_layout_iter_next_line(iter.get()));
  }
  double width() const;  // of the longest line

  // Draws a line. `left` is the left side of the layout on the page, `top` the top of the line. The links of
  // the document become areas that can be clicked.
  void draw(const Line& line, const Document& document, PageWriter& pages, double left, double top) const;

 private:
  static Line line_at(PangoLayoutIter* iter);
  void add_links(const Line& line, const Document& document, PageWriter& pages, double left,
                 double top) const;

  Held<PangoLayout> layout_;
  TextPart part_;
  Color color_;
};

// Calls a function with the first part of a text that begins at a position. Returns the end of the part.
template <class Function>
std::size_t lay_out_part(PangoContext* pango, const RichText& text, std::size_t at, const TextFormat& format,
                         Function function) {
  const std::size_t end = part_end(text, at);
  const bool is_line_end = end > at && text.text[end - 1] == '\n';
  function(TextLayout(pango, {text, at, is_line_end ? end - 1 : end}, format));
  return end;
}
// The same with all parts of a text. A text without a character has one line.
template <class Function>
void for_each_layout(PangoContext* pango, const RichText& text, const TextFormat& format, Function function) {
  std::size_t at = 0;
  do at = lay_out_part(pango, text, at, format, function);
  while (at < text.text.size());
}

}  // namespace belay::exports

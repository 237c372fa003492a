// Writes the pages of a PDF with Cairo: A4, with page numbers. Keeps the position on the current page.
// Earlier pages are already output as bytes. Lengths are in points.
//
// Used by one thread at a time.
#pragma once

#include <cairo.h>
#include <cstdint>
#include <memory>
#include <pango/pango.h>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace belay::exports {

struct Color {
  double red, green, blue;
};
inline constexpr Color kInk{0.10, 0.10, 0.12};
inline constexpr Color kFaint{0.45, 0.45, 0.48};
inline constexpr Color kLinkInk{0.07, 0.33, 0.70};
inline constexpr Color kGround{0.945, 0.945, 0.95};  // of code and of heads of tables
inline constexpr Color kLines{0.78, 0.78, 0.80};

struct Release {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* context) const { cairo_destroy(context); }
  void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
  void operator()(PangoLayoutIter* iter) const { pango_layout_iter_free(iter); }
  void operator()(PangoAttrList* list) const { pango_attr_list_unref(list); }
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Held = std::unique_ptr<T, Release>;

struct Rectangle {
  double left, top, width, height;
};

class PageWriter {
 public:
  PageWriter();
  // If the document is unfinished, Cairo finishes it and the bytes are discarded.
  ~PageWriter();
  PageWriter(const PageWriter&) = delete;
  PageWriter& operator=(const PageWriter&) = delete;

  static constexpr double kWidth = 595.28;
  static constexpr double kHeight = 841.89;
  static constexpr double kMargin = 56;
  static constexpr double kTextWidth = kWidth - 2 * kMargin;
  static constexpr double kTextHeight = kHeight - 2 * kMargin;

  // Sets where bytes are appended until the next call.
  void write_to(std::string& out) { out_ = &out; }
  void set_about(const std::string& title, WallTime created);
  PangoContext* pango() { return pango_.get(); }

  // Position of the next line, and what is left below it.
  double y() const { return y_; }
  double left_on_page() const { return kHeight - kMargin - y_; }
  bool is_at_top() const { return y_ <= kMargin; }
  // Moves down after something of this height was drawn. A vertical bar at each of the set positions stays
  // beside it.
  void advance(double height);
  // Moves down at most to the end of the page. At the top of a page it does nothing.
  void gap(double height);
  // Starts a new page if less than `height` is left on this one.
  void want(double height);
  void next_page();
  void set_bars(std::vector<double> bars) { bars_ = std::move(bars); }

  void fill(const Rectangle& area, const Color& color);
  void draw_line(double x1, double y1, double x2, double y2, const Color& color);
  void draw_text(PangoLayoutLine* line, double x, double baseline, const Color& color);
  // Makes an area of the current page a link. A document has at most kMaxLinks; further ones are ignored.
  void add_link(const std::string& uri, const Rectangle& area);
  static constexpr std::size_t kMaxLinks = 20'000;

  // Writes the last page and the end of the file.
  Result<> finish();

 private:
  static cairo_status_t write(void* self, const unsigned char* data, unsigned size);
  void number_page();
  void set_color(const Color& color);

  std::string* out_ = nullptr;
  Held<cairo_surface_t> surface_;
  Held<cairo_t> context_;
  Held<PangoFontMap> font_map_;
  Held<PangoContext> pango_;
  double y_ = kMargin;
  std::uint64_t page_ = 1;
  std::vector<double> bars_;
  std::size_t links_ = 0;
};

}  // namespace belay::exports

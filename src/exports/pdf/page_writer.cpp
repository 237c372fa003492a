#include "exports/pdf/page_writer.hpp"

#include <algorithm>
#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <fmt/format.h>

#include "base/run_id.hpp"
#include "exports/pdf/text_layout.hpp"

namespace belay::exports {
namespace {

constexpr double kBarWidth = 2;
constexpr double kLineWidth = 0.6;

}  // namespace

PageWriter::PageWriter() {
  surface_.reset(cairo_pdf_surface_create_for_stream(&PageWriter::write, this, kWidth, kHeight));
  context_.reset(cairo_create(surface_.get()));
  font_map_.reset(pango_cairo_font_map_new());
  pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(font_map_.get()), 72);  // one point is one unit
  pango_.reset(pango_font_map_create_context(font_map_.get()));
  pango_cairo_update_context(context_.get(), pango_.get());
}

PageWriter::~PageWriter() {
  out_ = nullptr;
  context_.reset();
  surface_.reset();
}

void PageWriter::set_about(const std::string& title, WallTime created) {
  cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_TITLE, title.c_str());
  cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_CREATOR, "Belay");
  cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_CREATE_DATE, iso8601(created).c_str());
}

void PageWriter::advance(double height) {
  // Slightly higher, so that no gap shows between two lines.
  for (const double bar : bars_) fill({bar, y_, kBarWidth, height + 0.4}, kLines);
  y_ += height;
}

void PageWriter::gap(double height) {
  if (!is_at_top()) advance(std::max(0.0, std::min(height, left_on_page())));
}

void PageWriter::want(double height) {
  if (height > left_on_page() && !is_at_top()) next_page();
}

void PageWriter::next_page() {
  number_page();
  cairo_show_page(context_.get());
  y_ = kMargin;
  ++page_;
}

void PageWriter::number_page() {
  const RichText number = RichText::plain(std::to_string(page_));
  const TextLayout layout(pango(), number, {kSmallFont, kTextWidth, Align::center, kFaint});
  layout.for_each_line([&](const TextLayout::Line& line) {
    layout.draw(line, {}, *this, kMargin, kHeight - kMargin / 2 - 8);
  });
}

void PageWriter::fill(const Rectangle& area, const Color& color) {
  set_color(color);
  cairo_rectangle(context_.get(), area.left, area.top, area.width, area.height);
  cairo_fill(context_.get());
}

void PageWriter::draw_line(double x1, double y1, double x2, double y2, const Color& color) {
  set_color(color);
  cairo_set_line_width(context_.get(), kLineWidth);
  cairo_set_line_cap(context_.get(), CAIRO_LINE_CAP_SQUARE);
  cairo_move_to(context_.get(), x1, y1);
  cairo_line_to(context_.get(), x2, y2);
  cairo_stroke(context_.get());
}

void PageWriter::draw_text(PangoLayoutLine* line, double x, double baseline, const Color& color) {
  set_color(color);
  cairo_move_to(context_.get(), x, baseline);
  pango_cairo_show_layout_line(context_.get(), line);
}

void PageWriter::add_link(const std::string& uri, const Rectangle& area) {
  if (links_ == kMaxLinks) return;
  ++links_;
  // The URI has no quote and no backslash, see link_target().
  const std::string attributes = fmt::format("uri='{}' rect=[{:.2f} {:.2f} {:.2f} {:.2f}]", uri, area.left,
                                             area.top, area.width, area.height);
  cairo_tag_begin(context_.get(), CAIRO_TAG_LINK, attributes.c_str());
  cairo_tag_end(context_.get(), CAIRO_TAG_LINK);
}

Result<> PageWriter::finish() {
  number_page();
  cairo_show_page(context_.get());
  cairo_surface_finish(surface_.get());
  const cairo_status_t drawn = cairo_status(context_.get());
  const cairo_status_t written = cairo_surface_status(surface_.get());
  if (drawn != CAIRO_STATUS_SUCCESS || written != CAIRO_STATUS_SUCCESS)
    return make_error(ErrorCode::internal, "The PDF could not be made.");
  return {};
}

cairo_status_t PageWriter::write(void* self, const unsigned char* data, unsigned size) {
  std::string* const out = static_cast<PageWriter*>(self)->out_;
  if (out) out->append(reinterpret_cast<const char*>(data), size);
  return CAIRO_STATUS_SUCCESS;
}

void PageWriter::set_color(const Color& color) {
  cairo_set_source_rgb(context_.get(), color.red, color.green, color.blue);
}

}  // namespace belay::exports

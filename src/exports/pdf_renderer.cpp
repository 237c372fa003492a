#include "exports/pdf_renderer.hpp"

#include <algorithm>
#include <cairo-pdf.h>
#include <memory>
#include <pango/pangocairo.h>
#include <utility>

#include "base/run_id.hpp"

namespace belay::exports {
namespace {

// In points. The page size is A4.
constexpr double kPageWidth = 595.28;
constexpr double kPageHeight = 841.89;
constexpr double kMargin = 56;
constexpr double kTop = kMargin;
constexpr double kBottom = kPageHeight - kMargin;
constexpr double kTextWidth = kPageWidth - 2 * kMargin;
constexpr double kCodePadding = 6;

constexpr std::size_t kMaxParagraph = 16'384;  // bytes
// Longest run of ASCII without a space. Wrapping such a run takes time that grows with the square of its
// length.
constexpr std::size_t kMaxUnbroken = 512;

constexpr const char* kTitleFont = "Noto Sans Bold 16";
constexpr const char* kRoleFont = "Noto Sans Bold 9";
constexpr const char* kTextFont = "Noto Sans 10";
constexpr const char* kCodeFont = "Noto Sans Mono 8.5";
constexpr const char* kSmallFont = "Noto Sans 8";

struct Color {
  double red, green, blue;
};
constexpr Color kInk{0.10, 0.10, 0.12};
constexpr Color kFaint{0.45, 0.45, 0.48};
constexpr Color kUserInk{0.07, 0.33, 0.60};
constexpr Color kAssistantInk{0.10, 0.42, 0.28};
constexpr Color kCodeGround{0.945, 0.945, 0.95};

struct Release {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* context) const { cairo_destroy(context); }
  void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
  void operator()(PangoLayoutIter* iter) const { pango_layout_iter_free(iter); }
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Held = std::unique_ptr<T, Release>;

// Returns how many bytes to lay out at once. That is the whole text if it is within both limits. Otherwise it
// ends at the last position within the limits where a line may break; without such a position, it ends at the
// limit.
std::size_t break_at(std::string_view text) {
  std::size_t chance = 0;  // after the last space or non-ASCII character
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (i == kMaxParagraph || i - chance == kMaxUnbroken) return chance > kMaxParagraph / 2 ? chance : i;
    const bool is_last_byte = c < 0x80 || i + 1 == text.size() || (text[i + 1] & 0xC0) != 0x80;
    if ((c == ' ' || c >= 0x80) && is_last_byte) chance = i + 1;
  }
  return text.size();
}

}  // namespace

// The current page. Earlier pages are already output as bytes.
class PdfRenderer::Pages {
 public:
  Pages() {
    surface_.reset(cairo_pdf_surface_create_for_stream(&Pages::write, this, kPageWidth, kPageHeight));
    context_.reset(cairo_create(surface_.get()));
    font_map_.reset(pango_cairo_font_map_new());
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(font_map_.get()), 72);  // one point is one unit
    pango_.reset(pango_font_map_create_context(font_map_.get()));
    pango_cairo_update_context(context_.get(), pango_.get());
  }
  ~Pages() {
    // If the document is unfinished, Cairo finishes it here and the bytes are discarded.
    out_ = nullptr;
    context_.reset();
    surface_.reset();
  }

  // Sets where bytes are appended until the next call.
  void write_to(std::string& out) { out_ = &out; }

  void set_about(const Heading& heading, const std::string& title) {
    cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_TITLE, title.c_str());
    cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_CREATOR, "Belay");
    cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_CREATE_DATE,
                                   iso8601(heading.exported).c_str());
  }

  void gap(double points) { y_ = std::min(y_ + points, kBottom); }
  // Starts a new page if fewer than `points` are left on this one.
  void want(double points) {
    if (y_ + points > kBottom) next_page();
  }

  struct Style {
    const char* font = kTextFont;
    Color color = kInk;
    bool is_code = false;
  };
  // Lays out the first piece of a text. Returns the rest.
  std::string_view piece(std::string_view text, const Style& style) {
    const std::size_t size = break_at(text);
    lines_of(text.substr(0, size), style);
    text.remove_prefix(size);
    return text;
  }
  void paragraph(std::string_view text, const Style& style) {
    while (!text.empty()) text = piece(text, style);
  }

  Result<> finish() {
    number_page();
    cairo_show_page(context_.get());
    cairo_surface_finish(surface_.get());
    const cairo_status_t drawn = cairo_status(context_.get());
    const cairo_status_t written = cairo_surface_status(surface_.get());
    if (drawn != CAIRO_STATUS_SUCCESS || written != CAIRO_STATUS_SUCCESS)
      return make_error(ErrorCode::internal, "The PDF could not be made.");
    return {};
  }

 private:
  static cairo_status_t write(void* self, const unsigned char* data, unsigned size) {
    auto& out = static_cast<Pages*>(self)->out_;
    if (out) out->append(reinterpret_cast<const char*>(data), size);
    return CAIRO_STATUS_SUCCESS;
  }

  Held<PangoLayout> layout_of(std::string_view text, const char* font, double width) {
    Held<PangoLayout> layout(pango_layout_new(pango_.get()));
    const Held<PangoFontDescription> description(pango_font_description_from_string(font));
    pango_layout_set_font_description(layout.get(), description.get());
    pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_auto_dir(layout.get(), true);
    // Pango treats a NUL as the end of the text, so NULs become U+FFFD.
    std::string shown(text);
    for (std::size_t at = shown.find('\0'); at != shown.npos; at = shown.find('\0', at))
      shown.replace(at, 1, "\uFFFD");
    pango_layout_set_text(layout.get(), shown.data(), static_cast<int>(shown.size()));
    return layout;
  }

  // Draws line by line, so that a paragraph may span several pages.
  void lines_of(std::string_view text, const Style& style) {
    const double inset = style.is_code ? kCodePadding : 0;
    const auto layout = layout_of(text, style.font, kTextWidth - 2 * inset);
    const Held<PangoLayoutIter> line(pango_layout_get_iter(layout.get()));
    do {
      PangoRectangle logical;
      pango_layout_iter_get_line_extents(line.get(), nullptr, &logical);
      const double height = pango_units_to_double(logical.height);
      const double baseline = pango_units_to_double(pango_layout_iter_get_baseline(line.get()) - logical.y);
      want(height);
      if (style.is_code) {
        set_color(kCodeGround);
        // Slightly taller than the line, so that no gap shows between two lines.
        cairo_rectangle(context_.get(), kMargin, y_, kTextWidth, height + 0.4);
        cairo_fill(context_.get());
      }
      set_color(style.color);
      cairo_move_to(context_.get(), kMargin + inset + pango_units_to_double(logical.x), y_ + baseline);
      pango_cairo_show_layout_line(context_.get(), pango_layout_iter_get_line_readonly(line.get()));
      y_ += height;
    } while (pango_layout_iter_next_line(line.get()));
  }

  void next_page() {
    number_page();
    cairo_show_page(context_.get());
    y_ = kTop;
    ++page_;
  }

  void number_page() {
    const auto layout = layout_of(std::to_string(page_), kSmallFont, kTextWidth);
    pango_layout_set_alignment(layout.get(), PANGO_ALIGN_CENTER);
    set_color(kFaint);
    cairo_move_to(context_.get(), kMargin, kPageHeight - kMargin / 2 - 8);
    pango_cairo_show_layout(context_.get(), layout.get());
  }

  void set_color(const Color& color) {
    cairo_set_source_rgb(context_.get(), color.red, color.green, color.blue);
  }

  std::string* out_ = nullptr;
  Held<cairo_surface_t> surface_;
  Held<cairo_t> context_;
  Held<PangoFontMap> font_map_;
  Held<PangoContext> pango_;
  double y_ = kTop;
  std::uint64_t page_ = 1;
};

PdfRenderer::PdfRenderer() : pages_(std::make_unique<Pages>()) {}
PdfRenderer::~PdfRenderer() = default;

void PdfRenderer::begin(const Heading& heading, std::string& out) {
  pages_->write_to(out);
  const std::string title = heading.title.empty() ? "Conversation" : heading.title;
  pages_->set_about(heading, title);
  pages_->paragraph(title, {kTitleFont, kInk});
  pages_->paragraph("Exported " + readable_time(heading.exported), {kSmallFont, kFaint});
}

void PdfRenderer::begin_message(const StoredMessage& message) {
  const bool is_user = message.role == Role::user;
  std::string head = is_user ? "User" : "Assistant";
  head += "  ·  " + readable_time(message.created);
  if (!is_user && !message.model.empty()) head += "  ·  " + message.model;
  if (const auto state = broken_state(message); !state.empty()) head.append("  ·  ").append(state);
  pages_->gap(14);
  pages_->want(40);  // a heading must not be alone at the end of a page
  pages_->paragraph(head, {kRoleFont, is_user ? kUserInk : kAssistantInk});
  pages_->gap(3);
  blocks_ = split_blocks(message.content).blocks;
  block_ = 0;
  in_block_ = false;
}

// Adds the next line of the block. If the line is long, adds its next piece.
void PdfRenderer::add_line() {
  const TextBlock& block = blocks_[block_];
  const Pages::Style style{block.is_code ? kCodeFont : kTextFont, kInk, block.is_code};
  if (line_.empty()) {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    line_ = rest_.substr(0, end);
    if (line_.ends_with('\r')) line_.remove_suffix(1);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (line_.empty() && block.is_code) pages_->paragraph(" ", style);
    if (line_.empty() && !block.is_code) pages_->gap(6);
  }
  if (!line_.empty()) line_ = pages_->piece(line_, style);
}

PdfRenderer::Part PdfRenderer::add_part(const StoredMessage& message, std::string& out) {
  pages_->write_to(out);
  if (!std::exchange(in_message_, true)) begin_message(message);
  if (block_ < blocks_.size()) {
    const bool is_code = blocks_[block_].is_code;
    if (!std::exchange(in_block_, true)) {
      rest_ = blocks_[block_].text;
      line_ = {};
      if (is_code) pages_->gap(4);
    }
    if (!rest_.empty() || !line_.empty()) add_line();
    if (rest_.empty() && line_.empty()) {
      if (is_code) pages_->gap(4);
      in_block_ = false;
      ++block_;
    }
  }
  in_message_ = block_ < blocks_.size();
  return in_message_ ? Part::more : Part::last;
}

Result<> PdfRenderer::end(std::string& out) {
  pages_->write_to(out);
  return pages_->finish();
}

}  // namespace belay::exports

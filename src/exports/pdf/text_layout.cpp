#include "exports/pdf/text_layout.hpp"

#include <algorithm>
#include <string>

namespace belay::exports {
namespace {

// Limits of what is laid out at once. Pango's time grows with the square of each of them.
constexpr std::size_t kMaxPart = 16'384;   // bytes
constexpr std::size_t kMaxLines = 64;      // of the text
constexpr std::size_t kMaxRuns = 128;      // of different styles
constexpr std::size_t kMaxUnbroken = 512;  // bytes of ASCII without a space
constexpr std::size_t kMaxMarks = 32;      // combining characters in a row

constexpr const char* kMonoFamily = "Noto Sans Mono";
constexpr double kMonoScale = 0.9;  // the letters of the fixed-width font look larger

guint16 channel(double value) {
  return static_cast<guint16>(value * 65535);
}

// The attributes of a text. Positions are relative to the part that is laid out.
class Attributes {
 public:
  Attributes() : list_(pango_attr_list_new()) {}

  void add(PangoAttribute* attribute, std::size_t begin, std::size_t end) {
    attribute->start_index = static_cast<guint>(begin);
    attribute->end_index = static_cast<guint>(end);
    pango_attr_list_insert(list_.get(), attribute);
  }
  void add(const RichText::Run& run, std::size_t begin, std::size_t end) {
    if (run.style & kBold) add(pango_attr_weight_new(PANGO_WEIGHT_BOLD), begin, end);
    if (run.style & kItalic) add(pango_attr_style_new(PANGO_STYLE_ITALIC), begin, end);
    if (run.style & kStruck) add(pango_attr_strikethrough_new(TRUE), begin, end);
    if (run.style & kMono) {
      add(pango_attr_family_new(kMonoFamily), begin, end);
      add(pango_attr_scale_new(kMonoScale), begin, end);
      add(pango_attr_background_new(channel(kGround.red), channel(kGround.green), channel(kGround.blue)),
          begin, end);
    }
    if (run.link != 0) {
      add(pango_attr_foreground_new(channel(kLinkInk.red), channel(kLinkInk.green), channel(kLinkInk.blue)),
          begin, end);
      add(pango_attr_underline_new(PANGO_UNDERLINE_SINGLE), begin, end);
    }
  }
  PangoAttrList* get() { return list_.get(); }

 private:
  Held<PangoAttrList> list_;
};

// Returns the first run that ends after a position.
std::vector<RichText::Run>::const_iterator run_at(const RichText& text, std::size_t position) {
  return std::upper_bound(text.runs.begin(), text.runs.end(), position,
                          [](std::size_t at, const RichText::Run& run) { return at < run.end; });
}

// Pango's left is the side where the text's direction begins.
PangoAlignment alignment(Align align, std::string_view text) {
  if (align == Align::natural) return PANGO_ALIGN_LEFT;
  if (align == Align::center) return PANGO_ALIGN_CENTER;
  return (align == Align::right) == is_right_to_left(text) ? PANGO_ALIGN_LEFT : PANGO_ALIGN_RIGHT;
}

bool is_mark(gunichar c) {
  const GUnicodeType type = g_unichar_type(c);
  return type == G_UNICODE_NON_SPACING_MARK || type == G_UNICODE_ENCLOSING_MARK || type == G_UNICODE_FORMAT;
}

// Looks for the end of a part, character by character.
class PartEnd {
 public:
  explicit PartEnd(std::size_t begin) : begin_(begin), chance_(begin) {}

  // Whether the text up to `at` is within the limits.
  bool fits(std::size_t at, std::size_t runs) const {
    return at - begin_ < kMaxPart && at - chance_ < kMaxUnbroken && lines_ < kMaxLines && runs <= kMaxRuns &&
           marks_ <= kMaxMarks;
  }
  // Adds the character that ends at `end`.
  void add(gunichar c, std::size_t end) {
    if (c == '\n') ++lines_;
    marks_ = c >= 0x80 && is_mark(c) ? marks_ + 1 : 0;
    if (c == ' ' || c == '\n' || c >= 0x80) chance_ = end;
  }
  // Where to end if the text up to `at` is as long as it may be.
  std::size_t best(std::size_t at) const { return chance_ - begin_ > (at - begin_) / 2 ? chance_ : at; }

 private:
  std::size_t begin_;
  std::size_t chance_;  // after the last space, line end or non-ASCII character
  std::size_t lines_ = 0;
  std::size_t marks_ = 0;
};

}  // namespace

std::size_t part_end(const RichText& text, std::size_t begin) {
  PartEnd end(begin);
  const auto first_run = run_at(text, begin);
  auto run = first_run;
  const char* const bytes = text.text.data();
  for (std::size_t at = begin; at < text.text.size();) {
    if (run != text.runs.end() && at >= run->end) ++run;
    if (!end.fits(at, static_cast<std::size_t>(run - first_run) + 1)) return end.best(at);
    const std::size_t size = std::min<std::size_t>(
        static_cast<std::size_t>(g_utf8_next_char(bytes + at) - (bytes + at)), text.text.size() - at);
    end.add(g_utf8_get_char_validated(bytes + at, static_cast<gssize>(size)), at + size);
    at += size;
  }
  return text.text.size();
}

bool is_right_to_left(std::string_view text) {
  for (const char* at = text.data(); at < text.data() + text.size(); at = g_utf8_next_char(at)) {
    const gunichar c = g_utf8_get_char_validated(at, text.data() + text.size() - at);
    if (!g_unichar_isalpha(c)) continue;
    // Hebrew, Arabic, Syriac, Thaana, NKo and others; their presentation forms; the planes of older scripts.
    return (c >= 0x0590 && c <= 0x08FF) || (c >= 0xFB1D && c <= 0xFDFF) || (c >= 0xFE70 && c <= 0xFEFF) ||
           (c >= 0x10800 && c <= 0x10FFF) || (c >= 0x1E800 && c <= 0x1EFFF);
  }
  return false;
}

TextLayout::TextLayout(PangoContext* pango, const TextPart& part, const TextFormat& format)
    : layout_(pango_layout_new(pango)), part_(part), color_(format.color) {
  const Held<PangoFontDescription> font(pango_font_description_from_string(format.font));
  pango_layout_set_font_description(layout_.get(), font.get());
  pango_layout_set_width(layout_.get(), format.width > 0 ? static_cast<int>(format.width * PANGO_SCALE) : -1);
  pango_layout_set_wrap(layout_.get(), PANGO_WRAP_WORD_CHAR);
  pango_layout_set_auto_dir(layout_.get(), TRUE);
  const std::string_view text = part.view();
  pango_layout_set_alignment(layout_.get(), alignment(format.align, text));
  Attributes attributes;
  attributes.add(pango_attr_insert_hyphens_new(FALSE), 0, text.size());
  std::size_t begin = part.begin;
  for (auto run = run_at(*part.text, begin); run != part.text->runs.end() && begin < part.end; ++run) {
    const std::size_t end = std::min(run->end, part.end);
    attributes.add(*run, begin - part.begin, end - part.begin);
    begin = end;
  }
  pango_layout_set_text(layout_.get(), text.data(), static_cast<int>(text.size()));
  pango_layout_set_attributes(layout_.get(), attributes.get());
}

TextLayout::Line TextLayout::line_at(PangoLayoutIter* iter) {
  PangoRectangle logical;
  pango_layout_iter_get_line_extents(iter, nullptr, &logical);
  Line line;
  line.text = pango_layout_iter_get_line_readonly(iter);
  line.x = pango_units_to_double(logical.x);
  line.baseline = pango_units_to_double(pango_layout_iter_get_baseline(iter) - logical.y);
  line.height = pango_units_to_double(logical.height);
  return line;
}

double TextLayout::width() const {
  PangoRectangle logical;
  pango_layout_get_extents(layout_.get(), nullptr, &logical);
  return pango_units_to_double(logical.width);
}

void TextLayout::draw(const Line& line, const Document& document, PageWriter& pages, double left,
                      double top) const {
  pages.draw_text(line.text, left + line.x, top + line.baseline, color_);
  if (!document.links.empty()) add_links(line, document, pages, left, top);
}

void TextLayout::add_links(const Line& line, const Document& document, PageWriter& pages, double left,
                           double top) const {
  const int first = pango_layout_line_get_start_index(line.text);
  const std::size_t begin = part_.begin + static_cast<std::size_t>(first);
  const std::size_t end = begin + static_cast<std::size_t>(pango_layout_line_get_length(line.text));
  std::size_t run_begin = begin;
  for (auto run = run_at(*part_.text, begin); run != part_.text->runs.end() && run_begin < end; ++run) {
    const std::size_t run_end = std::min(run->end, end);
    if (const std::string* uri = document.link(run->link)) {
      int* ranges = nullptr;
      int count = 0;
      pango_layout_line_get_x_ranges(line.text, static_cast<int>(run_begin - part_.begin),
                                     static_cast<int>(run_end - part_.begin), &ranges, &count);
      for (int i = 0; i < count; ++i) {
        const double from = pango_units_to_double(ranges[2 * i]);
        const double to = pango_units_to_double(ranges[2 * i + 1]);
        pages.add_link(*uri, {left + from, top, to - from, line.height});
      }
      g_free(ranges);
    }
    run_begin = run_end;
  }
}

}  // namespace belay::exports

#include "exports/pdf/block_writer.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace belay::exports {
namespace {

// In points.
constexpr double kQuoteIndent = 12;
constexpr double kBulletIndent = 15;
constexpr double kNumberIndent = 21;
constexpr double kMarkerGap = 5;
constexpr double kCodePadding = 6;
constexpr double kBlockGap = 6;
constexpr double kItemGap = 2.5;

constexpr std::array kHeadingFonts{"Noto Sans Bold 15",   "Noto Sans Bold 13", "Noto Sans Bold 11.5",
                                   "Noto Sans Bold 10.5", "Noto Sans Bold 10", "Noto Sans Bold 10"};

double indent_of(const Container& container) {
  switch (container.kind) {
    case Container::Kind::bullets:
      return kBulletIndent;
    case Container::Kind::numbers:
      return kNumberIndent;
    case Container::Kind::quote:
      break;
  }
  return kQuoteIndent;
}

// Indentation by the first `count` containers of a block.
double indent_of(const Block& block, std::size_t count) {
  double indent = 0;
  for (std::size_t i = 0; i < count; ++i) indent += indent_of(block.containers[i]);
  return indent;
}

bool is_mirrored(const Block& block) {
  if (block.kind == Block::Kind::table) return is_right_to_left(block.table);
  return block.kind != Block::Kind::code && is_right_to_left(block.text.text);
}

}  // namespace

void BlockWriter::begin_message() {
  is_first_ = true;
  last_containers_.clear();
}

bool BlockWriter::add_part(const Document& document, const Block& block) {
  if (!in_block_) begin(block);
  in_block_ = true;
  bool is_complete = true;
  switch (block.kind) {
    case Block::Kind::paragraph:
    case Block::Kind::heading:
      is_complete = add_text(document, block);
      break;
    case Block::Kind::code:
      is_complete = add_code(document, block);
      break;
    case Block::Kind::table:
      is_complete = table_.add_row(document, block.table);
      break;
    case Block::Kind::rule:
      add_rule();
      break;
  }
  if (!is_complete) return false;
  if (block.kind == Block::Kind::code) add_code_padding();
  in_block_ = false;
  is_first_ = false;
  last_kind_ = block.kind;
  last_containers_ = block.containers;
  return true;
}

void BlockWriter::begin(const Block& block) {
  set_bars(block, shared_containers(block));
  pages_.gap(gap_before(block));
  is_mirrored_ = is_mirrored(block);
  set_bars(block, block.containers.size());
  const double indent = indent_of(block, block.containers.size());
  left_ = PageWriter::kMargin + (is_mirrored_ ? 0 : indent);
  width_ = PageWriter::kTextWidth - indent;
  at_ = 0;
  // A heading must not be alone at the end of a page.
  if (block.kind == Block::Kind::heading) pages_.want(50);
  if (block.kind == Block::Kind::code) begin_code(block);
  if (block.kind == Block::Kind::table) table_.begin(block, left_, width_);
}

// How many of the block's containers also contain the previous block.
std::size_t BlockWriter::shared_containers(const Block& block) const {
  std::size_t shared = 0;
  while (shared < std::min(block.containers.size(), last_containers_.size()) &&
         block.containers[shared].id == last_containers_[shared].id)
    ++shared;
  return shared;
}

double BlockWriter::gap_before(const Block& block) const {
  if (is_first_ || block.continues) return 0;
  if (block.kind == Block::Kind::heading) return block.level <= 2 ? 11 : 9;
  if (last_kind_ == Block::Kind::heading) return 4;
  const std::size_t shared = shared_containers(block);
  const bool begins_item = !block.markers.empty();
  const bool is_in_list =
      std::any_of(block.containers.begin(), block.containers.begin() + shared,
                  [](const Container& container) { return container.kind != Container::Kind::quote; });
  return is_in_list && begins_item ? kItemGap : kBlockGap;
}

// Sets the bars of the quotes among the block's first containers.
void BlockWriter::set_bars(const Block& block, std::size_t containers) {
  std::vector<double> bars;
  for (std::size_t i = 0; i < containers; ++i) {
    if (block.containers[i].kind != Container::Kind::quote) continue;
    const double offset = indent_of(block, i) + 2;
    bars.push_back(PageWriter::kMargin + (is_mirrored_ ? PageWriter::kTextWidth - offset - 2 : offset));
  }
  pages_.set_bars(std::move(bars));
}

bool BlockWriter::add_text(const Document& document, const Block& block) {
  const bool is_heading = block.kind == Block::Kind::heading;
  const char* font = is_heading ? kHeadingFonts[std::clamp(block.level, 1u, 6u) - 1] : kTextFont;
  bool is_first_line = at_ == 0;
  at_ = lay_out_part(pages_.pango(), block.text, at_, {font, width_}, [&](const TextLayout& layout) {
    layout.for_each_line([&](const TextLayout::Line& line) {
      pages_.want(line.height);
      if (std::exchange(is_first_line, false)) draw_markers(block, pages_.y() + line.baseline);
      layout.draw(line, document, pages_, left_, pages_.y());
      pages_.advance(line.height);
    });
  });
  return at_ == block.text.text.size();
}

void BlockWriter::draw_markers(const Block& block, double baseline) {
  for (const Marker& marker : block.markers) {
    const RichText text = RichText::plain(marker.text);
    const TextLayout layout(pages_.pango(), text, {});
    const double indent = indent_of(block, marker.depth + 1);
    const double left = is_mirrored_ ? PageWriter::kMargin + PageWriter::kTextWidth - indent + kMarkerGap
                                     : PageWriter::kMargin + indent - kMarkerGap - layout.width();
    layout.for_each_line(
        [&](const TextLayout::Line& line) { layout.draw(line, {}, pages_, left, baseline - line.baseline); });
  }
}

void BlockWriter::begin_code(const Block& block) {
  pages_.want(20);
  add_code_padding();
  if (block.language.empty() || block.continues) return;
  const RichText text = RichText::plain(block.language);
  const TextLayout layout(pages_.pango(), text, {kSmallFont, width_ - 2 * kCodePadding, Align::left, kFaint});
  layout.for_each_line([&](const TextLayout::Line& line) {
    pages_.want(line.height + 16);  // the language must not be alone at the end of a page
    fill_code(line.height);
    layout.draw(line, {}, pages_, left_ + kCodePadding, pages_.y());
    pages_.advance(line.height);
  });
}

void BlockWriter::add_code_padding() {
  const double height = std::min(3.0, pages_.left_on_page());
  fill_code(height);
  pages_.advance(height);
}

// Fills the ground of code. Slightly higher than the line, so that no gap shows between two lines.
void BlockWriter::fill_code(double height) {
  pages_.fill({left_, pages_.y(), width_, height + 0.4}, kGround);
}

bool BlockWriter::add_code(const Document& document, const Block& block) {
  const TextFormat format{kCodeFont, width_ - 2 * kCodePadding};
  at_ = lay_out_part(pages_.pango(), block.text, at_, format, [&](const TextLayout& layout) {
    layout.for_each_line([&](const TextLayout::Line& line) {
      pages_.want(line.height);
      fill_code(line.height);
      layout.draw(line, document, pages_, left_ + kCodePadding, pages_.y());
      pages_.advance(line.height);
    });
  });
  return at_ == block.text.text.size();
}

void BlockWriter::add_rule() {
  pages_.want(8);
  pages_.draw_line(left_, pages_.y() + 4, left_ + width_, pages_.y() + 4, kLines);
  pages_.advance(8);
}

}  // namespace belay::exports

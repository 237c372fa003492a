#include "exports/markdown/document_builder.hpp"

#include <algorithm>
#include <utility>

#include "exports/markdown/links.hpp"

namespace belay::exports {
namespace {

constexpr std::array<std::string_view, 3> kBullets{"•", "◦", "▪"};
constexpr std::size_t kMaxLanguage = 64;     // bytes
constexpr std::size_t kMaxShownTarget = 80;  // bytes

}  // namespace

void DocumentBuilder::enter_container(Container::Kind kind) {
  end_block();
  std::size_t bullet_lists = levels_.empty() ? 0 : levels_.back().bullet_lists;
  if (kind == Container::Kind::bullets) ++bullet_lists;
  levels_.push_back({{kind, next_container_++}, 1, bullet_lists});
}

void DocumentBuilder::enter_list(Container::Kind kind, unsigned start) {
  enter_container(kind);
  levels_.back().next_number = start;
}

void DocumentBuilder::leave_container() {
  end_block();
  levels_.pop_back();
}

void DocumentBuilder::enter_item(Task task) {
  end_block();
  Level& list = levels_.back();
  const std::size_t depth = std::min(levels_.size(), kMaxDepth) - 1;
  std::string text;
  if (task != Task::none)
    text = task == Task::done ? "☑" : "☐";
  else if (list.container.kind == Container::Kind::numbers)
    text = std::to_string(list.next_number) + ".";
  else
    text = kBullets[(list.bullet_lists - 1) % kBullets.size()];
  ++list.next_number;
  if (!markers_.empty() && markers_.back().depth == depth)
    markers_.back().text = std::move(text);
  else
    markers_.push_back({depth, std::move(text)});
}

void DocumentBuilder::leave_item() {
  end_block();
  if (!markers_.empty()) add_marker_line();
}

// Gives a new block its containers, and the markers that wait for a first line.
void DocumentBuilder::take_place(Block& block) {
  const std::size_t depth = std::min(levels_.size(), kMaxDepth);
  for (std::size_t i = 0; i < depth; ++i) block.containers.push_back(levels_[i].container);
  block.markers = std::exchange(markers_, {});
}

// Adds a line that has only markers: an item without text, or one that begins with a table or code.
void DocumentBuilder::add_marker_line() {
  Block line;
  take_place(line);
  document_.blocks.push_back(std::move(line));
}

void DocumentBuilder::open(Block::Kind kind) {
  end_block();
  const bool has_line = kind == Block::Kind::paragraph || kind == Block::Kind::heading;
  if (!has_line && !markers_.empty()) add_marker_line();
  block_ = {};
  block_.kind = kind;
  take_place(block_);
  is_open_ = true;
}

void DocumentBuilder::begin_block(Block::Kind kind) {
  open(kind);
}

void DocumentBuilder::begin_heading(unsigned level) {
  open(Block::Kind::heading);
  block_.level = level;
}

void DocumentBuilder::begin_code(std::string_view language) {
  open(Block::Kind::code);
  block_.language = shortened(language, kMaxLanguage);
}

void DocumentBuilder::end_block() {
  if (!is_open_) return;
  is_open_ = false;
  const bool has_lines = block_.kind == Block::Kind::paragraph || block_.kind == Block::Kind::heading;
  if (has_lines) {
    while (block_.text.text.ends_with('\n')) block_.text.remove_last();
    link_addresses(block_.text, document_);
    if (block_.text.text.empty() && block_.markers.empty()) return;
  }
  document_.blocks.push_back(std::move(block_));
}

void DocumentBuilder::add_rule() {
  open(Block::Kind::rule);
  end_block();
}

void DocumentBuilder::begin_row(bool is_head) {
  if (!is_head) block_.table.rows.emplace_back();
}

void DocumentBuilder::begin_cell(Align align) {
  Table& table = block_.table;
  if (table.rows.empty()) table.columns.push_back(align);
  Table::Row& row = table.rows.empty() ? table.head : table.rows.back();
  cell_ = &row.emplace_back();
}

void DocumentBuilder::end_cell() {
  link_addresses(*cell_, document_);
  cell_ = nullptr;
}

void DocumentBuilder::change_style(Style style, int by) {
  std::size_t index = 0;
  while ((1 << index) != style) ++index;
  styles_[index] += by;
  if (styles_[index] > 0)
    style_ |= style;
  else
    style_ &= static_cast<std::uint8_t>(~style);
}

void DocumentBuilder::begin_link(std::string_view target) {
  const std::uint32_t link = add_link(document_, target);
  // An image within a link leads where the link leads.
  links_.push_back(links_.empty() || links_.back() == 0 ? link : links_.back());
}

void DocumentBuilder::begin_image(std::string_view target) {
  if (!is_open_) open(Block::Kind::paragraph);
  begin_link(target);
  images_.push_back({target_text().text.size(), std::string(target)});
}

void DocumentBuilder::end_image() {
  const Image image = std::move(images_.back());
  images_.pop_back();
  if (target_text().text.size() == image.begin) add_text(shortened(image.target, kMaxShownTarget));
  end_link();
}

void DocumentBuilder::add_text(std::string_view text) {
  if (!is_open_) open(Block::Kind::paragraph);
  target_text().append(text, style_, links_.empty() ? 0 : links_.back());
}

void DocumentBuilder::add_plain_text(std::string_view text) {
  open(Block::Kind::paragraph);
  block_.text = RichText::plain(text);
  end_block();
}

Document DocumentBuilder::finish() {
  end_block();
  return std::move(document_);
}

}  // namespace belay::exports

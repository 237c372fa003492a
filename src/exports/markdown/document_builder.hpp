// Builds a Document from the events of a Markdown parser: containers and blocks open and close, styles and
// links begin and end, text comes in parts.
//
// Used by one parse. The events must be properly nested.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "exports/markdown/document.hpp"

namespace belay::exports {

class DocumentBuilder {
 public:
  void enter_list(Container::Kind kind, unsigned start = 1);
  void enter_quote() { enter_container(Container::Kind::quote); }
  void leave_container();

  enum class Task { none, open, done };
  void enter_item(Task task);
  void leave_item();

  void begin_block(Block::Kind kind);
  void begin_heading(unsigned level);
  void begin_code(std::string_view language);
  // Ends the current block. Text outside of a block makes a paragraph, which ends here too.
  void end_block();
  void add_rule();

  void begin_table() { begin_block(Block::Kind::table); }
  void begin_row(bool is_head);
  void begin_cell(Align align);
  void end_cell();

  void begin_style(Style style) { change_style(style, 1); }
  void end_style(Style style) { change_style(style, -1); }
  // A target that must not become a link gives plain text.
  void begin_link(std::string_view target);
  void end_link() { links_.pop_back(); }
  // An image without alternative text shows its target.
  void begin_image(std::string_view target);
  void end_image();

  void add_text(std::string_view text);
  // Adds a text that is shown as it is written.
  void add_plain_text(std::string_view text);
  bool is_in_cell() const { return cell_ != nullptr; }
  bool is_in_code() const { return is_open_ && block_.kind == Block::Kind::code; }

  Document finish();

 private:
  void enter_container(Container::Kind kind);
  void change_style(Style style, int by);
  void open(Block::Kind kind);
  void take_place(Block& block);
  void add_marker_line();
  RichText& target_text() { return cell_ != nullptr ? *cell_ : block_.text; }

  // A list or a quote, however deep.
  struct Level {
    Container container;
    unsigned next_number = 1;
    std::size_t bullet_lists = 0;  // down to this level
  };
  struct Image {
    std::size_t begin = 0;  // of its text
    std::string target;
  };

  Document document_;
  Block block_;
  bool is_open_ = false;  // block_ is in use
  std::vector<Level> levels_;
  std::vector<Marker> markers_;  // of items without text so far
  std::uint32_t next_container_ = 1;
  RichText* cell_ = nullptr;     // of the table in block_
  std::array<int, 4> styles_{};  // how often each style is open
  std::uint8_t style_ = kPlain;
  std::vector<std::uint32_t> links_;  // of links and images, outermost first
  std::vector<Image> images_;
};

}  // namespace belay::exports

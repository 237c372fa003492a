// A piece of Markdown as blocks: what the parser returns and what a page shows. The blocks are a flat list.
// Each names the lists and quotes that contain it, so nothing here is recursive.
//
// Plain values. A document owns its text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace belay::exports {

// Styles of text. They are combined with |.
enum Style : std::uint8_t { kPlain = 0, kBold = 1, kItalic = 2, kStruck = 4, kMono = 8 };

// Text in several styles. Lines end in "\n".
struct RichText {
  struct Run {
    std::size_t end = 0;  // in bytes from the beginning of the text; the run begins where the last one ends
    std::uint8_t style = 0;  // of Style
    std::uint32_t link = 0;  // number of a link in the document, counted from 1; 0: none
  };
  std::string text;
  std::vector<Run> runs;  // together they cover the text

  void append(std::string_view more, std::uint8_t style = kPlain, std::uint32_t link = 0);
  void append(const RichText& more);
  void remove_last();  // byte; the text must not be empty
  // A text of one style, without NULs.
  static RichText plain(std::string_view text);
};

// A list or a quote that contains a block.
struct Container {
  enum class Kind : std::uint8_t { bullets, numbers, quote } kind = Kind::quote;
  std::uint32_t id = 0;  // differs between containers of the same document
};

// The sign of a list item: a bullet, a number or a check box.
struct Marker {
  std::size_t depth = 0;  // of the list: index in the block's containers
  std::string text;
};

enum class Align : std::uint8_t { natural, left, center, right };

struct Table {
  std::vector<Align> columns;
  using Row = std::vector<RichText>;  // may have fewer cells than there are columns
  Row head;
  std::vector<Row> rows;
};

struct Block {
  enum class Kind : std::uint8_t { paragraph, heading, code, table, rule } kind = Kind::paragraph;
  unsigned level = 0;  // of a heading: 1 to 6
  // A code block or a table continues the one at the end of the previous piece. A table repeats its head.
  bool continues = false;
  std::vector<Container> containers;  // outermost first; at most kMaxDepth
  std::vector<Marker> markers;        // shown beside the first line
  RichText text;                      // of a paragraph, a heading or code
  std::string language;               // of code; may be empty
  Table table;
};

struct Document {
  std::vector<Block> blocks;
  std::vector<std::string> links;  // targets, see links.hpp
  std::size_t link_bytes = 0;      // of all targets

  const std::string* link(std::uint32_t number) const { return number == 0 ? nullptr : &links[number - 1]; }
};

// Returns a text in which each NUL is U+FFFD. Pango ends a text at a NUL.
std::string without_nuls(std::string_view text);

// Returns the beginning of a text, at most `max_bytes`, cut between characters.
std::string_view shortened(std::string_view text, std::size_t max_bytes);

// Containers deeper than this are shown at this depth.
inline constexpr std::size_t kMaxDepth = 8;

}  // namespace belay::exports

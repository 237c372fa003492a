// Documents as text, for tests.
#pragma once

#include <string>

#include "exports/markdown/document.hpp"

namespace belay::exports {

// Bold is <b>, italic <i>, struck <s>, monospaced <m>, a link <a target>.
inline std::string marked_up(const Document& document, const RichText& text) {
  std::string out;
  std::size_t begin = 0;
  for (const RichText::Run& run : text.runs) {
    std::string part = text.text.substr(begin, run.end - begin);
    begin = run.end;
    for (const auto& [style, tag] : {std::pair{kMono, "m"}, {kStruck, "s"}, {kItalic, "i"}, {kBold, "b"}})
      if (run.style & style) part = "<" + std::string(tag) + ">" + part + "</" + tag + ">";
    if (const std::string* uri = document.link(run.link)) part = "<a " + *uri + ">" + part + "</a>";
    out += part;
  }
  return out;
}

inline std::string outline(const Document& document, const Table& table) {
  std::string out;
  for (const Align align : table.columns) out += "nlcr"[static_cast<std::size_t>(align)];
  std::vector<Table::Row> rows{table.head};
  rows.insert(rows.end(), table.rows.begin(), table.rows.end());
  for (const Table::Row& row : rows) {
    out += "\n";
    for (const RichText& cell : row) out += "[" + marked_up(document, cell) + "]";
  }
  return out;
}

// One block a line: its containers, its markers, its kind and its text.
inline std::string outline(const Document& document) {
  std::string out;
  for (const Block& block : document.blocks) {
    for (const Container& container : block.containers)
      out += "*1>"[static_cast<std::size_t>(container.kind)];
    if (!block.containers.empty()) out += ' ';
    for (const Marker& marker : block.markers) out += "(" + marker.text + ") ";
    if (block.continues) out += "... ";
    switch (block.kind) {
      case Block::Kind::paragraph:
        out += "P ";
        break;
      case Block::Kind::heading:
        out += "H" + std::to_string(block.level) + " ";
        break;
      case Block::Kind::code:
        out += "C " + (block.language.empty() ? "" : "{" + block.language + "} ");
        break;
      case Block::Kind::table:
        out += "T " + outline(document, block.table);
        break;
      case Block::Kind::rule:
        out += "---";
        break;
    }
    out += marked_up(document, block.text) + "\n";
  }
  return out;
}

}  // namespace belay::exports

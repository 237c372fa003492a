// Fuzz test: reads arbitrary bytes as Markdown, piece by piece. What the pages rely on must hold for every
// text: the pieces end, no block is deeper than the limit, styles cover their text, links exist, no text has
// a NUL, and the blocks take no more than a multiple of the text.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "exports/markdown/parser.hpp"

namespace belay::exports {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const Document& document, const RichText& text) {
  std::size_t begin = 0;
  for (const RichText::Run& run : text.runs) {
    require(run.end > begin);
    require(run.link <= document.links.size());
    begin = run.end;
  }
  require(begin == text.text.size());
  require(text.text.find('\0') == text.text.npos);
}

// Returns the bytes of the block's text.
std::size_t check(const Document& document, const Block& block) {
  require(block.containers.size() <= kMaxDepth);
  require(block.markers.size() <= kMaxDepth);
  for (const Marker& marker : block.markers) require(marker.depth < block.containers.size());
  check(document, block.text);
  std::size_t bytes = block.text.text.size();
  for (const RichText& cell : block.table.head) check(document, cell);
  for (const Table::Row& row : block.table.rows) {
    require(row.size() <= block.table.columns.size());
    for (const RichText& cell : row) {
      check(document, cell);
      bytes += cell.text.size();
    }
  }
  return bytes;
}

void check(std::string_view text) {
  PieceReader reader(text);
  std::size_t pieces = 0;
  while (!reader.at_end()) {
    const PieceReader::Piece piece = reader.next();
    require(++pieces <= text.size());
    const Document document = parse_markdown(piece);
    std::size_t bytes = 0;
    for (const Block& block : document.blocks) bytes += check(document, block);
    require(document.blocks.size() <= piece.text.size());
    require(bytes <= 32 * piece.text.size() + 1'024);
    for (const std::string& link : document.links)
      require(std::all_of(link.begin(), link.end(),
                          [](char c) { return c > ' ' && c < 0x7F && c != '\'' && c != '\\' && c != '('; }));
  }
}

}  // namespace
}  // namespace belay::exports

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  belay::exports::check({reinterpret_cast<const char*>(data), size});
  return 0;
}

// Parses Markdown with md4c: CommonMark, and GitHub's tables, strikethrough and task lists.
//
// A line break in the text is a line break in the result, also where CommonMark makes a space of it: people
// and models write lines that belong on lines of their own. Raw HTML is text, but "<br>" breaks the line. An
// image is its alternative text, as a link.
//
// Never fails. If parsing would take too much memory or time, the result has the text as it is written.
//
// Pure; takes a few milliseconds for a piece of PieceReader. md4c 0.4.8 may take time that grows with the
// square of the size, so longer texts must be cut.
#pragma once

#include <string_view>

#include "exports/markdown/document.hpp"
#include "exports/markdown/piece_reader.hpp"

namespace belay::exports {

Document parse_markdown(std::string_view text);
Document parse_markdown(const PieceReader::Piece& piece);

}  // namespace belay::exports

// Cuts a message's text into pieces that are parsed one by one. A piece has at most 32 KiB of the text, so
// the memory and the time of a parse have a limit, whatever the text is. Most messages are one piece.
//
// A longer text is cut where Markdown begins again: at a line without indentation after a blank line, at a
// heading or an item of a list, within a code block, or within a table. A code block continues in the next
// piece with its fence repeated, a table with its head. A text without such a line is cut at any line, and a
// longer line between two characters; its paragraph then becomes two. A link by reference works within its
// piece.
//
// The text must outlive the reader. Used by one thread at a time.
#pragma once

#include <string>
#include <string_view>

namespace belay::exports {

class PieceReader {
 public:
  PieceReader() = default;
  explicit PieceReader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  struct Piece {
    std::string text;
    bool continues = false;  // begins with a repeated fence or head
  };
  Piece next();

 private:
  std::string_view rest_;
  std::string repeated_;  // lines that the next piece begins with
};

}  // namespace belay::exports

#include "exports/markdown/piece_reader.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "exports/markdown/fences.hpp"
#include "exports/markdown/lines.hpp"
#include "exports/markdown/tables.hpp"

namespace belay::exports {
namespace {

constexpr std::size_t kMaxPiece = 32 * 1024;    // bytes
constexpr std::size_t kMaxRepeated = 2 * 1024;  // bytes; a table with a longer head does not continue

// Whether a line without indentation begins a heading or an item of a list.
bool begins_block(std::string_view line) {
  return line.starts_with("# ") || line.starts_with("##") || !is_blank(container_prefix(line));
}

// Where a piece ends, and what the next one begins with.
struct Cut {
  std::size_t at = 0;
  std::string repeated;
};

// Follows the lines of a piece.
class Lines {
 public:
  explicit Lines(std::string_view repeated) {
    while (!repeated.empty()) add(take_line(repeated));
  }

  // Returns what the next piece must repeat if it begins with this line. Nothing: Markdown does not begin
  // again here.
  std::optional<std::string> repeated_before(std::string_view line) const {
    if (!fences_.open().empty()) return repeated_fence();
    if (in_table_) return repeated_head();
    const bool is_indented = line.empty() || line.front() == ' ' || line.front() == '\t';
    if (!is_indented && (is_blank(last_) || begins_block(line))) return std::string();
    return std::nullopt;
  }
  // What the next piece must repeat if it begins within a line.
  std::string repeated_within() const {
    return fences_.open().empty() ? std::string() : repeated_fence().value_or(std::string());
  }

  void add(std::string_view line) {
    fences_.add(line);
    if (!fences_.open().empty() || is_blank(line)) {
      in_table_ = false;
    } else if (!in_table_ && begins_table(last_, line)) {
      in_table_ = true;
      head_ = last_;
      delimiters_ = line;
    }
    last_ = line;
  }

 private:
  std::optional<std::string> repeated_fence() const {
    if (fences_.is_nested() || fences_.open().size() > kMaxRepeated) return std::nullopt;
    return std::string(fences_.open()) + "\n";
  }
  std::optional<std::string> repeated_head() const {
    const bool is_in_list = container_prefix(head_).size() > quote_prefix(head_).size() ||
                            head_.starts_with("    ") || head_.starts_with('\t');
    if (is_in_list || head_.size() + delimiters_.size() > kMaxRepeated) return std::nullopt;
    return std::string(head_) + "\n" + std::string(delimiters_) + "\n";
  }

  NestedFences fences_;
  std::string_view last_;  // line
  bool in_table_ = false;
  std::string_view head_;
  std::string_view delimiters_;
};

// Returns the end of the longest part of a text that fits and ends between two characters, at a space if one
// is near.
std::size_t end_within_line(std::string_view text) {
  const std::size_t space = text.substr(0, kMaxPiece).rfind(' ');
  if (space != text.npos && space > kMaxPiece - 1024) return space + 1;
  std::size_t end = kMaxPiece;
  while (end > kMaxPiece - 4 && (text[end] & 0xC0) == 0x80) --end;
  return end;
}

Cut find_cut(std::string_view text, std::string_view repeated) {
  if (text.size() <= kMaxPiece) return {text.size(), {}};
  Lines lines(repeated);
  Cut best;
  std::size_t last_line = 0;
  std::string last_repeated;
  std::string_view window = text.substr(0, kMaxPiece);
  while (!window.empty()) {
    const auto at = static_cast<std::size_t>(window.data() - text.data());
    const std::string_view line = take_line(window);
    if (at > 0) {
      last_line = at;
      if (auto found = lines.repeated_before(line)) best = {at, std::move(*found)};
    }
    if (window.empty()) last_repeated = lines.repeated_within();
    lines.add(line);
  }
  if (best.at > 0) return best;
  if (last_line > 0) return {last_line, {}};
  return {end_within_line(text), std::move(last_repeated)};
}

}  // namespace

PieceReader::Piece PieceReader::next() {
  Cut cut = find_cut(rest_, repeated_);
  Piece piece{repeated_ + std::string(rest_.substr(0, cut.at)), !repeated_.empty()};
  rest_.remove_prefix(cut.at);
  repeated_ = rest_.empty() ? std::string() : std::move(cut.repeated);
  return piece;
}

}  // namespace belay::exports

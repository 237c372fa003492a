#include "exports/markdown/tables.hpp"

#include <algorithm>

#include "exports/markdown/fences.hpp"
#include "exports/markdown/lines.hpp"

namespace belay::exports {
namespace {

// Appends a delimiter row in which each cell has at least three hyphens.
void append_delimiters(std::string& out, std::string_view line) {
  while (!line.empty()) {
    const std::size_t hyphens = std::min(line.find_first_not_of('-'), line.size());
    if (hyphens > 0) out.append(std::max<std::size_t>(hyphens, 3), '-');
    line.remove_prefix(hyphens);
    const std::size_t others = std::min(line.find('-'), line.size());
    out += line.substr(0, others);
    line.remove_prefix(others);
  }
}

// Calls a function with each character of a row and whether it separates two cells. Pipes in code and behind
// a backslash do not.
template <class Function>
void for_each_character(std::string_view row, Function function) {
  bool in_code = false, is_escaped = false;
  for (const char c : row) {
    function(c, c == '|' && !in_code && !is_escaped);
    if (c == '`' && !is_escaped) in_code = !in_code;
    is_escaped = c == '\\' && !is_escaped;
  }
}

// Appends a row in which no cell is without a character.
void append_row(std::string& out, std::string_view row) {
  bool after_separator = false;
  for_each_character(row, [&](char c, bool is_separator) {
    if (after_separator && is_separator) out += ' ';
    out += c;
    after_separator = is_separator;
  });
}

std::size_t cells_in(std::string_view row) {
  row.remove_prefix(container_prefix(row).size());
  row = row.substr(0, row.find_last_not_of(" \t\r") + 1);
  std::size_t cells = 1;
  bool is_first = true, ends_cell = false;
  for_each_character(row, [&](char, bool is_separator) {
    if (is_separator && !is_first) ++cells;
    ends_cell = is_separator && !is_first;
    is_first = false;
  });
  return ends_cell ? cells - 1 : cells;
}

// Appends a delimiter row as text.
void append_as_text(std::string& out, std::string_view line) {
  const std::string_view prefix = quote_prefix(line);
  out.append(prefix).append("\\").append(line.substr(prefix.size()));
}

}  // namespace

bool is_delimiter_row(std::string_view line) {
  line.remove_prefix(quote_prefix(line).size());
  if (line.find('|') == line.npos || line.find('-') == line.npos) return false;
  char last = '|';  // of the cell so far
  for (const char c : line) {
    if (c == ' ' || c == '\t' || c == '\r') continue;
    if (c != '|' && c != ':' && c != '-') return false;
    if (c == ':' && last != '|' && last != '-') return false;
    if (c == '-' && last == 'e') return false;
    last = c == ':' && last == '-' ? 'e' : c;
  }
  return true;
}

bool begins_table(std::string_view head, std::string_view delimiters) {
  return head.find('|') != head.npos && is_delimiter_row(delimiters) && !is_delimiter_row(head) &&
         cells_in(head) == cells_in(delimiters);
}

std::string prepare_tables(std::string_view text) {
  if (text.find('|') == text.npos) return std::string(text);
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  NestedFences fences;
  bool after_text = false;  // the previous line belongs to a paragraph
  bool in_rows = false;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const bool is_empty = is_blank(line.substr(quote_prefix(line).size()));
    fences.add(line);
    const bool is_code = !fences.open().empty();
    std::string_view rest = text;
    const std::string_view next = take_line(rest);
    const bool is_head = !is_code && !in_rows && begins_table(line, next);
    if (is_head) {
      if (after_text) out.append(quote_prefix(line)).push_back('\n');
      append_row(out, line);
      out.push_back('\n');
      append_delimiters(out, next);
      text = rest;
    } else if (in_rows && !is_empty && !is_code) {
      append_row(out, line);
    } else if (after_text && !is_code && is_delimiter_row(line)) {
      append_as_text(out, line);
    } else {
      out += line;
    }
    out.push_back('\n');
    in_rows = is_head || (in_rows && !is_empty && !is_code);
    after_text = !is_empty && !is_code;
  }
  return out;
}

}  // namespace belay::exports

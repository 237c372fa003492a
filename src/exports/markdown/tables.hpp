// Lines of tables in Markdown, and changes to them that md4c 0.4.8 needs.
//
// Pure.
#pragma once

#include <string>
#include <string_view>

namespace belay::exports {

// Whether a line separates the head of a table from its rows, for example "|---|:-:|".
bool is_delimiter_row(std::string_view line);

// Whether a line and the next one begin a table: both have the same number of cells.
bool begins_table(std::string_view head, std::string_view delimiters);

// Rewrites the tables of a text so that md4c reads them as GitHub does:
// - A delimiter of one or two hyphens gets three.
// - A table directly after a line of text gets a blank line before it.
// - An empty cell gets a space: "||" becomes "| |".
// - A delimiter row with another number of cells than the line before it gets a backslash: it makes no table.
// The text is at most three times as long then.
std::string prepare_tables(std::string_view text);

}  // namespace belay::exports

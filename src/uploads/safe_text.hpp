// Makes text from an uploaded file harmless before it is passed on.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace belay::uploads {

// Spaces and tabs at both ends removed.
std::string_view trimmed(std::string_view text);
// A to Z become a to z.
std::string lower_case(std::string_view text);

// The text of one cell, line or string, on one line: line ends and tabs become spaces, other control characters
// are removed. Text that a spreadsheet would run as a formula gets an apostrophe in front, so that it is text
// wherever it is pasted. It begins, after spaces, with one of = + - @ or their full-width forms, and is no
// number (OWASP, "CSV Injection"). `text` must be valid UTF-8.
std::string safe_text(std::string_view text);

// The same, cut between characters to at most `max_bytes`, with "…" at the end if it was cut.
std::string safe_text(std::string_view text, std::size_t max_bytes);

// The number that the whole text is, in JSON's or a spreadsheet's form: "-1.5e3", "+7". Returns false if it is none,
// or not finite.
bool read_number(std::string_view text, double& number);

}  // namespace belay::uploads

// What the columns of a log mean, and the words in them. Column names are compared in any letter case, without
// spaces, hyphens and underscores, except for `grade`, which must be written so (in any letter case).
#pragma once

#include <cstdint>
#include <string_view>

#include "uploads/grades.hpp"

namespace belay::uploads {

enum class FieldRole : std::uint8_t { other, grade, date, outcome, discipline };

FieldRole role_of(std::string_view name);

// Whether the climber got to the top as planned: sent, flashed, onsighted, redpointed, repeated.
enum class Outcome : std::uint8_t { unknown, sent, not_sent };

// Of a cell in an outcome column: "yes", "flash", "attempt", "0", "3" (a number of sends).
Outcome outcome_of(std::string_view value);
// Of a sentence. A word like "project" or "fell", or a "not" counts more than a word like "sent".
Outcome outcome_in_sentence(std::string_view sentence);
// If two columns disagree: a send is a send.
Outcome combined(Outcome a, Outcome b);

Discipline discipline_of(std::string_view value);

}  // namespace belay::uploads

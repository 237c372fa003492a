// Recognises climbing grades and puts them in order.
//
// | system  | read                                                        | for      |
// | ------- | ----------------------------------------------------------- | -------- |
// | V-scale | VB, V0-, V0 … V17, with + or -                              | boulders |
// | Font    | 4A … 9A with a capital letter; "Font 6c", "fb 7a+"          | boulders |
// | YDS     | 5.0 … 5.15d, with + or -, 5.10a/b                           | routes   |
// | French  | 4a … 9c+ with a small letter                                | routes   |
//
// Font and French grades differ only in the case of the letter (6A, 6a), and logs are not careful. If the log
// says whether the climb is a boulder or a route, that decides. Otherwise the letter's case does. A bare
// number (5, 6+) may also be a UIAA or a V grade: it is read only if the log says what the climb is.
//
// Two grades in one cell: a range counts as its easier end (V5/V6, V5-6, 6a/6b); of two systems
// (6c+/V5, "V5 (6C)") the V grade counts, else the first. A protection rating behind a grade is ignored
// ("5.10a PG13"). Everything else is an unknown grade. In particular, Cyrillic letters that look like Latin ones are not
// read: the third Russian letter looks like b.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace belay::uploads {

// In the order in which statistics list them.
enum class GradeSystem : std::uint8_t { v_scale, font, yds, french };
constexpr GradeSystem kGradeSystems[] = {GradeSystem::v_scale, GradeSystem::font, GradeSystem::yds,
                                         GradeSystem::french};

// "V-scale", "Font", "YDS", "French".
std::string_view to_string(GradeSystem system);

enum class Discipline : std::uint8_t { unknown, boulder, route };

struct Grade {
  GradeSystem system = GradeSystem::v_scale;
  std::uint16_t rank = 0;  // within the system: a harder grade has a higher one
  std::string name;        // as it is usually written: "V5", "6C+", "5.11a", "7a+"

  friend bool operator==(const Grade&, const Grade&) = default;
};

// By system, then from hard to easy.
bool comes_before(const Grade& a, const Grade& b);

std::optional<Grade> read_grade(std::string_view text, Discipline discipline = Discipline::unknown);

}  // namespace belay::uploads

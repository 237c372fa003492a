#include "uploads/grades.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace belay::uploads {
namespace {

// "Font 6C+", or "none".
std::string read(std::string_view text, Discipline discipline = Discipline::unknown) {
  const auto grade = read_grade(text, discipline);
  if (!grade) return "none";
  return std::string(to_string(grade->system)) + ' ' + grade->name;
}

// The names of the grades from easy to hard, all of one system.
void expect_ordered(const std::vector<std::string_view>& names) {
  for (std::size_t i = 1; i < names.size(); ++i) {
    const auto easier = read_grade(names[i - 1]), harder = read_grade(names[i]);
    ASSERT_TRUE(easier && harder) << names[i - 1] << ' ' << names[i];
    EXPECT_EQ(easier->system, harder->system);
    EXPECT_LT(easier->rank, harder->rank) << names[i - 1] << " < " << names[i];
    EXPECT_TRUE(comes_before(*harder, *easier));
  }
}

TEST(Grades, S5_the_four_systems_are_recognised) {
  EXPECT_EQ(read("V5"), "V-scale V5");
  EXPECT_EQ(read("v5"), "V-scale V5");
  EXPECT_EQ(read(" v0- "), "V-scale V0-");
  EXPECT_EQ(read("VB"), "V-scale VB");
  EXPECT_EQ(read("V17"), "V-scale V17");
  EXPECT_EQ(read("6C+"), "Font 6C+");
  EXPECT_EQ(read("Font 7a"), "Font 7A");
  EXPECT_EQ(read("fb6b+"), "Font 6B+");
  EXPECT_EQ(read("f7A"), "Font 7A");
  EXPECT_EQ(read("5.9"), "YDS 5.9");
  EXPECT_EQ(read("5.10a"), "YDS 5.10a");
  EXPECT_EQ(read("5.11C/D"), "YDS 5.11c/d");
  EXPECT_EQ(read("5.12+"), "YDS 5.12+");
  EXPECT_EQ(read("7a+"), "French 7a+");
  EXPECT_EQ(read("F6b"), "French 6b");
}

TEST(Grades, S5_grades_are_ordered_within_their_system) {
  expect_ordered({"VB", "V0-", "V0", "V0+", "V1", "V2", "V9", "V10", "V17"});
  expect_ordered({"4A", "4C+", "5A", "6A", "6A+", "6B", "6B+", "6C", "6C+", "7A", "8C+", "9A"});
  expect_ordered(
      {"5.0", "5.6", "5.9-", "5.9", "5.9+", "5.10a", "5.10a/b", "5.10b", "5.10c", "5.10d", "5.11a", "5.15d"});
  expect_ordered({"5.10-", "5.10", "5.10+", "5.11-"});
  expect_ordered({"4a", "5c", "6a", "6a+", "7c+", "8a", "9b+", "9c"});
}

TEST(Grades, S5_the_discipline_decides_between_font_and_french) {
  EXPECT_EQ(read("6a", Discipline::boulder), "Font 6A");
  EXPECT_EQ(read("6A+", Discipline::route), "French 6a+");
  EXPECT_EQ(read("5+", Discipline::boulder), "Font 5+");
  EXPECT_EQ(read("5", Discipline::route), "French 5");
  EXPECT_EQ(read("5"), "none");
  EXPECT_EQ(read("5+"), "none");
}

TEST(Grades, S5_two_grades_in_one_cell) {
  EXPECT_EQ(read("V5/V6"), "V-scale V5");
  EXPECT_EQ(read("V5/6"), "V-scale V5");
  EXPECT_EQ(read("V5-6"), "V-scale V5");
  EXPECT_EQ(read("V6-V5"), "V-scale V5");
  EXPECT_EQ(read("6a/b"), "French 6a");
  EXPECT_EQ(read("6a/6a+"), "French 6a");
  EXPECT_EQ(read("6c+/V5"), "V-scale V5");
  EXPECT_EQ(read("V5 (6C)"), "V-scale V5");
  EXPECT_EQ(read("7A / V6"), "V-scale V6");
  EXPECT_EQ(read("5.10-5.11"), "YDS 5.10");
  EXPECT_EQ(read("5.10a PG13"), "YDS 5.10a");
  EXPECT_EQ(read("V4 R"), "V-scale V4");
}

TEST(Grades, S5_everything_else_is_unknown) {
  for (const std::string_view text : {"",
                                      " ",
                                      "hard",
                                      "V",
                                      "V18",
                                      "V-1",
                                      "V5x",
                                      "5.16a",
                                      "5.9a",
                                      "5.10e",
                                      "9d",
                                      "0a",
                                      "10a",
                                      "6a-",
                                      "VII+",
                                      "7-",
                                      "E5 6b",
                                      "=cmd|' /C calc'!A0",
                                      "степень",
                                      "6а",
                                      "6в",
                                      "５．１０",
                                      "V5 then V6 then V7",
                                      "V5/V6/V7/V8/V9/V10/V11/V12/V13/V14"})
    EXPECT_EQ(read(text), "none") << text;
}

TEST(Grades, S5_the_same_grade_always_has_the_same_name_and_rank) {
  EXPECT_EQ(read_grade("5.10A/B"), read_grade("5.10a/b"));
  EXPECT_EQ(read_grade("f6A"), read_grade("6A"));
}

}  // namespace
}  // namespace belay::uploads

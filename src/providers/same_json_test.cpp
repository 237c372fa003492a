#include "providers/same_json.hpp"

#include <string>

#include <gtest/gtest.h>

namespace belay::providers {
namespace {

TEST(SameJson, ComparesWhatIsSaidNotHowItIsWritten) {
  const char* same[][2] = {
      {R"({"a":1})", R"( { "a" : 1 } )"},
      {R"({"a":1,"b":[true,null]})", R"({"b":[true, null],"a":1})"},
      {R"({"a":1})", R"({"a":1.0})"},
      {R"({"a":"\u00e9"})", "{\"a\":\"é\"}"},
      {R"({"a":18446744073709551615})", R"({"a":18446744073709551615})"},
      {"no JSON", "no JSON"},
  };
  for (const auto& [a, b] : same) EXPECT_TRUE(same_json(a, b)) << a << ' ' << b;
  const char* others[][2] = {
      {R"({"a":1})", R"({"a":2})"},
      {R"({"a":1})", R"({"a":1,"b":1})"},
      {R"({"a":1})", R"({"b":1})"},
      {R"({"a":"1"})", R"({"a":1})"},
      {"[1,2]", "[2,1]"},
      {"[1,2]", "[1,2,3]"},
      {"[1,2,3]", "[1,2]"},
      {"true", "false"},
      {"null", "0"},
      {R"({"a":1})", R"({"a":1)"},
      {"", "{}"},
      {"9007199254740993", "9007199254740992"},
      {R"({"a":{"b":[1]}})", R"({"a":{"b":[2]}})"},
  };
  for (const auto& [a, b] : others) EXPECT_FALSE(same_json(a, b)) << a << ' ' << b;
  const std::string deep(100'000, '[');
  EXPECT_FALSE(same_json(deep, deep + " "));
}

}  // namespace
}  // namespace belay::providers

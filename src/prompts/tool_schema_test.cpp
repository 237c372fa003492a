#include "prompts/tool_schema.hpp"

#include <gtest/gtest.h>

namespace belay::prompts {
namespace {

struct Case {
  std::string_view schema;
  std::string_view arguments;
  std::string_view problem;  // empty: the arguments match
};

void expect_all(std::initializer_list<Case> cases) {
  for (const Case& c : cases) {
    const Tool tool{"act", "", std::string(c.schema)};
    EXPECT_EQ(check_arguments(tool, {"1", "act", std::string(c.arguments)}), c.problem)
        << "schema " << c.schema.substr(0, 200) << "\narguments " << c.arguments.substr(0, 200);
  }
}

std::string refusal_of(std::string_view schema) {
  const auto checked = check_schema(schema);
  return checked ? std::string() : checked.error().detail;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST(ToolSchema, A8_a_schema_that_two_readers_take_differently_is_refused) {
  const auto twice =
      check_schema(R"({"type":"object","properties":{"a":{"type":"string","type":"number"}}})");
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().detail.find("The key \"type\" stands twice"), std::string::npos)
      << twice.error().detail;
  const auto large = check_schema(R"({"type":"object","properties":{"a":{"maximum":1e999}}})");
  ASSERT_FALSE(large);
}

TEST(ToolSchema, A8_arguments_are_held_against_the_types_of_their_schema) {
  expect_all({
      {R"({"type":"object"})", R"({})", ""},
      {R"({"type":"object"})", R"([])", "arguments: must be of type object"},
      {R"({"type":"null"})", "null", ""},
      {R"({"type":"null"})", "0", "arguments: must be of type null"},
      {R"({"type":"boolean"})", "false", ""},
      {R"({"type":"boolean"})", "1", "arguments: must be of type boolean"},
      {R"({"type":"array"})", "[]", ""},
      {R"({"type":"array"})", "{}", "arguments: must be of type array"},
      {R"({"type":"string"})", R"("")", ""},
      {R"({"type":"string"})", "null", "arguments: must be of type string"},
      {R"({"type":"number"})", "1.5", ""},
      {R"({"type":"number"})", R"("1.5")", "arguments: must be of type number"},
      {R"({"type":["string","null"]})", "null", ""},
      {R"({"type":["string","null"]})", "3", "arguments: must be of one of the types that are allowed"},
      {"true", R"({"anything":1})", ""},
      {"false", "1", "arguments: must not be there"},
      {"{}", "[1,2]", ""},
  });
}

TEST(ToolSchema, a_number_is_an_integer_by_its_value_and_not_by_how_it_is_written) {
  expect_all({
      {R"({"type":"integer"})", "1", ""},
      {R"({"type":"integer"})", "-9223372036854775808", ""},
      {R"({"type":"integer"})", "18446744073709551615", ""},
      {R"({"type":"integer"})", "1.0", ""},
      {R"({"type":"integer"})", "1e3", ""},
      {R"({"type":"integer"})", "1e40", ""},
      {R"({"type":"integer"})", "1.5", "arguments: must be of type integer"},
      {R"({"type":"integer"})", "1e-3", "arguments: must be of type integer"},
  });
}

TEST(ToolSchema, bounds_are_exact_also_where_a_double_is_not) {
  expect_all({
      {R"({"maximum":11})", "11", ""},
      {R"({"maximum":11})", "12", "arguments: must be at most 11"},
      {R"({"maximum":0.5})", "0.75", "arguments: must be at most 0.5"},
      {R"({"minimum":-1})", "-1.0", ""},
      {R"({"minimum":-1})", "-1.0000001", "arguments: must be at least -1"},
      {R"({"exclusiveMinimum":0})", "0", "arguments: must be more than 0"},
      {R"({"exclusiveMinimum":0})", "1e-300", ""},
      {R"({"exclusiveMaximum":1})", "1.0", "arguments: must be less than 1"},
      {R"({"maximum":9007199254740992})", "9007199254740993", "arguments: must be at most 9007199254740992"},
      {R"({"maximum":9007199254740992.0})", "9007199254740993",
       "arguments: must be at most 9007199254740992"},
      {R"({"maximum":9223372036854775807})", "9223372036854775808",
       "arguments: must be at most 9223372036854775807"},
      {R"({"minimum":18446744073709551615})", "18446744073709551614",
       "arguments: must be at least 18446744073709551615"},
      {R"({"minimum":0})", "-9223372036854775808", "arguments: must be at least 0"},
      {R"({"maximum":5})", R"("ninety")", ""},
      {R"({"maximum":1e308})", "1e400", "arguments: must be at most 1e+308"},
      {R"({"multipleOf":2})", "1e400", "arguments: must be a multiple of 2"},
  });
}

TEST(ToolSchema, multiples_are_judged_by_value_also_for_decimal_fractions) {
  expect_all({
      {R"({"multipleOf":3})", "9", ""},
      {R"({"multipleOf":3})", "10", "arguments: must be a multiple of 3"},
      {R"({"multipleOf":3})", "-9", ""},
      {R"({"multipleOf":3})", "0", ""},
      {R"({"multipleOf":0.1})", "0.3", ""},
      {R"({"multipleOf":0.01})", "19.99", ""},
      {R"({"multipleOf":0.01})", "19.995", "arguments: must be a multiple of 0.01"},
      {R"({"multipleOf":2})", "18446744073709551615", "arguments: must be a multiple of 2"},
      {R"({"multipleOf":2})", "18446744073709551614", ""},
      {R"({"multipleOf":1e300})", "1e-300", "arguments: must be a multiple of 1e+300"},
  });
}

TEST(ToolSchema, lengths_of_strings_count_code_points) {
  expect_all({
      {R"({"maxLength":3})", R"("äöü")", ""},
      {R"({"maxLength":2})", R"("äöü")", "arguments: must have at most 2 characters"},
      {R"({"maxLength":1})", R"("😀")", ""},
      {R"({"maxLength":1})", R"("\ud83d\ude00")", ""},
      {R"({"minLength":2})", R"("😀")", "arguments: must have at least 2 characters"},
      {R"({"minLength":2})", R"("e\u0301")", ""},
      {R"({"minLength":1})", R"("\u0000")", ""},
  });
}

TEST(ToolSchema, objects_are_held_against_their_properties) {
  constexpr std::string_view kVolume =
      R"({"type":"object","properties":{"volume":{"type":"integer","maximum":11},"unit/x":{"type":"string"}},)"
      R"("required":["volume"],"additionalProperties":false})";
  expect_all({
      {kVolume, R"({"volume":11})", ""},
      {kVolume, R"({"volume":12})", "/volume: must be at most 11"},
      {kVolume, R"({})", "/volume: is missing"},
      {kVolume, R"({"volume":1,"colour":2})", "/colour: is not a property that is known"},
      {kVolume, R"({"volume":1,"unit/x":2})", "/unit~1x: must be of type string"},
      {R"({"additionalProperties":{"type":"string"}})", R"({"a":"b"})", ""},
      {R"({"additionalProperties":{"type":"string"}})", R"({"a":1})", "/a: must be of type string"},
      {R"({"properties":{"a":false}})", R"({"a":1})", "/a: must not be there"},
      {R"({"properties":{"a":{"properties":{"b":{"items":{"type":"null"}}}}}})", R"({"a":{"b":[null,1]}})",
       "/a/b/1: must be of type null"},
  });
}

TEST(ToolSchema, of_a_property_given_twice_the_last_one_counts_as_it_does_for_a_client) {
  expect_all({{R"({"properties":{"a":{"maximum":1}}})", R"({"a":0,"a":2})", "/a: must be at most 1"}});
}

TEST(ToolSchema, arrays_are_held_against_their_bounds_and_items) {
  expect_all({
      {R"({"minItems":1})", "[]", "arguments: must have at least 1 items"},
      {R"({"maxItems":1})", "[1,2]", "arguments: must have at most 1 items"},
      {R"({"items":{"type":"string"}})", R"(["a",1])", "/1: must be of type string"},
      {R"({"uniqueItems":true})", "[1,2,3]", ""},
      {R"({"uniqueItems":true})", "[1,2,1.0]", "arguments: must not hold the same item twice"},
      {R"({"uniqueItems":true})", R"([{"a":1,"b":[2]},{"b":[2.0],"a":1}])",
       "arguments: must not hold the same item twice"},
      {R"({"uniqueItems":true})", R"([1,true,"1",null,[1],{"1":1},0,false,"",[],{}])", ""},
      {R"({"uniqueItems":true})", "[0,-0.0]", "arguments: must not hold the same item twice"},
      {R"({"uniqueItems":true})", "[9007199254740992,9007199254740993]", ""},
      {R"({"uniqueItems":false})", "[1,1]", ""},
  });
}

TEST(ToolSchema, values_are_equal_by_meaning) {
  expect_all({
      {R"({"enum":["on","off"]})", R"("on")", ""},
      {R"({"enum":["on","off"]})", R"("ON")", "arguments: must be one of the values that are allowed"},
      {R"({"enum":[1]})", "1.0", ""},
      {R"({"enum":[1]})", "true", "arguments: must be one of the values that are allowed"},
      {R"({"const":{"a":[1,{"b":null}]}})", R"({"a":[1.0,{"b":null}]})", ""},
      {R"({"const":{"a":1}})", R"({"a":1,"b":2})", "arguments: must be the one value that is allowed"},
      {R"({"const":[1,2]})", "[2,1]", "arguments: must be the one value that is allowed"},
  });
}

TEST(ToolSchema, forms_can_be_combined) {
  constexpr std::string_view kEither = R"({"oneOf":[{"type":"integer"},{"minimum":2}]})";
  expect_all({
      {R"({"anyOf":[{"type":"string"},{"type":"null"}]})", "null", ""},
      {R"({"anyOf":[{"type":"string"},{"type":"null"}]})", "1",
       "arguments: fits none of the forms that are allowed"},
      {kEither, "1", ""},
      {kEither, "2.5", ""},
      {kEither, "3", "arguments: must fit exactly one of the forms that are allowed, and fits 2"},
      {kEither, "1.5", "arguments: must fit exactly one of the forms that are allowed, and fits 0"},
      {R"({"allOf":[{"minimum":1},{"maximum":2}]})", "3", "arguments: must be at most 2"},
      {R"({"not":{"type":"string"}})", R"("x")", "arguments: has a form that is not allowed"},
      {R"({"not":{"type":"string"}})", "1", ""},
      {R"({"not":{"not":{"type":"string"}}})", "1", "arguments: has a form that is not allowed"},
  });
}

TEST(ToolSchema, arguments_that_are_no_JSON_are_reported_as_such) {
  expect_all({
      {"{}", "", "The arguments are not valid JSON."},
      {"{}", "{", "The arguments are not valid JSON."},
      {"{}", "{} {}", "The arguments are not valid JSON."},
      {"{}", "{'a':1}", "The arguments are not valid JSON."},
      {"{}", R"({"a":1,})", "The arguments are not valid JSON."},
      {"{}", "\"\xff\"", "The arguments are not valid JSON."},
      {"{}", R"("\ud800")", "The arguments are not valid JSON."},
      {"{}", "NaN", "The arguments are not valid JSON."},
      {"{}", "[01]", "The arguments are not valid JSON."},
  });
}

TEST(ToolSchema, arguments_that_are_too_deep_or_too_long_are_refused_before_they_are_looked_at) {
  const std::string deep = repeated("[", 100'000);
  const std::string just_right = repeated("[", 32) + repeated("]", 32);
  const std::string too_deep = repeated("[", 33) + repeated("]", 33);
  const std::string long_text = '"' + repeated("x", 1 << 20) + '"';
  expect_all({
      {"{}", deep, "The arguments are nested more than 32 levels deep."},
      {"{}", just_right, ""},
      {"{}", too_deep, "The arguments are nested more than 32 levels deep."},
      {"{}", long_text, "The arguments are longer than 1048576 bytes."},
  });
}

TEST(ToolSchema, what_would_take_too_long_is_refused_and_does_not_pass) {
  // Each of these needs many millions of steps: schemas times values, or pairs of items.
  const std::string many_rules = R"({"items":{"allOf":[)" + repeated(R"({"minimum":0},)", 3000) + "true]}}";
  const std::string many_items = "[" + repeated("1,", 100'000) + "1]";
  const std::string many_choices = R"({"items":{"not":{"enum":[)" + repeated("2,", 20'000) + "2]}}}";
  const std::string long_text = '"' + repeated("x", 1'000'000) + '"';
  const std::string many_lengths = R"({"allOf":[)" + repeated(R"({"minLength":1},)", 3500) + "true]}";
  const std::string too_much = "is too much to be held against its schema";
  for (const auto& [schema, arguments] :
       {std::pair(many_rules, many_items), std::pair(many_choices, many_items),
        std::pair(many_lengths, long_text)}) {
    const std::string problem = check_arguments({"act", "", schema}, {"1", "act", arguments});
    ASSERT_GE(problem.size(), too_much.size());
    EXPECT_EQ(problem.substr(problem.size() - too_much.size()), too_much) << problem;
  }
  // Long, but simple.
  expect_all(
      {{R"({"type":"array","items":{"type":"integer","minimum":0},"maxItems":200000})", many_items, ""}});
}

TEST(ToolSchema, unique_items_take_no_square_time) {
  std::string numbers = "[";
  for (int i = 0; i < 60'000; ++i) numbers += std::to_string(i) + ",";
  numbers += "60000]";
  expect_all({{R"({"uniqueItems":true})", numbers, ""}});
}

TEST(ToolSchema, a_long_name_in_a_problem_is_cut_between_characters) {
  const std::string key = repeated("ä", 500);
  const std::string problem =
      check_arguments({"act", "", R"({"additionalProperties":false})"}, {"1", "act", "{\"" + key + "\":1}"});
  EXPECT_EQ(problem, "/" + repeated("ä", 99) + "…: is not a property that is known");
}

TEST(ToolSchema, A8_a_schema_with_a_keyword_that_is_not_held_against_is_refused_by_name_and_place) {
  EXPECT_EQ(refusal_of(R"({"type":"object","properties":{"name":{"type":"string","pattern":"^a+$"}}})"),
            "The schema at \"/properties/name/pattern\" is a keyword that is not supported: leave it out, or "
            "say the same with "
            "others.");
  for (const std::string_view keyword :
       {"pattern", "$ref", "$defs", "definitions", "if", "prefixItems", "contains", "patternProperties",
        "propertyNames", "minProperties", "dependentRequired", "unevaluatedProperties", "$dynamicRef", "Type",
        ""}) {
    const std::string refusal = refusal_of("{\"" + std::string(keyword) + "\":true}");
    EXPECT_NE(refusal.find("is a keyword that is not supported"), std::string::npos)
        << keyword << ": " << refusal;
  }
}

TEST(ToolSchema, keywords_that_say_nothing_about_validity_are_fine) {
  EXPECT_EQ(
      refusal_of(
          R"({"title":1,"description":"d","default":{},"examples":[1],"format":"email","$schema":"s","$id":"i",)"
          R"("$comment":"c","deprecated":true,"readOnly":false,"writeOnly":false})"),
      "");
}

TEST(ToolSchema, a_keyword_that_holds_the_wrong_thing_is_refused) {
  for (const std::string_view schema : {R"({"type":"objekt"})",
                                        R"({"type":[]})",
                                        R"({"type":["string",1]})",
                                        R"({"type":1})",
                                        R"({"enum":[]})",
                                        R"({"enum":1})",
                                        R"({"required":"a"})",
                                        R"({"required":[1]})",
                                        R"({"minItems":-1})",
                                        R"({"maxItems":1.5})",
                                        R"({"minLength":"1"})",
                                        R"({"uniqueItems":1})",
                                        R"({"minimum":"0"})",
                                        R"({"multipleOf":0})",
                                        R"({"multipleOf":-2})",
                                        R"({"items":[{}]})",
                                        R"({"items":1})",
                                        R"({"properties":[]})",
                                        R"({"properties":{"a":1}})",
                                        R"({"anyOf":[]})",
                                        R"({"anyOf":{}})",
                                        R"({"oneOf":[1]})",
                                        R"({"not":null})",
                                        R"({"additionalProperties":"no"})",
                                        "1",
                                        "\"object\"",
                                        "[]",
                                        "null"}) {
    EXPECT_NE(refusal_of(schema), "") << schema;
    // If such a schema is used nevertheless, no arguments match it.
    EXPECT_NE(check_arguments({"act", "", std::string(schema)}, {"1", "act", "{}"}), "") << schema;
  }
  EXPECT_EQ(refusal_of(R"({"properties":{"a":{"anyOf":[true,{"minItems":-1}]}}})"),
            "The schema at \"/properties/a/anyOf/1/minItems\" must be a whole number, 0 or more.");
}

TEST(ToolSchema, a_schema_that_is_no_JSON_too_deep_or_too_long_is_refused) {
  EXPECT_EQ(refusal_of(""), "The schema is not valid JSON.");
  EXPECT_EQ(refusal_of("{"), "The schema is not valid JSON.");
  EXPECT_EQ(refusal_of(repeated(R"({"not":)", 40) + "{}" + repeated("}", 40)),
            "The schema is nested more than 32 levels deep.");
  EXPECT_EQ(refusal_of(repeated(R"({"not":)", 100'000)), "The schema is longer than 65536 bytes.");
}

}  // namespace
}  // namespace belay::prompts

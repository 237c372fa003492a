// Requirements A1, X9: JSON that two parsers might interpret differently is rejected, and the error names the
// place.
#include "base/strict_json.hpp"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace belay {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::size_t kDepth = 32;

Error error_of(std::string_view text) {
  const auto object = JsonObject::read(text, kDepth);
  EXPECT_FALSE(object) << text;
  return object ? Error{} : object.error();
}

TEST(StrictJson, members_are_read_with_their_kinds_and_their_text) {
  const std::string text =
      R"( { "s" : "a\n\"\u00e9\ud83d\ude00\/" , "n": -1.50E+2, "t":true, "f" : false,"z":null, "a":[ 1, [] ], "o" : {"x" : {} }, "":"" } )";
  const auto object = JsonObject::read(text, kDepth);
  ASSERT_TRUE(object) << object.error().detail;
  ASSERT_EQ(object->members().size(), 8u);
  EXPECT_EQ(object->find("s")->text, "a\n\"é😀/");
  EXPECT_EQ(object->find("n")->kind, JsonKind::number);
  EXPECT_EQ(object->find("n")->raw, "-1.50E+2");
  EXPECT_EQ(object->find("n")->number(), -150);
  EXPECT_TRUE(object->find("t")->truth());
  EXPECT_FALSE(object->find("f")->truth());
  EXPECT_EQ(object->find("f")->kind, JsonKind::boolean);
  EXPECT_EQ(object->find("z")->kind, JsonKind::null);
  EXPECT_EQ(object->find("a")->raw, "[ 1, [] ]");
  EXPECT_EQ(object->find("o")->kind, JsonKind::object);
  EXPECT_EQ(object->find("")->text, "");
  EXPECT_EQ(object->find("x"), nullptr);
  EXPECT_TRUE(JsonObject::read("{}", kDepth));
  EXPECT_TRUE(JsonObject::read("\xEF\xBB\xBF{\"a\":1}", kDepth)) << "a byte order mark is passed over";
}

TEST(StrictJson, X9_what_is_not_in_the_grammar_is_refused_with_its_place) {
  struct Row {
    const char* text;
    int byte;
    const char* what;
  };
  const Row rows[] = {
      {R"({"a":1,})", 8, "key in quotes"},
      {R"({a:1})", 2, "key in quotes"},
      {R"({"a" 1})", 6, "colon"},
      {R"({"a":})", 6, "value is expected"},
      {R"({"a":[1,]})", 9, "value is expected"},
      {R"({"a":[1 2]})", 9, "comma or ']'"},
      {R"({"a":1 "b":2})", 8, "comma or '}'"},
      {R"({"a":1} x)", 9, "behind its end"},
      {R"({"a":1}{)", 8, "behind its end"},
      {R"({"a":01})", 7, "needless 0"},
      {R"({"a":-})", 7, "digit"},
      {R"({"a":+1})", 6, "value is expected"},
      {R"({"a":.5})", 6, "value is expected"},
      {R"({"a":1.})", 8, "digit"},
      {R"({"a":1e})", 8, "digit"},
      {R"({"a":NaN})", 6, "value is expected"},
      {R"({"a":Infinity})", 6, "value is expected"},
      {R"({"a":tru})", 6, "value is expected"},
      {R"({"a":nul)", 6, "value is expected"},
      {R"({'a':1})", 2, "key in quotes"},
      {R"({"a":'b'})", 6, "value is expected"},
      {"{\"a\":\"x\ny\"}", 8, "control character"},
      {"{\"a\":\"x\x01y\"}", 8, "control character"},
      {R"({"a":"\x"})", 7, "backslash"},
      {R"({"a":"\u12G4"})", 7, "four hexadecimal digits"},
      {R"({"a":1)", 7, "too early"},
      {R"({"a":"b)", 8, "too early"},
      {R"({"a":"b\)", 9, "too early"},
      {R"({"a":[)", 7, "too early"},
      {R"({)", 2, "too early"},
      {"{\"a\":1 /* one */}", 8, "comma or '}'"},
  };
  for (const Row& row : rows) {
    const Error error = error_of(row.text);
    EXPECT_EQ(error.code, ErrorCode::invalid_request);
    EXPECT_EQ(error.field, "body") << row.text;
    EXPECT_THAT(error.detail, HasSubstr(row.what)) << row.text;
    EXPECT_THAT(error.detail, HasSubstr("at byte " + std::to_string(row.byte) + " ")) << row.text;
  }
  EXPECT_THAT(error_of("{\n  \"a\": 1,\n  b\n}").detail, HasSubstr("line 3, column 3"));
}

TEST(StrictJson, X9_a_body_that_is_no_object_is_told_so) {
  EXPECT_THAT(error_of("").detail, HasSubstr("empty"));
  EXPECT_THAT(error_of(" \n").detail, HasSubstr("empty"));
  for (const char* text : {"[]", "[{\"a\":1}]", "\"a\"", "1", "null", "true"})
    EXPECT_THAT(error_of(text).detail, HasSubstr("must be a JSON object")) << text;
}

TEST(StrictJson, X9_a_key_that_stands_twice_is_refused_and_named) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"prompt":"a","mode":"chat","prompt":"b"})", "prompt"},
      {R"({"prompt":"a","pr\u006fmpt":"b"})", "prompt"},
      {R"({"context":{"a":{"b":1,"c":2,"b":3}}})", "context.a.b"},
      {R"({"context":{"list":[0,{"x":1,"x":1}]}})", "context.list[1].x"},
      {R"({"":1,"":2})", "body"},
      {R"({"z":1,"a":1,"z":2,"a":2})", "z"},
      {R"({"\u0000":1,"\u0000":2})", nullptr},
  };
  for (const auto& [text, field] : rows) {
    const Error error = error_of(text);
    EXPECT_THAT(error.detail, HasSubstr("stands twice")) << text;
    if (field != nullptr) {
      EXPECT_EQ(error.field, field) << text;
    }
  }
  EXPECT_TRUE(JsonObject::read(R"({"a":{"x":1},"b":{"x":1},"A":1,"x":[{"x":1},{"x":1}]})", kDepth));
}

TEST(StrictJson, X17_many_keys_cost_what_they_are_long) {
  std::string text = "{\"o\":{";
  for (int i = 0; i < 100'000; ++i) text += "\"k" + std::to_string(i) + "\":0,";
  EXPECT_TRUE(JsonObject::read(text + "\"k\":0}}", kDepth));
  EXPECT_EQ(error_of(text + "\"k77777\":0}}").field, "o.k77777");
}

TEST(StrictJson, X9_a_number_that_no_double_holds_is_refused_and_named) {
  for (const char* number : {"1e999", "-1e999", "1E+309", "1.8e308", "179769313486231590000e288",
                             "0.0001e313", "1e99999999999999999999999999", "223456789e300"}) {
    const Error error = error_of(std::string(R"({"context":{"price":)") + number + "}}");
    EXPECT_EQ(error.field, "context.price") << number;
    EXPECT_THAT(error.detail, HasSubstr("out of range")) << number;
  }
  EXPECT_EQ(error_of("{\"n\":1" + std::string(309, '0') + "}").field, "n");
  for (const char* number : {"1.7976931348623157e308", "-1e308", "0e999", "0.0e99999999999999999999",
                             "1e-999", "0.00001e312", "12345678901234567890", "-0"})
    EXPECT_TRUE(JsonObject::read(std::string("{\"n\":") + number + "}", kDepth)) << number;
  EXPECT_TRUE(JsonObject::read("{\"n\":1" + std::string(308, '0') + "}", kDepth));
  const auto tiny = JsonObject::read(R"({"a":-1e-999,"b":1e-999})", kDepth);
  EXPECT_TRUE(std::signbit(tiny->find("a")->number()));
  EXPECT_EQ(tiny->find("b")->number(), 0);
}

TEST(StrictJson, X9_half_a_surrogate_pair_is_named_wherever_it_stands) {
  struct Row {
    const char* text;
    const char* field;
    const char* half;
  };
  const Row rows[] = {
      {R"({"prompt":"cut \ud83d"})", "prompt", "\\ud83d"},
      {R"({"prompt":"cut \uDE00 x"})", "prompt", "\\uDE00"},
      {R"({"prompt":"\ude00\ud83d"})", "prompt", "\\ude00"},
      {R"({"prompt":"\ud83d\ud83d\ude00"})", "prompt", "\\ud83d"},
      {R"({"prompt":"\ud83d\u0041"})", "prompt", "\\ud83d"},
      {R"({"prompt":"\ud83dx"})", "prompt", "\\ud83d"},
      {R"({"prompt":"\ud83d\n"})", "prompt", "\\ud83d"},
      {R"({"context":{"a":["x","\ud800"]}})", "context.a[1]", "\\ud800"},
      {R"({"context":{"k\ud83d":1}})", "context", "\\ud83d"},
      {R"({"\ud83d":1})", "body", "\\ud83d"},
  };
  for (const Row& row : rows) {
    const Error error = error_of(row.text);
    EXPECT_EQ(error.field, row.field) << row.text;
    EXPECT_THAT(error.detail, HasSubstr(std::string("half a surrogate pair, ") + row.half + ", at byte "))
        << row.text;
  }
  EXPECT_THAT(error_of("{\"a\":\"\xED\xA0\xBD\"}").detail,
              testing::AllOf(HasSubstr("at byte 7"), HasSubstr("surrogate")));
}

TEST(StrictJson, X9_bytes_of_another_encoding_are_told_so) {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {"\xFF\xFE{\0}\0"sv, "\xFE\xFF\0{\0}"sv, "{\0\"\0a\0"sv, "\0{\0}"sv, "{\0\0\0"sv})
    EXPECT_THAT(error_of(text).detail, HasSubstr("UTF-16"));
  const Error error = error_of("{\"a\":\"\xC3\x28\"}");
  EXPECT_THAT(error.detail, HasSubstr("not valid UTF-8 at byte 7"));
}

TEST(StrictJson, X17_nesting_is_bounded) {
  const auto nested = [](std::size_t levels) {
    std::string text = "{\"a\":", end = "}";
    for (std::size_t i = 1; i < levels; ++i) text += '[', end += ']';
    return text + "1" + std::string(end.rbegin(), end.rend());
  };
  EXPECT_TRUE(JsonObject::read(nested(kDepth), kDepth));
  EXPECT_THAT(error_of(nested(kDepth + 1)).detail, HasSubstr("at most 32 levels"));
  EXPECT_THAT(error_of(std::string(1'000'000, '[')).detail, HasSubstr("at most 32 levels"));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_THAT(error_of(objects).detail, HasSubstr("at most 32 levels"));
}

TEST(StrictJson, an_error_shows_of_a_key_only_so_much) {
  const std::string key(10'000, 'k');
  const Error error = error_of("{\"" + key + "\":1,\"" + key + "\":2}");
  EXPECT_EQ(error.field, std::string(64, 'k'));
  EXPECT_LT(error.detail.size(), 250u);
  std::string deep;
  for (int i = 0; i < 20; ++i) deep += "{\"" + key + "é\":";
  EXPECT_LT(error_of(deep + "1e999").field.size(), 300u);
}

TEST(CompactJson, A7_numbers_stay_as_they_were_written) {
  EXPECT_EQ(
      compact_json(
          R"({ "a" : 1.10, "b" : [ 12345678901234567890 , 1E2, -0, 1e-7,0.1000 ] , "c" : 100000000000000000000000000 })"),
      R"({"a":1.10,"b":[12345678901234567890,1E2,-0,1e-7,0.1000],"c":100000000000000000000000000})");
}

TEST(CompactJson, strings_keep_their_meaning_and_lose_needless_escapes) {
  EXPECT_EQ(
      compact_json(
          R"([ "\u041f\u0440 \ud83d\ude00 \/ \"q\" \\ \n \u0000 \u003c/data\u003e", "" , true , null ])"),
      R"(["Пр 😀 / \"q\" \\ \n \u0000 </data>","",true,null])");
  EXPECT_EQ(compact_json(R"({"a b" : "c , d : e"})"), R"({"a b":"c , d : e"})");
}

}  // namespace
}  // namespace belay

#include "uploads/json_reader.hpp"

#include "uploads/upload_testing.hpp"

namespace belay::uploads {
namespace {

std::string field_names(const Upload& upload) {
  std::string names;
  for (const FieldSummary& field : upload.fields) names += field.name + ' ';
  return names;
}

TEST(JsonReader, S5_an_array_of_climbs) {
  const Upload upload = upload_of(Format::json, R"([
    {"grade": "V5", "date": "2024-03-01", "sent": true, "crag": "Font\u0061inebleau"},
    {"Grade": 5.10, "DATE": "2024-03-02", "sent": false, "tries": 12},
    {"grade": null}, {"grade": "hard"}, {"name": "no climb"} ])");
  EXPECT_EQ(grades_of(upload), "V5 1/1/0, 5.10 1/0/1");
  EXPECT_EQ(upload.statistics.without_grade, 1u);
  EXPECT_EQ(upload.statistics.unknown_grades, 1u);
  EXPECT_EQ(upload.statistics.total.climbs, 4u);
  EXPECT_EQ(field_names(upload), "[].sent [].crag [].tries [].name ");
  EXPECT_EQ(upload.fields.at(1).texts.at(0).text, "Fontainebleau");
  EXPECT_EQ(upload.whole,
            R"([{"grade":"V5","date":"2024-03-01","sent":true,"crag":"Fontainebleau"},)"
            R"({"Grade":5.10,"DATE":"2024-03-02","sent":false,"tries":12},{"grade":null},{"grade":"hard"},)"
            R"({"name":"no climb"}])");
}

TEST(JsonReader, S5_an_object_with_climbs_inside) {
  const Upload upload = upload_of(Format::json, R"({"sessions": [
    {"climbs": [{"grade": "V5"}, {"grade": "V4", "date": "2024-03-05"}], "date": "2024-03-01"},
    {"date": "2024-04-01", "climbs": [{"sent": 1, "route": {"grade": "V3"}}, {"route": {"grade": "V2"}, "sent": "no"}]}],
    "date": "2025-01-01"})");
  EXPECT_EQ(grades_of(upload), "V5 1/0/0, V4 1/0/0, V3 1/1/0, V2 1/0/1");
  ASSERT_TRUE(upload.statistics.dates);
  EXPECT_EQ(upload.statistics.dates->counts.climbs, 4u);
  EXPECT_EQ(to_text(upload.statistics.dates->first), "2024-03-01");
  EXPECT_EQ(to_text(upload.statistics.dates->last), "2024-04-01");
  EXPECT_EQ(field_names(upload), "sessions[].climbs[].sent ");
}

TEST(JsonReader, S5_the_outcome_of_a_session_is_not_that_of_its_climbs) {
  const Upload upload = upload_of(
      Format::json, R"({"status": "completed", "climbs": [{"grade": "V5"}], "a": {"b": {"c": 1}}})");
  EXPECT_EQ(grades_of(upload), "V5 1/0/0");
}

TEST(JsonReader, S5_one_climb_and_a_byte_order_mark) {
  EXPECT_EQ(grades_of(upload_of(Format::json, "\xEF\xBB\xBF {\"grade\": \"6A\", \"style\": \"flash\"} \n")),
            "6A 1/1/0");
}

TEST(JsonReader, S5_a_json_needs_no_grade) {
  const Upload upload = upload_of(Format::json, R"({"weight": [70.5, 71e0, -1], "note": "=cmd", "=k": {}})");
  EXPECT_EQ(upload.statistics.total.climbs, 0u);
  EXPECT_EQ(upload.whole, R"({"weight":[70.5,71e0,-1],"note":"'=cmd","'=k":{}})");
  EXPECT_EQ(field_names(upload), "weight[] note ");
  EXPECT_EQ(upload.fields.at(0).numbers, 3u);
  EXPECT_EQ(upload.fields.at(0).max, 71);
}

TEST(JsonReader, S5_what_is_no_object_or_array_is_refused) {
  for (const auto* file : {"\"grade\"", "5", "-1.5e3 ", "true", "null"})
    EXPECT_EQ(error_of(Format::json, file), "unprocessable: Your JSON must be an object or an array.")
        << file;
}

TEST(JsonReader, S5_malformed_json_is_refused_with_its_line) {
  EXPECT_EQ(error_of(Format::json, "[\n{\"grade\": \"V5\",}\n]"),
            "unprocessable: Your JSON is malformed in line 2. Check the quotes, commas and brackets there.");
  for (const auto* file : {"{'grade': 'V5'}", "[1 2]", "[01]", "[NaN]", "// note\n[]", "[\"\\x\"]",
                           "[\"\\ud800\"]", "[\"a\tb\"]"})
    EXPECT_TRUE(error_of(Format::json, file).starts_with("unprocessable: Your JSON is malformed in line "))
        << file;
  for (const auto* file : {"[", "{\"grade\": \"V5\"", "[\"V5", "[{\"grade\":"})
    EXPECT_EQ(
        error_of(Format::json, file),
        "unprocessable: Your JSON ends too early. Its last brackets or quotes are missing; export it again.")
        << file;
  EXPECT_EQ(error_of(Format::json, "{\"grade\": \"V5\"}\n{\"grade\": \"V4\"}"),
            "unprocessable: Your JSON has text behind its end, in line 2. Put all climbs into one array.");
  EXPECT_EQ(error_of(Format::json, "[{\"grade\": \"V5\", \"Grade\": \"V6\"}]"),
            "unprocessable: An object of your JSON has two members with the name grade. Rename or remove one "
            "of them.");
}

TEST(JsonReader, S5_empty_json_is_refused) {
  for (const auto* file : {"[]", "{}", "[[], {}]"})
    EXPECT_EQ(error_of(Format::json, file),
              "unprocessable: Your JSON has no values. Upload an object or an array with your climbs.");
}

TEST(JsonReader, S5_depth_and_texts_are_limited) {
  Config config;
  config.max_depth = 3;
  config.max_cell = 10_B;
  EXPECT_EQ(upload_of(Format::json, "[[[1]]]", config).records, 1u);
  EXPECT_EQ(error_of(Format::json, "[[[[1]]]]", config),
            "unprocessable: Your JSON is nested more than 3 levels deep in line 1. Make it flatter.");
  EXPECT_EQ(upload_of(Format::json, "[\"0123456789\", 1234567890]", config).records, 2u);
  for (const auto* file :
       {"[\"0123456789a\"]", "[\"01234\\u00e9567890\"]", "{\"0123456789a\": 1}", "[12345678901]"})
    EXPECT_EQ(error_of(Format::json, file, config),
              "unprocessable: Your JSON has a text of more than 10 bytes. Shorten it.")
        << file;
}

}  // namespace
}  // namespace belay::uploads

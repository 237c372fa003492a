// Requirement X16: the description of the interface names every error and has no broken reference.
#include <map>
#include <set>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "ops/embedded.hpp"

namespace belay::ops {
namespace {

namespace json = boost::json;

// The codes are consecutive from 0; internal is the last.
std::vector<ErrorCode> all_codes() {
  std::vector<ErrorCode> codes;
  for (int i = 0; i <= static_cast<int>(ErrorCode::internal); ++i) codes.push_back(static_cast<ErrorCode>(i));
  return codes;
}

class OpenApiTest : public testing::Test {
 protected:
  const json::value document_ = json::parse(openapi_json());
  const json::object& root_ = document_.as_object();
};

void collect_references(const json::value& value, std::set<std::string>& references) {
  if (const auto* list = value.if_array())
    for (const json::value& element : *list) collect_references(element, references);
  if (const auto* object = value.if_object())
    for (const auto& [key, inner] : *object) {
      if (key == "$ref") references.emplace(inner.as_string());
      collect_references(inner, references);
    }
}

TEST_F(OpenApiTest, x9_every_error_code_is_listed_with_whether_it_may_be_retried) {
  std::map<std::string, bool> listed;
  for (const json::value& row : root_.at("x-error-codes").as_array())
    listed.emplace(row.at("code").as_string(), row.at("retryable").as_bool());
  std::set<std::string> enumerated;
  for (const json::value& code : document_.at_pointer("/components/schemas/ErrorCode/enum").as_array())
    enumerated.emplace(code.as_string());
  for (const ErrorCode code : all_codes()) {
    const std::string name(to_string(code));
    ASSERT_TRUE(listed.contains(name)) << name;
    EXPECT_EQ(listed[name], is_retryable(code)) << name;
    EXPECT_TRUE(enumerated.contains(name)) << name;
  }
  EXPECT_EQ(listed.size(), all_codes().size());
  EXPECT_EQ(enumerated.size(), all_codes().size());
}

TEST_F(OpenApiTest, x16_every_reference_leads_somewhere) {
  std::set<std::string> references;
  collect_references(document_, references);
  EXPECT_GT(references.size(), 10u);
  for (const std::string& reference : references) {
    boost::system::error_code missing;
    ASSERT_TRUE(reference.starts_with("#/")) << reference;
    EXPECT_NE(document_.find_pointer(reference.substr(1), missing), nullptr) << reference;
  }
}

TEST_F(OpenApiTest, x16_every_operation_has_a_summary_a_name_of_its_own_and_a_known_tag) {
  std::set<std::string> tags;
  for (const json::value& tag : root_.at("tags").as_array()) tags.emplace(tag.at("name").as_string());
  std::set<std::string> names;
  for (const auto& [path, methods] : root_.at("paths").as_object())
    for (const auto& [method, operation] : methods.as_object()) {
      const std::string where = std::string(method) + " " + std::string(path);
      EXPECT_FALSE(operation.at("summary").as_string().empty()) << where;
      EXPECT_TRUE(names.emplace(operation.at("operationId").as_string()).second) << where;
      for (const json::value& tag : operation.at("tags").as_array())
        EXPECT_TRUE(tags.contains(std::string(tag.as_string()))) << where;
    }
}

TEST_F(OpenApiTest, the_page_reads_the_description_and_nothing_from_elsewhere) {
  const std::string_view page = docs_page_html();
  EXPECT_TRUE(page.starts_with("<!doctype html>"));
  EXPECT_TRUE(page.ends_with("</html>\n"));
  EXPECT_NE(page.find("fetch(\"openapi.json\")"), std::string_view::npos);
  for (const char* foreign : {"src=", "http://", "https://", "@import", " url("})
    EXPECT_EQ(page.find(foreign), std::string_view::npos) << foreign;
}

TEST(VersionTest, the_version_is_the_projects) {
  EXPECT_EQ(version().find('@'), std::string_view::npos);
}

}  // namespace
}  // namespace belay::ops

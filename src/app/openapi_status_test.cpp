// Requirement X9: the description gives each code the same status as the transport.
#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "ops/embedded.hpp"
#include "transport/problem.hpp"

namespace belay::app {
namespace {

TEST(OpenApiStatusTest, x9_every_code_has_the_status_that_is_described) {
  const boost::json::value document = boost::json::parse(ops::openapi_json());
  const auto& rows = document.at("x-error-codes").as_array();
  ASSERT_FALSE(rows.empty());
  for (const boost::json::value& row : rows) {
    const std::string name(row.at("code").as_string());
    const auto code = error_code_from(name);
    ASSERT_TRUE(code) << name;
    EXPECT_EQ(row.at("status").as_int64(), transport::http_status(*code)) << name;
  }
}

}  // namespace
}  // namespace belay::app

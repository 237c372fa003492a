// S8 and S10: the caller's context and visualizations, from literal bytes to literal bytes.
#include "surfaces/sendsage/context_routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/head_check.hpp"
#include "surfaces/sendsage/visualization_routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces::sendsage {
namespace {

using testing::Answer;
using ::testing::HasSubstr;
using testing::Problem;

// The routes alone, as a surface.
struct RoutesConfig {
  bool enabled = true;
  std::string prefix = "/coach";
};

policy::SurfaceRules rules(const RoutesConfig&, const policy::Config&) {
  policy::SurfaceRules rules;
  rules.surface = "sendsage";
  return rules;
}

Surface make(const SurfaceContext* context, const RoutesConfig& config) {
  Surface surface;
  append_context_routes(context, config.prefix, surface);
  append_visualization_routes(context, config.prefix, {}, surface);
  surface.routes =
      auth::sign_in_before_body(std::move(surface.routes), context ? &context->authenticator : nullptr);
  return surface;
}

class ContextRoutesTest : public ::testing::Test, protected testing::SurfaceFixture {
 protected:
  ContextRoutesTest() : SurfaceFixture(make) {}

  void put_as(const std::string& name, std::string body) {
    EXPECT_EQ(put("/coach/api/context", std::move(body), user(name)).text(),
              "204\nCache-Control: no-store\n\n");
  }
  std::string read(const std::string& path, const std::string& name = "ann") {
    return get("/coach" + path, user(name)).text();
  }
};

constexpr const char* kOk = "200\nContent-Type: application/json\nCache-Control: no-store\n\n";

TEST_F(ContextRoutesTest, S8_a_context_is_read_as_it_was_put_by_its_user_alone) {
  put_as("ann", R"({ "goals": "V8", "climbs": [{"grade": "V5", "partner": "Bob"}] })");
  EXPECT_EQ(read("/api/context"),
            std::string(kOk) + R"({"goals":"V8","climbs":[{"grade":"V5","partner":"Bob"}]})");
  EXPECT_EQ(
      read("/api/context", "bob"),
      (Problem{404, "Not Found", "not_found", "Nothing is known about you yet. Send it with PUT."}.text()));
}

TEST_F(ContextRoutesTest, S8_a_context_that_is_wrong_is_refused_with_its_field) {
  const Answer answer =
      put("/coach/api/context", R"({"climbs":[{"grade":"V5","date":"soon"}]})", user("ann"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr(R"("field":"climbs[0].date")"));
  EXPECT_THAT(answer.body, HasSubstr("must be a date like"));
  EXPECT_EQ(put("/coach/api/context", "[]", user("ann")).status, 400);
  EXPECT_EQ(send("PUT", "/coach/api/context", user("ann"), "{}").status, 415);
}

TEST_F(ContextRoutesTest, S8_only_who_is_signed_in_has_a_context) {
  EXPECT_EQ(get("/coach/api/context").status, 401);
  EXPECT_EQ(put("/coach/api/context", "{}").status, 401);
  EXPECT_EQ(get("/coach/api/visualizations/performance").status, 401);
}

TEST_F(ContextRoutesTest, S8_a_store_that_fails_is_said) {
  context_store.fail_next = 2;
  EXPECT_EQ(get("/coach/api/context", user("ann")).status, 503);
  EXPECT_EQ(put("/coach/api/context", "{}", user("ann")).status, 503);
}

TEST_F(ContextRoutesTest, S10_the_views_show_the_callers_climbs) {
  put_as(
      "ann",
      R"({"climbs":[{"grade":"V5","date":"2025-01-10","sent":true},{"grade":"V6","date":"2025-02-11","sent":false},
      {"grade":"V5","date":"2025-02-12","sent":true}]})");
  EXPECT_EQ(
      read("/api/visualizations/grade-pyramid"),
      std::string(kOk) +
          R"({"view":"grade-pyramid","systems":[{"system":"V-scale","grades":[)"
          R"({"grade":"V6","climbs":1,"sent":0,"not_sent":1},{"grade":"V5","climbs":2,"sent":2,"not_sent":0}]}],)"
          R"("unknown_grades":0})");
  EXPECT_THAT(read("/api/visualizations/training-trends"),
              HasSubstr(R"("months":[{"month":"2025-01","climbs":1,"sent":1,"not_sent":0},)"));
  EXPECT_THAT(
      read("/api/visualizations/performance"),
      HasSubstr(
          R"({"month":"2025-02","hardest":{"system":"V-scale","grade":"V5","rank":60},"send_rate":0.5})"));
}

TEST_F(ContextRoutesTest, S10_without_climbs_the_views_are_empty) {
  for (const char* name : {"ann", "bob"}) {
    EXPECT_EQ(read("/api/visualizations/grade-pyramid", name),
              std::string(kOk) + R"({"view":"grade-pyramid","systems":[],"unknown_grades":0})");
    EXPECT_EQ(read("/api/visualizations/training-trends", name),
              std::string(kOk) + R"({"view":"training-trends","months":[],"trend":null})");
    EXPECT_EQ(read("/api/visualizations/performance", name),
              std::string(kOk) + R"({"view":"performance","months":[],"best":[]})");
    put_as("bob", R"({"goals":"V8"})");
  }
}

}  // namespace
}  // namespace belay::surfaces::sendsage

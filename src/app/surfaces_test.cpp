// Adding a surface: a folder of its own, and one line.
#include "app/surfaces.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/configuration.hpp"
#include "app/routing.hpp"
#include "app/runtime_config.hpp"
#include "surfaces/chat/config.hpp"

namespace belay::surfaces {

// What would be the folder of a fourth surface: its settings and its one route.
struct EchoConfig {
  bool enabled = true;
  std::string prefix;
};

void declare(Settings& settings, EchoConfig& config) {
  settings.section("echo", "A tiny surface.");
  settings.boolean("enabled", config.enabled, "Whether the surface is served.");
  settings.string("prefix", config.prefix, 256, "Prefix of all its paths.");
}

Surface make_echo(const SurfaceContext*, const EchoConfig& config) {
  Surface surface;
  const auto answer = [](transport::Request&) -> Awaitable<transport::Response> {
    co_return transport::Response{};
  };
  surface.routes = {{"GET", config.prefix + "/echo/{id}", answer, ByteCount{0}, "echo.stream"}};
  surface.ticket_patterns = {config.prefix + "/echo/{id}"};
  return surface;
}

}  // namespace belay::surfaces

namespace belay::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::unique_ptr<SurfaceConfig> echo() {
  return std::make_unique<TypedSurfaceConfig<surfaces::EchoConfig>>("echo", surfaces::make_echo);
}

std::vector<std::string> names(const std::vector<ServedSurface>& served) {
  std::vector<std::string> names;
  for (const ServedSurface& each : served) names.push_back(each.name);
  return names;
}

TEST(Surfaces, one_line_adds_a_surface_with_its_settings_and_routes) {
  Configuration configuration;
  configuration.surfaces.add(echo());

  Settings settings;
  declare_all(settings, configuration);
  ConfigReading reading;
  settings.assign_text("echo.prefix", "/tiny", {"a test", 0, 0}, reading);
  EXPECT_THAT(reading.problems, IsEmpty());
  EXPECT_EQ(configuration.surfaces.of<surfaces::EchoConfig>().prefix, "/tiny");

  const auto served = make_surfaces(configuration, nullptr);
  EXPECT_THAT(names(served), ElementsAre("assistant", "chat", "persona", "sendsage", "goal_coach", "openai",
                                         "anthropic", "ag_ui", "durable_streams", "echo"));
  EXPECT_THAT(served.back().surface.ticket_patterns, ElementsAre("/tiny/echo/{id}"));
  EXPECT_TRUE(make_router(configuration, {}, served));
}

TEST(Surfaces, one_that_is_off_is_not_served) {
  Configuration configuration;
  configuration.surfaces.of<surfaces::ChatConfig>().enabled = false;
  EXPECT_THAT(names(make_surfaces(configuration, nullptr)),
              ElementsAre("assistant", "persona", "sendsage", "goal_coach", "openai", "anthropic", "ag_ui",
                          "durable_streams"));
}

TEST(Surfaces, a_path_that_two_surfaces_have_is_an_error_that_names_the_setting) {
  Configuration configuration;
  configuration.surfaces.add(echo());
  configuration.surfaces.add(echo());
  const auto router = make_router(configuration, {}, make_surfaces(configuration, nullptr));
  ASSERT_FALSE(router);
  EXPECT_EQ(router.error().field, "echo.prefix");
}

TEST(Surfaces, give_their_limits_and_one_without_any_gives_none) {
  Configuration configuration;
  configuration.surfaces.add(echo());
  configuration.surfaces.of<surfaces::ChatConfig>().limits.rate = 3;
  std::vector<policy::SurfaceRules> rules;
  for (const auto& surface : configuration.surfaces.all())
    rules.push_back(surface->rules(configuration.policy));
  ASSERT_EQ(rules.size(), 10u);
  EXPECT_EQ(rules[0].surface, "assistant");
  EXPECT_EQ(rules[1].surface, "chat");
  EXPECT_EQ(policy::limits_of(rules[1], "command", {policy::Subject::Kind::user, "ann"})[0].max, 3u);
  EXPECT_EQ(rules[2].surface, "persona");
  EXPECT_EQ(rules[3].surface, "sendsage");
  EXPECT_EQ(rules[4].surface, "goal_coach");
  EXPECT_EQ(rules[5].surface, "openai");
  EXPECT_EQ(rules[6].surface, "anthropic");
  EXPECT_EQ(rules[7].surface, "ag_ui");
  EXPECT_EQ(rules[8].surface, "durable_streams");
  EXPECT_EQ(rules[9].surface, "echo");
  EXPECT_THAT(rules[9].limits, IsEmpty());
  EXPECT_FALSE(rules[9].sessions);
}

TEST(Surfaces, only_their_limits_are_taken_over_while_the_server_runs) {
  Configuration running;
  running.surfaces.add(echo());
  Configuration fresh = running;
  auto& chat = fresh.surfaces.of<surfaces::ChatConfig>();
  chat.limits.rate = 3;
  chat.limits.max_active = 7;
  chat.session_requests = 2;
  fresh.surfaces.of<surfaces::EchoConfig>().prefix = "/tiny";
  take_reloadable_part(running, fresh);
  EXPECT_EQ(running.surfaces.of<surfaces::ChatConfig>().limits.rate, 3u);
  EXPECT_EQ(running.surfaces.of<surfaces::ChatConfig>().limits.max_active, 7u);
  EXPECT_THAT(changed_settings(running, fresh), ElementsAre("chat.session_requests", "echo.prefix"));
}

TEST(Surfaces, a_copy_of_the_settings_has_values_of_its_own) {
  Configuration configuration;
  Configuration copy = configuration;
  copy.surfaces.of<surfaces::ChatConfig>().prefix = "/other";
  EXPECT_EQ(configuration.surfaces.of<surfaces::ChatConfig>().prefix, "");
  EXPECT_THAT(changed_settings(configuration, copy), ElementsAre("chat.prefix"));
}

}  // namespace
}  // namespace belay::app

#include "ops/health.hpp"

#include <gtest/gtest.h>

namespace belay::ops {
namespace {

void expect(const HealthAnswer& answer, int status, const char* json) {
  EXPECT_EQ(answer.status, status);
  EXPECT_EQ(answer.json, json);
}

TEST(HealthTest, x10_readiness_follows_the_life_of_the_process) {
  Health health;
  expect(health.ready(), 503, R"({"status":"starting"})");
  health.set_ready();
  expect(health.ready(), 200, R"({"status":"ready","degraded":[]})");
  health.set_draining();
  expect(health.ready(), 503, R"({"status":"draining"})");
  health.set_ready();
  expect(health.ready(), 503, R"({"status":"draining"})");
}

TEST(HealthTest, x10_degraded_reasons_do_not_make_a_node_unready) {
  Health health;
  health.set_ready();
  health.set_degraded("storage_full");
  health.set_degraded("provider:one \"quoted\"");
  health.set_degraded("storage_full");
  expect(health.ready(), 200, R"({"status":"ready","degraded":["provider:one \"quoted\"","storage_full"]})");
  health.clear_degraded("storage_full");
  health.clear_degraded("never set");
  expect(health.ready(), 200, R"({"status":"ready","degraded":["provider:one \"quoted\""]})");
}

TEST(HealthTest, x10_a_node_without_its_store_is_not_ready) {
  Health health;
  health.set_ready();
  health.set_store(Health::Store::missing);
  expect(health.ready(), 503, R"({"status":"store_unavailable","degraded":[]})");
  health.set_store(Health::Store::available);
  EXPECT_EQ(health.ready().status, 200);
}

TEST(HealthTest, x10_a_living_process_says_so_whatever_its_phase) {
  Health health;
  expect(health.live(), 200, R"({"status":"alive"})");
  health.set_draining();
  EXPECT_EQ(health.live().status, 200);
}

}  // namespace
}  // namespace belay::ops

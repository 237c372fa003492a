#include "services/limits/limiter.hpp"

#include <gtest/gtest.h>

#include "services/testing/services_fixture.hpp"

namespace belay::services::testing {
namespace {

class LimiterTest : public ::testing::Test, protected ServicesFixture {
 protected:
  Limiter::Action action(std::string rules, std::string name, Caller from = caller()) {
    return {std::move(rules), std::move(name), std::move(from), Deadline::in(Milliseconds(1000), clock)};
  }
  std::optional<Limiter::Outcome> reserve(Limiter::Action wanted) {
    std::optional<Limiter::Outcome> outcome;
    boost::asio::co_spawn(loops[0]->executor(), services->limiter.reserve(*loops[0], std::move(wanted)),
                          [&](std::exception_ptr thrown, Limiter::Outcome result) {
                            has_thrown = thrown != nullptr;
                            if (!thrown) outcome = std::move(result);
                          });
    turn();
    if (faults.waiting() > 0) {
      pass(Milliseconds(1100));
      faults.let_go();
    }
    return outcome;
  }

  bool has_thrown = false;
};

TEST_F(LimiterTest, X21_an_action_has_its_place_for_as_long_as_the_admission_lives) {
  {
    const auto one = reserve(action("exports", "export"));
    ASSERT_TRUE(one && one->held);
    const auto two = reserve(action("exports", "export"));
    ASSERT_TRUE(two && two->held);
    EXPECT_EQ(held("exports.active.user/user/ada"), 2u);
    EXPECT_EQ(held("exports.active.server"), 2u);
    const auto three = reserve(action("exports", "export"));
    ASSERT_TRUE(three && !three->held);
    EXPECT_EQ(three->held.error().code, ErrorCode::too_many_active);
    EXPECT_EQ(three->held.error().limit, "exports.active.user");
    ASSERT_TRUE(three->limit);
    EXPECT_EQ(three->limit->limit.name, "exports.active.user");
    EXPECT_TRUE(three->limit->refused);
    EXPECT_EQ(refusals.refused, std::vector<std::string>{"exports.active.user"});
    EXPECT_TRUE(reserve(action("exports", "export", caller("eve")))->held);
  }
  EXPECT_TRUE(counters.holds_nothing());
  EXPECT_TRUE(reserve(action("exports", "export"))->held);
}

TEST_F(LimiterTest, A6_a_count_in_a_window_stays_and_is_reported) {
  limit("talk", "session", "talk.new_sessions", 2);
  for (std::uint64_t left : {1u, 0u}) {
    const auto granted = reserve(action("talk", "session"));
    ASSERT_TRUE(granted && granted->held && granted->limit);
    EXPECT_EQ(granted->limit->limit.name, "talk.new_sessions");
    EXPECT_EQ(granted->limit->remaining, left);
  }
  const auto refused = reserve(action("talk", "session"));
  ASSERT_TRUE(refused && !refused->held);
  EXPECT_EQ(refused->held.error().code, ErrorCode::rate_limited);
  clock.advance(Milliseconds(60'000));
  EXPECT_TRUE(reserve(action("talk", "session"))->held);
}

TEST_F(LimiterTest, A5_a_caller_who_is_not_signed_in_is_counted_by_address) {
  limit("talk", "session", "talk.new_sessions_address", 1);
  EXPECT_TRUE(reserve(action("talk", "session", stranger()))->held);
  const auto refused = reserve(action("talk", "session", stranger()));
  ASSERT_FALSE(refused->held);
  EXPECT_EQ(refused->held.error().limit, "talk.new_sessions_address");
  EXPECT_TRUE(reserve(action("talk", "session", stranger("192.0.2.2")))->held);
}

TEST_F(LimiterTest, an_action_or_a_surface_without_limits_is_granted) {
  for (const char* rules : {"talk", "nowhere"}) {
    const auto granted = reserve(action(rules, "nothing"));
    ASSERT_TRUE(granted && granted->held);
    EXPECT_FALSE(granted->limit);
  }
}

TEST_F(LimiterTest, X21_whatever_the_counters_do_nothing_is_held) {
  for (const Fault fault :
       {Fault::fails, Fault::throws, Fault::late, Fault::late_answer, Fault::fails_granted}) {
    SCOPED_TRACE(static_cast<int>(fault));
    faults.put("reserve", fault);
    const auto outcome = reserve(action("exports", "export"));
    EXPECT_EQ(has_thrown, fault == Fault::throws);
    if (outcome) {
      ASSERT_FALSE(outcome->held);
      EXPECT_EQ(outcome->held.error().code, ErrorCode::unavailable);
    }
    EXPECT_TRUE(counters.holds_nothing());
  }
}

TEST_F(LimiterTest, A5_a_reservation_that_is_not_granted_becomes_an_error_and_is_reported) {
  ReserveResult result;
  EXPECT_FALSE(refused_by_limits(result, refusals));
  result.state = ReserveResult::State::repeated;
  EXPECT_FALSE(refused_by_limits(result, refusals));
  EXPECT_TRUE(refusals.refused.empty());
  result.limit.emplace();
  result.limit->limit.name = "talk.rate";
  result.limit->limit.kind = Limit::Kind::window;
  result.limit->limit.error_code = ErrorCode::rate_limited;
  result.limit->refused = true;
  result.limit->retry_after = Milliseconds(7000);
  result.state = ReserveResult::State::limited;
  auto refused = refused_by_limits(result, refusals);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, ErrorCode::rate_limited);
  EXPECT_EQ(refused->limit, "talk.rate");
  EXPECT_EQ(refused->retry_after, Milliseconds(7000));
  // No limit was reached, but there is no space to count.
  result.state = ReserveResult::State::full;
  refused = refused_by_limits(result, refusals);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, ErrorCode::server_full);
  EXPECT_EQ(refused->limit, "limits.max_keys");
  EXPECT_EQ(refused->retry_after, Milliseconds(7000));
  EXPECT_EQ(refusals.refused, (std::vector<std::string>{"talk.rate", "talk.rate"}));
}

}  // namespace
}  // namespace belay::services::testing

#include "services/runs/admission.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include "core/ports/testing/fake_counters.hpp"
#include "core/ports/testing/fake_session_store.hpp"

namespace belay::services {
namespace {

class AdmissionTest : public ::testing::Test {
 protected:
  AdmissionTest() {
    Session session;
    session.id = "session";
    session.user = "ada";
    session.surface = "talk";
    session.expires = clock_.wall() + Milliseconds(60'000);
    sessions_.create_session(session, [](Result<>) {});
  }

  // Holds a slot, a key and a use of the session.
  Admission admit() {
    Admission admission(desk_, RunId::make(clock_, random_));
    Limit limit;
    limit.name = limit.key = "slot";
    limit.max = 10;
    ReserveRequest wanted{admission.run(), {"ada", "talk", "key"}, "digest", {limit}};
    admission.holds_limits();
    counters_.reserve(std::move(wanted), [](Result<ReserveResult> result) {
      EXPECT_EQ(result->state, ReserveResult::State::granted);
    });
    admission.holds_session({"session", "ada", "talk"});
    SessionUse use;
    use.session = {"session", "ada", "talk"};
    use.run = admission.run();
    use.now = clock_.wall();
    sessions_.use_session(use, [](Result<Session> used) { EXPECT_TRUE(used); });
    return admission;
  }
  std::optional<KeyClaim> claim() {
    std::optional<KeyClaim> found;
    counters_.find_key({"ada", "talk", "key"},
                       [&](Result<std::optional<KeyClaim>> result) { found = std::move(*result); });
    return found;
  }
  void expect_held() {
    EXPECT_EQ(counters_.slots["slot"], 1u);
    EXPECT_TRUE(claim());
    EXPECT_EQ(sessions_.uses("session"), 1u);
  }
  void expect_free() {
    EXPECT_TRUE(counters_.holds_nothing());
    EXPECT_FALSE(claim());
    EXPECT_EQ(sessions_.uses("session"), 0u);
  }

  ManualClock clock_;
  SeededRandom random_{7};
  belay::testing::FakeCounters counters_{clock_};
  belay::testing::FakeSessionStore sessions_;
  const std::shared_ptr<AdmissionDesk> desk_ =
      std::make_shared<AdmissionDesk>(AdmissionDesk{&counters_, &sessions_});
};

TEST_F(AdmissionTest, without_a_commit_the_destructor_gives_everything_back) {
  {
    const Admission admission = admit();
    expect_held();
  }
  expect_free();
  ASSERT_EQ(counters_.settled.size(), 1u);
  EXPECT_EQ(counters_.settled[0].second, Charge::never_ran);
}

TEST_F(AdmissionTest, an_exception_gives_everything_back) {
  const auto work = [&] {
    const Admission admission = admit();
    throw std::runtime_error("the test wants it");
  };
  EXPECT_THROW(work(), std::runtime_error);
  expect_free();
}

TEST_F(AdmissionTest, a_commit_keeps_everything_and_decides_the_key) {
  RunId run;
  {
    Admission admission = admit();
    run = admission.run();
    EXPECT_FALSE(claim()->is_decided);
    std::move(admission).commit();
  }
  expect_held();
  EXPECT_TRUE(claim()->is_decided);
  EXPECT_EQ(claim()->run, run);
  EXPECT_EQ(counters_.settlements, 0) << "that is the engine's part";
}

TEST_F(AdmissionTest, a_commit_that_is_refused_frees_the_key_and_the_session_but_no_slot) {
  {
    Admission admission = admit();
    std::move(admission).commit_refused();
  }
  EXPECT_EQ(counters_.slots["slot"], 1u) << "the run may still reach the log";
  EXPECT_FALSE(claim());
  EXPECT_EQ(sessions_.uses("session"), 0u);
  EXPECT_EQ(counters_.settlements, 0);
}

TEST_F(AdmissionTest, an_admission_that_was_moved_gives_back_once_from_where_it_went) {
  {
    Admission first = admit();
    {
      const Admission second = std::move(first);
      expect_held();
    }
    expect_free();
  }
  EXPECT_EQ(counters_.settlements, 1);
}

TEST_F(AdmissionTest, an_admission_that_is_replaced_gives_back_what_it_had) {
  Admission admission = admit();
  admission = Admission();
  expect_free();
  admission = admit();
  expect_held();
  Admission& same = admission;
  admission = std::move(same);
  expect_held();
}

TEST_F(AdmissionTest, an_admission_that_holds_nothing_gives_nothing_back) {
  { const Admission none; }
  { const Admission admission(desk_, RunId::make(clock_, random_)); }
  EXPECT_EQ(counters_.settlements, 0);
  Admission(desk_, RunId::make(clock_, random_)).commit();
  Admission().commit_refused();
  EXPECT_EQ(counters_.settlements, 0);
}

TEST_F(AdmissionTest, what_is_granted_later_is_given_back_after_that) {
  counters_.hold = true;
  sessions_.hold();
  { const Admission admission = admit(); }
  EXPECT_EQ(sessions_.waiting(), 2u) << "the use, and its return";
  sessions_.let_go();
  counters_.let_go();
  expect_free();
}

TEST_F(AdmissionTest, a_request_that_waits_for_the_key_is_withdrawn) {
  Admission first = admit();
  std::optional<Result<ReserveResult>> second_result;
  {
    Admission second(desk_, RunId::make(clock_, random_));
    second.holds_limits();
    counters_.reserve({second.run(), {"ada", "talk", "key"}, "digest", {}},
                      [&](Result<ReserveResult> result) { second_result = std::move(result); });
    EXPECT_FALSE(second_result);
  }
  ASSERT_TRUE(second_result);
  EXPECT_FALSE(*second_result);
  expect_held();
  first = Admission();
  expect_free();
}

TEST_F(AdmissionTest, a_desk_that_is_closed_takes_nothing_back) {
  {
    Admission kept = admit();
    Admission refused(desk_, RunId::make(clock_, random_));
    refused.holds_limits();
    Admission done(desk_, RunId::make(clock_, random_));
    done.holds_limits();
    desk_->close();
    std::move(refused).commit_refused();
    std::move(done).commit();
  }
  EXPECT_EQ(counters_.settlements, 0);
  EXPECT_EQ(counters_.slots["slot"], 1u);
  EXPECT_EQ(sessions_.uses("session"), 1u);
}

}  // namespace
}  // namespace belay::services

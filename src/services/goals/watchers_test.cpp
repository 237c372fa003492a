#include "services/goals/watchers.hpp"

#include <gtest/gtest.h>

#include "core/log/testing/log_fixture.hpp"

namespace belay::services {
namespace {

class Recorder final : public CoachWatcher {
 public:
  std::size_t changes = 0;
  std::vector<std::string> notices;
  std::function<void()> then;  // inside the call

  void access_may_have_changed() override {
    ++changes;
    if (then) then();
  }
  void notice(const std::string& text) override { notices.push_back(text); }
};

struct CoachWatchersTest : ::testing::Test {
  Loop& loop() { return log.loop; }
  void turns() { log.turns(8); }

  belay::testing::LogFixture log;
  CoachWatchers watchers{{&log.loop}};
  Recorder tab, phone, stranger;
};

TEST_F(CoachWatchersTest, G3_a_change_is_told_to_all_connections_of_its_user_and_to_no_other) {
  auto a = watchers.watch(loop(), "ann", tab), b = watchers.watch(loop(), "ann", phone),
       c = watchers.watch(loop(), "bob", stranger);
  watchers.changed("ann");
  watchers.changed("nobody");
  turns();
  EXPECT_EQ(tab.changes, 1u);
  EXPECT_EQ(phone.changes, 1u);
  EXPECT_EQ(stranger.changes, 0u);
}

TEST_F(CoachWatchersTest, G2_a_notice_is_told_to_everybody_and_counted) {
  auto a = watchers.watch(loop(), "ann", tab), b = watchers.watch(loop(), "bob", stranger);
  std::optional<std::size_t> notified;
  watchers.notify("Hello.", [&](std::size_t count) { notified = count; });
  turns();
  EXPECT_EQ(notified, 2u);
  EXPECT_EQ(tab.notices, std::vector<std::string>{"Hello."});
  EXPECT_EQ(stranger.notices, std::vector<std::string>{"Hello."});
}

TEST_F(CoachWatchersTest, G3_who_has_stopped_watching_is_told_nothing) {
  {
    auto gone = watchers.watch(loop(), "ann", tab);
    auto moved = std::move(gone);
  }
  watchers.changed("ann");
  turns();
  EXPECT_EQ(tab.changes, 0u);
}

TEST_F(CoachWatchersTest, G3_a_watcher_may_end_its_own_watch_and_that_of_another_inside_the_call) {
  std::optional<CoachWatchers::Watch> a = watchers.watch(loop(), "ann", tab),
                                      b = watchers.watch(loop(), "ann", phone);
  const auto end_both = [&] {
    a.reset();
    b.reset();
  };
  tab.then = end_both;
  phone.then = end_both;
  watchers.changed("ann");
  turns();
  EXPECT_EQ(tab.changes + phone.changes, 1u);
}

}  // namespace
}  // namespace belay::services

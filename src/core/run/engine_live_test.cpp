// X19: the runs in progress, as operators list and cancel them.
#include <gtest/gtest.h>

#include "core/run/engine.hpp"
#include "core/run/testing/engine_fixture.hpp"

namespace belay {
namespace {

using testing::EngineFixture;

class LiveRuns : public ::testing::Test, protected EngineFixture {
 protected:
  RunId start_for(const std::string& user, std::size_t loop_index = 0) {
    clock.advance(Milliseconds(10));
    const RunRequest made = request(user);
    EXPECT_TRUE(await(engine->start(*loops[loop_index], made), loop_index).started);
    return made.id;
  }
  LiveRunPage list(LiveRunQuery query = {}) { return await(engine->list_live(*loops[0], std::move(query))); }
  static std::vector<RunId> ids(const LiveRunPage& page) {
    std::vector<RunId> made;
    for (const LiveRun& run : page.runs) made.push_back(run.id);
    return made;
  }
  using Ids = std::vector<RunId>;
};

TEST_F(LiveRuns, X19_are_listed_newest_first_from_all_loops_in_pages) {
  EXPECT_TRUE(list().runs.empty());
  const RunId first = start_for("ada"), second = start_for("bob", 1), third = start_for("ada");
  EXPECT_EQ(ids(list()), (Ids{third, second, first}));
  EXPECT_EQ(ids(list({"ada", {}, 10})), (Ids{third, first}));
  const LiveRunPage page = list({{}, {}, 2});
  EXPECT_EQ(ids(page), (Ids{third, second}));
  ASSERT_TRUE(page.next);
  const LiveRunPage rest = list({{}, page.next, 2});
  EXPECT_EQ(ids(rest), Ids{first});
  EXPECT_FALSE(rest.next);
}

TEST_F(LiveRuns, X19_say_what_they_are_and_how_far_they_have_come) {
  const RunId id = start_for("ada");
  const auto log = find(id);
  const auto reader = subscribe(*log, dialect);
  call().accept();
  call().text("Hello.");
  turn();
  const LiveRun run = list().runs.at(0);
  EXPECT_EQ(run.id, id);
  EXPECT_EQ(run.user, "ada");
  EXPECT_EQ(run.surface, "assistant");
  EXPECT_EQ(run.mode, "chat");
  EXPECT_EQ(run.model, "m");
  EXPECT_EQ(run.created, clock.wall());
  EXPECT_EQ(run.state, RunState::running);
  EXPECT_EQ(run.text_bytes, 6u);
  EXPECT_EQ(run.readers, 1u);
  call().end();
  turn();
  EXPECT_TRUE(list().runs.empty());
}

TEST_F(LiveRuns, X19_are_cancelled_with_the_operators_words) {
  const RunId id = start_for("ada");
  EXPECT_EQ(await(engine->user_in_progress(*loops[0], id)), "ada");
  const Error reason = make_error(ErrorCode::cancelled, "An operator cancelled this answer.");
  EXPECT_TRUE(await(engine->cancel_live(*loops[1], id, reason), 1));
  ASSERT_EQ(observer.ends.size(), 1u);
  EXPECT_EQ(observer.ends[0].state, RunState::cancelled);
  EXPECT_EQ(observer.ends[0].terminal.code, ErrorCode::cancelled);
  EXPECT_EQ(observer.ends[0].terminal.message, "An operator cancelled this answer.");
  turn();
  EXPECT_FALSE(await(engine->user_in_progress(*loops[0], id)));
  EXPECT_TRUE(await(engine->cancel_live(*loops[1], id, reason), 1)) << "once more";
}

TEST_F(LiveRuns, X19_one_that_has_ended_is_not_in_progress_although_it_is_not_settled_yet) {
  const RunId id = start_for("ada");
  store.hold();
  call().end();
  turn();
  EXPECT_TRUE(store.settled.empty());
  EXPECT_TRUE(list().runs.empty());
  EXPECT_FALSE(await(engine->user_in_progress(*loops[0], id)));
  store.let_go();
  turn();
  EXPECT_EQ(store.settled.size(), 1u);
}

}  // namespace
}  // namespace belay

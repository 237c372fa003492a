// X19: what operators do, and what the audit log says of it.
#include "services/operators/operators.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/operators/testing/operators_fixture.hpp"

namespace belay::services::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = RevocationKey::Kind;

class OperatorsTest : public ::testing::Test, protected OperatorsFixture {
 protected:
  Result<UserRecord> change(UserChange what) {
    return await(operators().change_user(call_of(), std::move(what)));
  }
  Result<Operators::Revoked> revoke(RevocationKey key, std::optional<Milliseconds> lasts = {}) {
    return await(operators().revoke(call_of(), std::move(key), "lost", lasts));
  }
  // "who action target details", the oldest first.
  std::vector<std::string> audited() const {
    std::vector<std::string> texts;
    for (const AuditEntry& entry : audit.all())
      texts.push_back(entry.who + " " + entry.action + " " + entry.target + " " + entry.details);
    return texts;
  }
};

TEST_F(OperatorsTest, X19_a_change_of_a_user_is_logged_with_what_was_before) {
  ASSERT_TRUE(change({"ada", "PREMIUM", {}}));
  ASSERT_TRUE(change({"ada", "basic", "tracking"}));
  EXPECT_EQ(users.tier_of_now("ada"), "basic");
  EXPECT_THAT(
      audited(),
      ElementsAre(
          R"(olga user.change ada {"tier":{"from":"","to":"pro"}})",
          R"(olga user.change ada {"tier":{"from":"pro","to":"basic"},"phase":{"from":"","to":"tracking"}})"));
}

TEST_F(OperatorsTest, X19_a_change_that_can_not_be_logged_is_not_made) {
  audit.refuses = true;
  EXPECT_EQ(change({"ada", "pro", {}}).error().code, ErrorCode::storage_full);
  EXPECT_EQ(users.tier_of_now("ada"), "");
  EXPECT_EQ(revoke({Kind::user, "ada"}).error().code, ErrorCode::storage_full);
  EXPECT_THAT(access.calls, IsEmpty());
  const RunId run = start_run(plain()).run;
  EXPECT_EQ(await(operators().cancel_run(call_of(), run)).error().code, ErrorCode::storage_full);
  EXPECT_EQ(engine->live_runs(), 1u);
}

TEST_F(OperatorsTest, S8_an_import_that_can_not_be_logged_is_not_made) {
  audit.refuses = true;
  const std::string climbs = R"({"climbs":[{"grade":"V1"}]})";
  EXPECT_EQ(await(operators().add_climbs(call_of(), "ada", climbs)).error().code, ErrorCode::storage_full);
  audit.refuses = false;
  const auto added = await(operators().add_climbs(call_of(), "ada", climbs));
  ASSERT_TRUE(added);
  EXPECT_EQ(added->total, 1u);
  EXPECT_THAT(audited(), ElementsAre(R"(olga context.import ada {"bytes":27})"));
}

TEST_F(OperatorsTest, X19_what_is_wrong_is_refused_and_not_logged) {
  struct Row {
    UserChange change;
    const char* field;
  };
  const Row rows[] = {{{"ada", "gold", {}}, "tier"},
                      {{"ada", {}, {}}, "tier"},
                      {{"", "pro", {}}, "name"},
                      {{"ada", {}, std::string(33, 'x')}, "phase"}};
  for (const Row& row : rows) {
    const auto refused = change(row.change);
    ASSERT_FALSE(refused) << row.field;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_request);
    EXPECT_EQ(refused.error().field, row.field);
  }
  EXPECT_EQ(revoke({Kind::token, ""}).error().field, "token_id");
  EXPECT_EQ(await(operators().user(call_of(), "nobody")).error().code, ErrorCode::not_found);
  EXPECT_THAT(audited(), IsEmpty());
}

TEST_F(OperatorsTest, X19_a_revocation_is_stored_logged_and_then_applied) {
  access.streams = 7;
  const auto revoked = revoke({Kind::user, "ada"}, Milliseconds(60'000));
  ASSERT_TRUE(revoked);
  EXPECT_EQ(revoked->streams, 7u);
  EXPECT_EQ(revoked->revocation.expires, clock.wall() + Milliseconds(60'000));
  EXPECT_THAT(access.calls, ElementsAre("revoke ada"));
  EXPECT_THAT(audited(), ElementsAre(R"(olga revocation.add ada {"user":"ada","reason":"lost","expires":")" +
                                     iso8601(revoked->revocation.expires) + "\"}"));
  const auto listed = await(operators().revocations(call_of(), {}, 10));
  EXPECT_EQ(listed->revocations, std::vector<Revocation>{revoked->revocation});
  EXPECT_EQ(revoke({Kind::token, "jti"})->revocation.expires, clock.wall() + lifetime);

  EXPECT_TRUE(await(operators().lift(call_of(), {Kind::user, "ada"})));
  EXPECT_EQ(await(operators().lift(call_of(), {Kind::user, "ada"})).error().code, ErrorCode::not_found);
  EXPECT_THAT(access.calls, ElementsAre("revoke ada", "revoke jti", "lift ada", "lift ada"));
  EXPECT_EQ(audit.all().size(), 3u);
}

TEST_F(OperatorsTest, X19_more_revocations_than_are_allowed_are_refused) {
  access.is_full = true;
  EXPECT_EQ(revoke({Kind::user, "ada"}).error().code, ErrorCode::conflict);
  EXPECT_THAT(audited(), IsEmpty());
}

TEST_F(OperatorsTest, X19_a_running_answer_is_cancelled_and_an_ended_one_is_left_alone) {
  const RunId run = start_run(plain("Hello?", caller("ada"))).run;
  EXPECT_EQ(await(operators().runs(call_of(), {}))->runs.at(0).id, run);
  EXPECT_TRUE(await(operators().cancel_run(call_of(), run)));
  turn();
  ASSERT_EQ(store.settled.size(), 1u);
  EXPECT_EQ(store.settled[0].state, RunState::cancelled);
  EXPECT_TRUE(await(operators().cancel_run(call_of(), run)));
  EXPECT_THAT(audited(), ElementsAre("olga run.cancel " + run.text() + R"( {"user":"ada"})"));
  EXPECT_EQ(await(operators().cancel_run(call_of(), engine->make_id())).error().code, ErrorCode::not_found);
}

TEST_F(OperatorsTest, X19_usage_and_the_audit_log_are_read) {
  (void)start_run(plain("Hello?", caller("ada")));
  answer("Hi.");
  UsageQuery query;
  query.to = clock.wall() + Milliseconds(1);
  const auto usage = await(operators().usage(call_of(), query));
  ASSERT_EQ(usage->sums.size(), 1u);
  EXPECT_EQ(usage->sums[0].key, "ada");
  ASSERT_TRUE(change({"ada", "pro", {}}));
  EXPECT_EQ(await(operators().audit(call_of(), {}))->entries.at(0).target, "ada");
  EXPECT_EQ(await(operators().users(call_of(), {}))->users.at(0).tier, "pro");
}

}  // namespace
}  // namespace belay::services::testing

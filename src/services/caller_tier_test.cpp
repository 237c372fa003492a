#include "services/caller_tier.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

namespace belay::services {
namespace {

// Stores users and their tiers; the other functions are not called.
class Users final : public UserStore {
 public:
  std::map<std::string, std::string> tiers;
  bool fails = false;
  int asked = 0;

  void tier_of(std::string user, Done<std::string> done) override {
    ++asked;
    if (fails) return done(make_error(ErrorCode::unavailable, "The store is gone."));
    done(tiers[user]);
  }
  void find_user(std::string, Done<std::optional<UserRecord>>) override { std::abort(); }
  void list_users(UserQuery, Done<UserPage>) override { std::abort(); }
  void change_user(UserChange, WallTime, std::optional<AuditEntry>, Done<UserRecord>) override {
    std::abort();
  }
  void erase_user(std::string, Done<bool>) override { std::abort(); }
};

class CallerTierTest : public testing::Test {
 protected:
  Result<policy::Tier> ask(const std::string& user, const std::string& claim) {
    Caller caller;
    caller.user = user;
    caller.tier = claim;
    std::optional<Result<policy::Tier>> result;
    auto work = [&]() -> Awaitable<void> {
      auto found = co_await tier_of(loop_, Deadline::never(), users_, tiers_, caller);
      result.emplace(std::move(found));
    };
    boost::asio::co_spawn(loop_.executor(), std::move(work), [](std::exception_ptr failed) {
      if (failed) std::rethrow_exception(failed);
    });
    while (!result) loop_.turn();
    return *result;
  }
  std::string name(const std::string& user, const std::string& claim) {
    return tiers_.name(ask(user, claim).value());
  }

  ManualClock clock_;
  Loop loop_{0, clock_};
  Users users_;
  policy::Tiers tiers_ = policy::Tiers::make({}).value();
};

TEST_F(CallerTierTest, X15_it_is_the_tokens_else_the_stores_else_the_lowest) {
  users_.tiers["ann"] = "ENTERPRISE";
  users_.tiers["eve"] = "no tier of ours";
  EXPECT_EQ(name("ann", "premium"), "pro") << "an alias";
  EXPECT_EQ(name("ann", "nonsense"), "basic") << "a claim is never made good by the store";
  EXPECT_EQ(users_.asked, 0) << "nobody is asked where the token says it";
  EXPECT_EQ(name("ann", ""), "enterprise");
  EXPECT_EQ(name("bob", ""), "basic");
  EXPECT_EQ(name("eve", ""), "basic");
}

TEST_F(CallerTierTest, X15_a_store_that_fails_neither_gives_nor_takes_a_tier) {
  users_.fails = true;
  const auto tier = ask("ann", "");
  ASSERT_FALSE(tier);
  EXPECT_EQ(tier.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace belay::services

#include "services/erasure/gate.hpp"

#include <optional>

#include <gtest/gtest.h>

namespace belay::services {
namespace {

Erasure erasure_of(Erasure::What what, std::string conversation = {}, std::string surface = "chat") {
  Erasure erasure;
  erasure.what = what;
  erasure.user = "ada";
  erasure.surface = what == Erasure::What::user ? "" : std::move(surface);
  erasure.conversation = std::move(conversation);
  return erasure;
}

class ErasureGateTest : public ::testing::Test {
 protected:
  // Empty until the removal may begin.
  std::shared_ptr<std::optional<ErasureGate::Pass>> close(Erasure erasure) {
    auto pass = std::make_shared<std::optional<ErasureGate::Pass>>();
    gate_->close(std::move(erasure),
                 [pass](Result<ErasureGate::Pass> granted) { *pass = std::move(*granted); });
    return pass;
  }
  Result<ErasureGate::Pass> enter(std::string conversation, std::string surface = "chat",
                                  std::string user = "ada") {
    return gate_->enter(std::move(user), std::move(surface), std::move(conversation));
  }

  std::optional<ErasureGate> gate_{std::in_place};
};

TEST_F(ErasureGateTest, C11_a_removal_begins_at_once_if_nobody_is_inside) {
  EXPECT_TRUE(*close(erasure_of(Erasure::What::conversation, "c1")));
}

TEST_F(ErasureGateTest, C11_a_removal_waits_for_those_that_are_inside) {
  auto one = enter("c1"), two = enter("c1"), other = enter("c2");
  ASSERT_TRUE(one && two && other);
  const auto removal = close(erasure_of(Erasure::What::conversation, "c1"));
  EXPECT_FALSE(*removal);
  *one = ErasureGate::Pass();
  EXPECT_FALSE(*removal);
  *two = ErasureGate::Pass();
  EXPECT_TRUE(*removal);
}

TEST_F(ErasureGateTest, C11_nobody_enters_while_a_removal_waits_or_runs) {
  auto inside = enter("c1");
  auto removal = close(erasure_of(Erasure::What::conversation, "c1"));
  EXPECT_EQ(enter("c1").error().code, ErrorCode::unavailable);
  EXPECT_TRUE(enter("c1").error().retry_after);
  EXPECT_TRUE(enter("c2"));
  EXPECT_TRUE(enter("c1", "persona"));
  EXPECT_TRUE(enter("c1", "chat", "bob"));
  *inside = ErasureGate::Pass();
  ASSERT_TRUE(*removal);
  EXPECT_FALSE(enter("c1"));
  removal->reset();
  EXPECT_TRUE(enter("c1"));
}

TEST_F(ErasureGateTest, X18_the_removal_of_a_user_covers_all_surfaces_and_what_has_no_conversation) {
  const auto removal = close(erasure_of(Erasure::What::user));
  EXPECT_FALSE(enter("c1"));
  EXPECT_FALSE(enter("", "assistant"));
  EXPECT_TRUE(enter("c1", "chat", "bob"));
}

TEST_F(ErasureGateTest, C11_the_removal_of_all_chats_covers_one_surface) {
  const auto removal = close(erasure_of(Erasure::What::conversations));
  EXPECT_FALSE(enter("c1"));
  EXPECT_TRUE(enter("c1", "persona"));
}

TEST_F(ErasureGateTest, C11_two_removals_may_run_at_once) {
  auto one = close(erasure_of(Erasure::What::conversation, "c1"));
  const auto two = close(erasure_of(Erasure::What::user));
  EXPECT_TRUE(*one && *two);
  one->reset();
  EXPECT_FALSE(enter("c1")) << "the other one is not over";
}

TEST_F(ErasureGateTest, C11_who_gives_up_waiting_opens_the_gate) {
  auto inside = enter("c1");
  {
    // The waiter is gone when its turn comes: the pass that it gets is dropped.
    gate_->close(erasure_of(Erasure::What::conversation, "c1"), [](Result<ErasureGate::Pass>) {});
  }
  *inside = ErasureGate::Pass();
  EXPECT_TRUE(enter("c1"));
}

TEST_F(ErasureGateTest, C11_passes_may_live_longer_than_the_gate) {
  auto inside = enter("c1");
  const auto removal = close(erasure_of(Erasure::What::conversation, "c1"));
  gate_.reset();
  *inside = ErasureGate::Pass();
  EXPECT_FALSE(*removal) << "nobody is called any more";
}

}  // namespace
}  // namespace belay::services

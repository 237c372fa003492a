#include "policy/assistant_mode.hpp"

#include <gtest/gtest.h>

namespace belay::policy {
namespace {

TEST(AssistantMode, IsReadFromItsExactName) {
  for (const auto mode : {AssistantMode::chat, AssistantMode::edit, AssistantMode::generate})
    EXPECT_EQ(assistant_mode_from(to_string(mode)), mode);
  EXPECT_EQ(assistant_mode_from("Chat"), std::nullopt);
  EXPECT_EQ(assistant_mode_from(""), std::nullopt);
}

}  // namespace
}  // namespace belay::policy

// An engine in a conversation, cut off and started again.
#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "core/run/testing/engine_fixture.hpp"

namespace belay::testing {

class RecoveryFixture : public ::testing::Test, protected EngineFixture {
 protected:
  RunRequest in_conversation() {
    RunRequest made = request();
    made.conversation = "c";
    return made;
  }
  std::string stored_answer() {
    const auto messages = store.messages({"ada", "assistant", "c"});
    return messages.size() < 2 ? "none" : messages[1].content;
  }
  void call_text_and_crash(std::string_view text) {
    call().text(text);
    turn();
    crash();
  }
};

}  // namespace belay::testing

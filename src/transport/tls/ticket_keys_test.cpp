#include "transport/tls/ticket_keys.hpp"

#include <gtest/gtest.h>

namespace belay::transport {
namespace {

using namespace std::chrono_literals;

class TicketKeysTest : public testing::Test {
 protected:
  ManualClock clock;
  SeededRandom random{1};
  TicketKeys keys{10min, clock, random};
};

TEST_F(TicketKeysTest, S14_a_key_is_found_by_its_name) {
  const TicketKeys::Key key = keys.current();
  const auto found = keys.find(key.name);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->key.encryption, key.encryption);
  EXPECT_EQ(found->key.authentication, key.authentication);
  EXPECT_TRUE(found->is_current);
  EXPECT_NE(key.encryption, key.authentication);
}

TEST_F(TicketKeysTest, S14_a_key_is_current_for_one_rotation_and_accepted_for_another) {
  const TicketKeys::Key first = keys.current();
  clock.advance(10min - 1ms);
  EXPECT_EQ(keys.current().name, first.name);
  clock.advance(1ms);
  EXPECT_NE(keys.current().name, first.name);
  ASSERT_TRUE(keys.find(first.name));
  EXPECT_FALSE(keys.find(first.name)->is_current);
  clock.advance(10min - 1ms);
  EXPECT_TRUE(keys.find(first.name));
  clock.advance(1ms);
  EXPECT_FALSE(keys.find(first.name));
}

TEST_F(TicketKeysTest, S14_a_key_is_too_old_also_when_nobody_has_asked_for_long) {
  const TicketKeys::Key first = keys.current();
  clock.advance(15min);
  ASSERT_TRUE(keys.find(first.name));
  clock.advance(5min);
  EXPECT_FALSE(keys.find(first.name)) << "twice the rotation, although it was replaced late";
  const TicketKeys::Key second = keys.current();
  clock.advance(20min);
  EXPECT_FALSE(keys.find(second.name));
}

TEST_F(TicketKeysTest, S14_an_unknown_name_finds_nothing) {
  std::array<std::byte, TicketKeys::kNameBytes> name{};
  EXPECT_FALSE(keys.find(name));
}

}  // namespace
}  // namespace belay::transport

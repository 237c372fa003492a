// Events of parts and pieces of tool calls in the dialects of surfaces that do not show them.
#include <gtest/gtest.h>

#include "core/types/payloads.hpp"
#include "surfaces/assistant/render.hpp"
#include "surfaces/chat/render.hpp"
#include "surfaces/goal_coach/dialect.hpp"
#include "surfaces/persona/render.hpp"
#include "surfaces/persona/socket_messages.hpp"
#include "surfaces/sendsage/render.hpp"
#include "surfaces/testing/rendered.hpp"

namespace belay::surfaces {
namespace {

TEST(Parts, K9_the_earlier_surfaces_show_neither_parts_nor_pieces_of_calls) {
  const Format* const formats[] = {&assistant::format(),        &chat::format(),
                                   &chat::format_by_chat(),     &goal_coach::format(),
                                   &persona::format_with_ids(), &persona::format_without_ids(),
                                   &persona::socket_format(),   &sendsage::format()};
  for (const Format* format : formats) {
    EXPECT_FALSE(format->dialect.numbers_messages());
    EXPECT_EQ(testing::rendered(*format,
                                {EventType::part, encode(PartEvent{PartKind::tool_call, 0, "c1", "play"})}),
              "");
    EXPECT_EQ(testing::rendered(*format, {EventType::tool_delta, encode(ToolDelta{0, "{}"})}), "");
  }
}

}  // namespace
}  // namespace belay::surfaces

#include "surfaces/persona/render.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/types/payloads.hpp"
#include "surfaces/testing/rendered.hpp"

namespace belay::surfaces::persona {
namespace {

std::string rendered(EventType type, std::string payload, const Format& format, std::uint32_t turn = 0) {
  std::string bytes;
  MessageWriter writer(format.framing, bytes);
  testing::render(format.dialect, {type, std::move(payload), turn, {1, 7}}, writer);
  EXPECT_TRUE(writer.splices().empty());
  return bytes;
}

std::vector<std::string> over_websocket(EventType type, std::string payload) {
  return testing::over_websocket(format_with_ids(), {type, std::move(payload), 0, {1, 7}});
}

const Format& kSent = format_with_ids();
const Format& kLeftOut = format_without_ids();

TEST(PersonaDialect, P1_a_token_is_one_line_of_data) {
  EXPECT_EQ(rendered(EventType::delta, "Going\n\"great\" 世", kLeftOut),
            "data: {\"token\":\"Going\\n\\\"great\\\" 世\"}\n\n");
}

TEST(PersonaDialect, P1_ids_stand_before_the_data_where_they_are_asked_for) {
  EXPECT_EQ(rendered(EventType::delta, "x", kSent), "id: 1-7\ndata: {\"token\":\"x\"}\n\n");
}

TEST(PersonaDialect, X1_ids_of_a_later_request_of_the_session_come_after_those_of_an_earlier_one) {
  EXPECT_EQ(rendered(EventType::delta, "x", kSent, 2),
            "id: 1-" + std::to_string((2ull << 40) + 7) + "\ndata: {\"token\":\"x\"}\n\n");
}

TEST(PersonaDialect, P1_each_end_has_its_words) {
  Terminal terminal;
  EXPECT_EQ(rendered(EventType::completed, encode(terminal), kLeftOut),
            "data: {\"done\":true,\"finish\":\"stop\"}\n\n");
  terminal.finish = FinishReason::length;
  EXPECT_EQ(rendered(EventType::completed, encode(terminal), kLeftOut),
            "data: {\"done\":true,\"finish\":\"length\"}\n\n");
  terminal.code = ErrorCode::provider_timeout;
  terminal.message = "The model said \"nothing\".";
  EXPECT_EQ(rendered(EventType::failed, encode(terminal), kLeftOut),
            "data: {\"error\":{\"code\":\"provider_timeout\",\"message\":\"The model said "
            "\\\"nothing\\\".\"}}\n\n");
  terminal.code = ErrorCode::cancelled;
  terminal.message = "x";
  EXPECT_EQ(rendered(EventType::cancelled, encode(terminal), kSent),
            "id: 1-7\ndata: {\"error\":{\"code\":\"cancelled\",\"message\":\"x\"}}\n\n");
}

TEST(PersonaDialect, P1_both_formats_have_one_dialect) {
  EXPECT_EQ(&kSent.dialect, &kLeftOut.dialect);
}

TEST(PersonaDialect, P1_over_a_websocket_the_messages_are_the_same) {
  using ::testing::ElementsAre;
  EXPECT_THAT(over_websocket(EventType::delta, "Going\n\"great\" 世"),
              ElementsAre("{\"token\":\"Going\\n\\\"great\\\" 世\"}"));
  EXPECT_THAT(over_websocket(EventType::restarted, encode(Restarted{"crash", {}})),
              ElementsAre("{\"restarted\":true}"));
  EXPECT_THAT(over_websocket(EventType::completed, encode(Terminal{})),
              ElementsAre("{\"done\":true,\"finish\":\"stop\"}"));
  Terminal terminal;
  terminal.code = ErrorCode::cancelled;
  terminal.message = "x";
  for (const EventType type : {EventType::failed, EventType::cancelled, EventType::interrupted})
    EXPECT_THAT(over_websocket(type, encode(terminal)),
                ElementsAre("{\"error\":{\"code\":\"cancelled\",\"message\":\"x\"}}"));
  EXPECT_THAT(over_websocket(EventType::started, ""), ElementsAre());
}

TEST(PersonaDialect, X2_restarted_has_a_word_and_what_the_document_does_not_know_has_none) {
  EXPECT_EQ(rendered(EventType::restarted, encode(Restarted{"crash"}), kLeftOut),
            "data: {\"restarted\":true}\n\n");
  EXPECT_EQ(rendered(EventType::started, "", kSent), "");
  EXPECT_EQ(rendered(EventType::stage, encode(Stage{"answer"}), kSent), "");
  EXPECT_EQ(rendered(EventType::usage, encode(Usage{}), kSent), "");
}

}  // namespace
}  // namespace belay::surfaces::persona

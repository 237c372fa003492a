#include "surfaces/persona/render.hpp"

#include <gtest/gtest.h>

#include "core/types/payloads.hpp"

namespace belay::surfaces::persona {
namespace {

std::string rendered(EventType type, std::string_view payload, PersonaDialect::Ids ids,
                     std::uint32_t turn = 0) {
  LogHead head;
  head.turn = turn;
  Event event;
  event.type = type;
  event.offset = 7;
  event.payload = payload;
  Frame frame;
  PersonaDialect(ids).render(head, event, Position{1, 7}, frame);
  EXPECT_FALSE(frame.text_at);
  return frame.bytes;
}

constexpr auto kSent = PersonaDialect::Ids::sent;
constexpr auto kLeftOut = PersonaDialect::Ids::left_out;

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

TEST(PersonaDialect, X2_restarted_has_a_word_and_what_the_document_does_not_know_has_none) {
  EXPECT_EQ(rendered(EventType::restarted, encode(Restarted{"crash"}), kLeftOut),
            "data: {\"restarted\":true}\n\n");
  EXPECT_EQ(rendered(EventType::started, "", kSent), "");
  EXPECT_EQ(rendered(EventType::stage, encode(Stage{"answer"}), kSent), "");
  EXPECT_EQ(rendered(EventType::usage, encode(Usage{}), kSent), "");
}

}  // namespace
}  // namespace belay::surfaces::persona

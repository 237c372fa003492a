#include "surfaces/persona/parse.hpp"

#include <gtest/gtest.h>

#include "surfaces/persona/session_id.hpp"
#include "surfaces/session_position.hpp"

namespace belay::surfaces::persona {
namespace {

transport::Request with_accept(std::string value) {
  transport::Request request;
  request.headers.push_back({"accept", std::move(value)});
  return request;
}

TEST(PersonaParse, P1_event_streams_are_asked_for_by_name_alone) {
  EXPECT_FALSE(asks_for_event_stream(transport::Request{}));
  for (const auto* no :
       {"", "*/*", "text/*", "application/json", "text/event-streams", "x/text/event-stream"})
    EXPECT_FALSE(asks_for_event_stream(with_accept(no))) << no;
  for (const auto* yes : {"text/event-stream", "TEXT/Event-Stream", "a/b, text/event-stream;q=0.5",
                          " text/event-stream ;charset=utf-8,*/*"})
    EXPECT_TRUE(asks_for_event_stream(with_accept(yes))) << yes;
}

TEST(PersonaParse, P1_session_ids_are_unguessable_and_of_one_form) {
  SeededRandom random(1);
  const std::string first = make_session_id(random), second = make_session_id(random);
  EXPECT_NE(first, second);
  EXPECT_EQ(first.size(), std::string("session_").size() + 32);
  EXPECT_TRUE(check_session_id(first));
  for (const std::string& bad : {std::string("session_user123_1234567890"), std::string(), first + "A",
                                 first.substr(1), "session_" + std::string(32, '!')})
    EXPECT_EQ(check_session_id(bad).error().code, ErrorCode::not_found) << bad;
}

TEST(SessionPosition, X1_a_turn_and_a_position_are_one_id_and_back) {
  for (const SessionPosition& position :
       {SessionPosition{0, {1, 0}}, SessionPosition{0, {1, 12}}, SessionPosition{9'999, {3, 1'000'000}}}) {
    const SessionPosition back = from_the_wire(on_the_wire(position));
    EXPECT_EQ(back.turn, position.turn);
    EXPECT_EQ(back.position, position.position);
  }
  EXPECT_LT(on_the_wire({1, {1, 500}}), on_the_wire({2, {1, 1}}));
}

}  // namespace
}  // namespace belay::surfaces::persona

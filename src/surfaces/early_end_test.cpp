// X19, X20: how the streams of each surface end when their client's access does.
#include <gtest/gtest.h>

#include "surfaces/assistant/routes.hpp"
#include "surfaces/chat/routes.hpp"
#include "surfaces/persona/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"

namespace belay::surfaces {
namespace {

using testing::Answer;
using testing::Problem;
using testing::SurfaceFixture;

constexpr const char* kRevoked =
    "Your access was revoked. Sign in again with a new token; if that does not help, ask the operator of "
    "this "
    "server.";

std::string refused() {
  return Problem{401, "Unauthorized", "revoked", kRevoked, "", "WWW-Authenticate: Bearer\n"}.text();
}

TEST(EarlyEnd, X19_a_revocation_ends_an_assistants_stream_with_an_error) {
  SurfaceFixture fixture{assistant::make};
  const auto ann = fixture.user("ann"), bob = fixture.user("bob");
  ASSERT_EQ(fixture.post("/assistant/request", R"({"prompt":"hi","mode":"chat"})", ann).status, 201);
  const std::string path = "/assistant/stream/" + fixture.runs.last_run().text();
  Answer stream = fixture.get(path, ann);
  ASSERT_EQ(fixture.post("/assistant/request", R"({"prompt":"hi","mode":"chat"})", bob).status, 201);
  Answer other = fixture.get("/assistant/stream/" + fixture.runs.last_run().text(), bob);
  EXPECT_EQ(fixture.revoke("ann"), 1u);
  EXPECT_EQ(stream.ending().last_message,
            std::string("event: error\ndata: {\"code\":\"revoked\",\"message\":\"") + kRevoked +
                "\",\"retryable\":false}\n\n");
  EXPECT_FALSE(other.ending().last_message);
  EXPECT_EQ(fixture.get(path, ann).text(), refused());
  EXPECT_EQ(fixture.post("/assistant/request", R"({"prompt":"hi","mode":"chat"})", ann).text(), refused());
  EXPECT_EQ(fixture.remove("/assistant/request/" + fixture.runs.last_run().text(), ann).text(), refused());
  stream.leave();
  EXPECT_EQ(fixture.revoke("ann"), 0u);
}

TEST(EarlyEnd, X19_a_revocation_ends_a_chats_stream_with_an_error) {
  SurfaceFixture fixture{chat::make};
  const auto ann = fixture.user("ann");
  const Answer started = fixture.post("/api/chat/start", R"({"modelId":"small","prompt":"hi"})", ann);
  ASSERT_EQ(started.status, 201);
  const std::string session = started.body.substr(14, started.body.find('"', 14) - 14);
  Answer stream = fixture.get("/api/chat/stream?sessionId=" + session, ann);
  ASSERT_TRUE(stream.is_stream()) << stream.body;
  EXPECT_EQ(fixture.revoke("ann"), 1u);
  EXPECT_EQ(stream.ending().last_message, std::string("data: {\"type\":\"error\",\"message\":\"") + kRevoked +
                                              "\",\"code\":\"revoked\",\"retryable\":false}\n\n");
}

TEST(EarlyEnd, X19_a_revocation_ends_a_personas_stream_with_an_error) {
  SurfaceFixture fixture{persona::make};
  testing::Headers ann{fixture.user("ann"), {"accept", "text/event-stream"}};
  const std::string session = fixture.add_session("session_" + std::string(32, 'A'), "ann").id;
  Answer stream = fixture.post("/chat/stream", R"({"session_id":")" + session + R"(","message":"hi"})", ann);
  ASSERT_TRUE(stream.is_stream()) << stream.body;
  EXPECT_EQ(fixture.revoke("ann"), 1u);
  EXPECT_EQ(stream.ending().last_message,
            std::string("data: {\"error\":{\"code\":\"revoked\",\"message\":\"") + kRevoked + "\"}}\n\n");
}

TEST(EarlyEnd, X20_a_stream_is_cut_when_its_clients_sign_in_is_over) {
  SurfaceFixture fixture{assistant::make};
  const auto ann = fixture.user("ann");
  ASSERT_EQ(fixture.post("/assistant/request", R"({"prompt":"hi","mode":"chat"})", ann).status, 201);
  Answer stream = fixture.get("/assistant/stream/" + fixture.runs.last_run().text(), ann);
  const auto pass = [&](Milliseconds time) {
    for (Milliseconds step(0); step < time; step += std::chrono::seconds(10)) {
      fixture.clock.advance(std::chrono::seconds(10));
      fixture.turns();
    }
  };
  // A development token lasts a day; then comes the grace of five minutes.
  pass(auth::kDevTokenLifetime + std::chrono::seconds(290));
  EXPECT_FALSE(stream.ending().retry);
  pass(std::chrono::seconds(20));
  ASSERT_TRUE(stream.ending().retry);
  EXPECT_GE(*stream.ending().retry, Milliseconds(1000));
  EXPECT_FALSE(stream.ending().last_message);
}

}  // namespace
}  // namespace belay::surfaces

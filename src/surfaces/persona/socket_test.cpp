// WS /chat/ws: a session over a WebSocket, from literal messages to literal messages.
#include "surfaces/persona/socket.hpp"

#include <gmock/gmock.h>

#include "surfaces/persona/routes.hpp"
#include "surfaces/session_position.hpp"
#include "surfaces/testing/surface_fixture.hpp"
#include "transport/framing/testing/frame_reader.hpp"
#include "transport/http1/test_channel.hpp"
#include "transport/websocket/testing/client_frames.hpp"

namespace belay::surfaces::persona {
namespace {

using testing::Answer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Headers;
using ::testing::IsEmpty;
using testing::SurfaceFixture;
using transport::TestChannel;
using transport::TestWire;
using transport::testing::masked;

const std::string kSession = "session_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";  // ann's
const std::string kConnected =
    R"({"type":"connected","session_id":"session_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","persona":"default"})";
const std::string kAsk = R"({"type":"message","content":"hi"})";
const std::string kCancelled = "{\"type\":\"cancel\"}";

// A client of the socket.
struct Socket {
  Socket(SurfaceFixture& in, const std::string& query, Headers headers) : fixture(in) {
    for (const auto& [name, value] : {std::pair("connection", "Upgrade"), std::pair("upgrade", "websocket"),
                                      std::pair("sec-websocket-version", "13"),
                                      std::pair("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")})
      headers.push_back({name, value});
    exchange = fixture.begin("GET", "/chat/ws?session_id=" + kSession + query, std::move(headers));
    for (int i = 0; i < 10 && !exchange->response; ++i) fixture.turns();
    if (!exchange->response) throw std::runtime_error("no answer");
    response = std::move(*exchange->response);
    auto* upgrade = std::get_if<transport::Upgrade>(&response.body);
    if (!upgrade) return;
    handler = std::move(upgrade->handler);
    handler->start(channel, "", [](const std::exception_ptr& failure) { EXPECT_FALSE(failure); });
    fixture.turns();
  }
  ~Socket() {
    wire->close();
    fixture.turns();
  }
  Socket(const Socket&) = delete;

  // Sends, and returns the messages since the last call.
  std::vector<std::string> ask(const std::string& text) {
    wire->send(masked(0x81, text));
    return got();
  }
  std::vector<std::string> got() {
    fixture.turns();
    fixture.turns();
    reader.feed(wire->receive());
    return std::exchange(reader.messages, {});
  }

  SurfaceFixture& fixture;
  std::shared_ptr<SurfaceFixture::Exchange> exchange;
  transport::Response response;
  std::shared_ptr<TestWire> wire = std::make_shared<TestWire>(fixture.loop(), TestWire::Pieces::whole);
  TestChannel channel{wire};
  std::unique_ptr<transport::UpgradeHandler> handler;
  transport::testing::FrameReader reader;
};

std::string id(std::uint32_t turn, Offset offset) {
  return on_the_wire({turn, {1, offset}}).text();
}
std::string token(const std::string& event, const std::string& text) {
  return R"({"type":"token","id":")" + event + R"(","token":")" + text + "\"}";
}
std::string done(const std::string& event) {
  return R"({"type":"done","id":")" + event + R"(","finish":"stop"})";
}

struct PersonaSocket : ::testing::Test {
  PersonaSocket() { fixture.add_session(kSession, "ann"); }
  Socket open(const std::string& query = "") { return Socket(fixture, query, {ann}); }
  // What the fake services know of each other is brought up to date by a request.
  void share() { fixture.get("/chat/personas", {ann}); }

  SurfaceFixture fixture{persona::make, PersonaSurfaceConfig()};
  const transport::Header ann = fixture.user("ann");
};

TEST_F(PersonaSocket, P7_a_message_is_answered_in_tokens_with_ids) {
  Socket socket = open();
  EXPECT_EQ(socket.response.status, 101);
  EXPECT_THAT(socket.got(), ElementsAre(kConnected));
  EXPECT_THAT(socket.ask(kAsk), IsEmpty());
  EXPECT_EQ(fixture.runs.started().prompt, "hi");
  EXPECT_EQ(fixture.runs.started().mode, "message");
  EXPECT_EQ(fixture.runs.started().session->id, kSession);
  EXPECT_TRUE(fixture.runs.started().may_restart);
  fixture.runs.answer("Hello \"you\"");
  EXPECT_THAT(socket.got(), ElementsAre(token(id(0, 2), R"(Hello \"you\")"), done(id(0, 3))));
  EXPECT_THAT(socket.ask(kAsk), IsEmpty());
  fixture.runs.answer("Again");
  EXPECT_THAT(socket.got(), ElementsAre(token(id(1, 2), "Again"), done(id(1, 3))));
}

TEST_F(PersonaSocket, P7_a_second_message_waits_for_the_end_of_the_first_answer) {
  Socket socket = open();
  socket.ask(kAsk);
  fixture.runs.text("Hel");
  socket.got();
  EXPECT_THAT(
      socket.ask(kAsk),
      ElementsAre(R"({"type":"error","error":{"code":"conflict","message":"An answer is under way on this )"
                  R"(socket. Wait for its end, or send {\"type\":\"cancel\"}.","field":"type"}})"));
  EXPECT_EQ(fixture.runs.requests.size(), 1u);
}

TEST_F(PersonaSocket, P7_a_cancel_ends_the_answer_that_is_shown) {
  Socket socket = open();
  socket.got();
  EXPECT_THAT(socket.ask(kCancelled), ElementsAre(HasSubstr("No answer is under way on this socket.")));
  socket.ask(kAsk);
  fixture.runs.text("Hel");
  socket.got();
  EXPECT_THAT(socket.ask(kCancelled), ElementsAre(HasSubstr(R"({"type":"error","id":")" + id(0, 3) +
                                                            R"(","error":{"code":"cancelled")")));
  EXPECT_EQ(fixture.runs.cancelled.size(), 1u);
}

TEST_F(PersonaSocket, P7_a_client_resumes_behind_an_event_and_sees_what_followed) {
  {
    Socket socket = open();
    socket.ask(kAsk);
    fixture.runs.answer("One");
    socket.got();
    socket.ask(kAsk);
    fixture.runs.answer("Two");
  }
  share();
  Socket at_once = open("&last_event_id=" + id(0, 2));
  EXPECT_THAT(at_once.got(), ElementsAre(kConnected, done(id(0, 3)), token(id(1, 2), "Two"), done(id(1, 3))));
  Socket later = open();
  EXPECT_THAT(later.got(), ElementsAre(kConnected)) << "nothing is being written";
  EXPECT_THAT(later.ask(R"({"type":"resume","last_event_id":")" + id(1, 2) + "\"}"),
              ElementsAre(done(id(1, 3))));
  EXPECT_THAT(later.ask(R"({"type":"resume","last_event_id":")" + id(7, 2) + "\"}"),
              ElementsAre(HasSubstr(R"("code":"position_ahead")")));
}

TEST_F(PersonaSocket, P7_a_second_socket_joins_the_answer_that_is_being_written) {
  Socket first = open();
  first.ask(kAsk);
  fixture.runs.text("Hel");
  share();
  Socket second = open();
  EXPECT_THAT(second.got(), ElementsAre(kConnected, token(id(0, 2), "Hel")));
  fixture.runs.answer("lo");
  EXPECT_THAT(second.got(), ElementsAre(token(id(0, 3), "lo"), done(id(0, 4))));
  EXPECT_THAT(first.got(), ElementsAre(token(id(0, 2), "Hel"), token(id(0, 3), "lo"), done(id(0, 4))));
}

TEST_F(PersonaSocket, P7_a_limit_is_reported_and_the_socket_stays_open) {
  Socket socket = open();
  socket.got();
  fixture.refuse_by(fixture.limit("message", 1), Milliseconds(1500));
  const auto refused = socket.ask(kAsk);
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_THAT(refused[0], HasSubstr(R"("code":"rate_limited")"));
  EXPECT_THAT(refused[0], HasSubstr(R"("limit":"persona.rate","retry_after_ms":1500)"));
  EXPECT_THAT(socket.ask(R"({"type":"ping"})"), ElementsAre(R"({"type":"pong"})"));
}

TEST_F(PersonaSocket, P7_messages_beyond_the_queue_are_refused) {
  Socket socket = open();
  socket.got();
  fixture.store.hold();  // the first resume waits for its session
  const std::string resume = R"({"type":"resume","last_event_id":")" + id(7, 2) + "\"}";
  std::string many;
  for (std::size_t i = 0; i < 3 + ChatSocket::kMaxWaiting; ++i) many += masked(0x81, resume);
  socket.wire->send(many);
  EXPECT_THAT(socket.got(), ElementsAre(HasSubstr("too_many_active"), HasSubstr("too_many_active")));
  fixture.store.let_go();
  EXPECT_EQ(socket.got().size(), 1 + ChatSocket::kMaxWaiting);
}

TEST_F(PersonaSocket, X17_a_handshake_is_refused_before_anything_is_looked_up) {
  const auto status = [&](Headers headers, const std::string& query = "") {
    return Socket(fixture, query, std::move(headers)).response.status;
  };
  EXPECT_EQ(status({ann}), 101);
  EXPECT_EQ(status({}), 401);
  EXPECT_EQ(status({}, "&token=dev:ann"), 101);
  EXPECT_EQ(status({}, "&ticket=" + fixture.ticket("ann", "/chat/ws?session_id=" + kSession)), 101);
  EXPECT_EQ(status({fixture.user("bob")}), 404);
  EXPECT_EQ(status({ann, {"origin", "https://evil.example"}, {"host", "a.example"}}), 403);
  EXPECT_EQ(status({ann, {"origin", "http://a.example"}, {"host", "a.example"}}), 101);
  EXPECT_EQ(status({ann}, "&last_event_id=x"), 400);
  EXPECT_EQ(fixture.get("/chat/ws?session_id=" + kSession, {ann}).status, 426);
}

TEST_F(PersonaSocket, X19_a_revocation_is_the_last_message) {
  Socket socket = open();
  socket.got();
  EXPECT_EQ(fixture.revoke("ann"), 1u);
  EXPECT_THAT(socket.got(), ElementsAre(HasSubstr(R"({"type":"error","error":{"code":"revoked")")));
  EXPECT_THAT(socket.reader.control_frames, ElementsAre("\x08\x0F\xA3"
                                                        "Access was revoked."));
}

}  // namespace
}  // namespace belay::surfaces::persona

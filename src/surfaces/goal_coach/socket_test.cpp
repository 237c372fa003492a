// A socket of the goal coach: its messages in and out, as literal text, without a connection.
#include <deque>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gmock/gmock.h>

#include "surfaces/goal_coach/routes.hpp"
#include "surfaces/goal_coach/socket_session.hpp"
#include "surfaces/testing/surface_fixture.hpp"
#include "transport/framing/testing/frame_reader.hpp"

namespace belay::surfaces::goal_coach {
namespace {

using ::testing::HasSubstr;
using testing::SurfaceFixture;
using testing::TestReader;
using Kind = ChannelMessage::Kind;
using List = std::vector<std::string>;

// Keeps what is sent in its order: messages of the socket's own, and those of what it shows.
class FakeSocket final : public transport::WebSocket {
 public:
  explicit FakeSocket(Loop& loop) : loop_(loop) {}
  void send(std::string text) override {
    take();
    sent_.push_back(std::move(text));
  }
  void show(std::unique_ptr<ByteSource> source) override {
    take();
    reader_ = std::make_unique<TestReader>(std::move(source));
  }
  void stop_showing() override {
    take();
    reader_.reset();
  }
  bool is_showing() const override { return reader_ != nullptr; }
  void close(transport::CloseCode code, std::string_view) override { code_ = code; }
  Loop& loop() override { return loop_; }

  // What was sent since the last call.
  List sent() {
    take();
    return std::exchange(sent_, {});
  }
  std::optional<transport::CloseCode> code() const { return code_; }

 private:
  void take() {
    if (!reader_) return;
    reader_->read();
    const std::string bytes = std::exchange(reader_->got, {});
    if (bytes.empty()) return;
    for (std::string& text : transport::testing::messages_cut_anywhere(bytes))
      sent_.push_back(std::move(text));
  }

  Loop& loop_;
  List sent_;
  std::unique_ptr<TestReader> reader_;
  std::optional<transport::CloseCode> code_;
};

struct CoachSockets : ::testing::Test {
  // An open socket of a user.
  struct Client {
    std::shared_ptr<FakeSocket> socket;
    std::shared_ptr<SocketSession> session;
  };
  Client connect(const std::string& user = "ann", std::optional<Position> position = {}) {
    Caller caller;
    caller.user = user;
    std::optional<services::CoachAccessState> access;
    std::optional<services::ReadChannel> channel;
    const auto prepare = [&]() -> Awaitable<void> {
      auto state = co_await fixture.goals.access.check(fixture.loop(), fixture.deadline(), user);
      access.emplace(std::move(*state));
      auto opened =
          co_await fixture.channels.open(fixture.loop(), user, "goal_coach", position, fixture.deadline());
      channel.emplace(std::move(*opened));
    };
    boost::asio::co_spawn(fixture.loop().executor(), prepare(), boost::asio::detached);
    fixture.turns();
    Client client{std::make_shared<FakeSocket>(fixture.loop()),
                  std::make_shared<SocketSession>(fixture.context(), config, fixture.loop(), caller,
                                                  std::move(access.value()), std::move(channel.value()))};
    client.session->opened(*client.socket);
    fixture.turns();
    return client;
  }
  List say(Client& client, const std::string& text) {
    client.session->message(text);
    fixture.turns();
    return client.socket->sent();
  }
  void TearDown() override {
    for (int i = 0; i < 4; ++i) fixture.turns();
  }
  void show(Kind kind, std::string text, const std::string& user = "ann") {
    ChannelMessage message;
    message.kind = kind;
    message.text = std::move(text);
    fixture.channels.show(user, message);
  }
  void meeting(int minutes) {
    const std::string start = iso8601(fixture.clock.wall() + std::chrono::minutes(minutes));
    EXPECT_EQ(fixture.post("/api/v1/goals", R"({"title":"Run"})", {ann}).status, 201);
    EXPECT_EQ(fixture
                  .post("/api/v1/meetings",
                        R"({"title":"Weekly","start":")" + start + R"(","duration_minutes":30})", {ann})
                  .status,
              201);
    fixture.turns();
  }

  const GoalCoachConfig config;
  SurfaceFixture fixture{goal_coach::make};
  const transport::Header ann = fixture.user("ann");
};

TEST_F(CoachSockets, G2_a_client_learns_that_it_is_connected_its_phase_and_its_position) {
  Client client = connect();
  EXPECT_EQ(
      client.socket->sent(),
      List{R"({"type":"connected","content":"Connected to your goal coach.","user_phase":"goal_setting",)"
           R"("meeting_id":null,"position":"1-0"})"});
  client.session->closed();
}

TEST_F(CoachSockets, G2_a_ping_is_answered_and_typing_is_not) {
  Client client = connect();
  client.socket->sent();
  EXPECT_EQ(say(client, R"({"type":"ping"})"), List{R"({"type":"pong"})"});
  EXPECT_EQ(say(client, R"({"type":"typing"})"), List{});
  client.session->closed();
}

TEST_F(CoachSockets, G2_what_is_no_message_is_an_error_and_the_socket_stays_open) {
  Client client = connect();
  client.socket->sent();
  EXPECT_EQ(
      say(client, R"({"type":"dance"})"),
      List{
          R"({"type":"error","content":"There is no such type. The types are: message, ping, typing, resume, cancel.",)"
          R"("error":"invalid_request"})"});
  EXPECT_THAT(say(client, "hello").at(0), HasSubstr(R"("error":"invalid_request")"));
  EXPECT_THAT(say(client, "[]").at(0), HasSubstr(R"("error":"invalid_request")"));
  EXPECT_THAT(say(client, R"({"content":"no type"})").at(0), HasSubstr(R"("error":"invalid_request")"));
  EXPECT_THAT(say(client, R"({"type":"message"})").at(0), HasSubstr(R"("error":"invalid_request")"));
  EXPECT_THAT(say(client, R"({"type":"message","content":")" + std::string(16'385, 'x') + "\"}").at(0),
              HasSubstr(R"("error":"payload_too_large")"));
  EXPECT_THAT(say(client, R"({"type":"resume","position":"x"})").at(0),
              HasSubstr(R"("error":"invalid_request")"));
  EXPECT_EQ(client.socket->code(), std::nullopt);
  client.session->closed();
}

TEST_F(CoachSockets, G2_a_message_becomes_a_run_whose_answer_comes_on_the_channel) {
  Client client = connect();
  client.socket->sent();
  EXPECT_EQ(say(client, R"({"type":"message","content":"Hello coach!"})"), List{});
  EXPECT_EQ(fixture.runs.started().prompt, "Hello coach!");
  EXPECT_EQ(fixture.runs.started().caller.user, "ann");
  show(Kind::processing, "");
  show(Kind::piece, "Hi");
  show(Kind::response, "Hi");
  EXPECT_EQ(
      client.socket->sent(),
      (List{R"({"type":"typing","content":"Coach is thinking...","position":"1-1"})",
            R"({"type":"response_chunk","content":"Hi","is_complete":false,"position":"1-2"})",
            R"({"type":"response","content":"Hi","is_complete":true,"tokens_used":0,"position":"1-3"})"}));
  client.session->closed();
}

TEST_F(CoachSockets, G2_all_sockets_of_a_user_see_the_same_and_those_of_others_do_not) {
  Client tab = connect(), phone = connect(), other = connect("bob");
  for (Client* each : {&tab, &phone, &other}) each->socket->sent();
  show(Kind::response, "Same");
  const List seen = tab.socket->sent();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(phone.socket->sent(), seen);
  EXPECT_EQ(other.socket->sent(), List{});
  for (Client* each : {&tab, &phone, &other}) each->session->closed();
}

TEST_F(CoachSockets, G2_a_refusal_goes_to_the_socket_that_asked) {
  Client tab = connect(), phone = connect();
  tab.socket->sent();
  phone.socket->sent();
  fixture.refuse_by(fixture.limit("message", 0));
  EXPECT_EQ(
      say(tab, R"({"type":"message","content":"Again"})"),
      List{
          R"({"type":"error","content":"The coach answers one message at a time. Wait for the answer, or cancel it.",)"
          R"("error":"too_many_active"})"});
  EXPECT_EQ(phone.socket->sent(), List{});
  tab.session->closed();
  phone.session->closed();
}

TEST_F(CoachSockets, X13_a_message_with_a_key_is_acknowledged_with_the_id_of_its_answer) {
  Client client = connect();
  client.socket->sent();
  const List sent = say(client, R"({"type":"message","content":"Hi","key":"k:1"})");
  EXPECT_EQ(sent, List{R"({"type":"accepted","key":"k:1","message_id":")" + fixture.runs.last_run().text() +
                       R"(-a"})"});
  EXPECT_EQ(fixture.runs.started().key, "k:1");
  EXPECT_THAT(say(client, R"({"type":"message","content":"Hi","key":"no spaces"})").at(0),
              HasSubstr("key must have 1 to 128"));
  client.session->closed();
}

TEST_F(CoachSockets, G2_a_client_resumes_exactly_behind_its_position) {
  show(Kind::piece, "one");
  show(Kind::piece, "two");
  Client by_address = connect("ann", Position{1, 1});
  EXPECT_EQ(by_address.socket->sent().back(),
            R"({"type":"response_chunk","content":"two","is_complete":false,"position":"1-2"})");
  Client by_message = connect();
  by_message.socket->sent();
  EXPECT_EQ(say(by_message, R"({"type":"resume","position":"1-1"})"),
            (List{R"({"type":"resumed","position":"1-1"})",
                  R"({"type":"response_chunk","content":"two","is_complete":false,"position":"1-2"})"}));
  show(Kind::piece, "three");
  EXPECT_EQ(by_message.socket->sent().size(), 1u) << "and goes on";
  by_address.session->closed();
  by_message.session->closed();
}

TEST_F(CoachSockets, G2_a_position_that_is_not_kept_is_reset) {
  for (const char* text : {"one", "two", "three"}) show(Kind::piece, text);
  fixture.channels.oldest = 2;
  Client client = connect("ann", Position{1, 1});
  const List sent = client.socket->sent();
  EXPECT_EQ(
      sent.at(1),
      R"({"type":"reset","content":"Some messages after your position are no longer kept. Drop what you have.",)"
      R"("position":"1-2"})");
  EXPECT_THAT(sent.at(2), HasSubstr("three"));
  client.session->closed();
}

TEST_F(CoachSockets, G2_a_channel_that_cannot_be_opened_closes_the_socket_so_that_the_client_reconnects) {
  Client client = connect();
  client.socket->sent();
  fixture.channels.fail_next = make_error(ErrorCode::unavailable, "Busy.");
  EXPECT_EQ(say(client, R"({"type":"resume","position":"1-0"})"),
            List{R"({"type":"error","content":"Busy.","error":"unavailable"})"});
  EXPECT_EQ(client.socket->code(), transport::CloseCode::source_lost);
  client.session->closed();
}

TEST_F(CoachSockets, G2_cancel_stops_the_answer_under_way) {
  Client client = connect();
  client.socket->sent();
  EXPECT_EQ(say(client, R"({"type":"cancel"})"),
            List{R"({"type":"error","content":"No answer is under way.","error":"conflict"})"});
  say(client, R"({"type":"message","content":"Hi"})");
  EXPECT_EQ(say(client, R"({"type":"cancel"})"), List{});
  EXPECT_EQ(fixture.runs.cancelled, std::vector<RunId>{fixture.runs.last_run()});
  client.session->closed();
}

TEST_F(CoachSockets, G2_a_cancel_is_answered_while_an_earlier_one_is_carried_out) {
  Client client = connect();
  say(client, R"({"type":"message","content":"Hi"})");
  fixture.runs.holds_cancels = true;
  say(client, R"({"type":"cancel"})");
  ASSERT_TRUE(fixture.runs.held_cancel);
  EXPECT_EQ(say(client, R"({"type":"cancel"})"),
            List{R"({"type":"error","content":"No answer is under way.","error":"conflict"})"});
  fixture.runs.held_cancel({});
  client.session->closed();
}

// ---- Access

TEST_F(CoachSockets, G3_a_socket_is_told_when_tracking_begins_and_closes_it) {
  Client client = connect();
  client.socket->sent();
  meeting(60);
  EXPECT_EQ(client.socket->sent().size(), 1u);
  EXPECT_THAT(say(client, R"({"type":"message","content":"Hi"})").at(0), HasSubstr(R"("error":"forbidden")"));
  EXPECT_TRUE(fixture.runs.requests.empty());
  client.session->closed();
}

TEST_F(CoachSockets, G3_a_socket_is_told_when_its_window_opens_and_when_it_closes) {
  meeting(60);
  Client client = connect();
  const List first = client.socket->sent();
  ASSERT_EQ(first.size(), 2u);
  EXPECT_THAT(first[0], HasSubstr("Connected. The coach is not available now."));
  EXPECT_THAT(first[1],
              HasSubstr(R"({"type":"access","available":false,"phase":"tracking","reason":"before_window")"));
  const auto pass = [&](int minutes) {
    for (int i = 0; i < minutes; ++i) fixture.advance(std::chrono::minutes(1));
    return client.socket->sent();
  };
  EXPECT_EQ(pass(29), List{});
  const List opened = pass(2);
  ASSERT_EQ(opened.size(), 1u);
  EXPECT_THAT(opened[0],
              HasSubstr(R"({"type":"access","available":true,"phase":"tracking","reason":"in_window")"));
  EXPECT_EQ(pass(118), List{});
  const List closed = pass(3);
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_THAT(closed[0], HasSubstr(R"("available":false,"phase":"tracking","reason":"no_meeting")"));
  EXPECT_EQ(client.socket->code(), std::nullopt) << "an answer under way may finish";
  client.session->closed();
}

TEST_F(CoachSockets, G2_a_notice_goes_to_everybody_who_is_connected) {
  Client one = connect(), two = connect("bob"), gone = connect();
  for (Client* each : {&one, &two, &gone}) each->socket->sent();
  gone.session->closed();
  std::size_t notified = 0;
  fixture.goals.watchers.notify("We restart at \"ten\".", [&](std::size_t count) { notified = count; });
  fixture.turns();
  EXPECT_EQ(notified, 2u);
  EXPECT_EQ(one.socket->sent(), List{R"({"type":"notice","content":"We restart at \"ten\"."})"});
  EXPECT_EQ(two.socket->sent().size(), 1u);
  EXPECT_EQ(gone.socket->sent(), List{});
  one.session->closed();
  two.session->closed();
}

TEST_F(CoachSockets, G2_what_is_under_way_when_a_socket_closes_goes_on_without_it) {
  Client client = connect();
  client.session->message(R"({"type":"message","content":"Hi"})");
  client.session->message(R"({"type":"resume","position":"1-0"})");
  client.session->closed();
  client.session.reset();
  fixture.turns();
  EXPECT_EQ(fixture.runs.requests.size(), 1u);
}

}  // namespace
}  // namespace belay::surfaces::goal_coach

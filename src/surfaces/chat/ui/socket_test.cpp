// A socket of useChat: its messages in and out, as literal text, without a connection.
#include "surfaces/chat/ui/socket.hpp"

#include <gmock/gmock.h>

#include "surfaces/chat/routes.hpp"
#include "surfaces/testing/surface_fixture.hpp"
#include "transport/framing/testing/frame_reader.hpp"

namespace belay::surfaces::chat::ui {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::SurfaceFixture;
using testing::TestReader;
using List = std::vector<std::string>;

// Keeps what is sent: messages of the socket's own, and those of what it shows.
class FakeSocket final : public transport::WebSocket {
 public:
  explicit FakeSocket(Loop& loop) : loop_(loop) {}
  void send(std::string text) override { sent_.push_back(std::move(text)); }
  void show(std::unique_ptr<ByteSource> source) override {
    ++shown_;
    reader_ = std::make_unique<TestReader>(std::move(source));
  }
  void stop_showing() override { reader_.reset(); }
  bool is_showing() const override { return reader_ != nullptr; }
  void close(transport::CloseCode code, std::string_view) override { code_ = code; }
  Loop& loop() override { return loop_; }

  // What was sent since the last call.
  List sent() {
    List all = std::exchange(sent_, {});
    if (!reader_) return all;
    reader_->read();
    const std::string bytes = std::exchange(reader_->got, {});
    if (bytes.empty()) return all;
    for (std::string& text : transport::testing::messages_cut_anywhere(bytes)) all.push_back(std::move(text));
    return all;
  }
  std::optional<transport::CloseCode> code() const { return code_; }
  int shown() const { return shown_; }

 private:
  Loop& loop_;
  List sent_;
  std::unique_ptr<TestReader> reader_;
  std::optional<transport::CloseCode> code_;
  int shown_ = 0;
};

struct UiSockets : ::testing::Test {
  UiSockets() {
    Caller caller;
    caller.user = "ann";
    session = std::make_shared<SocketSession>(fixture.context(), config, fixture.loop(), caller);
    session->opened(socket);
  }
  void TearDown() override {
    session->closed();
    for (int i = 0; i < 4; ++i) fixture.turns();
  }
  List say(const std::string& text) {
    session->message(text);
    fixture.turns();
    return socket.sent();
  }
  static std::string question(const std::string& id, const std::string& text) {
    return R"({"type":"send","requestId":")" + id +
           R"(","id":"chat-1","trigger":"submit-message","messages":[{"id":"c1","role":"user","parts":)"
           R"([{"type":"text","text":")" +
           text + R"("}]}],"headers":{},"body":{"model":"small"}})";
  }
  static std::string chunk(int sequence, const std::string& id, const std::string& text) {
    return R"({"type":"chunk","requestId":")" + id + R"(","sequence":)" + std::to_string(sequence) +
           R"(,"chunk":)" + text + "}";
  }
  std::string start() const {
    const std::string run = fixture.runs.last_run().text();
    return R"({"type":"start","messageId":")" + run + R"(-a","messageMetadata":{"runId":")" + run +
           R"(","model":"small"}})";
  }

  SurfaceFixture fixture{chat::make};
  ChatConfig config;
  FakeSocket socket{fixture.loop()};
  std::shared_ptr<SocketSession> session;
};

const std::string kStep = R"({"type":"start-step"})";

TEST_F(UiSockets, K57_a_question_is_answered_in_chunks_that_are_numbered) {
  const List begin = say(question("r1", "Hi"));
  EXPECT_THAT(begin, ElementsAre(R"({"type":"start","requestId":"r1"})", chunk(0, "r1", start()),
                                 chunk(1, "r1", kStep)));
  EXPECT_EQ(fixture.runs.started().model, "small");
  EXPECT_EQ(fixture.runs.started().prompt, "Hi");
  fixture.runs.answer("Hello.");
  const List end = socket.sent();
  ASSERT_EQ(end.size(), 6u);
  EXPECT_EQ(end[0], chunk(2, "r1", R"({"type":"text-start","id":"text-0"})"));
  EXPECT_EQ(end[1], chunk(3, "r1", R"({"type":"text-delta","id":"text-0","delta":"Hello."})"));
  EXPECT_EQ(end[5], R"({"type":"end","requestId":"r1"})");
  EXPECT_EQ(fixture.runs.delivered, std::vector{fixture.runs.last_run()});
}

TEST_F(UiSockets, K57_several_requests_at_once_and_one_after_the_other) {
  say(question("r1", "Hi"));
  const RunId first = fixture.runs.last_run();
  say(question("r2", "Ho"));
  fixture.runs.log(first).delta("one");
  fixture.runs.text("two");
  fixture.turns();
  const List both = socket.sent();
  EXPECT_THAT(both,
              ::testing::Contains(chunk(3, "r1", R"({"type":"text-delta","id":"text-0","delta":"one"})")));
  EXPECT_THAT(both,
              ::testing::Contains(chunk(3, "r2", R"({"type":"text-delta","id":"text-0","delta":"two"})")));
  EXPECT_EQ(socket.shown(), 1);
  EXPECT_THAT(say(question("r1", "again")), ElementsAre(HasSubstr("This requestId is used")));
}

TEST_F(UiSockets, K57_resume_replays_from_the_start_and_abort_only_detaches) {
  say(question("r1", "Hi"));
  const RunId run = fixture.runs.last_run();
  fixture.runs.text("Hel");
  fixture.turns();
  socket.sent();
  EXPECT_THAT(say(R"({"type":"abort","requestId":"r1"})"), IsEmpty());
  fixture.runs.text("lo.");
  fixture.turns();
  EXPECT_THAT(socket.sent(), IsEmpty());
  EXPECT_TRUE(fixture.runs.cancelled.empty());
  const std::string resume =
      R"({"type":"resume","requestId":"r2","id":")" + run.text() + R"(","headers":{},"body":{}})";
  const List replay = say(resume);
  ASSERT_EQ(replay.size(), 6u);
  EXPECT_EQ(replay[0], R"({"type":"start","requestId":"r2"})");
  EXPECT_EQ(replay[1], chunk(0, "r2", start()));
  EXPECT_EQ(replay[5], chunk(4, "r2", R"({"type":"text-delta","id":"text-0","delta":"lo."})"));
  EXPECT_THAT(say(R"({"type":"resume","requestId":"r3","id":"none","headers":{},"body":{}})"),
              ElementsAre(R"({"type":"no-active","requestId":"r3"})"));
}

TEST_F(UiSockets, K54_what_is_refused_is_an_error_of_its_request) {
  fixture.refuse_with(ErrorCode::rate_limited, "Too many \"requests\".", "");
  EXPECT_THAT(say(question("r1", "Hi")),
              ElementsAre(R"({"type":"error","requestId":"r1","errorText":"Too many \"requests\"."})"));
  EXPECT_THAT(say(R"({"type":"send","requestId":"r2","messages":[]})"),
              ElementsAre(HasSubstr(R"("requestId":"r2","errorText":"messages is empty)")));
  EXPECT_THAT(
      say(R"({"type":"dance","requestId":"r3"})"),
      ElementsAre(R"({"type":"error","requestId":"r3","errorText":"type must be send, resume or abort."})"));
  EXPECT_FALSE(socket.code());
  EXPECT_THAT(say("{"), IsEmpty());
  EXPECT_EQ(socket.code(), transport::CloseCode::policy_violation);
}

TEST_F(UiSockets, K57_only_so_many_requests_at_once) {
  for (std::size_t i = 0; i < SocketStreams::kMax; ++i) say(question("r" + std::to_string(i), "Hi"));
  EXPECT_THAT(say(question("more", "Hi")), ElementsAre(HasSubstr("Too many requests are under way")));
}

}  // namespace
}  // namespace belay::surfaces::chat::ui

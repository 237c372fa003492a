// Engine::recover() many times: runs with crashes at random moments, and readers that follow the runs through
// all of them.

#include <gtest/gtest.h>

#include "core/run/testing/engine_fixture.hpp"

namespace belay {
namespace {

using namespace std::chrono_literals;
using testing::EngineFixture;
using testing::TestDialect;
using State = ByteSource::State;

// A client that follows one run through all crashes, and drops the text so far when the run restarts.
struct Client {
  RunId run;
  Position seen;
  std::string text;
  std::unique_ptr<testing::TestReader> reader;
  bool at_end = false;

  void read() {
    if (!reader) return;
    at_end = reader->read() == State::ended;
    std::string_view frames = reader->got;
    while (!frames.empty()) {
      const std::string_view frame = frames.substr(1, frames.find(']') - 1);
      frames.remove_prefix(frame.size() + 2);
      const auto position = Position::parse(frame.substr(0, frame.find(' ')));
      ASSERT_TRUE(position) << frame;
      EXPECT_EQ(position->offset, seen.offset + 1);
      seen = *position;
      const std::string_view event = frame.substr(frame.find(' ') + 1);
      if (event.starts_with("delta ")) text += event.substr(6);
      if (event == "restarted") text.clear();
    }
    reader->got.clear();
  }
};

class RecoveryInWeather : public ::testing::TestWithParam<std::uint64_t>, protected EngineFixture {
 protected:
  void join_all(std::vector<Client>& clients) {
    for (Client& client : clients) {
      const auto log = find(client.run);
      ASSERT_TRUE(log);
      ASSERT_TRUE((*log)->check(client.seen));
      client.reader = subscribe(*log, plain_, client.seen);
    }
  }
  const TestDialect plain_{{.splices = false, .hidden = std::nullopt, .text_from = 1, .padding = 0}};
};

TEST_P(RecoveryInWeather, X1_X2_whatever_the_moment_of_the_crash_every_run_ends_once_with_exactly_its_text) {
  SeededRandom luck(GetParam());
  provider.continues = GetParam() % 2 == 0;
  config.max_recoveries = 100;
  config.log_window = {4 << 10};
  start_process();
  std::string words;
  for (int i = 0; i < 3000; ++i) words += fmt::format("{:04}{} ", i, i % 5 ? "" : "é");
  std::vector<Client> clients(5);
  for (Client& client : clients) {
    RunRequest asked = request();
    asked.conversation = "c";
    asked.user = "ada";
    client.run = started(asked);
  }
  join_all(clients);
  int crashes = 0;
  const auto all_settled = [&] { return store.settled.size() == clients.size(); };
  for (int step = 0; step < 6000 && !all_settled(); ++step) {
    // What is not read before a crash is read after it.
    for (Client& client : clients)
      if (luck.below(5) == 0) client.read();
    for (const auto& open : std::vector(provider.calls)) {
      if (open->closed || open->paused || luck.below(3) != 0) continue;
      if (open->said == 0) open->said = open->request.partial_answer.size();
      const std::size_t size = std::min<std::size_t>(luck.below(400) + 1, words.size() - open->said);
      open->text(std::string_view(words).substr(open->said, size));
      open->said += size;
      if (open->said == words.size()) open->end();
    }
    if (luck.below(3) != 0) turn(1);
    switch (luck.below(40)) {
      case 0:
        store.hold();
        break;
      case 1:
        store.let_go();
        break;
      case 2:
        writer().holds = !writer().holds;
        break;
      case 3:
        writer().refusals = 1;
        break;
      case 4:
        clock.advance(100ms);
        break;
      default:
        break;
    }
    if (writer().under_way() && luck.below(2)) writer().finish();
    if (luck.below(60) == 0 && crashes < 12) {
      ++crashes;
      for (Client& client : clients) client.reader.reset();
      crash();
      recover();
      provider.calls.clear();
      join_all(clients);
      pass(100ms, 10ms);
    }
  }
  // No more faults until the end.
  store.let_go();
  writer().holds = false;
  if (writer().under_way()) writer().finish();
  for (int step = 0; step < 3000 && !all_settled(); ++step) {
    for (const auto& open : std::vector(provider.calls)) {
      if (open->closed || open->paused) continue;
      if (open->said == 0) open->said = open->request.partial_answer.size();
      open->text(std::string_view(words).substr(open->said, 500));
      open->said = std::min(open->said + 500, words.size());
      if (open->said == words.size()) open->end();
    }
    pass(100ms);
  }
  pass(1s);
  EXPECT_GE(crashes, 5);
  ASSERT_EQ(store.settled.size(), clients.size());
  EXPECT_EQ(engine->live_runs(), 0u);
  for (Client& client : clients) {
    for (int i = 0; i < 50 && !client.at_end; ++i) {
      client.read();
      turn(1);
    }
    EXPECT_TRUE(client.at_end);
    EXPECT_TRUE(client.text == words) << "got " << client.text.size() << " of " << words.size();
    EXPECT_EQ(store.record(client.run)->state, RunState::completed);
    EXPECT_EQ(store.record(client.run)->text_bytes, words.size());
    EXPECT_EQ(store.record(client.run)->last, client.seen.offset);
    client.reader.reset();
  }
  std::size_t answers = 0;
  for (const StoredMessage& message : store.messages({"ada", "assistant", "c"})) {
    if (message.role != Role::assistant) continue;
    ++answers;
    EXPECT_TRUE(message.content == words);
  }
  EXPECT_EQ(answers, clients.size());
}

INSTANTIATE_TEST_SUITE_P(Seeds, RecoveryInWeather, ::testing::Range<std::uint64_t>(1, 13));

}  // namespace
}  // namespace belay

// Channels while everything goes wrong: processes die, tabs are cut, the store and the log refuse. Every tab ends with
// exactly the events that were published, in order, none twice (requirements S1, X1, X2).
#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/run/channels.hpp"
#include "core/run/testing/engine_fixture.hpp"

namespace belay::testing {
namespace {

using Kind = ChannelMessage::Kind;

// One line for each message: position, run, kind, whether it ends the run, text.
class LineDialect final : public Dialect {
 public:
  void render(const LogHead&, const Event& event, const EventCounts&, const Position& position,
              MessageWriter& writer) const override {
    if (event.type != EventType::channel_message) return;
    const auto message = decode_channel_message(event.payload).value();
    writer.begin({}) += fmt::format("{} {} {} {} {}\n", position.text(), message.run.text(),
                                    static_cast<int>(message.kind), message.ends_run, message.text);
    writer.end();
  }
};
const LineDialect kDialect;
const Format kFormat{kDialect, plain_framing()};

// A tab that reconnects behind its last whole line.
struct Tab {
  std::string user;
  std::string lines;  // whole ones
  std::optional<Position> last;
  std::unique_ptr<TestReader> reader;
  std::shared_ptr<LogBuffer> log{};
};

class ChannelsUnderFaults : public EngineFixture, public ::testing::TestWithParam<std::uint64_t> {
 protected:
  ChannelsUnderFaults() {
    provider.continues = chance.below(2) == 0;
    for (int i = 0; i < 3; ++i)
      for (int tab = 0; tab < 2; ++tab) tabs.push_back({users[i], {}, {}, nullptr});
    recover();
    for (Tab& tab : tabs) connect(tab);
  }

  // A log that refuses makes callers wait.
  template <class T>
  T patiently(Awaitable<T> work, std::size_t loop_index) {
    const auto result = spawn(std::move(work), loop_index);
    turn(1);
    for (int i = 0; i < 50 && !*result; ++i) pass(Milliseconds(100));
    EXPECT_TRUE(result->has_value()) << "it never came back";
    return result->has_value() ? std::move(**result) : T();
  }
  void connect(Tab& tab) {
    auto work = [](Loop& loop, Channels& channels, ChannelReader reader) -> Awaitable<Result<OpenChannel>> {
      co_return co_await belay::call<&Channels::open>(loop, Deadline::never(), channels, std::move(reader));
    };
    const std::size_t at = chance.below(2);
    Loop& loop = *loops[at];
    auto opened = patiently(work(loop, *engine->channels(), {tab.user, "sendsage", tab.last, &loop}), at);
    if (!opened) return;
    ASSERT_FALSE(opened->is_reset) << (tab.last ? tab.last->text() : "");
    tab.last = opened->after;
    loop.post([&] {
      tab.reader = std::make_unique<TestReader>(engine->read_channel(loop, std::move(*opened), kFormat));
    });
    loop.turn();
  }
  void read(Tab& tab) {
    if (!tab.reader) return;
    while (tab.reader->read_at_whim(chance)) {
    }
    take_lines(tab);
    if (tab.reader->state == ByteSource::State::lost) tab.reader.reset();
  }
  static void take_lines(Tab& tab) {
    std::string& got = tab.reader->got;
    // A text has no line breaks, and a line that is cut is read again.
    for (std::size_t end; (end = got.find('\n')) != std::string::npos; got.erase(0, end + 1)) {
      tab.lines += got.substr(0, end + 1);
      tab.last = Position::parse(got.substr(0, got.find(' '))).value();
    }
  }

  void ask() {
    RunRequest made = request(users[chance.below(3)]);
    made.surface = "sendsage";
    made.may_restart = false;
    ChannelUse& use = made.channel.emplace();
    use.shows_pieces = chance.below(2) == 0;
    use.slow_after_ms = chance.below(2) == 0 ? 1000 : 0;
    if (chance.below(3) == 0) use.suggestion = "See it";
    const std::size_t home = engine->channels()->home_of(made.user, made.surface).index();
    if (patiently(engine->start(*loops[home], made), home).started) asked.push_back(made.id);
  }
  std::shared_ptr<FakeCall> some_call() {
    std::vector<std::shared_ptr<FakeCall>> open;
    for (const auto& call : provider.calls)
      if (!call->closed) open.push_back(call);
    return open.empty() ? nullptr : open[chance.below(open.size())];
  }
  void say() {
    const auto call = some_call();
    if (!call) return;
    std::string text;
    for (std::uint64_t words = chance.below(5) + 1; words > 0; --words)
      text += chance.below(3) == 0 ? "up. " : "go ";
    call->text(text);
  }
  void step() {
    switch (chance.below(16)) {
      case 0:
      case 1:
        return ask();
      case 2:
        if (const auto call = some_call()) call->end();
        return;
      case 3:
        if (const auto call = some_call(); call && chance.below(3) == 0)
          call->error(ErrorCode::provider_unavailable);
        return;
      case 4:
        if (!asked.empty() && chance.below(3) == 0)
          (void)patiently(engine->cancel_live(*loops[0], asked.back(),
                                              make_error(ErrorCode::cancelled, "The request was cancelled.")),
                          0);
        return;
      case 5:
        return pass(Milliseconds(static_cast<std::int64_t>(chance.below(7000))), Milliseconds(500));
      case 6: {
        Tab& tab = tabs[chance.below(tabs.size())];
        tab.reader.reset();
        return connect(tab);
      }
      case 7:
        if (chance.below(3) == 0) die();
        return;
      case 8:
        writer(chance.below(2)).refusals = static_cast<int>(chance.below(3));
        return;
      case 9:
        channel_store.fail_puts = static_cast<int>(chance.below(3));
        return;
      case 10:
        turn(1);
        return;
      default:
        return say();
    }
  }
  void die() {
    for (Tab& tab : tabs) {
      if (tab.reader) read(tab);
      tab.reader.reset();
    }
    channel_store.fail_puts = 0;
    crash();
    recover();
    for (Tab& tab : tabs) connect(tab);
  }

  SeededRandom chance{GetParam()};
  const std::string users[3] = {"ada", "bob", "eve"};
  std::vector<Tab> tabs;
  std::vector<RunId> asked;
};

struct Line {
  std::string run;
  int kind = 0;
  bool ends = false;
  std::string text;
};
std::vector<Line> lines_of(const std::string& text) {
  std::vector<Line> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    const std::size_t run = line.find(' ') + 1;
    const std::size_t kind = line.find(' ', run) + 1;
    lines.push_back({line.substr(run, kind - run - 1), line[kind] - '0', line.substr(kind + 2, 4) == "true",
                     line.substr(line.find(' ', kind + 2) + 1)});
    at = end + 1;
  }
  return lines;
}

TEST_P(ChannelsUnderFaults, every_tab_gets_every_event_once_and_every_question_one_end) {
  for (int i = 0; i < 400; ++i) {
    step();
    Tab& tab = tabs[chance.below(tabs.size())];
    read(tab);
  }
  channel_store.fail_puts = 0;
  for (int i = 0; i < 2; ++i) writer(i).refusals = 0;
  pass(Milliseconds(3000));
  for (int i = 0; i < 200; ++i) {
    const auto call = some_call();
    if (!call) break;
    call->end();
    turn();
  }
  pass(Milliseconds(20'000), Milliseconds(500));
  die();
  std::map<std::string, std::string> of_user;
  for (Tab& tab : tabs) {
    for (int i = 0; i < 20; ++i) {
      read(tab);
      turn(1);
    }
    const auto [at, is_first] = of_user.try_emplace(tab.user, tab.lines);
    EXPECT_EQ(at->second, tab.lines) << "two tabs of " << tab.user;
  }
  struct Seen {
    int ends = 0;
    int begins = 0;
    std::string pieces;
  };
  std::map<std::string, Seen> runs;
  for (const auto& [user, text] : of_user)
    for (const Line& line : lines_of(text)) {
      Seen& run = runs[line.run];
      const auto kind = static_cast<Kind>(line.kind);
      EXPECT_EQ(run.ends, 0) << "an event behind the end";
      EXPECT_EQ(run.begins == 0, kind == Kind::processing);
      run.begins += kind == Kind::processing;
      run.ends += line.ends;
      if (kind == Kind::piece) run.pieces += line.text;
      if (kind == Kind::response && !run.pieces.empty()) {
        EXPECT_EQ(run.pieces, line.text);
      }
    }
  for (const RunId& run : asked) EXPECT_EQ(runs[run.text()].ends, 1) << run.text();
}

INSTANTIATE_TEST_SUITE_P(Seeds, ChannelsUnderFaults, ::testing::Range<std::uint64_t>(1, 61));

}  // namespace
}  // namespace belay::testing

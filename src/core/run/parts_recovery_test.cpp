// Answers with text, reasoning and tool calls in pieces, when the process is killed at any place in them.

#include <gtest/gtest.h>

#include "core/log/message_number.hpp"
#include "core/log/testing/numbered_dialect.hpp"
#include "core/run/testing/engine_fixture.hpp"

namespace belay {
namespace {

using namespace std::chrono_literals;
using testing::EngineFixture;
using testing::NumberedDialect;
using State = ByteSource::State;

class PartsRecoveryTest : public ::testing::Test, protected EngineFixture {
 protected:
  static constexpr std::size_t kSteps = 13;
  // The model's answer; returns whether a call has begun and is not whole after this step.
  bool say(std::size_t step) {
    testing::FakeCall& to = call();
    switch (step) {
      case 0:
        to.accept();
        return false;
      case 1:
        to.text("One. ");
        return false;
      case 2:
        to.text("Two.");
        return false;
      case 3:
        to.call_begin(0, "c1", "play");
        return true;
      case 4:
        to.call_piece(0, "{\"a\"");
        return true;
      case 5:
        to.call_piece(0, ":1}");
        return true;
      case 6:
        to.tool_call({"c1", "play", "{\"a\":1}"});
        return false;
      case 7:
        to.call_begin(1, "c2", "play");
        return true;
      case 8:
        to.call_piece(1, "{}");
        return true;
      case 9:
        to.tool_call({"c2", "play", "{}"});
        return false;
      case 10:
        to.text("Three.");
        return false;
      case 11:
        to.usage({{5}, {5}, {}, {}, false, {}});
        return false;
      default:
        to.end(FinishReason::tool_calls);
        return false;
    }
  }
  // The bytes that a reader gets, if each of its messages has the next number.
  std::string numbered(const std::string& got) {
    std::size_t number = 0;
    for (std::size_t at = 0; at < got.size(); ++number) {
      EXPECT_TRUE(got.substr(at).starts_with(std::to_string(number) + ' ')) << got;
      at = std::min(got.find('\n', at), got.size() - 1) + 1;
    }
    return got;
  }
  const NumberedDialect dialect;
};

TEST_F(PartsRecoveryTest, K9_K22_a_kill_at_every_step_leaves_whole_calls_and_numbers_without_a_gap) {
  for (const bool may_restart : {true, false})
    for (const bool continues : {true, false})
      for (std::size_t cut = 0; cut <= kSteps; ++cut) {
        SCOPED_TRACE(::testing::Message()
                     << "restarts " << may_restart << ", continues " << continues << ", cut at " << cut);
        provider.continues = continues;
        start_process();
        RunRequest made = request();
        made.streams_parts = true;
        made.may_restart = may_restart;
        made.unwatched = Unwatched::never();
        const RunId id = started(made);
        auto reader = subscribe(*find(id), dialect);
        bool is_cut = false;
        for (std::size_t step = 0; step < cut; ++step) {
          is_cut = say(step);
          if (step % 3 == 0) turn();
        }
        turn();
        reader->read();
        const std::string before = reader->got;
        reader.reset();
        const std::size_t calls = provider.calls.size();
        crash();
        recover();
        pass(100ms, 10ms);
        const bool is_asked_again = provider.calls.size() > calls;
        if (is_asked_again) {
          ASSERT_LT(cut, kSteps);
          const bool continues_text = !call().request.partial_answer.empty();
          EXPECT_TRUE(!is_cut || may_restart);
          EXPECT_FALSE(is_cut && continues_text) << "no model goes on in the middle of a call";
          for (std::size_t step = 0; step < kSteps; ++step)
            if (!continues_text || (step != 1 && step != 2)) say(step);
        }
        turn();

        const auto log = find(id);
        ASSERT_TRUE(log);
        EXPECT_EQ((*log)->head().model, "m");
        EXPECT_EQ((*log)->head().created, made.created);
        const std::string all = numbered(read_all(id, dialect));
        EXPECT_TRUE(all.starts_with(before)) << "what a client has is not changed";
        const bool has_ended = all.find(" completed") != all.npos || all.find(" interrupted") != all.npos;
        EXPECT_TRUE(has_ended) << all;
        if (is_cut && !may_restart) {
          EXPECT_NE(all.find(" interrupted"), all.npos);
        }
        if (is_cut && may_restart) {
          EXPECT_NE(all.find(" restarted"), all.npos);
        }

        // Every call of the answer is whole: its pieces are its arguments.
        std::map<std::uint32_t, std::string> pieces;
        std::map<std::uint32_t, std::string> ids;
        std::size_t whole = 0;
        const auto expect_open = [&](const std::vector<std::uint32_t>& open) {
          EXPECT_EQ(open.size(), ids.size() - whole);
          for (std::size_t i = 0; i < open.size(); ++i) EXPECT_EQ(open[i], whole + i);
        };
        std::vector<ArchivedRange> ranges;
        store.read_events(id, 1, SIZE_MAX, [&](auto read) { ranges = read.value(); });
        for (const ArchivedRange& range : ranges) {
          EventReader logged({range.first, range.base_time, *range.bytes});
          for (Event event; logged.next(event);) {
            if (event.type == EventType::restarted) {
              expect_open(decode_restarted(event.payload)->open_calls);
              pieces.clear(), ids.clear(), whole = 0;
            }
            if (is_terminal(event.type)) expect_open(decode_terminal(event.payload)->open_calls);
            if (event.type == EventType::part) {
              const auto part = decode_part(event.payload);
              if (part->kind != PartKind::tool_call) continue;
              EXPECT_EQ(part->index, ids.size());
              ids[part->index] = part->id;
            }
            if (event.type == EventType::tool_delta) {
              const auto delta = decode_tool_delta(event.payload);
              pieces[delta->index] += delta->json;
            }
            if (event.type == EventType::tool_call) {
              const auto one = decode_tool_call(event.payload);
              const auto index = static_cast<std::uint32_t>(whole++);
              EXPECT_EQ(one->index, index);
              EXPECT_EQ(ids[index], one->call.id);
              EXPECT_EQ(pieces[index], one->call.arguments);
            }
          }
        }
        if (all.find(" completed") != all.npos) {
          EXPECT_EQ(whole, 2u);
          EXPECT_EQ(ids.size(), 2u);
        }
      }
}

TEST_F(PartsRecoveryTest, X5_what_a_request_says_about_readers_holds_after_a_restart) {
  provider.continues = true;
  RunRequest made = request();
  made.unwatched = Unwatched::cancel_after(2s);
  const RunId id = started(made);
  auto reader = subscribe(*find(id), dialect);
  call().accept();
  call().text("Half");
  turn();
  reader.reset();
  crash();
  recover();
  pass(1s);
  EXPECT_EQ(engine->live_runs(), 1u) << "a client has time to come back";
  pass(4s);
  EXPECT_EQ(engine->live_runs(), 0u);
  ASSERT_FALSE(store.settled.empty());
  EXPECT_EQ(store.settled.back().state, RunState::cancelled);
}

}  // namespace
}  // namespace belay

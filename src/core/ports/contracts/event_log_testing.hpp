// Small tools for tests of an EventLog: events as text, commits that wait for their result, and a visitor
// that records what it receives.
#pragma once

#include <chrono>
#include <functional>
#include <numeric>
#include <optional>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/ports/event_log.hpp"

namespace belay::storage {

// Consecutive deltas of one run.
struct Piece {
  RunId run;
  Offset first = 1;
  std::vector<std::string> texts;
  Epoch epoch = 1;
  WallTime base_time{1'795'000'000'000};

  Offset last() const { return first + texts.size() - 1; }
  friend bool operator==(const Piece&, const Piece&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Piece& piece) {
    out << piece.run.text() << ' ' << piece.epoch << '-' << piece.first << " at " << piece.base_time.ms
        << ':';
    for (const std::string& text : piece.texts) out << " \"" << text.substr(0, 40) << '"';
    return out;
  }
};

inline constexpr Milliseconds kTestEventAge{7};

// Pieces in the form in which the run engine passes them. Owns the bytes.
struct Encoded {
  explicit Encoded(const std::vector<Piece>& pieces) {
    bytes.resize(pieces.size());
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const Piece& piece = pieces[i];
      for (const std::string& text : piece.texts)
        append_event(EventType::delta, kTestEventAge, text, bytes[i]);
      appends.push_back({piece.run, piece.epoch, static_cast<std::uint32_t>(piece.texts.size()),
                         EventRange{piece.first, piece.base_time, bytes[i]}});
    }
  }
  Encoded(const Encoded&) = delete;
  Encoded& operator=(const Encoded&) = delete;

  std::vector<std::string> bytes;
  std::vector<LogAppend> appends;
};

// Runs turns of the loop until `done` returns true. For events that another thread causes. The time limit is
// far longer than needed, so that a fault ends the test.
inline void turn_until(Loop& loop, const std::function<bool()>& done) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!done()) {
    if (!loop.turn()) std::this_thread::yield();
    if (std::chrono::steady_clock::now() < give_up) continue;
    ADD_FAILURE() << "what was waited for did not come";
    return;
  }
}

inline Result<> commit(LogWriter& writer, Loop& loop, const std::vector<Piece>& pieces,
                       const std::vector<MarkAppend>& marks) {
  const Encoded encoded(pieces);
  std::optional<Result<>> result;
  int calls = 0;
  const std::thread::id loops_thread = std::this_thread::get_id();
  writer.commit(encoded.appends, marks, [&](Result<> done) {
    EXPECT_EQ(std::this_thread::get_id(), loops_thread);
    result = std::move(done);
    ++calls;
  });
  turn_until(loop, [&] { return result.has_value(); });
  EXPECT_EQ(calls, 1);
  if (!result) return make_error(ErrorCode::internal, "the commit never ended");
  return *result;
}

struct Recording final : ReplayVisitor {
  struct Entry {
    std::optional<Piece> piece;  // empty: the entry is a mark
    RunId run;
  };
  std::vector<Entry> entries;

  void on_events(const LogAppend& append) override {
    Piece piece{append.run, append.events.first, {}, append.epoch, append.events.base_time};
    EventReader reader(append.events);
    Event event;
    while (reader.next(event)) {
      EXPECT_EQ(event.type, EventType::delta);
      EXPECT_EQ(event.time, append.events.base_time + kTestEventAge);
      piece.texts.emplace_back(event.payload);
    }
    EXPECT_TRUE(reader.ok());
    EXPECT_EQ(piece.texts.size(), append.count);
    entries.push_back({std::move(piece), append.run});
  }
  void on_mark(const MarkAppend& mark) override {
    EXPECT_EQ(mark.mark, RunMark::opened);
    entries.push_back({std::nullopt, mark.run});
  }

  std::vector<Piece> pieces() const {
    std::vector<Piece> out;
    for (const Entry& entry : entries)
      if (entry.piece) out.push_back(*entry.piece);
    return out;
  }
  std::vector<RunId> marked() const {
    std::vector<RunId> out;
    for (const Entry& entry : entries)
      if (!entry.piece) out.push_back(entry.run);
    return out;
  }
  std::vector<Offset> offsets_of(const RunId& run) const {
    std::vector<Offset> out;
    for (const Piece& piece : pieces())
      if (piece.run == run)
        for (Offset offset = piece.first; offset <= piece.last(); ++offset) out.push_back(offset);
    return out;
  }
};

// first, first + 1 … last; empty if last < first.
inline std::vector<Offset> offsets(Offset first, Offset last) {
  std::vector<Offset> out(last + 1 - first);
  std::iota(out.begin(), out.end(), first);
  return out;
}

}  // namespace belay::storage

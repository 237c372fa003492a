// Shows one run in its user's channel (requirements S1, S2, S7): that it is being answered, the answer in pieces or as
// a whole, how it ended.
//
// Owned by the run, and used on its loop, which is also the channel's. What it publishes is committed together with
// what the run appended in the same turn.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/log/channel_log.hpp"
#include "core/run/answer_pieces.hpp"
#include "core/types/payloads.hpp"

namespace belay {

class ChannelFeed {
 public:
  // What the channel shows of the run already, after a crash.
  struct Progress {
    bool begun = false;
    bool slow = false;
    std::uint64_t answer_end = 0;  // the pieces that were published end here
    bool ended = false;

    void add(const ChannelMessage& message);
  };
  // Longer answers are refused: the channel shows an answer as a whole.
  static constexpr std::size_t kMaxAnswer = 1 << 20;

  // `request` has a `channel`, and outlives it.
  ChannelFeed(std::shared_ptr<ChannelLog> channel, const RunRequest& request, Loop& loop, Progress progress);

  // The position of a reader who wants to see the run from its beginning.
  Position begin();
  // After a crash, with the answer so far.
  void resume(std::string_view text);
  void on_text(std::string_view text);
  // The answer begins again.
  void on_restarted();
  void end(EventType type, const Terminal& terminal);
  // The run goes on in another process.
  void stop() { slow_.cancel(); }

  // Whether a client may have seen a part of the answer.
  bool has_shown_text() const { return progress_.answer_end != 0; }
  std::size_t readers() const { return writer_.channel().log()->readers(); }

 private:
  void show_beginning();
  void show_new_text();
  void show_piece(std::string_view piece);
  void publish(ChannelMessage::Kind kind, std::string_view text);
  void publish(ChannelMessage message);
  void say_slow();

  const RunRequest& request_;
  const ChannelUse& use_;
  Loop& loop_;
  mutable ChannelLog::Writer writer_;
  Progress progress_;
  AnswerPieces answer_;
  Timer slow_;
};

}  // namespace belay

// How much of a conversation goes into a prompt: whole turns, from the newest back, for as long as they fit
// (requirement P2). A turn is a user's message and all that was answered to it; it is never split.
//
// Offered messages from the newest to the oldest, so that whoever reads them from a store stops where
// nothing more can be used:
//
//   TurnWindow window(room);
//   for (each message, the newest first)
//     if (!window.offer(message.role, message.tokens)) break;
//   // the window.kept() newest messages are the history of the prompt
//
// Pure; a few numbers.
#pragma once

#include <cstddef>

#include "base/units.hpp"
#include "core/chat.hpp"

namespace belay::prompts {

class TurnWindow {
 public:
  explicit TurnWindow(TokenCount room) : room_(room.value) {}

  // The next older message, and what it costs (message_tokens()). False: neither it nor anything older is
  // used; read no further.
  bool offer(Role role, TokenCount tokens) {
    if (!open_) return false;
    ++offered_;
    if (tokens.value > room_ - spent_) return open_ = false;
    spent_ += tokens.value;
    if (role == Role::user) kept_ = offered_;
    // Not even an empty message would fit.
    return open_ = spent_ < room_;
  }

  // Of the messages offered, the newest that are whole turns.
  std::size_t kept() const { return kept_; }

 private:
  const std::uint64_t room_;
  std::uint64_t spent_ = 0;  // never more than room_
  std::size_t offered_ = 0;
  std::size_t kept_ = 0;
  bool open_ = true;
};

}  // namespace belay::prompts

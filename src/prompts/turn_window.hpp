// Decides how much of a conversation goes into a prompt: complete turns, from the newest to older ones, while
// they fit (requirement P2). A turn is a user's message and all answers to it. A turn is never split.
//
// Messages are offered from the newest to the oldest. A caller that reads them from a store can then stop as
// soon as no more can be used:
//
//   TurnWindow window(budget);
//   for (each message, newest first)
//     if (!window.offer(message.role, message.tokens)) break;
//   // the window.kept() newest messages are the history of the prompt
//
// Pure; it holds only a few numbers.
#pragma once

#include <cstddef>

#include "base/units.hpp"
#include "core/types/message.hpp"

namespace belay::prompts {

class TurnWindow {
 public:
  explicit TurnWindow(TokenCount budget) : budget_(budget.value) {}

  // Offers the next older message and its cost (message_tokens()). Returns false if neither this message nor
  // any older one can be used: stop reading.
  bool offer(Role role, TokenCount tokens) {
    if (!open_) return false;
    ++offered_;
    if (tokens.value > budget_ - spent_) return open_ = false;
    spent_ += tokens.value;
    if (role == Role::user) kept_ = offered_;
    // False if not even an empty message would fit.
    return open_ = spent_ < budget_;
  }

  // How many of the offered messages, counted from the newest, form complete turns.
  std::size_t kept() const { return kept_; }

 private:
  const std::uint64_t budget_;
  std::uint64_t spent_ = 0;  // never more than budget_
  std::size_t offered_ = 0;
  std::size_t kept_ = 0;
  bool open_ = true;
};

}  // namespace belay::prompts

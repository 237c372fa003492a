// What users, operators and retention have removed for good (requirements C11, X18).
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/run_id.hpp"

namespace belay {

// One removal. It concerns what was made up to `through`: whatever a user asks later stays.
struct Erasure {
  enum class What : std::uint8_t {
    messages = 1,       // of one conversation, which stays
    conversation = 2,   // one conversation
    conversations = 3,  // all of a user on one surface
    user = 4,           // everything of a user
    run = 5             // one run that has no conversation
  };
  What what = What::conversation;
  std::string user;
  std::string surface;       // empty: all
  std::string conversation;  // of `messages` and `conversation`; of `run`: the id of the run
  WallTime through;
  RunId keeps{};  // a run that stays: that of the command that asks for it. Not stored

  // Whether it covers a run.
  bool covers(const std::string& of_user, const std::string& of_surface, const std::string& of_conversation,
              const RunId& run) const {
    if (what == What::run) return of_user == user && of_conversation.empty() && run.text() == conversation;
    return run.time <= through && run != keeps && concerns(of_user, of_surface, of_conversation);
  }
  // Whether it removes the channel of a user on a surface (core/types/channel.hpp): all of a channel or nothing.
  bool covers_channel(const std::string& of_user, const std::string& of_surface, WallTime created) const {
    if (of_user != user || created > through) return false;
    if (what == What::user) return true;
    return what == What::conversations && (surface.empty() || of_surface == surface);
  }
  // The same, at whatever time the run is made.
  bool concerns(const std::string& of_user, const std::string& of_surface,
                const std::string& of_conversation) const {
    if (of_user != user) return false;
    if (what == What::user) return true;
    if (what == What::run) return false;  // a new run has another id
    if (of_surface != surface || of_conversation.empty()) return false;
    return what == What::conversations || of_conversation == conversation;
  }
};

struct ErasureReport {
  std::uint64_t conversations = 0;
  std::uint64_t messages = 0;
  std::uint64_t runs = 0;  // their events and records
  std::uint64_t sessions = 0;
  std::uint64_t cached_answers = 0;
  std::uint64_t ledger_rows = 0;  // kept without their user, for the totals

  ErasureReport& operator+=(const ErasureReport& more) {
    conversations += more.conversations;
    messages += more.messages;
    runs += more.runs;
    sessions += more.sessions;
    cached_answers += more.cached_answers;
    ledger_rows += more.ledger_rows;
    return *this;
  }
};

}  // namespace belay

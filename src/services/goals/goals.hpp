// Users' goals (requirement G4): checked, bounded, kept. Goals of another user do not exist.
//
// Each call is made on the caller's loop and resumes there; all loops may call at once. Errors name the field of the goal:
// "title", "description", "target_date", "id".
#pragma once

#include <optional>
#include <string>

#include "base/deadline.hpp"
#include "base/thread_pool.hpp"
#include "services/goals/parts.hpp"

namespace belay::services {

class Goals {
 public:
  explicit Goals(const GoalParts& parts) : parts_(parts) {}

  struct NewGoal {
    std::string title;
    std::string description;
    GoalStatus status = GoalStatus::active;
    std::string target_date;  // "2026-12-31"; empty: none
  };
  // Fails with `unprocessable` for a field that is not fine, and with `conflict` if the user has too many.
  Awaitable<Result<Goal>> create(Loop& loop, Deadline deadline, std::string user, NewGoal goal);
  // Fails as create(), and with `not_found`.
  Awaitable<Result<Goal>> change(Loop& loop, Deadline deadline, std::string user, std::string id,
                                 GoalChange change);
  // Fine if there is none.
  Awaitable<Result<>> remove(Loop& loop, Deadline deadline, std::string user, std::string id);
  Awaitable<Result<Goal>> find(Loop& loop, Deadline deadline, std::string user, std::string id);
  Awaitable<Result<GoalPage>> list(Loop& loop, Deadline deadline, std::string user, GoalQuery query);

 private:
  Result<> check(const GoalChange& change) const;

  const GoalParts parts_;
};

// Two digits for each random byte.
std::string random_hex(std::size_t bytes, Random& random);
// "goal_" or another prefix, and 24 random hexadecimal digits.
std::string new_item_id(std::string_view prefix, Random& random);
// 1 to `max` bytes that a person can see, without control characters; a text may be empty or have several lines if that is
// allowed. Fails with `unprocessable`.
enum class TextForm { title, text };
Result<> check_text(std::string_view text, std::string_view field, ByteCount max, TextForm form);
// A day that exists: "2026-02-28".
bool is_date(std::string_view text);

}  // namespace belay::services

// Users' meetings (requirement G4), and the secret addresses of their calendars. Meetings of another user do not exist.
//
// Each call is made on the caller's loop and resumes there; all loops may call at once. Errors name the field of the
// meeting: "title", "start", "duration", "id".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/deadline.hpp"
#include "base/secret.hpp"
#include "base/thread_pool.hpp"
#include "services/goals/parts.hpp"

namespace belay::services {

class Meetings {
 public:
  explicit Meetings(const GoalParts& parts) : parts_(parts) {}

  struct NewMeeting {
    std::string title;
    WallTime start;
    Milliseconds duration{0};
    MeetingStatus status = MeetingStatus::scheduled;
    std::string origin{};  // of an imported one: what its calendar calls it
  };
  // Fails with `unprocessable` for a field that is not fine, and with `conflict` if the user has too many.
  Awaitable<Result<Meeting>> create(Loop& loop, Deadline deadline, std::string user, NewMeeting meeting);
  // Fails as create(), and with `not_found`.
  Awaitable<Result<Meeting>> change(Loop& loop, Deadline deadline, std::string user, std::string id,
                                    MeetingChange change);
  // Fine if there is none.
  Awaitable<Result<>> remove(Loop& loop, Deadline deadline, std::string user, std::string id);
  Awaitable<Result<Meeting>> find(Loop& loop, Deadline deadline, std::string user, std::string id);
  Awaitable<Result<MeetingPage>> list(Loop& loop, Deadline deadline, std::string user, MeetingQuery query);
  // All of them or none. Meetings of the same origin are one. Titles that are too long are cut, and durations too; a
  // meeting without a title gets one.
  Awaitable<Result<MeetingImport>> import(Loop& loop, Deadline deadline, std::string user,
                                          std::vector<NewMeeting> meetings);
  // All meetings of the user, by their start: no more than are kept.
  Awaitable<Result<std::vector<Meeting>>> all(Loop& loop, Deadline deadline, std::string user);

  // ---- The secret address of the user's calendar
  struct Feed {
    Secret secret;  // 64 hexadecimal digits. Nobody can find it out again
    WallTime created;
  };
  // An earlier address ends.
  Awaitable<Result<Feed>> renew_feed(Loop& loop, Deadline deadline, std::string user);
  // Fine if there is none.
  Awaitable<Result<>> revoke_feed(Loop& loop, Deadline deadline, std::string user);
  // When it was made; nothing: there is none.
  Awaitable<Result<std::optional<WallTime>>> feed_of(Loop& loop, Deadline deadline, std::string user);
  // Fails with `not_found`.
  Awaitable<Result<std::string>> user_of_feed(Loop& loop, Deadline deadline, std::string secret);

  const GoalsConfig& config() const { return parts_.config; }

 private:
  Result<> check(const MeetingChange& change) const;
  Meeting made(NewMeeting meeting, WallTime now) const;

  const GoalParts parts_;
};

}  // namespace belay::services

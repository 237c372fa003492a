// The port to users' meetings (requirement G4), and to the secret addresses under which calendar programs subscribe to
// them. It is implemented together with Store (core/ports/store.hpp), whose rules on threads, order and bounds also apply
// here. A meeting of another user does not exist.
//
// Whoever schedules a meeting may start the user's tracking in the same transaction (core/ports/profile_store.hpp). The
// erasure of a user removes the meetings and the address, too (core/ports/erasure_store.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/ports/store.hpp"
#include "core/types/meeting.hpp"

namespace belay {

class MeetingStore {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~MeetingStore() = default;

  // The id is new. Fails with `conflict`, and stores nothing, if the user has `max` meetings or more.
  virtual void create_meeting(std::string user, Meeting meeting, std::size_t max, Done<> done) = 0;
  // All of them or none. A meeting with an origin that the user has already changes that meeting, which keeps its id. The
  // ids and origins are all different. Fails with `conflict` if the user would have more than `max`.
  virtual void import_meetings(std::string user, std::vector<Meeting> meetings, std::size_t max, WallTime now,
                               Done<MeetingImport> done) = 0;
  // The result is the meeting after the change; nothing: there is no such meeting.
  virtual void change_meeting(std::string user, std::string id, MeetingChange change, WallTime now,
                              Done<std::optional<Meeting>> done) = 0;
  // The result is whether there was one.
  virtual void remove_meeting(std::string user, std::string id, Done<bool> done) = 0;
  virtual void find_meeting(std::string user, std::string id, Done<std::optional<Meeting>> done) = 0;
  virtual void list_meetings(std::string user, MeetingQuery query, Done<MeetingPage> done) = 0;

  // ---- The calendar's secret address. Only its digest is kept
  // Takes the place of an earlier one.
  virtual void put_feed(std::string user, std::string digest, WallTime now, Done<> done) = 0;
  // The result is whether there was one.
  virtual void remove_feed(std::string user, Done<bool> done) = 0;
  // When the user's address was made; nothing: there is none.
  virtual void find_feed(std::string user, Done<std::optional<WallTime>> done) = 0;
  // Nothing: there is no such address.
  virtual void user_of_feed(std::string digest, Done<std::optional<std::string>> done) = 0;
};

}  // namespace belay

// The port to users' profiles and to the changes of their phase (requirement G4). It is implemented together with Store
// (core/ports/store.hpp), whose rules on threads, order and bounds also apply here.
//
// The phase itself belongs to UserStore, which operators change. Every change is kept here, in the same transaction:
//
//   an operator's          UserStore::change_user(), with the operator's name
//   tracking starts        GoalStore and MeetingStore, when a change leaves a user who has no phase with an active goal
//                          and a scheduled meeting that is not over
//
// The erasure of a user removes the profile and the changes, too (core/ports/erasure_store.hpp).
#pragma once

#include <string>
#include <vector>

#include "core/ports/store.hpp"
#include "core/types/profile.hpp"

namespace belay {

class ProfileStore {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~ProfileStore() = default;

  // Of a user who has said nothing: an empty one.
  virtual void find_profile(std::string user, Done<Profile> done) = 0;
  // The result is the profile after the change.
  virtual void change_profile(std::string user, ProfileChange change, WallTime now, Done<Profile> done) = 0;
  // Newest first, at most kMaxPhaseChanges.
  virtual void phase_changes(std::string user, Done<std::vector<PhaseChange>> done) = 0;
};

}  // namespace belay

// Profiles and phases in SQLite. These functions run inside the caller's transaction, on the caller's thread.
#pragma once

#include "core/ports/profile_store.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

// One statement.
Result<Profile> read_profile(Database& database, std::string_view user);
Result<Profile> write_profile(Database& database, std::string_view user, const ProfileChange& change,
                              WallTime now);

// One statement. Newest first.
Result<std::vector<PhaseChange>> read_phase_changes(Database& database, std::string_view user);
Result<> insert_phase_change(Database& database, std::string_view user, const PhaseChange& change);
// After a change of goals or meetings: the user starts tracking if that is due (core/ports/profile_store.hpp).
Result<> start_tracking_if_due(Database& database, std::string_view user, WallTime now);

// Goals, meetings, the calendar's address, the profile and the changes of the phase, of up to `through`.
Result<> erase_goals_until(Database& database, std::string_view user, WallTime through);

}  // namespace belay::storage

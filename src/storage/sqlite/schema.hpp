// The tables of the embedded store, and how a file of an older version is migrated to them.
//
// SQLite's user_version is the number of migrations that were applied to a file. Migrations only go forward.
// A file from a newer Belay is refused, because its contents could be misread.
#pragma once

#include <span>

#include "base/result.hpp"
#include "storage/sqlite/database.hpp"

namespace belay::storage {

// The migration steps of this version of Belay, in order. The file's version is the number of steps applied.
std::span<const char* const> migrations();

// Applies the missing `steps` to the file, in one transaction. Fails with `conflict` when the file is newer,
// or is not a database of Belay.
Result<> migrate(Database& database, std::span<const char* const> steps = migrations());

}  // namespace belay::storage

// The tables of the embedded store, and how a file of an older version comes to have them.
//
// SQLite's user_version counts the migrations that a file has been through. They go forward only: a file from
// a newer Belay is refused, because what it holds could be misread.
#pragma once

#include <span>

#include "base/result.hpp"
#include "storage/sqlite/connection.hpp"

namespace belay::storage {

// The steps of this version of Belay, in order; the file's version is the number of those it has been
// through.
std::span<const char* const> migrations();

// Brings the file to the end of `steps`, in one transaction. Fails with `conflict` when the file is newer or
// is not Belay's.
Result<> migrate(Connection& connection, std::span<const char* const> steps = migrations());

}  // namespace belay::storage

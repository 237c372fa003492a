// Puts a backup (backup.hpp) into an empty data directory.
//
// The next server on this directory treats it like one whose machine lost power. Clients may have seen more
// of the answers that were running than the backup contains. So these answers continue in a new epoch, and a
// client whose position is in the lost part gets an error instead of a different text. The mark for this is a
// file in the journal's directory (kRestoredMark). The journal removes it after the segments of the backup.
//
// From the beginning to the end of a restore the data directory is locked, and contains the file
// kUnfinishedRestore. If the restore is interrupted, that file remains: servers and further restores then
// refuse the directory and say what to do.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "storage/backup/manifest.hpp"

namespace belay::storage {

// Reads the whole backup and compares it with its manifest. Changes nothing. Fails with `not_found` when there
// is no complete backup, with `unprocessable` when it is damaged, and with `conflict` when it was made by a
// newer Belay.
Result<BackupManifest> check_backup(const std::filesystem::path& backup);

// Checks the backup, then copies it. Creates the data directory if it does not exist. Blocks until everything
// is on the disk. Besides what check_backup() refuses, it fails with `conflict` when a process uses the data
// directory, or when it contains anything. After a failure it is empty again.
Result<BackupManifest> restore_backup(const std::filesystem::path& backup, const std::filesystem::path& data);

}  // namespace belay::storage

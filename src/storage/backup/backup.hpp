// Makes a backup of a data directory, while a server uses it or while it is stopped.
//
// A backup is a directory:
//
//   belay.db             the store, as one file
//   journal/*.log        the journal's segments, cut after their last complete batch
//   tickets/*.uses       the stream tickets that were used
//   ticket.key           the key that signs stream tickets
//   belay-backup.json    the manifest (manifest.hpp)
//
// The store and the journal are from one moment (data_snapshot.hpp). Files of a journal that were set aside
// because they are damaged (*.damaged) are left out, and so are the log, the configuration and the keys that
// it names. Whoever can read a backup can read every conversation in it and can sign stream tickets.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "storage/backup/manifest.hpp"

namespace belay::storage {

struct BackupRequest {
  std::filesystem::path data;         // the data directory
  std::filesystem::path destination;  // must not exist, or be empty (staging.hpp)
  std::string belay;                  // the version of this program
  Milliseconds busy_timeout{5'000};   // how long to wait for another process that holds the database
};

struct Backup {
  std::filesystem::path path;  // the absolute path
  BackupManifest manifest;
  std::vector<std::string> notes;  // what is wrong with the data that was copied: a line each
};

// Blocks until the backup is on the disk. When it fails, nothing is left. Changes no data in the data
// directory; SQLite may create an empty write-ahead log and its index there. Fails with `not_found` when there is no database, and with `conflict` when the destination is
// taken, when the data was written by a newer Belay, or when the data directory is not complete.
Result<Backup> make_backup(const BackupRequest& request, const Clock& clock);

}  // namespace belay::storage

// The manifest of a backup: which files belong to it, and what they contain.
//
// It is the JSON file DIR/belay-backup.json. It is written last, so a backup without it is incomplete. The
// checksums find damage, not forgery: who can change a file of the backup can also change the manifest.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/units.hpp"

namespace belay::storage {

// The layout of a backup. A reader refuses a higher number than its own.
inline constexpr std::int64_t kBackupFormat = 1;
// A longer manifest is damaged.
inline constexpr ByteCount kMaxManifest = 64_MiB;

struct BackupFile {
  std::string path;  // relative to the backup: "belay.db", "journal/00000001-loop-00-00000001.log"
  ByteCount size;
  std::string sha256;  // 64 hexadecimal digits
};

struct BackupManifest {
  std::string belay;               // the version that made the backup
  std::string created;             // as in "2026-11-21T13:18:05.123Z"
  std::int64_t store_version = 0;  // of the database's tables (sqlite/schema.hpp)
  std::vector<BackupFile> files;   // in the order in which they were written
};

std::string encode_manifest(const BackupManifest& manifest);

// Fails with `conflict` when the backup was made by a newer Belay, and with `unprocessable` when the text is
// damaged: not a manifest, a file outside the backup, a file twice, or no database.
Result<BackupManifest> decode_manifest(std::string_view text);

// Whether a backup may contain this path. The paths of a manifest become paths below the data directory, so
// only the names of files that Belay writes there are accepted.
bool is_backup_path(std::string_view path);

// The total size of the files.
ByteCount size_of(const BackupManifest& manifest);

}  // namespace belay::storage

// The secret that this server signs its own tickets with. It is stored in the data directory, so that tickets
// stay valid after a restart.
#pragma once

#include <filesystem>

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace belay::auth {

inline constexpr std::size_t kServerKeyBytes = 32;

// Reads the file, or creates it: mode 0600; complete before it gets its name; on the disk before it is used.
// Rejects a file of another length, a file that other users may read, and anything that is not a regular
// file. Blocks; for start-up.
Result<Secret> load_or_create_server_key(const std::filesystem::path& path, Random& random);

}  // namespace belay::auth

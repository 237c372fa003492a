// The secret that this server signs its own tickets with, kept in the data directory so that tickets outlive
// a restart.
#pragma once

#include <filesystem>

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace belay::auth {

inline constexpr std::size_t kServerKeyBytes = 32;

// Reads the file, or makes it: mode 0600, complete before it bears its name, on the disk before it is used.
// Refuses a file of another length, one that other users may read, and what is not a plain file. Blocks; for
// start-up.
Result<Secret> load_or_create_server_key(const std::filesystem::path& path, Random& random);

}  // namespace belay::auth

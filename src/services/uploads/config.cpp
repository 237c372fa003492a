#include "services/uploads/config.hpp"

#include "base/settings/settings.hpp"

namespace belay::services {

using namespace std::chrono_literals;

void declare(Settings& settings, UploadStorageConfig& config) {
  settings.continue_section("uploads");
  settings.integer("max_files_per_user", config.limits.max_files, {1, 100'000, "files"},
                   "Files that are stored of one user. Beyond: 409, until the user deletes one.");
  settings.size("max_bytes_per_user", config.limits.max_bytes, {64_KiB, 1'048'576_MiB},
                "Bytes that are stored of one user, encrypted. Beyond: 409.");
  settings.duration("keep", config.keep, {0s, 876000h},
                    "How long a file is stored. 0: until its user deletes it.");
  belay::declare(settings, config.keys);
}

}  // namespace belay::services

// The settings of stored uploads: how many a user may have, how long they are kept, and the keys that they are encrypted
// with. Those of a single file are in uploads/config.hpp, those of uploads at once in policy/config.hpp.
#pragma once

#include "base/clock.hpp"
#include "base/encryption/sealing_keys.hpp"
#include "core/ports/upload_store.hpp"

namespace belay::services {

struct UploadStorageConfig {
  UploadLimits limits{50, 200_MiB};
  // 0: until the user deletes it.
  Milliseconds keep{0};
  SealingKeyConfig keys{};
};

// Declares the settings in the section of uploads.
void declare(Settings& settings, UploadStorageConfig& config);

}  // namespace belay::services

// Keys for tests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/encryption/sealing_keys.hpp"

namespace belay::services::testing {

// With these ids, the first one current. The same id is the same key.
inline std::shared_ptr<const SealingKeys> sealing_keys(const std::vector<std::string>& ids) {
  std::vector<SealingKey> keys;
  for (const std::string& id : ids) {
    std::string hex;
    for (std::size_t i = 0; i < SealingKey::kBytes; ++i) {
      const auto byte = static_cast<unsigned char>(id[i % id.size()] + static_cast<char>(i));
      hex += "0123456789abcdef"[byte >> 4];
      hex += "0123456789abcdef"[byte & 15];
    }
    keys.push_back(std::move(SealingKey::from_text(id, hex)).value());
  }
  return std::make_shared<const SealingKeys>(std::move(keys), 0);
}

}  // namespace belay::services::testing

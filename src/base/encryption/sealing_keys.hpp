// The keys that data at rest is encrypted with (requirement S6), and where the configuration takes them from.
//
// A key has an id, which is stored in clear beside what it has sealed, and 32 secret bytes. Several keys may be
// configured: one is current and seals what is new, the others only open what is older. To replace a key, an operator
// adds a new one, makes it current, has everything sealed again (services/uploads/rotation.hpp) and removes the old one.
//
// The bytes of a key are in memory that is not swapped, if the system allows that, and zeroed when the key is destroyed.
// Immutable and thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace belay {

class Settings;  // base/settings/settings.hpp

class SealingKey {
 public:
  static constexpr std::size_t kBytes = 32;

  // `text`: the 32 bytes as 64 hexadecimal digits or as base64 (either alphabet, with or without padding); spaces and
  // line ends around it are ignored. Fails with `invalid_request`; the error never shows the text.
  static Result<SealingKey> from_text(std::string id, std::string_view text);
  // 1 to 64 letters, digits, dots, dashes or underscores.
  static bool is_valid_id(std::string_view id);

  const std::string& id() const { return id_; }
  const unsigned char* bytes() const { return bytes_.get(); }

 private:
  struct Free {
    void operator()(unsigned char* bytes) const;
  };
  SealingKey(std::string id, unsigned char* bytes) : id_(std::move(id)), bytes_(bytes) {}

  std::string id_;
  std::unique_ptr<unsigned char, Free> bytes_;
};

class SealingKeys {
 public:
  // `current` is the index of a key. The ids differ.
  SealingKeys(std::vector<SealingKey> keys, std::size_t current)
      : keys_(std::move(keys)), current_(current) {}

  const SealingKey& current() const { return keys_[current_]; }
  // Null: there is none with this id.
  const SealingKey* find(std::string_view id) const;
  std::size_t size() const { return keys_.size(); }

 private:
  std::vector<SealingKey> keys_;
  std::size_t current_;
};

// Where a key comes from. Exactly one of file and env is set.
struct SealingKeySource {
  std::string id;
  std::string file;  // a plain file that only its owner may read
  std::string env;   // the name of an environment variable
};

struct SealingKeyConfig {
  // Empty: nothing can be sealed.
  std::vector<SealingKeySource> keys;
  // The id of the current key. Empty: the first of `keys`.
  std::string current;
  // Development mode: if there are no keys, one is made in this file. Empty: none is made. No setting of the file.
  std::filesystem::path made_key{};
};

// Declares `keys` and `current_key` in the current section.
void declare(Settings& settings, SealingKeyConfig& config);

// Finds errors that do not need the keys themselves. `section` is that of the settings: their names begin with it.
std::vector<Error> check(const SealingKeyConfig& config, std::string_view section);

struct LoadedSealingKeys {
  std::shared_ptr<const SealingKeys> keys;  // null: none is configured, or there are problems
  std::vector<Error> problems;              // their fields name settings
};
// Reads the files and the environment. Blocks.
LoadedSealingKeys load_sealing_keys(const SealingKeyConfig& config, std::string_view section);

// Reads the key in this file, or makes one and writes it there, readable by its owner only.
Result<SealingKey> load_or_make_sealing_key(std::string id, const std::filesystem::path& file);

}  // namespace belay

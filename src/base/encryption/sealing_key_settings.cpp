// The settings of the keys.
#include <algorithm>

#include <fmt/format.h>

#include "base/encryption/sealing_keys.hpp"
#include "base/settings/settings.hpp"

namespace belay {
namespace {

constexpr std::size_t kMaxKeys = 16;

void declare_source(Settings& row, SealingKeySource& source) {
  row.string(
         "id", source.id, 64,
         "The key's name: letters, digits, dots, dashes, underscores. It is stored beside what the key has "
         "encrypted, so it never changes.")
      .required("\"2026\"");
  row.string("file", source.file, 4096,
             "A file with the key: 32 random bytes as 64 hexadecimal digits or base64 (`openssl rand -base64 "
             "32`). Only its owner may read it. Set exactly one of file and env.")
      .sample("\"/etc/belay/uploads-2026.key\"");
  row.string("env", source.env, 256, "An environment variable with the same content.").names_environment();
}

Error invalid(std::string field, std::string detail) {
  return make_error(ErrorCode::invalid_request, std::move(detail), std::move(field));
}

}  // namespace

void declare(Settings& settings, SealingKeyConfig& config) {
  settings.string("current_key", config.current, 64,
                  "The id of the key that encrypts new files. Empty: the first of the keys.");
  settings.table_array(
      "keys", config.keys, kMaxKeys,
      "The keys that files are encrypted with. Without a key, no file is taken (--dev makes a key in the "
      "data directory). To replace a key: add a new one, name it in current_key, send SIGHUP, run "
      "`belay uploads rotate`, and remove the old one when nothing is left.",
      declare_source);
}

std::vector<Error> check(const SealingKeyConfig& config, std::string_view section) {
  std::vector<Error> problems;
  for (std::size_t i = 0; i < config.keys.size(); ++i) {
    const SealingKeySource& source = config.keys[i];
    const std::string row = fmt::format("{}.keys[{}]", section, i);
    if (!SealingKey::is_valid_id(source.id)) {
      problems.push_back(
          invalid(row + ".id", "A key's id has 1 to 64 letters, digits, dots, dashes or underscores."));
      continue;
    }
    if (source.file.empty() == source.env.empty())
      problems.push_back(invalid(row, "Set exactly one of file and env for each key."));
    const auto same = [&](const SealingKeySource& other) { return other.id == source.id; };
    if (std::count_if(config.keys.begin(), config.keys.begin() + static_cast<std::ptrdiff_t>(i), same) != 0)
      problems.push_back(invalid(row + ".id", "An earlier key has the same id. Give each key its own."));
  }
  const auto is_current = [&](const SealingKeySource& source) { return source.id == config.current; };
  if (!config.current.empty() && std::none_of(config.keys.begin(), config.keys.end(), is_current))
    problems.push_back(invalid(fmt::format("{}.current_key", section),
                               "There is no key with this id. Use the id of one of the keys."));
  return problems;
}

}  // namespace belay

// The settings of climbers' contexts: their bounds, what is personal in them, and where they come from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace belay {
class Settings;  // base/settings/settings.hpp
}

namespace belay::services {

struct ContextConfig {
  ByteCount max_document = 512_KiB;
  std::uint32_t max_climbs = 5'000;
  // Fields that no model sees, in addition to those that the server knows (services/context/personal_data.hpp).
  std::vector<std::string> personal_fields;

  // Where the product serves contexts: "https://api.example.com/climbers/{user}/context". Empty: they are kept in the
  // server's own store.
  std::string url;
  std::string ca_file;  // PEM; empty: the system's authorities
  // The secret with which fetches are signed; if both are set, the file is used. Both empty: they are not signed.
  std::string key_file;
  std::string key_env;
  Milliseconds timeout{2'000};              // of a whole fetch
  Milliseconds cache_time{60'000};          // how long a document is used without asking again
  Milliseconds stale_time{24 * 3'600'000};  // and how long if the address fails
  std::uint32_t cache_entries = 1'000;
  ByteCount cache_size = 64_MiB;
  std::uint32_t breaker_failures = 5;  // in a row, after which the address is left alone. 0: never
  Milliseconds breaker_open_time{10'000};
};

// Declares the settings: names, bounds and documentation.
void declare(Settings& settings, ContextConfig& config);

// A problem of `url`, in words; empty: none. The scheme is checked where the HTTP client is.
std::string problem_of_url(const std::string& url);

}  // namespace belay::services

#include "services/context/config.hpp"

#include "base/settings/settings.hpp"

namespace belay::services {

using namespace std::chrono_literals;

void declare(Settings& settings, ContextConfig& context) {
  settings.section("context",
                   "What is known about climbers: one document a user, given to the climbing coach.");
  settings.size("max_document", context.max_document, {1_KiB, 8_MiB},
                "Largest document. It is read for each question to the coach.");
  settings.integer("max_climbs", context.max_climbs, {1, 100'000, "climbs"}, "Most climbs in a document.");
  settings.string_list(
      "personal_fields", context.personal_fields, 256,
      "Names of fields that no model may see, at any depth, in addition to those that the server "
      "knows (names, e-mail, phone, address, birth date, coordinates, ids, pictures, accounts). "
      "Letter case, spaces, hyphens and underscores do not matter.");
  settings
      .string(
          "url", context.url, 2048,
          "Where your product serves the documents; {user} is replaced by the user's id. https, or http on "
          "this machine. Empty: they are kept in this server, and users change them with PUT /api/context.")
      .address()
      .sample("\"https://api.example.com/climbers/{user}/context\"");
  settings.string("ca_file", context.ca_file, 4096,
                  "PEM file of the authorities to trust at that address. Empty: the system's.");
  settings.string("key_file", context.key_file, 4096,
                  "A file with the secret that signs the requests to that address. It overrides key_env.");
  settings
      .string("key_env", context.key_env, 256,
              "The environment variable with that secret. Both empty: requests are not signed.")
      .names_environment();
  settings.duration("timeout", context.timeout, {50ms, 30s},
                    "How long one request to that address may take. Without a document, the coach answers "
                    "without one.");
  settings.duration("cache_time", context.cache_time, {0ms, 24h}, "How long a fetched document is used.");
  settings.duration("stale_time", context.stale_time, {0ms, 30 * 24h},
                    "How long a fetched document is used while the address fails.");
  settings.integer("cache_entries", context.cache_entries, {1, 1'000'000, "documents"},
                   "Most fetched documents in memory.");
  settings.size("cache_size", context.cache_size, {64_KiB, 16384_MiB}, "Memory for fetched documents.");
  settings.integer(
      "breaker_failures", context.breaker_failures, {0, 1'000, "failures"},
      "After so many failures in a row, the address is not asked for breaker_open_time. 0: it is "
      "always asked.");
  settings.duration("breaker_open_time", context.breaker_open_time, {100ms, 1h},
                    "How long the address is not asked then.");
}

std::string problem_of_url(const std::string& url) {
  if (url.empty()) return {};
  if (url.find("{user}") == std::string::npos)
    return "the address must have {user} where the user's id belongs, or all users get one document";
  return {};
}

}  // namespace belay::services

// Declares every setting of the server, once. There is one function per table of the file. Each one declares
// settings whose targets are members of the given Configuration.
#pragma once

#include "ops/configuration.hpp"
#include "ops/settings.hpp"

namespace belay::ops {

void declare_process(Settings& settings, Configuration& configuration);
void declare_retention(Settings& settings, RetentionConfig& config);
void declare_server(Settings& settings, transport::Config& config);
void declare_auth(Settings& settings, auth::Config& config);
void declare_engine(Settings& settings, EngineConfig& config);
void declare_journal(Settings& settings, storage::JournalConfig& config);
void declare_store(Settings& settings, storage::SqliteConfig& config);
void declare_tiers(Settings& settings, policy::TiersConfig& config);
void declare_limits(Settings& settings, policy::Config& config, storage::MemoryCountersConfig& counters);
void declare_assistant(Settings& settings, Configuration& configuration);
void declare_chat(Settings& settings, Configuration& configuration);
void declare_cache(Settings& settings, CacheConfig& config);
void declare_persona_surface(Settings& settings, Configuration& configuration);
void declare_exports(Settings& settings, Configuration& configuration);
void declare_prompts(Settings& settings, prompts::Config& config);
void declare_providers(Settings& settings, Configuration& configuration);
// Declares at the top of the file, like declare_providers(). Call it after that one.
void declare_personas(Settings& settings, prompts::Config& config);

// Calls all of the above, in the order of the example.
void declare_all(Settings& settings, Configuration& configuration);

// Checks what no single setting shows: a provider that does not exist, a setting that has no effect for this
// kind, two settings that contradict each other. Needs only the settings. What they name (files, keys,
// directories) is checked by app/preparation.hpp. Problems go to the Reading, which leaves out those that
// follow from an earlier problem.
void check_together(Configuration& configuration, Reading& reading);

}  // namespace belay::ops

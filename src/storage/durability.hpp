// Describes what journal.durability and store.synchronous together survive, for `belay config check` and the
// log lines of a start.
#pragma once

#include <string>
#include <vector>

#include "storage/config.hpp"

namespace belay::storage {

// One or two plain sentences.
std::string durability_in_words(const JournalConfig& journal, const SqliteConfig& store);

// Contradictions between the two settings, each with what to set instead. None of them prevents a start.
std::vector<std::string> durability_contradictions(const JournalConfig& journal, const SqliteConfig& store);

}  // namespace belay::storage

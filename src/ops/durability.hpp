// What journal.durability and store.synchronous survive together, in words: for `belay config check` and the
// log of a start.
#pragma once

#include <string>
#include <vector>

#include "storage/config.hpp"

namespace belay::ops {

// One plain sentence or two.
std::string durability_in_words(const storage::JournalConfig& journal, const storage::SqliteConfig& store);

// Where the two do not fit together, each with what to set instead. None of them keeps a server from
// starting.
std::vector<std::string> durability_contradictions(const storage::JournalConfig& journal,
                                                   const storage::SqliteConfig& store);

}  // namespace belay::ops

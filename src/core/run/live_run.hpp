// The runs that are in progress, as operators see them (requirement X19). Plain values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/run_id.hpp"
#include "core/types/records.hpp"

namespace belay {

struct LiveRun {
  RunId id;
  std::string user;  // as in RunRecord: see is_anonymous()
  std::string surface;
  std::string mode;
  std::string model;
  std::string conversation;  // empty: none
  WallTime created;
  RunState state = RunState::queued;  // or running
  std::uint64_t text_bytes = 0;       // of the answer so far
  std::size_t readers = 0;
};

struct LiveRunQuery {
  std::string user;            // only of this one; empty: of all
  std::optional<RunId> after;  // nothing: from the newest
  std::size_t max = 100;
};

// Newest first. A page may have fewer runs than it could: some end while they are listed.
struct LiveRunPage {
  std::vector<LiveRun> runs;
  std::optional<RunId> next;  // LiveRunQuery::after of the next page
};

}  // namespace belay

// Where a run's log ends now, for clients that ask for it.
#pragma once

#include "services/runs/run_service.hpp"

namespace belay::services {

struct LogTail {
  Position last;           // the newest event that readers may see
  bool has_ended = false;  // it is the run's end
};
// Any thread.
LogTail tail_of(const OpenLog& log);

}  // namespace belay::services

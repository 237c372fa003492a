#include "services/runs/log_tail.hpp"

#include <algorithm>

#include "core/log/log_buffer.hpp"

namespace belay::services {

LogTail tail_of(const OpenLog& log) {
  const Offset terminal = log.log->terminal();
  const Offset last = std::max(log.log->last(), terminal);
  return {{log.log->epoch_at(std::max<Offset>(last, 1)), last}, terminal != 0};
}

}  // namespace belay::services

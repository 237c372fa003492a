#include "measure.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <time.h>

#include "common.hpp"

namespace bench {

Processes::Processes(const std::string& comma_separated) {
  std::istringstream list(comma_separated);
  for (std::string pid; std::getline(list, pid, ',');) pids_.push_back(static_cast<pid_t>(std::stol(pid)));
}

double Processes::cpu_seconds() const {
  double seconds = 0;
  for (const pid_t pid : pids_) {
    clockid_t clock{};
    timespec used{};
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
      die("the measured process " + std::to_string(pid) + " is gone");
    seconds += static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
  }
  return seconds;
}

Memory Processes::memory() const {
  Memory memory;
  for (const pid_t pid : pids_) {
    std::ifstream rollup("/proc/" + std::to_string(pid) + "/smaps_rollup");
    for (std::string line; std::getline(rollup, line);) {
      std::istringstream fields(line);
      std::string name;
      std::uint64_t kib = 0;
      fields >> name >> kib;
      if (name == "Private_Dirty:") memory.private_kib += kib;
      if (name == "Rss:") memory.resident_kib += kib;
    }
  }
  return memory;
}

double Sample::percentile(double part) {
  if (values_.empty()) return 0;
  const auto at =
      std::min(values_.size() - 1, static_cast<std::size_t>(part * static_cast<double>(values_.size())));
  std::nth_element(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(at), values_.end());
  return static_cast<double>(values_[at]) / 1e3;
}

}  // namespace bench

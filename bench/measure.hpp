// Reads CPU time and memory of other processes from the kernel, and computes percentiles.
#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bench {

struct Memory {
  // Pages that only this process has written to: heap, stacks, its own data (Private_Dirty).
  std::uint64_t private_kib = 0;
  std::uint64_t resident_kib = 0;
};

// Processes that are measured together, such as a server and its workers. Figures are sums over all of them.
class Processes {
 public:
  explicit Processes(const std::string& comma_separated);
  // CPU time of all their threads so far, user and system. Ends the program if a process no longer exists.
  double cpu_seconds() const;
  Memory memory() const;

 private:
  std::vector<pid_t> pids_;
};

// A set of times in nanoseconds.
class Sample {
 public:
  void add(std::uint64_t ns) { values_.push_back(static_cast<float>(ns)); }
  std::size_t size() const { return values_.size(); }
  // In microseconds; 0 if the set is empty. `part` is 0.5 for the median.
  double percentile(double part);

 private:
  std::vector<float> values_;
};

}  // namespace bench

// What the kernel knows of other processes, and percentiles.
#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bench {

struct Memory {
  std::uint64_t private_kib =
      0;  // written to by the process alone: heap, stacks, its own data (Private_Dirty)
  std::uint64_t resident_kib = 0;
};

// Processes that are measured together: a server and its workers.
class Processes {
 public:
  explicit Processes(const std::string& comma_separated);
  // CPU time of all their threads so far, user and system.
  double cpu_seconds() const;
  Memory memory() const;

 private:
  std::vector<pid_t> pids_;
};

// Times in nanoseconds.
class Sample {
 public:
  void add(std::uint64_t ns) { values_.push_back(static_cast<float>(ns)); }
  std::size_t size() const { return values_.size(); }
  // In microseconds; 0 of nothing.
  double percentile(double part);

 private:
  std::vector<float> values_;
};

}  // namespace bench

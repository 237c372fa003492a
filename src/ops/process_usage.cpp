#include "ops/process_usage.hpp"

#include <filesystem>
#include <fstream>
#include <malloc.h>
#include <string>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace belay::ops {
namespace {

std::uint64_t count_open_files() {
  std::error_code error;
  std::uint64_t count = 0;
  for (std::filesystem::directory_iterator it("/proc/self/fd", error), end; !error && it != end;
       it.increment(error))
    ++count;
  return count > 0 ? count - 1 : 0;  // one entry belongs to the listing itself
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

ProcessUsage process_usage() {
  ProcessUsage usage;

  std::ifstream pages("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  if (pages >> total >> resident)
    usage.resident_bytes = resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));

  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("Threads:")) usage.threads = std::stoull(line.substr(8));

  const struct mallinfo2 heap = mallinfo2();
  usage.heap_in_use_bytes = heap.uordblks + heap.hblkhd;
  usage.open_files = count_open_files();
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) usage.max_open_files = files.rlim_cur;
  rusage times{};
  if (getrusage(RUSAGE_SELF, &times) == 0)
    usage.cpu_seconds = seconds(times.ru_utime) + seconds(times.ru_stime);
  return usage;
}

}  // namespace belay::ops

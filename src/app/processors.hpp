// How many processors this process may use: what the number of loops follows when it is not configured.
//
// A machine of 64 processors may give a container two. The affinity of the process (taskset, a cpuset) and
// the quotas of its control groups (cgroup v2 `cpu.max`, v1 `cpu.cfs_quota_us`) both count; a quota on any
// group above the process's own counts too.
#pragma once

#include <cstddef>
#include <filesystem>

namespace belay::app {

// By affinity and quota, at least 1. A quota of one and a half processors is two: the loops can use all of
// it. `root` is where /proc and the mounted control groups are looked for; tests bring their own.
std::size_t usable_processors(const std::filesystem::path& root = "/");

// By the control groups alone; 0: there is no limit, or it cannot be read.
std::size_t processors_by_quota(const std::filesystem::path& root);

}  // namespace belay::app

// How many processors this process may use. It is the number of loops when that is not configured.
//
// A machine with 64 processors may give a container only two. Two things limit the process: its affinity
// (taskset, a cpuset) and the quotas of its control groups (cgroup v2 `cpu.max`, v1 `cpu.cfs_quota_us`). A
// quota of any group above the process's own counts too.
#pragma once

#include <cstddef>
#include <filesystem>

namespace belay::app {

// The limit by affinity and quota, at least 1. A quota of one and a half processors counts as two, because
// the loops can use all of it. /proc and the mounted control groups are read below `root`; tests use a
// directory of their own.
std::size_t usable_processors(const std::filesystem::path& root = "/");

// The limit by control groups only. 0: there is no limit, or it cannot be read.
std::size_t processors_by_quota(const std::filesystem::path& root);

}  // namespace belay::app

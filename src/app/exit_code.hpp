// The exit codes of the process. `belay --help` documents them.
#pragma once

namespace belay::app {

inline constexpr int kExitDone = 0;
// The work failed: the answer ended in an error, the server could not start, a file is damaged.
inline constexpr int kExitFailed = 1;
// The command line or the configuration is wrong. Nothing was started.
inline constexpr int kExitUsage = 2;
// `belay chat`: the server could not be reached, or the connection was lost for too long.
inline constexpr int kExitUnreachable = 3;
// `belay chat`: cancelled by the person (128 + SIGINT, as in shells).
inline constexpr int kExitCancelled = 130;

}  // namespace belay::app

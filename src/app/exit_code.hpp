// What the process says to the script that started it. Documented by `belay --help`.
#pragma once

namespace belay::app {

inline constexpr int kExitDone = 0;
// The work could not be done: the answer ended in an error, the server could not start, a file is broken.
inline constexpr int kExitFailed = 1;
// The command line or the configuration is wrong: nothing was begun.
inline constexpr int kExitUsage = 2;
// `belay chat`: the server could not be reached, or was lost for longer than it may.
inline constexpr int kExitUnreachable = 3;
// `belay chat`: cancelled by the person (128 + SIGINT, as shells have it).
inline constexpr int kExitCancelled = 130;

}  // namespace belay::app

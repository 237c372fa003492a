// Kills the process, as kill -9 does, at a chosen change of the file system. It is loaded into a command with LD_PRELOAD and
// counts calls that change files or directories. BELAY_DIE_AT_STEP is the point at which the process dies: 1 is before the
// first such call, 2 after it, 3 before the second …
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int points = 0;

static void pass_point(void) {
  const char *wanted = getenv("BELAY_DIE_AT_STEP");
  if (wanted != NULL && ++points == atoi(wanted)) kill(getpid(), SIGKILL);
}

#define STEP(result, name, parameters, ...)                          \
  result name parameters {                                           \
    static result(*real) parameters;                                 \
    if (real == NULL) real = (result(*) parameters)dlsym(RTLD_NEXT, #name); \
    pass_point();                                                    \
    result done = real(__VA_ARGS__);                                 \
    int after = errno;                                               \
    pass_point();                                                    \
    errno = after;                                                   \
    return done;                                                     \
  }

// Writing to standard output and standard error is no step.
ssize_t write(int file, const void *bytes, size_t count) {
  static ssize_t (*real)(int, const void *, size_t);
  if (real == NULL) real = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  if (file > 2) pass_point();
  ssize_t done = real(file, bytes, count);
  int after = errno;
  if (file > 2) pass_point();
  errno = after;
  return done;
}

STEP(ssize_t, pwrite, (int file, const void *bytes, size_t count, off_t at), file, bytes, count, at)
STEP(ssize_t, pwrite64, (int file, const void *bytes, size_t count, off64_t at), file, bytes, count, at)
STEP(int, fsync, (int file), file)
STEP(int, mkdir, (const char *path, mode_t mode), path, mode)
STEP(int, rename, (const char *from, const char *to), from, to)
STEP(int, unlink, (const char *path), path)

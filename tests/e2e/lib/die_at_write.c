// Kills the process, as kill -9 does, at a chosen write. It is loaded into the server with LD_PRELOAD. While the file named by
// BELAY_DIE_AT exists, it counts writes to the files whose path contains BELAY_DIE_IN; by default, to the store's write-ahead
// log. The number in the file is the point at which the process dies: 1 is before the first such write, 2 after it, 3 before
// the second …
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static int points = 0;

static int is_counted(int file) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0) return 0;
  path[size] = 0;
  const char *part = getenv("BELAY_DIE_IN");
  return strstr(path, part != NULL ? part : "belay.db-wal") != NULL;
}

static void pass_point(int file) {
  const char *flag = getenv("BELAY_DIE_AT");
  int before = errno, wanted = 0;
  FILE *armed = flag != NULL && is_counted(file) ? fopen(flag, "r") : NULL;
  if (armed != NULL) {
    int read = fscanf(armed, "%d", &wanted);
    fclose(armed);
    if (read == 1 && ++points == wanted) kill(getpid(), SIGKILL);
  }
  errno = before;
}

#define WRITER(name, offset)                                                             \
  ssize_t name(int file, const void *bytes, size_t count, offset at) {                   \
    static ssize_t (*real)(int, const void *, size_t, offset);                           \
    if (real == NULL) real = (ssize_t(*)(int, const void *, size_t, offset))dlsym(RTLD_NEXT, #name); \
    pass_point(file);                                                                    \
    ssize_t done = real(file, bytes, count, at);                                         \
    pass_point(file);                                                                    \
    return done;                                                                         \
  }

WRITER(pwrite, off_t)
WRITER(pwrite64, off64_t)

ssize_t writev(int file, const struct iovec *parts, int count) {
  static ssize_t (*real)(int, const struct iovec *, int);
  if (real == NULL) real = (ssize_t(*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");
  pass_point(file);
  ssize_t done = real(file, parts, count);
  pass_point(file);
  return done;
}

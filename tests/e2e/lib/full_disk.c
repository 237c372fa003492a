// Simulates a full or stalled disk. It is loaded into the server with LD_PRELOAD. While the file named by BELAY_FULL_DISK exists,
// every call that needs more space fails with ENOSPC. While the file named by BELAY_STALLED_DISK exists, every call that waits
// for the disk (syncs, and the database's writes) blocks. The test needs no privileges and no separate file system.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

static int full(void) {
  const char *flag = getenv("BELAY_FULL_DISK");
  struct stat info;
  int before = errno;
  int is_full = flag != NULL && stat(flag, &info) == 0;
  errno = before;
  return is_full;
}

// Only regular files are on the disk; sockets and pipes are not.
static int refuses(int file) {
  struct stat info;
  return full() && fstat(file, &info) == 0 && S_ISREG(info.st_mode);
}

static void wait_while_stalled(int file) {
  const char *flag = getenv("BELAY_STALLED_DISK");
  struct stat info;
  int before = errno;
  if (flag != NULL && fstat(file, &info) == 0 && S_ISREG(info.st_mode))
    while (stat(flag, &info) == 0) usleep(5000);
  errno = before;
}

#define WRITER(result, name, parameters, arguments)              \
  result name parameters {                                       \
    static result(*real) parameters;                             \
    if (real == NULL) real = (result(*) parameters)dlsym(RTLD_NEXT, #name); \
    if (WAITS(name)) wait_while_stalled(file);                   \
    if (refuses(file)) {                                         \
      errno = ENOSPC;                                            \
      return -1;                                                 \
    }                                                            \
    return real arguments;                                       \
  }

// SQLite writes with pwrite or pwrite64; the journal writes with writev. Only SQLite's writes block.
#define WAITS(name) (#name[0] == 'p' && #name[1] == 'w' && #name[2] == 'r' && #name[6] != 'v')

WRITER(ssize_t, write, (int file, const void *bytes, size_t count), (file, bytes, count))
WRITER(ssize_t, pwrite, (int file, const void *bytes, size_t count, off_t at), (file, bytes, count, at))
WRITER(ssize_t, pwrite64, (int file, const void *bytes, size_t count, off64_t at), (file, bytes, count, at))
WRITER(ssize_t, writev, (int file, const struct iovec *parts, int count), (file, parts, count))
WRITER(ssize_t, pwritev, (int file, const struct iovec *parts, int count, off_t at), (file, parts, count, at))

int posix_fallocate(int file, off_t at, off_t count) {
  static int (*real)(int, off_t, off_t);
  if (real == NULL) real = (int (*)(int, off_t, off_t))dlsym(RTLD_NEXT, "posix_fallocate");
  return refuses(file) ? ENOSPC : real(file, at, count);
}
WRITER(int, fallocate, (int file, int mode, off_t at, off_t count), (file, mode, at, count))

#define SYNCER(name)                                                    \
  int name(int file) {                                                  \
    static int (*real)(int);                                            \
    if (real == NULL) real = (int (*)(int))dlsym(RTLD_NEXT, #name);     \
    wait_while_stalled(file);                                           \
    return real(file);                                                  \
  }

SYNCER(fsync)
SYNCER(fdatasync)

#define TELLER(name, record)                                                             \
  int name(const char *path, struct record *info) {                                      \
    static int (*real)(const char *, struct record *);                                   \
    if (real == NULL) real = (int (*)(const char *, struct record *))dlsym(RTLD_NEXT, #name); \
    int result = real(path, info);                                                       \
    if (result == 0 && full()) info->f_bavail = info->f_bfree = 0;                       \
    return result;                                                                       \
  }

TELLER(statvfs, statvfs)
TELLER(statvfs64, statvfs64)

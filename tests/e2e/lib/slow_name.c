// Loaded with LD_PRELOAD. A look-up of the name `slow.test` takes SLOW_NAME_SECONDS (default 5) and finds nothing. Programs that
// read /etc/resolv.conf find the line SLOW_NAME_SERVER there instead.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int (*lookup)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
typedef FILE *(*open_file)(const char *, const char *);

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  if (node && strcmp(node, "slow.test") == 0) {
    const char *seconds = getenv("SLOW_NAME_SECONDS");
    sleep(seconds ? (unsigned)atoi(seconds) : 5);
    return EAI_AGAIN;
  }
  return ((lookup)dlsym(RTLD_NEXT, "getaddrinfo"))(node, service, hints, found);
}

static FILE *open_instead(const char *name, const char *path, const char *mode) {
  char *server = getenv("SLOW_NAME_SERVER");
  if (server && strcmp(path, "/etc/resolv.conf") == 0) return fmemopen(server, strlen(server), "r");
  return ((open_file)dlsym(RTLD_NEXT, name))(path, mode);
}

FILE *fopen(const char *path, const char *mode) { return open_instead("fopen", path, mode); }
FILE *fopen64(const char *path, const char *mode) { return open_instead("fopen64", path, mode); }

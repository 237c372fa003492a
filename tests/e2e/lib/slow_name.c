// Loaded with LD_PRELOAD. A look-up of the name `slow.test` takes SLOW_NAME_SECONDS (default 5) and finds nothing.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int (*lookup)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  if (node && strcmp(node, "slow.test") == 0) {
    const char *seconds = getenv("SLOW_NAME_SECONDS");
    sleep(seconds ? (unsigned)atoi(seconds) : 5);
    return EAI_AGAIN;
  }
  return ((lookup)dlsym(RTLD_NEXT, "getaddrinfo"))(node, service, hints, found);
}

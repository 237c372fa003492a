// What all calls of one loop share. One object per loop, used on that loop.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "base/loop.hpp"
#include "providers/http/http1/connection_pool.hpp"
#include "providers/http/http1/deferred_delete.hpp"
#include "providers/http/http1/resolver.hpp"
#include "providers/http/http1/socket_set.hpp"
#include "providers/http/http1/tls_context.hpp"

namespace belay::providers {

struct LoopParts {
  LoopParts(Loop& its_loop, TlsContexts& shared_contexts, ConnectionPool::Limits limits,
            std::string name_servers)
      : loop(its_loop),
        contexts(shared_contexts),
        sockets(its_loop, deletions),
        resolver(its_loop, sockets, deletions, std::move(name_servers)),
        pool(its_loop, deletions, limits) {}

  Loop& loop;
  TlsContexts& contexts;
  DeferredDelete deletions;
  SocketSet sockets;
  Resolver resolver;
  TlsSessions sessions;
  ConnectionPool pool;
  // What a read receives, until the sink has been called. Tokens are a few hundred bytes long.
  std::array<char, 32 * 1024> buffer;
};

}  // namespace belay::providers

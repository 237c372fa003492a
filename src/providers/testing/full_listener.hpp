// A listener that accepts nothing and whose queue is full: a connection to it waits forever.
#pragma once

#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace belay::providers {

class FullListener {
 public:
  FullListener() {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const address = reinterpret_cast<sockaddr*>(&address_);
    socklen_t size = sizeof address_;
    if (bind(listener_, address, size) != 0 || listen(listener_, 0) != 0 ||
        getsockname(listener_, address, &size) != 0 || connect(queued_, address, size) != 0)
      throw std::runtime_error("no loopback port");
  }
  ~FullListener() {
    close(queued_);
    close(listener_);
  }
  FullListener(const FullListener&) = delete;
  FullListener& operator=(const FullListener&) = delete;
  int port() const { return ntohs(address_.sin_port); }

 private:
  const int listener_ = socket(AF_INET, SOCK_STREAM, 0);
  const int queued_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address_{};
};

}  // namespace belay::providers

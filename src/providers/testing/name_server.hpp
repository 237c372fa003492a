// A name server on a loopback port (RFC 1035), for tests of look-ups. The test says which addresses a name has.
#pragma once

#include <arpa/inet.h>
#include <atomic>
#include <functional>
#include <netinet/in.h>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace belay::providers {

class NameServer {
 public:
  // Dotted IPv4 addresses; an empty list: the name does not exist. Nothing: the question is not answered.
  using Answer = std::optional<std::vector<std::string>>;

  // `answer` runs on the server's thread.
  explicit NameServer(std::function<Answer(const std::string& name)> answer, std::uint32_t life_seconds = 300)
      : answer_(std::move(answer)),
        life_(life_seconds),
        socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no loopback port");
    address_ = address;
    thread_ = std::thread([this] { serve(); });
  }
  ~NameServer() {
    // An empty datagram ends the thread.
    const int sender = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sendto(sender, "", 0, 0, reinterpret_cast<sockaddr*>(&address_), sizeof address_);
    thread_.join();
    close(sender);
    close(socket_);
  }
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(ntohs(address_.sin_port)); }
  // Questions for IPv4 addresses.
  int questions() const { return questions_; }

 private:
  static constexpr std::size_t kHeader = 12;

  void serve() {
    for (;;) {
      char buffer[512];
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const auto count =
          recvfrom(socket_, buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (count <= 0) return;
      const std::string reply = reply_to({buffer, static_cast<std::size_t>(count)});
      if (!reply.empty())
        sendto(socket_, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
  }

  std::string reply_to(const std::string& query) {
    std::string name;
    std::size_t at = kHeader;
    while (at < query.size() && query[at] != 0) {
      const auto length = static_cast<std::size_t>(query[at]);
      name += (name.empty() ? "" : ".") + query.substr(at + 1, length);
      at += 1 + length;
    }
    const bool four = query[at + 2] == 1;  // the type: 1 is A, 28 is AAAA
    questions_ += four;
    const Answer found = answer_(name);
    if (!found) return {};
    const std::size_t count = four ? found->size() : 0;
    std::string reply = query.substr(0, at + 5);
    reply[2] = static_cast<char>(0x81);  // a response, recursion desired
    reply[3] = static_cast<char>(found->empty() ? 0x83 : 0x80);
    reply[7] = static_cast<char>(count);
    reply[9] = reply[11] = 0;  // what the query had beside its question is left out
    for (std::size_t i = 0; i < count; ++i) {
      in_addr address{};
      inet_pton(AF_INET, (*found)[i].c_str(), &address);
      const std::uint32_t life = htonl(life_);
      reply.append("\xC0\x0C\x00\x01\x00\x01", 6);  // the name of the question, A, IN
      reply.append(reinterpret_cast<const char*>(&life), 4).append("\x00\x04", 2);
      reply.append(reinterpret_cast<const char*>(&address), 4);
    }
    return reply;
  }

  const std::function<Answer(const std::string&)> answer_;
  const std::uint32_t life_;
  const int socket_;
  sockaddr_in address_{};
  std::atomic<int> questions_{0};
  std::thread thread_;
};

}  // namespace belay::providers

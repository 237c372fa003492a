// A fake language model's server that uses almost no CPU time: OpenAI Chat Completions, streamed, over
// HTTP/1.1.
//
//   bench_provider [--port P]
//
// The request's body contains `bench:TOKENS@RATE`: how many tokens to send, and how many per second (0: as
// fast as the socket accepts them). Each token is a chunk of its own, as large as OpenAI's. In a stream with
// a rate each token contains the time at which it was sent (common.hpp, put_hex); each such stream has its
// own schedule and sends each token by itself. The first token comes at once. The second comes after a random
// part of an interval: otherwise the streams would send together that were asked for together, and a contender
// would be measured by how it asks.
#include <cerrno>
#include <cstring>
#include <queue>
#include <random>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "common.hpp"

namespace bench {
namespace {

constexpr std::string_view kHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kBegin =
    R"(data: {"id":"chatcmpl-bench0000000000000000000000","object":"chat.completion.chunk","created":1795000000,)"
    R"("model":"bench-1","choices":[{"index":0,"delta":)";
constexpr std::string_view kTextBegin = R"({"content":")";
constexpr std::string_view kTextEnd = R"( "},"finish_reason":null}]})"
                                      "\n\n";
constexpr std::size_t kBlockTokens = 256;

std::string chunk(const std::string& data) {
  char size[16];
  std::snprintf(size, sizeof size, "%zx\r\n", data.size());
  return size + data + "\r\n";
}

std::string event(const std::string& delta, const std::string& finish) {
  return chunk(std::string(kBegin) + delta + R"(,"finish_reason":)" + finish + "}]}\n\n");
}

// The bytes of one token. `time_at` is the position of its 16 hexadecimal digits of time.
struct Token {
  std::string bytes =
      chunk(std::string(kBegin) + std::string(kTextBegin) + "0123456789abcdef" + std::string(kTextEnd));
  std::size_t time_at = bytes.find("0123456789abcdef");
};

struct Stream {
  int fd = -1;
  std::uint32_t serial = 0;
  std::string request;
  bool answering = false;
  bool is_spread = false;  // its schedule has its random part
  std::uint64_t left = 0;
  std::uint64_t interval_ns = 0;
  std::uint64_t due_ns = 0;
  std::string pending;  // what the socket did not accept
  bool awaits_room = false;
};

class Provider {
 public:
  explicit Provider(std::uint16_t port) {
    for (std::size_t i = 0; i < kBlockTokens; ++i) block_ += token_.bytes;
    listener_ = listen_on(port);
    epoll_.add(listener_, EPOLLIN, kListener);
    announce(port);
  }

  [[noreturn]] void run() {
    for (;;) {
      const std::size_t count = epoll_.wait(due_.empty() ? UINT64_MAX : due_.top().at);
      for (std::size_t i = 0; i < count; ++i) {
        const epoll_event& ready = epoll_.ready(i);
        if (ready.data.u32 == kListener) {
          accept_all();
          continue;
        }
        Stream& stream = streams_[ready.data.u32];
        if (ready.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(stream, ready.data.u32);
        if (stream.fd >= 0 && ready.events & EPOLLOUT) go_on(stream, ready.data.u32);
      }
      send_due();
    }
  }

 private:
  static constexpr std::uint32_t kListener = UINT32_MAX;
  struct Due {
    std::uint64_t at;
    std::uint32_t stream;
    std::uint32_t serial;
    bool operator<(const Due& other) const { return at > other.at; }
  };

  void accept_all() {
    for (int fd; (fd = accept_from(listener_)) >= 0;) {
      if (static_cast<std::size_t>(fd) >= streams_.size())
        streams_.resize(static_cast<std::size_t>(fd) + 1024);
      Stream& stream = streams_[static_cast<std::size_t>(fd)];
      const std::uint32_t serial = stream.serial + 1;
      stream = Stream();
      stream.fd = fd;
      stream.serial = serial;
      epoll_.add(fd, EPOLLIN, static_cast<std::uint32_t>(fd));
    }
  }

  void receive(Stream& stream, std::uint32_t tag) {
    char buffer[16384];
    const ssize_t count = recv(stream.fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return drop(stream);
    stream.request.append(buffer, static_cast<std::size_t>(count));
    if (!stream.answering) begin(stream, tag);
  }

  void drop(Stream& stream) {
    close(stream.fd);
    stream.fd = -1;
    ++stream.serial;
  }

  // Answers the request when it is complete.
  void begin(Stream& stream, std::uint32_t tag) {
    const std::size_t head_end = stream.request.find("\r\n\r\n");
    if (head_end == std::string::npos) return;
    if (stream.request.starts_with("GET ")) {  // a gateway asks which models there are
      stream.request.erase(0, head_end + 4);
      return say(stream, tag, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    }
    std::size_t body = 0;
    for (const char* name : {"Content-Length: ", "content-length: "})
      if (const std::size_t at = stream.request.find(name); at < head_end)
        body = std::strtoul(stream.request.c_str() + at + std::strlen(name), nullptr, 10);
    if (stream.request.size() < head_end + 4 + body) return;
    const std::size_t wish = stream.request.rfind("bench:");
    if (wish == std::string::npos) die("a request without `bench:TOKENS@RATE`: " + stream.request);
    char* at = nullptr;
    stream.left = std::strtoull(stream.request.c_str() + wish + 6, &at, 10);
    const double rate = *at == '@' ? std::strtod(at + 1, nullptr) : 0;
    stream.interval_ns = rate > 0 ? static_cast<std::uint64_t>(1e9 / rate) : 0;
    stream.request.erase(0, head_end + 4 + body);
    stream.answering = true;
    stream.is_spread = false;
    say(stream, tag, std::string(kHead) + event(R"({"role":"assistant","content":""})", "null"));
    if (stream.interval_ns == 0) return go_on(stream, tag);
    stream.due_ns = now_ns();
    due_.push({stream.due_ns, tag, stream.serial});
  }

  void send_due() {
    while (!due_.empty()) {
      const Due due = due_.top();
      const std::uint64_t now = now_ns();
      if (due.at > now) return;
      due_.pop();
      Stream& stream = streams_[due.stream];
      if (stream.fd < 0 || stream.serial != due.serial) continue;
      put_hex(now, token_.bytes.data() + token_.time_at);
      say(stream, due.stream, token_.bytes);
      if (stream.fd < 0) continue;
      if (--stream.left == 0) {
        end(stream, due.stream);
        continue;
      }
      stream.due_ns +=
          std::exchange(stream.is_spread, true) ? stream.interval_ns : part_of(stream.interval_ns);
      due_.push({stream.due_ns, due.stream, stream.serial});
    }
  }

  // The same parts in each run.
  std::uint64_t part_of(std::uint64_t interval_ns) {
    return std::uniform_int_distribution<std::uint64_t>(0, interval_ns)(random_);
  }

  // The socket is writable: sends what is pending. Then, in a stream without a rate, sends tokens in blocks.
  void go_on(Stream& stream, std::uint32_t tag) {
    if (!stream.pending.empty()) {
      const std::string pending = std::exchange(stream.pending, {});
      say(stream, tag, pending);
    }
    for (int round = 0; round < 4 && stream.fd >= 0; ++round) {
      if (!stream.answering || stream.interval_ns != 0 || !stream.pending.empty()) return;
      if (stream.left == 0) return end(stream, tag);
      const std::uint64_t tokens = std::min<std::uint64_t>(stream.left, kBlockTokens);
      stream.left -= tokens;
      say(stream, tag, std::string_view(block_).substr(0, tokens * token_.bytes.size()));
    }
    if (stream.fd >= 0) await_room(stream, tag, true);
  }

  void end(Stream& stream, std::uint32_t tag) {
    stream.answering = false;
    std::string last = event("{}", "\"stop\"");
    last += chunk(
        R"(data: {"id":"chatcmpl-bench0000000000000000000000","object":"chat.completion.chunk","created":1795000000,)"
        R"("model":"bench-1","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":10,"total_tokens":20}})"
        "\n\n");
    last += chunk("data: [DONE]\n\n") + "0\r\n\r\n";
    say(stream, tag, last);
    if (stream.fd >= 0 && !stream.request.empty()) begin(stream, tag);
  }

  void say(Stream& stream, std::uint32_t tag, std::string_view bytes) {
    if (!stream.pending.empty()) {
      stream.pending += bytes;
      return;
    }
    const ssize_t sent = send(stream.fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return drop(stream);
    const std::size_t taken = sent < 0 ? 0 : static_cast<std::size_t>(sent);
    stream.pending = bytes.substr(taken);
    await_room(stream, tag, !stream.pending.empty());
  }

  void await_room(Stream& stream, std::uint32_t tag, bool wanted) {
    if (wanted == stream.awaits_room) return;
    stream.awaits_room = wanted;
    epoll_.change(stream.fd, wanted ? EPOLLIN | EPOLLOUT : EPOLLIN, tag);
  }

  Epoll epoll_;
  int listener_;
  Token token_;
  std::string block_;
  std::vector<Stream> streams_;  // by descriptor
  std::priority_queue<Due> due_;
  std::mt19937_64 random_;
};

}  // namespace
}  // namespace bench

int main(int count, char** values) {
  bench::Options options(count, values);
  const auto port = static_cast<std::uint16_t>(options.number("port", 0));
  options.check();
  bench::allow_descriptors(12'000);
  bench::Provider(port).run();
}

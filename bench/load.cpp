// The load generator: runs many clients in one thread, and measures the server that they load.
//
//   bench_load --protocol belay|openai|get --port P --pids PID,PID --connections N …
//
//   belay    POST /assistant/request, then GET its stream, on one connection. With --shared 1 only the first
//            client posts, and all clients read its answer
//   openai   POST /v1/chat/completions, streamed
//   get      GET --path, an event stream. With --publish PATH a publisher posts --rate events per second
//            there (nchan)
//
// At most kMaxStarting clients connect at the same time. When all clients have their stream, the load
// generator waits --warm seconds and then measures for --window seconds. With --window 0 it measures from the
// first request to the end of the last stream. It prints the figures as one line of JSON to standard output.
// It checks every answer that ends: the number of its tokens, and the text that Belay repeats in `complete`.
#include <cerrno>
#include <cstdio>
#include <deque>
#include <memory>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "common.hpp"
#include "measure.hpp"
#include "response_reader.hpp"

namespace bench {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
// How many clients may be between their connect and the first byte of their stream.
constexpr std::size_t kMaxStarting = 128;

struct Wishes {
  std::string protocol, prompt, path, publish, token;
  std::uint16_t port = 0;
  std::size_t connections = 0;
  std::size_t requests = 1;  // of each client, one after another
  std::size_t replays = 0;   // of each answer, from its first event
  std::uint64_t tokens = 0;  // expected of each answer; 0: not checked
  double rate = 0;           // of the publisher, events per second
  double think = 0;          // seconds between a client's requests
  double warm = 0, window = 0, patience = 0;
  bool shared = false;
};

class Load;

class Client final : private ResponseReader::Listener {
 public:
  Client(Load& load, std::uint32_t tag) : load_(load), tag_(tag) {}
  void connect();
  void receive();
  void begin_request();
  bool over() const { return over_; }

 private:
  enum class Doing { ask, stream, replay };

  void open_stream();
  void say(const std::string& request);
  void fail(const std::string& what);
  void become_ready();
  void on_token(std::string_view content) override;
  void on_terminal(bool good, std::string_view content) override;
  void on_end(int status, std::string_view body) override;
  void next();

  Load& load_;
  const std::uint32_t tag_;
  int fd_ = -1;
  Doing doing_ = Doing::ask;
  ResponseReader reader_;
  std::string stream_path_;
  std::uint64_t asked_ns_ = 0;
  std::uint64_t tokens_ = 0;
  std::uint64_t hash_ = 0;
  std::size_t requests_done_ = 0;
  std::size_t replays_done_ = 0;
  bool ready_ = false;
  bool first_byte_seen_ = false;
  bool terminal_ = false;
  bool over_ = false;
};

std::uint64_t hash_more(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return hash;
}

// Posts events for subscribers over one connection, one event at a time.
class Publisher final : private ResponseReader::Listener {
 public:
  Publisher(std::uint16_t port, std::string path) : path_(std::move(path)), fd_(connect_to(port)) {}
  int fd() const { return fd_; }

  void publish() {
    char time[17] = {};
    put_hex(now_ns(), time);
    const std::string body = std::string("{\"content\":\"") + time + " \"}";
    const std::string request = "POST " + path_ +
                                " HTTP/1.1\r\nHost: bench\r\nContent-Length: " + std::to_string(body.size()) +
                                "\r\n\r\n" + body;
    if (send(fd_, request.data(), request.size(), MSG_NOSIGNAL) < 0)
      die_of_error("the publisher can not send");
  }
  void receive() {
    char buffer[4096];
    const ssize_t count = recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
    if (count == 0) die("the publisher was cut off");
    if (count > 0) reader_.push({buffer, static_cast<std::size_t>(count)}, *this);
  }

 private:
  void on_token(std::string_view) override {}
  void on_terminal(bool, std::string_view) override {}
  void on_end(int status, std::string_view body) override {
    if (status > 299) die("the publisher got " + std::to_string(status) + ": " + std::string(body));
  }

  const std::string path_;
  const int fd_;
  ResponseReader reader_;
};

class Load {
 public:
  Load(Wishes wanted, Processes measured) : wishes(std::move(wanted)), measured_(std::move(measured)) {
    for (std::size_t i = 0; i < wishes.connections; ++i)
      clients_.push_back(std::make_unique<Client>(*this, static_cast<std::uint32_t>(i)));
  }

  void run() {
    before_ = measured_.memory();
    const std::uint64_t started = now_ns();
    const std::uint64_t patience = started + static_cast<std::uint64_t>(wishes.patience * kSecond);
    window_begin_ = wishes.window > 0 ? UINT64_MAX : started;
    cpu_begin_ = measured_.cpu_seconds();
    for (;;) {
      connect_some();
      const std::size_t count = epoll.wait(next_due(patience));
      receive(count);
      const std::uint64_t now = now_ns();
      for (; !thinking_.empty() && thinking_.front().first <= now; thinking_.pop_front())
        thinking_.front().second->begin_request();
      if (publish_due_ <= now) {
        publisher_->publish();
        publish_due_ += static_cast<std::uint64_t>(kSecond / wishes.rate);
      }
      if (warm_end_ == UINT64_MAX && ready == clients_.size() && wishes.window > 0)
        become_ready(now, started);
      if (window_begin_ == UINT64_MAX && now >= warm_end_) begin_window(now);
      if (now >= window_end_ || over == clients_.size()) break;
      if (now > patience) die("not done in time: " + progress());
    }
    report(now_ns());
  }

  void failed(const std::string& what) {
    if (++failures_ <= 3) std::fprintf(stderr, "bench: %s (%s)\n", what.c_str(), progress().c_str());
    if (failures_ > 100) die("too many failures");
  }
  // Begins the client's next request after `think` seconds.
  void begin_later(Client& client) {
    thinking_.push_back({now_ns() + static_cast<std::uint64_t>(wishes.think * kSecond), &client});
  }
  bool in_window() const { return window_begin_ != UINT64_MAX; }

  const Wishes wishes;
  Epoll epoll;
  char buffer[256 << 10];
  std::string shared_path;
  std::uint64_t received_ns = 0;  // when the last bytes were received
  std::size_t ready = 0, over = 0, starting = 0;
  std::uint64_t window_tokens = 0, ended = 0, exact = 0;
  Sample token_latency, first_token, first_byte, whole_replay;
  std::size_t replay_chunks = 0;

 private:
  static constexpr std::uint32_t kPublisher = UINT32_MAX;

  void connect_some() {
    const bool wait_for_first = wishes.shared && shared_path.empty() && connected_ == 1;
    while (connected_ < clients_.size() && starting < kMaxStarting && !wait_for_first) {
      ++starting;
      clients_[connected_++]->connect();
      if (wishes.shared && shared_path.empty()) return;
    }
    if (wishes.publish.empty() || publisher_ || ready < clients_.size()) return;
    publisher_ = std::make_unique<Publisher>(wishes.port, wishes.publish);
    epoll.add(publisher_->fd(), EPOLLIN, kPublisher);
    if (wishes.rate > 0) publish_due_ = now_ns() + kSecond / 10;
  }

  std::uint64_t next_due(std::uint64_t patience) const {
    std::uint64_t due = std::min(patience + 1, publish_due_);
    if (!thinking_.empty()) due = std::min(due, thinking_.front().first);
    if (window_begin_ == UINT64_MAX) due = std::min(due, warm_end_);
    return std::min(due, window_end_);
  }

  void receive(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t tag = epoll.ready(i).data.u32;
      if (tag == kPublisher)
        publisher_->receive();
      else if (!clients_[tag]->over())
        clients_[tag]->receive();
    }
  }

  void become_ready(std::uint64_t at, std::uint64_t started) {
    ready_seconds_ = static_cast<double>(at - started) / kSecond;
    warm_end_ = at + static_cast<std::uint64_t>(wishes.warm * kSecond);
  }

  void begin_window(std::uint64_t at) {
    loaded_ = measured_.memory();
    cpu_begin_ = measured_.cpu_seconds();
    window_begin_ = now_ns();
    window_end_ = at + static_cast<std::uint64_t>(wishes.window * kSecond);
  }

  std::string progress() const {
    return std::to_string(ready) + " of " + std::to_string(clients_.size()) + " streams ready, " +
           std::to_string(over) + " over, " + std::to_string(window_tokens) + " tokens";
  }

  void report(std::uint64_t at) {
    const double cpu = measured_.cpu_seconds() - cpu_begin_;
    if (wishes.window <= 0) loaded_ = measured_.memory();
    std::printf(
        "{\"connections\":%zu,\"ready_seconds\":%.3f,\"seconds\":%.3f,\"tokens\":%llu,\"cpu_seconds\":%.6f,"
        "\"ended\":%llu,\"exact\":%llu,\"failures\":%zu,\"private_before_kib\":%llu,\"private_kib\":%llu,"
        "\"resident_kib\":%llu,\"latency_p50_us\":%.1f,\"latency_p99_us\":%.1f,\"first_token_p50_us\":%.1f,"
        "\"first_token_p99_us\":%.1f,\"first_byte_p50_us\":%.1f,\"first_byte_p99_us\":%.1f,\"replay_p50_us\":"
        "%.1f,"
        "\"replay_chunks\":%zu}\n",
        clients_.size(), ready_seconds_, static_cast<double>(at - window_begin_) / kSecond,
        static_cast<unsigned long long>(window_tokens), cpu, static_cast<unsigned long long>(ended),
        static_cast<unsigned long long>(exact), failures_,
        static_cast<unsigned long long>(before_.private_kib),
        static_cast<unsigned long long>(loaded_.private_kib),
        static_cast<unsigned long long>(loaded_.resident_kib), token_latency.percentile(0.5),
        token_latency.percentile(0.99), first_token.percentile(0.5), first_token.percentile(0.99),
        first_byte.percentile(0.5), first_byte.percentile(0.99), whole_replay.percentile(0.5), replay_chunks);
  }

  Processes measured_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::unique_ptr<Publisher> publisher_;
  std::deque<std::pair<std::uint64_t, Client*>> thinking_;  // when it begins, and which client
  std::size_t connected_ = 0, failures_ = 0;
  std::uint64_t publish_due_ = UINT64_MAX, warm_end_ = UINT64_MAX;
  std::uint64_t window_begin_ = UINT64_MAX, window_end_ = UINT64_MAX;
  double cpu_begin_ = 0, ready_seconds_ = 0;
  Memory before_, loaded_;
};

void Client::connect() {
  fd_ = connect_to(load_.wishes.port, tag_);
  load_.epoll.add(fd_, EPOLLOUT, tag_);
}

void Client::receive() {
  if (doing_ == Doing::ask && asked_ns_ == 0) {
    load_.epoll.change(fd_, EPOLLIN, tag_);
    return begin_request();
  }
  const ssize_t count = recv(fd_, load_.buffer, sizeof load_.buffer, MSG_DONTWAIT);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) return fail("the server closed a connection");
  load_.received_ns = now_ns();
  if (doing_ == Doing::stream) become_ready();
  if (doing_ == Doing::replay && !std::exchange(first_byte_seen_, true))
    load_.first_byte.add(load_.received_ns - asked_ns_);
  if (!reader_.push({load_.buffer, static_cast<std::size_t>(count)}, *this)) fail("this is no HTTP response");
}

void Client::begin_request() {
  const Wishes& wishes = load_.wishes;
  asked_ns_ = now_ns();
  tokens_ = 0;
  hash_ = 0;
  terminal_ = false;
  doing_ = Doing::ask;
  if (wishes.protocol == "get" || (wishes.shared && !load_.shared_path.empty())) {
    stream_path_ = wishes.protocol == "get" ? wishes.path : load_.shared_path;
    return open_stream();
  }
  const bool openai = wishes.protocol == "openai";
  const std::string body = openai
                               ? R"({"model":"bench","stream":true,"messages":[{"role":"user","content":")" +
                                     wishes.prompt + R"("}]})"
                               : R"({"mode":"chat","prompt":")" + wishes.prompt + R"("})";
  if (openai) doing_ = Doing::stream;
  say(std::string("POST ") + (openai ? "/v1/chat/completions" : "/assistant/request") +
      " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " + wishes.token +
      "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
      body);
}

void Client::open_stream() {
  doing_ = Doing::stream;
  say("GET " + stream_path_ +
      " HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\nAuthorization: Bearer " + load_.wishes.token +
      "\r\n\r\n");
}

void Client::say(const std::string& request) {
  if (send(fd_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
    fail("a request could not be sent");
}

// Called when its stream has begun, or when it has failed.
void Client::become_ready() {
  if (std::exchange(ready_, true)) return;
  ++load_.ready;
  --load_.starting;
}

void Client::fail(const std::string& what) {
  over_ = true;
  ++load_.over;
  become_ready();
  close(fd_);
  load_.failed(what);
}

void Client::on_token(std::string_view content) {
  if (doing_ == Doing::stream) {
    if (tokens_ == 0) load_.first_token.add(load_.received_ns - asked_ns_);
    if (load_.in_window()) {
      ++load_.window_tokens;
      const std::uint64_t made = content.size() >= 16 ? read_hex(content.substr(0, 16)) : 0;
      if (made != 0 && made <= load_.received_ns && load_.received_ns - made < 60 * kSecond)
        load_.token_latency.add(load_.received_ns - made);
    }
  }
  ++tokens_;
  hash_ = hash_more(hash_, content);
}

void Client::on_terminal(bool good, std::string_view content) {
  const std::uint64_t wanted = load_.wishes.tokens;
  const bool repeated = content.empty() || hash_more(0, content) == hash_;
  terminal_ = true;
  if (good && repeated && (wanted == 0 || tokens_ == wanted)) ++load_.exact;
}

void Client::on_end(int status, std::string_view body) {
  if (status < 200 || status > 299)
    return fail("status " + std::to_string(status) + ": " + std::string(body));
  if (doing_ == Doing::ask) {
    constexpr std::string_view kName = "\"request_id\":\"";
    const std::size_t at = body.find(kName);
    if (at == std::string_view::npos) return fail("no request_id: " + std::string(body));
    const std::string_view rest = body.substr(at + kName.size());
    stream_path_ = "/assistant/stream/" + std::string(rest.substr(0, rest.find('"')));
    if (load_.wishes.shared) load_.shared_path = stream_path_;
    return open_stream();
  }
  if (!terminal_) return fail("a stream ended without its terminal event");
  ++load_.ended;
  if (doing_ == Doing::replay) {
    load_.whole_replay.add(load_.received_ns - asked_ns_);
    load_.replay_chunks = std::max(load_.replay_chunks, reader_.chunks());
    ++replays_done_;
  }
  next();
}

void Client::next() {
  if (replays_done_ < load_.wishes.replays) {
    doing_ = Doing::replay;
    first_byte_seen_ = false;
    terminal_ = false;
    hash_ = 0;
    tokens_ = 0;
    asked_ns_ = now_ns();
    return say("GET " + stream_path_ + " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " +
               load_.wishes.token + "\r\nLast-Event-ID: 1-1\r\n\r\n");
  }
  if (++requests_done_ < load_.wishes.requests) return load_.begin_later(*this);
  over_ = true;
  ++load_.over;
  close(fd_);
}

}  // namespace
}  // namespace bench

int main(int count, char** values) {
  bench::Options options(count, values);
  bench::Wishes wishes;
  wishes.protocol = options.text("protocol", "openai");
  wishes.prompt = options.text("prompt", "");
  wishes.path = options.text("path", "/");
  wishes.publish = options.text("publish", "");
  wishes.token = options.text("token", "none");
  wishes.port = static_cast<std::uint16_t>(options.number("port", 0));
  wishes.connections = static_cast<std::size_t>(options.number("connections", 1));
  wishes.requests = static_cast<std::size_t>(options.number("requests", 1));
  wishes.replays = static_cast<std::size_t>(options.number("replays", 0));
  wishes.tokens = static_cast<std::uint64_t>(options.number("tokens", 0));
  wishes.rate = options.number("rate", 0);
  wishes.think = options.number("think", 0);
  wishes.warm = options.number("warm", 1);
  wishes.window = options.number("window", 0);
  wishes.patience = options.number("patience", 120);
  wishes.shared = options.number("shared", 0) != 0;
  bench::Processes measured(options.text("pids", ""));
  options.check();
  bench::allow_descriptors(wishes.connections + 64);
  const auto load = std::make_unique<bench::Load>(std::move(wishes), std::move(measured));
  load->run();
}

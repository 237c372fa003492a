// The load generator for HTTP/2 over TLS: many streams on few connections, in one thread. Otherwise like load.cpp.
//
//   bench_load_http2 --protocol belay|openai --port P --pids PID,PID --connections N --streams N …
//
//   belay    POST /assistant/request, then GET its stream
//   openai   POST /v1/chat/completions, streamed
//
// When all streams have begun, it waits --warm seconds, measures for --window seconds, and prints the figures as one
// line of JSON. The server's certificate is not verified: only loopback is measured.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <nghttp2/nghttp2.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "common.hpp"
#include "measure.hpp"
#include "response_reader.hpp"

namespace bench {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
// How many streams may be between their request and the first byte of their answer.
constexpr std::size_t kMaxStarting = 128;

struct Wishes {
  std::string protocol, prompt, token;
  std::uint16_t port = 0;
  std::size_t connections = 0, streams = 0;  // streams of each connection
  double warm = 0, window = 0, patience = 0;
};

struct Figures {
  std::size_t ready = 0, starting = 0, failures = 0;
  std::uint64_t received_ns = 0;  // when the last bytes were received
  bool in_window = false;
  std::uint64_t tokens = 0;
  Sample latency, first_token;
};

class Connection;

// One answer: a POST, and for Belay the GET of its stream.
class Stream final : private ResponseReader::Listener {
 public:
  Stream(Connection& connection, const Wishes& wishes, Figures& figures)
      : connection_(connection), wishes_(wishes), figures_(figures) {}
  void begin();
  void on_header(std::string_view name, std::string_view value);
  void on_head() { reader_.begin_body(status_, events_); }
  void on_data(std::string_view bytes) {
    if (events_) become_ready();
    reader_.push_body(bytes, *this);
  }
  void on_close() { reader_.end_body(*this); }

 private:
  void on_token(std::string_view content) override;
  void on_terminal(bool, std::string_view) override {}
  void on_end(int status, std::string_view body) override;
  void become_ready();
  void fail(const std::string& what);

  Connection& connection_;
  const Wishes& wishes_;
  Figures& figures_;
  ResponseReader reader_;
  int status_ = 0;
  bool events_ = false, ready_ = false, has_token_ = false;
  std::uint64_t asked_ns_ = 0;
};

class Connection {
 public:
  Connection(SSL_CTX* tls, const Wishes& wishes, Figures& figures);
  ~Connection() {
    nghttp2_session_del(session_);
    SSL_free(ssl_);
    close(fd_);
  }
  int fd() const { return fd_; }
  bool begin_next() {
    if (begun_ == streams_.size()) return false;
    streams_[begun_++]->begin();
    return true;
  }
  void receive();
  void flush();
  void request(Stream& stream, const char* method, const std::string& path, const std::string& body);

  const Wishes& wishes;

 private:
  Figures& figures_;
  int fd_ = -1;
  SSL* ssl_ = nullptr;
  nghttp2_session* session_ = nullptr;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::size_t begun_ = 0;
};

// ---- A stream

void Stream::begin() {
  ++figures_.starting;
  asked_ns_ = now_ns();
  const bool openai = wishes_.protocol == "openai";
  const std::string body = openai
                               ? R"({"model":"bench","stream":true,"messages":[{"role":"user","content":")" +
                                     wishes_.prompt + R"("}]})"
                               : R"({"mode":"chat","prompt":")" + wishes_.prompt + R"("})";
  connection_.request(*this, "POST", openai ? "/v1/chat/completions" : "/assistant/request", body);
}

void Stream::on_header(std::string_view name, std::string_view value) {
  if (name == ":status") status_ = std::atoi(std::string(value).c_str());
  if (name == "content-type") events_ = value.starts_with("text/event-stream");
}

void Stream::on_token(std::string_view content) {
  if (!std::exchange(has_token_, true)) figures_.first_token.add(figures_.received_ns - asked_ns_);
  if (!figures_.in_window) return;
  ++figures_.tokens;
  const std::uint64_t made = content.size() >= 16 ? read_hex(content.substr(0, 16)) : 0;
  if (made != 0 && made <= figures_.received_ns && figures_.received_ns - made < 60 * kSecond)
    figures_.latency.add(figures_.received_ns - made);
}

void Stream::on_end(int status, std::string_view body) {
  constexpr std::string_view kName = "\"request_id\":\"";
  const std::size_t at = body.find(kName);
  if (status != 201 || at == std::string_view::npos)
    return fail("status " + std::to_string(status) + ": " + std::string(body));
  const std::string_view rest = body.substr(at + kName.size());
  connection_.request(*this, "GET", "/assistant/stream/" + std::string(rest.substr(0, rest.find('"'))), {});
}

void Stream::become_ready() {
  if (std::exchange(ready_, true)) return;
  ++figures_.ready;
  --figures_.starting;
}

void Stream::fail(const std::string& what) {
  become_ready();
  if (++figures_.failures <= 3) std::fprintf(stderr, "bench: %s\n", what.c_str());
  if (figures_.failures > 100) die("too many failures");
}

// ---- A connection

Stream* stream_of(nghttp2_session* session, std::int32_t id) {
  return static_cast<Stream*>(nghttp2_session_get_stream_user_data(session, id));
}

nghttp2_session* new_session(Connection& connection) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(
      callbacks,
      [](nghttp2_session* session, const nghttp2_frame* frame, const std::uint8_t* name,
         std::size_t name_length, const std::uint8_t* value, std::size_t value_length, std::uint8_t, void*) {
        if (Stream* const stream = stream_of(session, frame->hd.stream_id))
          stream->on_header({reinterpret_cast<const char*>(name), name_length},
                            {reinterpret_cast<const char*>(value), value_length});
        return 0;
      });
  nghttp2_session_callbacks_set_on_frame_recv_callback(
      callbacks, [](nghttp2_session* session, const nghttp2_frame* frame, void*) {
        Stream* const stream = stream_of(session, frame->hd.stream_id);
        if (stream && frame->hd.type == NGHTTP2_HEADERS) stream->on_head();
        return 0;
      });
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
      callbacks, [](nghttp2_session* session, std::uint8_t, std::int32_t id, const std::uint8_t* bytes,
                    std::size_t length, void*) {
        if (Stream* const stream = stream_of(session, id))
          stream->on_data({reinterpret_cast<const char*>(bytes), length});
        return 0;
      });
  nghttp2_session_callbacks_set_on_stream_close_callback(
      callbacks, [](nghttp2_session* session, std::int32_t id, std::uint32_t, void*) {
        if (Stream* const stream = stream_of(session, id)) stream->on_close();
        return 0;
      });
  nghttp2_session* session = nullptr;
  nghttp2_session_client_new(&session, callbacks, &connection);
  nghttp2_session_callbacks_del(callbacks);
  const nghttp2_settings_entry windows{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1 << 20};
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, &windows, 1);
  nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, 1 << 24);
  return session;
}

Connection::Connection(SSL_CTX* tls, const Wishes& wanted, Figures& figures)
    : wishes(wanted), figures_(figures), fd_(connect_to(wanted.port)), ssl_(SSL_new(tls)) {
  // The handshake blocks: it is not measured.
  fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) & ~O_NONBLOCK);
  SSL_set_fd(ssl_, fd_);
  if (SSL_connect(ssl_) != 1) die("the TLS handshake failed");
  const unsigned char* protocol = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl_, &protocol, &length);
  if (length != 2) die("the server does not speak HTTP/2");
  fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) | O_NONBLOCK);
  session_ = new_session(*this);
  for (std::size_t i = 0; i < wishes.streams; ++i)
    streams_.push_back(std::make_unique<Stream>(*this, wishes, figures));
  flush();
}

void Connection::request(Stream& stream, const char* method, const std::string& path,
                         const std::string& body) {
  const std::string authorization = "Bearer " + wishes.token;
  const auto header = [](const char* name, const std::string& value) {
    return nghttp2_nv{reinterpret_cast<std::uint8_t*>(const_cast<char*>(name)),
                      reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), std::strlen(name),
                      value.size(), NGHTTP2_NV_FLAG_NONE};
  };
  const std::string verb = method, scheme = "https", authority = "localhost", json = "application/json",
                    events = "text/event-stream";
  const nghttp2_nv headers[] = {header(":method", verb),
                                header(":scheme", scheme),
                                header(":authority", authority),
                                header(":path", path),
                                header("authorization", authorization),
                                header("accept", events),
                                header("content-type", json)};
  // The body is owned by the data source, which deletes it when it was read.
  nghttp2_data_provider source{};
  source.source.ptr = new std::string(body);
  source.read_callback = [](nghttp2_session*, std::int32_t, std::uint8_t* out, std::size_t length,
                            std::uint32_t* flags, nghttp2_data_source* from, void*) -> ssize_t {
    const std::unique_ptr<std::string> text(static_cast<std::string*>(from->ptr));
    if (text->size() > length) die("a prompt is too long");
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    std::memcpy(out, text->data(), text->size());
    return static_cast<ssize_t>(text->size());
  };
  if (nghttp2_submit_request(session_, nullptr, headers, std::size(headers), &source, &stream) < 0)
    die("a request could not be sent");
}

void Connection::receive() {
  char buffer[64 << 10];
  for (;;) {
    const int count = SSL_read(ssl_, buffer, sizeof buffer);
    if (count <= 0) {
      if (SSL_get_error(ssl_, count) == SSL_ERROR_WANT_READ) break;
      die("the server closed a connection");
    }
    figures_.received_ns = now_ns();
    if (nghttp2_session_mem_recv(session_, reinterpret_cast<std::uint8_t*>(buffer),
                                 static_cast<std::size_t>(count)) < 0)
      die("the server broke the protocol");
  }
  flush();
}

void Connection::flush() {
  const std::uint8_t* bytes = nullptr;
  for (;;) {
    const ssize_t count = nghttp2_session_mem_send(session_, &bytes);
    if (count < 0) die("nghttp2 failed");
    if (count == 0) return;
    // What a client sends is little: the socket's buffer holds it.
    if (SSL_write(ssl_, bytes, static_cast<int>(count)) != count) die("a request could not be written");
  }
}

// ---- All

class Load {
 public:
  Load(Wishes wishes, Processes measured) : wishes_(std::move(wishes)), measured_(std::move(measured)) {
    SSL_CTX* const tls = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_alpn_protos(tls, reinterpret_cast<const unsigned char*>("\x02h2"), 3);
    before_ = measured_.memory();
    for (std::size_t i = 0; i < wishes_.connections; ++i) {
      connections_.push_back(std::make_unique<Connection>(tls, wishes_, figures_));
      epoll_.add(connections_.back()->fd(), EPOLLIN, static_cast<std::uint32_t>(i));
    }
    SSL_CTX_free(tls);
  }

  void run() {
    const std::uint64_t started = now_ns(), patience = started + nanoseconds(wishes_.patience);
    std::uint64_t warm_end = UINT64_MAX, window_end = UINT64_MAX;
    const std::size_t all = wishes_.connections * wishes_.streams;
    for (;;) {
      begin_some();
      const std::size_t count = epoll_.wait(std::min({patience, warm_end, window_end}));
      for (std::size_t i = 0; i < count; ++i) connections_[epoll_.ready(i).data.u32]->receive();
      const std::uint64_t now = now_ns();
      if (figures_.ready == all && warm_end == UINT64_MAX && window_end == UINT64_MAX)
        warm_end = now + nanoseconds(wishes_.warm);
      if (now >= warm_end) {
        warm_end = UINT64_MAX;
        window_end = now + nanoseconds(wishes_.window);
        begin_window();
      }
      if (now >= window_end) break;
      if (now > patience) die("not done in time: " + std::to_string(figures_.ready) + " streams are ready");
    }
    report();
  }

 private:
  static std::uint64_t nanoseconds(double seconds) { return static_cast<std::uint64_t>(seconds * kSecond); }

  void begin_some() {
    while (figures_.starting < kMaxStarting) {
      if (next_ == wishes_.connections * wishes_.streams) return;
      Connection& connection = *connections_[next_++ % connections_.size()];
      connection.begin_next();
      connection.flush();
    }
  }
  void begin_window() {
    loaded_ = measured_.memory();
    cpu_begin_ = measured_.cpu_seconds();
    window_begin_ = now_ns();
    figures_.in_window = true;
  }
  void report() {
    const double cpu = measured_.cpu_seconds() - cpu_begin_;
    std::printf(
        "{\"streams\":%zu,\"seconds\":%.3f,\"tokens\":%llu,\"cpu_seconds\":%.6f,\"failures\":%zu,"
        "\"private_before_kib\":%llu,\"private_kib\":%llu,\"latency_p50_us\":%.1f,\"latency_p99_us\":%.1f,"
        "\"first_token_p50_us\":%.1f,\"first_token_p99_us\":%.1f}\n",
        figures_.ready, static_cast<double>(now_ns() - window_begin_) / kSecond,
        static_cast<unsigned long long>(figures_.tokens), cpu, figures_.failures,
        static_cast<unsigned long long>(before_.private_kib),
        static_cast<unsigned long long>(loaded_.private_kib), figures_.latency.percentile(0.5),
        figures_.latency.percentile(0.99), figures_.first_token.percentile(0.5),
        figures_.first_token.percentile(0.99));
  }

  const Wishes wishes_;
  Processes measured_;
  Figures figures_;
  Epoll epoll_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::size_t next_ = 0;
  std::uint64_t window_begin_ = 0;
  double cpu_begin_ = 0;
  Memory before_, loaded_;
};

}  // namespace
}  // namespace bench

int main(int count, char** values) {
  bench::Options options(count, values);
  bench::Wishes wishes;
  wishes.protocol = options.text("protocol", "openai");
  wishes.prompt = options.text("prompt", "");
  wishes.token = options.text("token", "none");
  wishes.port = static_cast<std::uint16_t>(options.number("port", 0));
  wishes.connections = static_cast<std::size_t>(options.number("connections", 1));
  wishes.streams = static_cast<std::size_t>(options.number("streams", 1));
  wishes.warm = options.number("warm", 1);
  wishes.window = options.number("window", 4);
  wishes.patience = options.number("patience", 120);
  bench::Processes measured(options.text("pids", ""));
  options.check();
  bench::allow_descriptors(wishes.connections + 64);
  const auto load = std::make_unique<bench::Load>(std::move(wishes), std::move(measured));
  load->run();
}

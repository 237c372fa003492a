// Runs the server's hot paths in one process. guards/instructions.py counts their instructions and
// allocations.
//
//   hot_paths delta N    N tokens, one per turn of the loop: the provider's bytes → event → journal →
//                        rendered message → the bytes for the reader's socket
//   hot_paths burst N    the same, with twenty tokens per turn
//   hot_paths socket N   like delta, with a WebSocket as the reader (requirement F13)
//   hot_paths idle N     N connections, one after another: each is accepted, requests a stream, gets a
//                        heartbeat and is closed
//   hot_paths start N    N runs, one after another: a POST on a kept-alive connection, up to its 201
//                        (start_path.cpp)
//
// All parts are real, except the provider's socket, the store (in all but start) and the reader's
// socket (in delta, burst and socket). Prints how many allocations the last nine tenths of the repetitions made.
#include <arpa/inet.h>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/log/subscription.hpp"
#include "core/log/testing/count_allocations.hpp"
#include "core/ports/testing/fake_store.hpp"
#include "core/ports/testing/fakes.hpp"
#include "core/run/run.hpp"
#include "parts.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/journal/journal.hpp"
#include "surfaces/assistant/render.hpp"
#include "transport/framing/sse.hpp"
#include "transport/framing/stream.hpp"
#include "transport/framing/websocket.hpp"
#include "transport/http1/stream_writer.hpp"
#include "transport/listener.hpp"
#include "transport/routing_dispatcher.hpp"
#include "transport/websocket/websocket_writer.hpp"

namespace belay::guards {
namespace {

// A reader's socket that accepts all bytes.
class UnlimitedChannel final : public transport::ByteChannel {
 public:
  transport::IoResult read(std::span<char>) override { return {}; }
  void wait(Wait, UniqueFunction<void()>) override {}
  void cancel_waits() override {}
  void finish_sending() override {}
  void close(Close) override {}

 private:
  transport::IoResult write_some(std::span<const iovec> pieces) override {
    std::size_t all = 0;
    for (const iovec& piece : pieces) all += piece.iov_len;
    return {transport::IoResult::State::moved, all};
  }
};

class Reader final : private ByteSource::Waker {
 public:
  explicit Reader(std::unique_ptr<ByteSource> source)
      : writer_(std::move(source), transport::StreamWriter::TransferCoding::chunked, "head", "") {
    writer_.source().attach(*this);
    wake();
  }
  std::size_t bytes() const { return channel_.written(); }

 private:
  void wake() override { writer_.pump(channel_); }
  UnlimitedChannel channel_;
  transport::StreamWriter writer_;
};

class SocketReader final : private ByteSource::Waker {
 public:
  explicit SocketReader(std::unique_ptr<ByteSource> source) {
    writer_.show(std::move(source), *this);
    wake();
  }
  std::size_t bytes() const { return channel_.written(); }

 private:
  void wake() override { writer_.pump(channel_); }
  UnlimitedChannel channel_;
  transport::WebSocketWriter writer_{64 * 1024};
};

// A run whose answer is streaming, and everything that it needs.
struct Fixture {
  Fixture() {
    hubs.push_back(&hub);
    config.log_window = {8 << 20};  // moving old events to the store is not measured here
    config.run_deadline = config.unopened_expiry = kLong;
    model->model.alias = "guard";
    model->provider = &provider;
    RunRequest request;
    request.id = RunId::make(clock, random);
    request.created = clock.wall();
    const Run::Context parts{loop,     *committer, hub,    *journal, store,
                             observer, check,      shared, config,   caching};
    log = std::make_shared<LogBuffer>(LogHead{request.id, "ada", "assistant"}, std::vector<EpochStart>{{}}, 0,
                                      store, cache);
    run = std::make_shared<Run>(parts, std::move(request), model, log, [] {});
    run->log_request([](Result<> logged) { expect(logged.has_value(), "the request was not logged"); });
    loop.turn();
    run->begin();
    loop.turn();
    expect(http.sink != nullptr, "the provider was not called");
    http.sink->on_head({200, {{"content-type", "text/event-stream"}}});
  }
  ~Fixture() { run->hand_over(); }

  std::unique_ptr<ByteSource> subscribe() { return subscribe(format); }
  std::unique_ptr<ByteSource> subscribe(const Format& wanted) {
    return std::make_unique<Subscription>(log, wanted, 0, hub);
  }
  void speak() { http.speak(); }

  ScratchDirectory scratch;
  ManualClock clock;
  SeededRandom random{42};
  storage::PosixFileSystem files;
  std::unique_ptr<storage::Journal> journal =
      std::move(storage::Journal::open({}, scratch.path, files, clock, storage::current_boot_id())).value();
  testing::FakeStore store;
  testing::RecordingObserver observer;
  EngineConfig config;
  CacheConfig caching;
  SharedGenerations shared{clock, nullptr, observer, caching};
  const ToolCheck check;
  BlockCache cache{1_MiB};
  Loop loop{0, clock};
  ReaderHub hub{loop};
  std::vector<ReaderHub*> hubs;
  std::unique_ptr<LogCommitter> committer =
      std::make_unique<LogCommitter>(loop, journal->open_writer(loop), hubs);
  const Format& format = surfaces::assistant::format();
  PlayedHttp http;
  providers::HttpProvider provider{without_timeouts(), http, random};
  const std::shared_ptr<ModelTarget> model = std::make_shared<ModelTarget>();
  std::shared_ptr<LogBuffer> log;
  std::shared_ptr<Run> run;
};

template <class AnyReader>
void speak_and_read(std::size_t tokens, std::size_t a_turn, const Format& format) {
  Fixture fixture;
  AnyReader reader(fixture.subscribe(format));
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < tokens; ++i) {
    if (i == tokens / 10) before = allocations.load();
    fixture.speak();
    if (i % a_turn == a_turn - 1) fixture.loop.turn();
  }
  fixture.loop.turn();
  expect(fixture.log->last() >= tokens && reader.bytes() > tokens * 20, "not every token reached the reader");
  std::printf("allocations %llu\n", static_cast<unsigned long long>(allocations.load() - before));
}

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  expect(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "no connection");
  return fd;
}

void open_and_close(std::size_t connections) {
  Fixture fixture;
  transport::Router router;
  const auto answer = [&fixture](transport::Request&) -> Awaitable<transport::Response> {
    transport::Response response;
    response.headers = transport::stream_headers(transport::sse_framing());
    transport::StreamBody body;
    body.source = fixture.subscribe();
    body.preamble = "retry: 1000\n\n";
    body.framing = &transport::sse_framing();
    response.body = std::move(body);
    co_return response;
  };
  expect(router.add({"GET", "/stream/{id}", answer, {}, "guard"}).has_value(), "the route was refused");
  transport::Config config;
  transport::OpenCounts open;
  transport::TransportObserver observer;
  const auto dispatcher =
      std::move(transport::RoutingDispatcher::make({config, router, observer, fixture.random})).value();
  transport::Listener listener({fixture.loop, config, *dispatcher, observer, open, fixture.random});
  const std::uint16_t port = listener.listen(0).value();
  // Runs turns of the loop until `done`. How many turns that takes depends on the kernel. A turn in which
  // nothing is ready costs almost nothing.
  const auto until = [&fixture](auto done) {
    for (int i = 0; i < 10'000 && !done(); ++i)
      if (!fixture.loop.turn()) ::usleep(50);
    expect(done(), "the server did not do its part");
  };
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < connections; ++i) {
    if (i == connections / 10) before = allocations.load();
    const int client = connect_to(port);
    constexpr std::string_view kRequest =
        "GET /stream/1 HTTP/1.1\r\nHost: guard.example\r\nAccept: text/event-stream\r\nUser-Agent: "
        "guard\r\n\r\n";
    expect(::send(client, kRequest.data(), kRequest.size(), 0) > 0, "the request was not sent");
    until([&] { return open.streams.load() == 1; });
    fixture.clock.advance(Milliseconds(15'100));  // a heartbeat
    fixture.loop.turn();
    ::close(client);
    until([&] { return open.connections.load() == 0; });
  }
  std::printf("allocations %llu\n", static_cast<unsigned long long>(allocations.load() - before));
}

}  // namespace

std::uint64_t count_allocations() {
  return allocations_of_this_thread;
}

}  // namespace belay::guards

int main(int count, char** values) {
  const std::string path = count == 3 ? values[1] : "";
  const std::size_t times = count == 3 ? std::strtoul(values[2], nullptr, 10) : 0;
  const belay::Format& sse = belay::surfaces::assistant::format();
  const belay::Format frames{sse.dialect, belay::transport::websocket_framing()};
  if (path == "delta" && times != 0)
    belay::guards::speak_and_read<belay::guards::Reader>(times, 1, sse);
  else if (path == "burst" && times != 0)
    belay::guards::speak_and_read<belay::guards::Reader>(times, 20, sse);
  else if (path == "socket" && times != 0)
    belay::guards::speak_and_read<belay::guards::SocketReader>(times, 1, frames);
  else if (path == "idle" && times != 0)
    belay::guards::open_and_close(times);
  else if (path == "start" && times != 0)
    belay::guards::start_runs(times);
  else
    belay::guards::expect(false, "hot_paths delta|burst|socket|idle|start COUNT");
}

// The server's hot paths in one process and one thread, for the guards to count instructions and allocations
// of.
//
//   hot_paths delta N    N tokens, each in a turn of its own: the provider's bytes → event → journal →
//   rendered frame →
//                        what would be written to the reader's socket
//   hot_paths burst N    the same, twenty tokens a turn
//   hot_paths idle N     N connections, one after another: accepted, asking for a stream, heard of a
//   heartbeat, closed
//
// All parts are the real ones, but for the provider's and (delta, burst) the reader's socket, and the store
// behind it. Prints the allocations of the last nine tenths.
#include <arpa/inet.h>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/run.hpp"
#include "core/subscription.hpp"
#include "core/testing/count_allocations.hpp"
#include "core/testing/fake_store.hpp"
#include "core/testing/fakes.hpp"
#include "providers/calls/http_provider.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/journal/journal.hpp"
#include "surfaces/assistant/render.hpp"
#include "transport/http1/http1_server.hpp"
#include "transport/http1/stream_writer.hpp"
#include "transport/sse/sse_frame.hpp"

namespace belay {
namespace {

void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "hot_paths: %s\n", what);
  std::exit(1);
}

// The provider's HTTP without a socket.
class SpokenHttp final : public providers::HttpClient {
 public:
  std::unique_ptr<providers::HttpCall> start(Loop&, providers::HttpRequest,
                                             providers::HttpSink& heard_by) override {
    sink = &heard_by;
    return std::make_unique<Call>();
  }
  void let_finish(std::unique_ptr<providers::HttpCall>) override {}

  providers::HttpSink* sink = nullptr;

 private:
  struct Call final : providers::HttpCall {
    void pause() override {}
    void resume() override {}
  };
};

// A reader whose socket takes everything.
class WideOutlet final : public transport::StreamWriter::Outlet {
 public:
  ssize_t send(const iovec* pieces, std::size_t count) override {
    std::size_t all = 0;
    for (std::size_t i = 0; i < count; ++i) all += pieces[i].iov_len;
    bytes += all;
    return static_cast<ssize_t>(all);
  }
  std::size_t bytes = 0;
};

class Reader final : private ByteSource::Waker {
 public:
  explicit Reader(std::unique_ptr<ByteSource> source)
      : writer_(std::move(source), transport::StreamWriter::Framing::chunked, "head", "") {
    writer_.source().attach(*this);
    wake();
  }
  std::size_t bytes() const { return outlet_.bytes; }

 private:
  void wake() override { writer_.pump(outlet_); }
  WideOutlet outlet_;
  transport::StreamWriter writer_;
};

class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "belay-guard-XXXXXX").string();
    expect(::mkdtemp(name.data()) != nullptr, "there is no temporary directory");
    path = name;
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

// The clock is advanced by hand, and only heartbeats are to come of it.
constexpr Milliseconds kLong = std::chrono::hours(10'000);

// A run that is being answered, and all that it needs.
struct House {
  House() {
    hubs.push_back(&hub);
    config.log_window = {8 << 20};  // moving old events to the store is another story
    config.run_deadline = config.unopened_expiry = kLong;
    model.model.alias = "guard";
    model.provider = &provider;
    RunRequest request;
    request.id = RunId::make(clock, random);
    request.created = clock.wall();
    const Run::House parts{loop, *committer, hub, *journal, store, observer, check, shared, config, caching};
    log = std::make_shared<RunLog>(RunHead{request.id, "ada", "assistant"}, std::vector<EpochStart>{{}}, 0,
                                   store, cache);
    run = std::make_shared<Run>(parts, std::move(request), model, log, [] {});
    run->log_request([](Result<> logged) { expect(logged.has_value(), "the request was not logged"); });
    loop.turn();
    run->begin();
    loop.turn();
    expect(http.sink != nullptr, "the provider was not called");
    http.sink->on_head({200, {{"content-type", "text/event-stream"}}});
  }
  ~House() { run->abandon(); }

  static providers::HttpProvider::Setup patient() {
    providers::HttpProvider::Setup setup;
    setup.config.first_byte_timeout = setup.config.idle_timeout = setup.config.progress_timeout = kLong;
    return setup;
  }

  std::unique_ptr<ByteSource> subscribe() { return std::make_unique<Subscription>(log, dialect, 0, hub); }
  // One token, as OpenAI words it.
  void speak() {
    constexpr std::string_view kChunk =
        R"(data: {"id":"chatcmpl-guard0000000000000000000000","object":"chat.completion.chunk","created":1795000000,)"
        R"("model":"guard","choices":[{"index":0,"delta":{"content":" a token"},"finish_reason":null}]})"
        "\n\n";
    expect(http.sink->on_body(kChunk) == providers::HttpSink::Flow::more,
           "the provider's bytes were refused");
  }

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
  surfaces::assistant::AssistantDialect dialect;
  SpokenHttp http;
  providers::HttpProvider provider{patient(), http, random};
  ModelTarget model;
  std::shared_ptr<RunLog> log;
  std::shared_ptr<Run> run;
};

void speak_and_read(std::size_t tokens, std::size_t a_turn) {
  House house;
  Reader reader(house.subscribe());
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < tokens; ++i) {
    if (i == tokens / 10) before = allocations.load();
    house.speak();
    if (i % a_turn == a_turn - 1) house.loop.turn();
  }
  house.loop.turn();
  expect(house.log->last() >= tokens && reader.bytes() > tokens * 60, "not every token reached the reader");
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
  House house;
  transport::Router router;
  const auto answer = [&house](transport::Request&) -> Awaitable<transport::Response> {
    transport::Response response;
    response.headers = transport::sse_headers();
    transport::StreamBody body;
    body.source = house.subscribe();
    body.preamble = "retry: 1000\n\n";
    body.heartbeat = ":\n\n";
    response.body = std::move(body);
    co_return response;
  };
  expect(router.add({"GET", "/stream/{id}", answer, {}, "guard"}).has_value(), "the route was refused");
  transport::Config config;
  transport::OpenCounts open;
  transport::TransportObserver observer;
  auto server =
      std::move(transport::Http1Server::make({house.loop, config, router, observer, open, house.random}))
          .value();
  const std::uint16_t port = server->listen(0).value();
  // As many turns as it takes; how many depends on the kernel, but one in which nothing is ready costs next
  // to nothing.
  const auto until = [&house](auto done) {
    for (int i = 0; i < 10'000 && !done(); ++i)
      if (!house.loop.turn()) ::usleep(50);
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
    house.clock.advance(Milliseconds(15'100));  // a heartbeat
    house.loop.turn();
    ::close(client);
    until([&] { return open.connections.load() == 0; });
  }
  std::printf("allocations %llu\n", static_cast<unsigned long long>(allocations.load() - before));
}

}  // namespace
}  // namespace belay

int main(int count, char** values) {
  const std::string path = count == 3 ? values[1] : "";
  const std::size_t times = count == 3 ? std::strtoul(values[2], nullptr, 10) : 0;
  if (path == "delta" && times != 0)
    belay::speak_and_read(times, 1);
  else if (path == "burst" && times != 0)
    belay::speak_and_read(times, 20);
  else if (path == "idle" && times != 0)
    belay::open_and_close(times);
  else
    belay::expect(false, "hot_paths delta|burst|idle COUNT");
}

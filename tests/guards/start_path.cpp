// From the bytes of a POST to the bytes of its 201: parse, sign-in (HS256, from the cache), limits, prompt, the run's
// first event in the journal, the call of the provider. Engine, journal, store, counters and the HTTP server are the
// real ones. What happens after the 201 is not counted: callgrind collects inside answer_one() alone, and on its
// thread alone.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "auth/authenticator.hpp"
#include "auth/head_check.hpp"
#include "auth/server_key.hpp"
#include "auth/ticket_uses.hpp"
#include "auth/token_maker.hpp"
#include "core/ports/testing/fakes.hpp"
#include "core/run/engine.hpp"
#include "parts.hpp"
#include "prompts/token_estimate.hpp"
#include "prompts/tool_schema.hpp"
#include "services/services.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/journal/journal.hpp"
#include "storage/memory/counters.hpp"
#include "storage/sqlite/store.hpp"
#include "surfaces/assistant/routes.hpp"
#include "transport/listener.hpp"
#include "transport/routing_dispatcher.hpp"

namespace belay::guards {
namespace {

constexpr const char* kSecretName = "BELAY_GUARD_SECRET";

auth::Config sign_in_config() {
  ::setenv(kSecretName, "no secret at all, only for this test", 1);
  auth::Config config;
  auth::KeySource key;
  key.env = kSecretName;
  config.keys.push_back(key);
  return config;
}

EngineConfig engine_config() {
  EngineConfig config;
  config.run_deadline = config.unopened_expiry = kLong;
  return config;
}

struct StartFixture {
  StartFixture() {
    Model model;
    model.alias = "guard";
    model.upstream_name = "guard";
    auto catalogue = std::make_shared<ModelCatalogue>();
    expect(catalogue->add(model, provider).has_value(), "the model was refused");
    models.replace(catalogue);
    auto settings = std::make_shared<services::RuntimeConfig>();
    settings->models = catalogue;
    surfaces::AssistantConfig assistant;
    assistant.limits.rate_chat = 1'000'000;
    settings->rules.emplace("assistant", surfaces::rules(assistant, settings->policy));
    settings->tiers = std::move(policy::Tiers::make(settings->policy.tiers)).value();
    runtime.replace(settings);
    expect(engine.recover().has_value(), "nothing to recover, and it failed");
    for (transport::Route& route :
         auth::sign_in_before_body(surfaces::assistant::AssistantRoutes::routes({}, &routes), &authenticator))
      expect(router.add(std::move(route)).has_value(), "the route was refused");
    dispatcher =
        std::move(transport::RoutingDispatcher::make({server_config, router, observer, random})).value();
    listener = std::make_unique<transport::Listener>(
        transport::Listener::Parts{loop, server_config, *dispatcher, observer, open, random});
    connect_to(listener->listen(0).value());
    const auto key = auth::load_configured_keys(sign_in);
    const auto token =
        auth::make_token({"ada", {}, {}, std::chrono::hours(1)}, sign_in, key.keys.at(0), clock.wall());
    constexpr std::string_view kBody = R"({"prompt":"Why do sails work against the wind?","mode":"chat"})";
    request =
        "POST /assistant/request HTTP/1.1\r\nHost: guard.example\r\nAuthorization: Bearer " + token.value() +
        "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(kBody.size()) + "\r\n\r\n";
    request += kBody;
  }
  ~StartFixture() {
    ::close(client);
    until([&] { return open.connections.load() == 0; });
  }

  void connect_to(std::uint16_t port) {
    client = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address);
    until([&] { return open.connections.load() == 1; });
  }
  template <class Done>
  void until(Done done, const char* what = "the server did not do its part") {
    bool is_done = done();
    for (int i = 0; i < 100'000 && !is_done; ++i) {
      if (!loop.turn()) ::usleep(50);
      is_done = done();
    }
    expect(is_done, what);
  }
  // Whether the answer is here: it is short, and comes in one piece.
  bool answered() {
    char bytes[4096];
    const ssize_t size = ::recv(client, bytes, sizeof bytes - 1, 0);
    if (size <= 0) return false;
    bytes[size] = '\0';
    expect(std::string_view(bytes, static_cast<std::size_t>(size)).starts_with("HTTP/1.1 201 "), bytes);
    return true;
  }
  void finish_run() {
    until([&] { return http.sink != nullptr; }, "the provider was not called");
    http.sink->on_head({200, {{"content-type", "text/event-stream"}}});
    http.speak();
    http.finish();
    until([&] { return engine.live_runs() == 0; }, "the run did not end");
  }

  ScratchDirectory scratch;
  SystemClock clock;
  SeededRandom random{42};
  Loop loop{0, clock};
  storage::PosixFileSystem files;
  std::unique_ptr<storage::SqliteStore> store =
      std::move(storage::SqliteStore::open(scratch.path, {}, prompts::message_tokens)).value();
  std::unique_ptr<storage::Journal> journal =
      std::move(storage::Journal::open({}, scratch.path, files, clock, storage::current_boot_id())).value();
  storage::MemoryCounters counters{{}, clock};
  PlayedHttp http;
  providers::HttpProvider provider{without_timeouts(), http, random};
  Snapshot<ModelCatalogue> models;
  Snapshot<services::RuntimeConfig> runtime;
  testing::RecordingObserver engine_observer;
  Engine engine{{clock,
                 random,
                 *journal,
                 *store,
                 counters,
                 models,
                 engine_observer,
                 prompts::check_arguments,
                 engine_config(),
                 store.get(),
                 {},
                 store.get()},
                {&loop}};

  const auth::Config sign_in = sign_in_config();
  ThreadPool pool{1, 64};
  std::unique_ptr<auth::KeySet> keys =
      std::move(auth::KeySet::open(sign_in, loop, nullptr, [](const auto&) {})).value();
  auth::TokenVerifier verifier{sign_in, *keys, pool, clock};
  auth::MemoryTicketUses ticket_uses{{100, std::chrono::minutes(1), 10}};
  auth::Tickets tickets{
      sign_in, std::move(auth::load_or_create_server_key(scratch.path / "ticket.key", random)).value(),
      {},      ticket_uses,
      clock,   random};
  auth::OriginPolicy origins{sign_in};
  auth::Revocations revocations{10, clock};
  auth::Authenticator authenticator{sign_in, verifier, tickets, origins, clock, revocations};
  auth::OpenStreams streams{sign_in, {&loop}, revocations, clock, random};

  services::Services services{{counters, *store, *store, *store, *store, *store, *store, engine_observer,
                               clock, random, runtime, [this] { return engine.accepts_runs(); }},
                              engine};
  FairThreadPool export_pool{FairThreadPool::Config{}};
  exports::Config exports;
  ThreadPool context_pool{1, 8};
  services::Contexts contexts{{*store, nullptr, clock, context_pool}, {}};
  surfaces::assistant::AssistantRoutes routes{
      {services.runs, services.channels, services.sessions, services.conversations, services.erasures,
       services.limiter, services.users, authenticator, streams, runtime, clock, random, export_pool, exports,
       contexts},
      {}};
  transport::Router router;
  transport::Config server_config;
  transport::OpenCounts open;
  transport::TransportObserver observer;
  std::unique_ptr<transport::RoutingDispatcher> dispatcher;
  std::unique_ptr<transport::Listener> listener;
  std::string request;
  int client = -1;
};

// Its name is in instructions.py.
[[gnu::noinline]] void answer_one(StartFixture& fixture) {
  expect(::send(fixture.client, fixture.request.data(), fixture.request.size(), 0) > 0,
         "the POST was not sent");
  fixture.until([&] { return fixture.answered(); }, "the POST was not answered");
}

}  // namespace

void start_runs(std::size_t count) {
  StartFixture fixture;
  std::uint64_t counted = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t before = count_allocations();
    answer_one(fixture);
    if (i >= count / 10) counted += count_allocations() - before;
    fixture.finish_run();
  }
  std::printf("allocations %llu\n", static_cast<unsigned long long>(counted));
}

}  // namespace belay::guards

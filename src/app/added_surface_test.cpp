// A fourth surface, written in this file as its own folder would be, and added by one line: the call of add() below.
// It runs over the real services and a real engine: it streams, resumes and is limited.
#include <gtest/gtest.h>

#include "app/configuration.hpp"
#include "app/routing.hpp"
#include "auth/head_check.hpp"
#include "auth/key_set.hpp"
#include "auth/ticket_uses.hpp"
#include "base/json_text.hpp"
#include "core/ports/testing/fake_context_store.hpp"
#include "services/testing/services_fixture.hpp"
#include "surfaces/error_response.hpp"
#include "surfaces/response.hpp"
#include "surfaces/stream_start.hpp"
#include "surfaces/testing/answer.hpp"
#include "transport/framing/sse.hpp"

namespace belay::surfaces {

// ---- config
struct ParrotConfig {
  bool enabled = true;
  std::string prefix;
  policy::SurfaceLimits limits{.max_active_per_user = 1};  // SIGHUP may change them
};
void declare(Settings& settings, ParrotConfig& config) {
  settings.section("parrot", "A tiny surface.");
  settings.boolean("enabled", config.enabled, "Whether the surface is served.");
  settings.string("prefix", config.prefix, 256, "Prefix of all its paths.");
  policy::declare_active(settings, config.limits, "answers");
}
policy::SurfaceRules rules(const ParrotConfig& config, const policy::Config& policy) {
  policy::SurfaceRules rules;
  rules.surface = "parrot";
  policy::Active active{"parrot", "answers"};
  active.max_per_user = config.limits.max_active_per_user;
  active.max = config.limits.max_active;
  active.busy_retry_after = policy.busy_retry_after;
  rules.run_modes = {"talk"};
  rules.limits["talk"] = {policy::active_of_caller(active), policy::active_of_server(active)};
  return rules;
}

// ---- render
class ParrotDialect final : public Dialect {
 public:
  void render(const LogHead&, const Event& event, const EventCounts&, const Position& position,
              MessageWriter& writer) const override {
    if (event.type != EventType::delta && !is_terminal(event.type)) return;
    const std::string id = position.text();
    std::string& out = writer.begin({"", id});
    if (event.type == EventType::delta) {
      out.push_back('"');
      append_json_text(event.payload, out);
      out.push_back('"');
    } else {
      out.append(to_string(event.type));
    }
    writer.end();
  }
};
const Format& parrot_format() {
  static const ParrotDialect dialect;
  static const Format format{dialect, transport::sse_framing()};
  return format;
}

// ---- routes
class ParrotRoutes {
 public:
  ParrotRoutes(const SurfaceContext& context) : context_(context) {}

  Awaitable<transport::Response> talk(transport::Request& request) {
    const auto caller = co_await context_.authenticator.authenticate(request);
    if (!caller) co_return error_response(caller.error(), request);
    services::StartRun start;
    start.caller = *caller;
    start.surface = "parrot";
    start.mode = "talk";
    start.prompt = request.body;
    start.recipe = std::make_unique<prompts::ConversationRecipe>(request.body, "body");
    start.deadline = deadline_of(request);
    const auto outcome = co_await context_.runs.start(*request.loop, std::move(start));
    if (!outcome.run) co_return error_response(outcome.run.error(), outcome.limits, request);
    co_return json_response("{\"id\":\"" + outcome.run->run.text() + "\"}", 201);
  }
  Awaitable<transport::Response> listen(transport::Request& request) {
    const auto caller = co_await context_.authenticator.authenticate(request);
    if (!caller) co_return error_response(caller.error(), request);
    const auto id = RunId::parse(request.capture("id"));
    const auto resume = parse_resume(request);
    if (!id || !resume) co_return error_response(make_error(ErrorCode::invalid_request, "No id."), request);
    auto log = co_await context_.runs.open(*request.loop, caller->user, *id, *resume);
    if (!log) co_return error_response(log.error(), request);
    co_return stream_response(request, context_, *caller, std::move(*log), parrot_format(),
                              Milliseconds(1000));
  }

 private:
  const SurfaceContext context_;
};

Surface make_parrot(const SurfaceContext* context, const ParrotConfig& config) {
  std::shared_ptr<ParrotRoutes> owner;
  if (context) owner = std::make_shared<ParrotRoutes>(*context);
  ParrotRoutes* const self = owner.get();
  Surface surface;
  std::vector<transport::Route> routes = {
      {"POST", config.prefix + "/parrot", [self](transport::Request& r) { return self->talk(r); }, 1_KiB,
       "parrot.talk"},
      {"GET", config.prefix + "/parrot/{id}", [self](transport::Request& r) { return self->listen(r); },
       ByteCount{0}, "parrot.listen"}};
  surface.routes = auth::sign_in_before_body(std::move(routes), context ? &context->authenticator : nullptr);
  surface.owner = std::move(owner);
  return surface;
}

}  // namespace belay::surfaces

namespace belay::app {
namespace {

using surfaces::testing::Answer;

auth::Config development() {
  auth::Config config;
  config.dev_mode = true;
  return config;
}

class AddedSurface : public services::testing::ServicesFixture, public ::testing::Test {
 protected:
  AddedSurface() {
    configuration_.surfaces.add(
        std::make_unique<TypedSurfaceConfig<surfaces::ParrotConfig>>("parrot", surfaces::make_parrot));
    services::RuntimeConfig made = *runtime.take();
    for (const auto& surface : configuration_.surfaces.all())
      made.rules[std::string(surface->name())] = surface->rules(configuration_.policy);
    configure(std::move(made));
    const surfaces::SurfaceContext context{services->runs,
                                           services->channels,
                                           services->sessions,
                                           services->conversations,
                                           services->erasures,
                                           services->limiter,
                                           services->users,
                                           authenticator_,
                                           streams_,
                                           runtime,
                                           clock,
                                           random,
                                           pool_,
                                           exports_,
                                           contexts_};
    served_ = make_surfaces(configuration_, &context);
    router_.emplace(make_router(configuration_, {}, served_).value());
  }
  ~AddedSurface() override {
    turn();
    served_.clear();
  }

  Answer send(const std::string& method, const std::string& path, std::string body = {},
              const std::string& last_event_id = {}) {
    transport::Request request;
    request.method = method;
    request.path = path;
    request.body = std::move(body);
    request.headers = {{"authorization", "Bearer dev:ann"}};
    if (!last_event_id.empty()) request.headers.push_back({"last-event-id", last_event_id});
    request.loop = loops[0].get();
    const auto match = router_->find(method, path).value();
    request.captures = match.captures;
    return Answer(await(match.route->handler(request)));
  }
  std::string id_in(const Answer& answer) const { return answer.body.substr(7, RunId::kTextSize); }

  Configuration configuration_;
  const auth::Config sign_in_ = development();
  ThreadPool workers_{1, 8};
  std::unique_ptr<auth::KeySet> keys_ =
      std::move(auth::KeySet::open(sign_in_, *loops[0], nullptr, [](const auto&) {})).value();
  auth::TokenVerifier verifier_{sign_in_, *keys_, workers_, clock};
  auth::MemoryTicketUses ticket_uses_{{100, Milliseconds(60'000), 10}};
  auth::Tickets tickets_{sign_in_, Secret("a key of the server, 32 bytes..."), {}, ticket_uses_, clock,
                         random};
  auth::OriginPolicy origins_{sign_in_};
  auth::Revocations revocations_{10, clock};
  auth::Authenticator authenticator_{sign_in_, verifier_, tickets_, origins_, clock, revocations_};
  auth::OpenStreams streams_{sign_in_, {loops[0].get()}, revocations_, clock, random};
  FairThreadPool pool_{{1, Milliseconds(20), 8}};
  belay::testing::FakeContextStore context_store_{store};
  services::Contexts contexts_{{context_store_, nullptr, clock, workers_}, {}};
  exports::Config exports_;
  std::vector<ServedSurface> served_;
  std::optional<transport::Router> router_;
};

TEST_F(AddedSurface, streams_what_the_model_says) {
  const Answer started = send("POST", "/parrot", "Hello?");
  ASSERT_EQ(started.status, 201) << started.body;
  Answer stream = send("GET", "/parrot/" + id_in(started));
  EXPECT_EQ(stream.status, 200);
  call().accept();
  call().text("Hi.");
  turn();
  call().end();
  turn();
  const std::string bytes = stream.bytes();
  EXPECT_NE(bytes.find("id: 1-4\ndata: \"Hi.\"\n\n"), std::string::npos) << bytes;
  EXPECT_TRUE(bytes.ends_with("data: completed\n\n")) << bytes;
}

TEST_F(AddedSurface, resumes_behind_the_last_event_that_a_client_has) {
  const Answer started = send("POST", "/parrot", "Hello?");
  call().accept();
  call().text("One.");
  turn();
  call().text("Two.");
  turn();
  call().end();
  turn();
  Answer stream = send("GET", "/parrot/" + id_in(started), {}, "1-4");
  for (int i = 0; i < 20 && !stream.has_ended(); ++i) turn();  // it is read back from the store
  const std::string bytes = stream.bytes();
  EXPECT_EQ(bytes.find("One."), std::string::npos) << bytes;
  EXPECT_NE(bytes.find("id: 1-5\ndata: \"Two.\"\n\n"), std::string::npos) << bytes;
}

TEST_F(AddedSurface, is_limited_until_its_answer_ends) {
  ASSERT_EQ(send("POST", "/parrot", "Hello?").status, 201);
  const Answer refused = send("POST", "/parrot", "Hello?");
  EXPECT_EQ(refused.status, 429);
  EXPECT_NE(refused.body.find("parrot.active.user"), std::string::npos) << refused.body;
  call().end();
  turn();
  EXPECT_EQ(send("POST", "/parrot", "Hello?").status, 201);
}

}  // namespace
}  // namespace belay::app

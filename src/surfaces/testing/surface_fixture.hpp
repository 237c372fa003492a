// A surface for tests: made by its make(), over a FakeRunService, fake stores and counters, with real sign-in by
// development tokens. No engine, no storage, no socket. A test sends a request and compares literal bytes:
//
//   SurfaceFixture fixture(assistant::make);
//   Answer answer = fixture.post("/assistant/request", R"({"prompt":"hi","mode":"edit"})", fixture.user("ann"));
//   EXPECT_EQ(answer.text(), "201\nContent-Type: application/json\n…\n\n{…}");
//   EXPECT_EQ(fixture.runs.started().mode, "edit");
//
// The clock stands still until the test advances it. Random numbers are the same in every test.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include "auth/authenticator.hpp"
#include "auth/key_set.hpp"
#include "auth/ticket_uses.hpp"
#include "core/ports/testing/fake_context_store.hpp"
#include "core/ports/testing/fake_conversation_store.hpp"
#include "core/ports/testing/fake_erasure_store.hpp"
#include "core/ports/testing/fake_goal_stores.hpp"
#include "core/ports/testing/fake_ledger_store.hpp"
#include "core/ports/testing/fake_operator_stores.hpp"
#include "core/ports/testing/fake_session_store.hpp"
#include "core/ports/testing/fake_upload_store.hpp"
#include "core/ports/testing/fakes.hpp"
#include "policy/limits.hpp"
#include "services/channels/testing/fake_channels.hpp"
#include "services/erasure/testing/fake_erasures.hpp"
#include "services/goals/goal_services.hpp"
#include "services/runs/testing/fake_run_service.hpp"
#include "services/uploads/testing/sealing_keys.hpp"
#include "surfaces/surface.hpp"
#include "surfaces/testing/answer.hpp"
#include "transport/target.hpp"

namespace belay::surfaces::testing {

class SurfaceFixture {
 public:
  template <class Config>
  explicit SurfaceFixture(Surface (*make)(const SurfaceContext*, const Config&),
                          const std::type_identity_t<Config>& config = {})
      : tickets_(sign_in_, Secret("a key of the server, 32 bytes..."), make(nullptr, config).ticket_patterns,
                 ticket_uses_, clock, ticket_random_) {
    settings->tiers = std::move(policy::Tiers::make(settings->policy.tiers)).value();
    settings->personas = std::move(prompts::Personas::make({})).value();
    settings->coach_lines = std::move(prompts::CoachLines::make({})).value();
    settings->models = models();
    policy::SurfaceRules made;  // a surface that starts no runs has none
    if constexpr (requires { rules(config, settings->policy); }) made = rules(config, settings->policy);
    surface_ = made.surface;
    settings->rules.emplace(surface_, std::move(made));
    settings->rules.emplace("exports", policy::export_rules(settings->policy));
    settings->rules.emplace("uploads", policy::upload_rules(settings->policy));
    runtime_.replace(settings);
    context_.reset(new SurfaceContext{runs, channels, sessions_, conversations_, erasures, limiter_, users_,
                                      authenticator_, streams, runtime_, clock, random_, pool_,
                                      exports_config, contexts, &uploads, &goals});
    served_ = make(context_.get(), config);
    for (const transport::Route& route : served_.routes) EXPECT_TRUE(router_.add(route));
    for (const auto& below : served_.error_shapes) router_.shape_errors(below.path, *below.shape);
  }
  SurfaceFixture(const SurfaceFixture&) = delete;
  SurfaceFixture& operator=(const SurfaceFixture&) = delete;
  ~SurfaceFixture() { turns(); }

  // What the surface has got from the server.
  const SurfaceContext& context() const { return *context_; }

  // ---- Requests
  // Signs in as this user. "ann:pro" also names a tier.
  static transport::Header user(const std::string& name) { return {"authorization", "Bearer dev:" + name}; }
  Answer get(const std::string& target, Headers headers = {}) {
    return send("GET", target, std::move(headers));
  }
  Answer head(const std::string& target, Headers headers = {}) {
    return send("HEAD", target, std::move(headers));
  }
  Answer remove(const std::string& target, Headers headers = {}) {
    return send("DELETE", target, std::move(headers));
  }
  // With a JSON body.
  Answer post(const std::string& target, std::string body, Headers headers = {}) {
    headers.push_back({"content-type", "application/json"});
    return send("POST", target, std::move(headers), std::move(body));
  }
  Answer patch(const std::string& target, std::string body, Headers headers = {}) {
    headers.push_back({"content-type", "application/json"});
    return send("PATCH", target, std::move(headers), std::move(body));
  }
  Answer put(const std::string& target, std::string body, Headers headers = {}) {
    headers.push_back({"content-type", "application/json"});
    return send("PUT", target, std::move(headers), std::move(body));
  }
  Answer send(const std::string& method, const std::string& target, Headers headers, std::string body = {}) {
    auto exchange = begin(method, target, std::move(headers), std::move(body));
    return finish(*exchange);
  }

  // A request that may wait, and its client.
  struct Exchange {
    Client client;
    BodyInPieces streamed;  // the body of a route that reads it as a stream
    transport::Request request;
    std::optional<transport::Response> response;
    std::exception_ptr thrown;
  };
  std::shared_ptr<Exchange> begin_post(const std::string& target, std::string body, Headers headers = {}) {
    headers.push_back({"content-type", "application/json"});
    return begin("POST", target, std::move(headers), std::move(body));
  }
  std::shared_ptr<Exchange> begin(const std::string& method, const std::string& target, Headers headers,
                                  std::string body = {}) {
    share_sessions();
    auto exchange = std::make_shared<Exchange>();
    transport::Request& request = exchange->request;
    auto parsed = transport::parse_target(target, 16).value();
    request.method = method;
    request.path = std::move(parsed.path);
    request.query = std::move(parsed.query);
    request.headers = std::move(headers);
    request.request_id = "r-1";
    request.peer = peer;
    request.loop = &loop();
    request.client = &exchange->client;
    auto match = router_.find(method, request.path).value();
    request.captures = std::move(match.captures);
    if (match.route->streams_body) {
      exchange->streamed.rest = std::move(body);
      exchange->streamed.piece = body_piece;
      exchange->streamed.then = body_end;
      request.body_reader = &exchange->streamed;
    } else {
      request.body = std::move(body);
    }
    auto ended = [exchange](std::exception_ptr thrown, transport::Response response) {
      exchange->thrown = thrown;
      exchange->response = std::move(response);
    };
    boost::asio::co_spawn(loop().executor(), match.route->handler(request), std::move(ended));
    turns();
    return exchange;
  }
  // The response of a request that need not wait any longer.
  Answer finish(Exchange& exchange) {
    for (int i = 0; i < 100 && !exchange.response && !exchange.thrown; ++i) turns();
    // It may wait for other threads.
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(waits_for_threads ? 30 : 0);
    while (!exchange.response && !exchange.thrown && std::chrono::steady_clock::now() < end)
      if (!loop().turn()) std::this_thread::yield();
    share_sessions();
    if (exchange.thrown) std::rethrow_exception(exchange.thrown);
    if (!exchange.response) throw std::runtime_error("the request is not answered");
    transport::Response& response = *exchange.response;
    const transport::ErrorShape* shape = router_.error_shape(exchange.request.path);
    if (response.error && shape) shape->apply(*response.error, exchange.request, response);
    return Answer(std::move(*std::exchange(exchange.response, std::nullopt)));
  }
  // All bytes of a body that other threads make.
  std::string whole(Answer& answer) {
    while (answer.state() != ByteSource::State::ended && answer.state() != ByteSource::State::lost)
      if (!loop().turn()) std::this_thread::yield();
    return answer.bytes();
  }

  // A ticket of this user for a stream.
  std::string ticket(const std::string& name, const std::string& stream) {
    Caller caller;
    caller.user = name;
    caller.expires = clock.wall() + auth::kDevTokenLifetime;
    return tickets_.issue(caller, stream).value().text.reveal();
  }

  // ---- Time
  Loop& loop() { return log_.loop; }
  void turns() { log_.turns(8); }
  void advance(Milliseconds by) {
    clock.advance(by);
    turns();
  }
  // Until when a request that arrives now may wait for stores and counters.
  Deadline deadline() const { return Deadline::in(std::chrono::seconds(30), clock); }

  // ---- Limits
  // The limits of an action, in their order.
  std::vector<Limit> limits(std::string_view action, const policy::Subject& subject) const {
    return policy::limits_of(settings->rules.at(surface_), action, subject);
  }
  Limit limit(std::string_view action, std::size_t place, const std::string& name = "ann") const {
    return limits(action, {policy::Subject::Kind::user, name}).at(place);
  }
  Limit session_limit() const { return policy::session_limit(*settings->rules.at(surface_).sessions); }
  // So much of it is left after the next starts.
  void leave_of(Limit limit, std::uint64_t remaining) {
    LimitStatus& status = runs.limits.emplace_back();
    status.limit = std::move(limit);
    status.remaining = remaining;
  }
  // The next start is refused by this limit.
  void refuse_by(Limit limit, Milliseconds retry_after = Milliseconds(0)) {
    LimitStatus status;
    status.limit = std::move(limit);
    status.refused = true;
    status.retry_after = retry_after;
    const Error error = policy::limit_error(status);
    runs.refuse_next = services::StartOutcome{error, {std::move(status)}};
  }
  // The next start fails with this error.
  void refuse_with(ErrorCode code, std::string detail, std::string_view about, std::string model = {},
                   policy::Tier tier = {}) {
    const Error error = make_error(code, std::move(detail), std::string(about));
    runs.refuse_next = services::StartOutcome{error, {}, std::move(model), tier};
  }

  // ---- Stores
  // A question and its answer, as the stores keep them. The clock goes on by a second.
  struct Turn {
    std::string conversation;
    std::string question;
    std::string answer;
    std::string project{};
    std::string task{};
    RunState state = RunState::completed;
    MessageKind kind = MessageKind::chat;
    std::string user = "ann";
    Branch branch{};
  };
  RunId add_turn(const Turn& turn) {
    RunRecord record;
    record.id = new_id();
    record.user = turn.user;
    record.surface = surface_;
    record.conversation = turn.conversation;
    record.model = "small";
    record.state = turn.state;
    if (turn.state == RunState::completed) record.finish = FinishReason::stop;
    record.last = 2;
    record.usage = {{12}, {3}, {}, {}, false, {}};
    record.cost = {48'000};
    record.project = turn.project;
    record.task = turn.task;
    record.kind = turn.kind;
    record.created = clock.wall();
    record.finished = clock.wall() + Milliseconds(500);
    auto bytes = std::make_shared<std::string>();
    append_event(EventType::delta, Milliseconds(0), turn.answer, *bytes);
    append_event(EventType::completed, Milliseconds(0), "", *bytes);
    UserMessage question{{turn.user, surface_, turn.conversation},
                         record.id,
                         turn.question,
                         clock.wall(),
                         {},
                         turn.kind,
                         turn.project,
                         turn.task,
                         turn.branch,
                         {}};
    const RunId id = record.id;
    store.settle(std::move(record), {{id, 1, 1, 2, clock.wall(), std::move(bytes)}}, std::move(question),
                 [](const Result<bool>& settled) { EXPECT_TRUE(settled && *settled); });
    return id;
  }
  // Removes the messages of a chat of ann, as /clear does.
  void clear(const std::string& conversation) {
    Erasure erasure{Erasure::What::messages, "ann", surface_, conversation, clock.wall()};
    erasure_store.request_erasure(erasure, [&](Result<ErasureStore::Id> id) {
      erasure_store.erase(*id, [](Result<ErasureReport> report) { EXPECT_TRUE(report); });
    });
  }
  // A session that the stores have, of the surface under test.
  Session add_session(const std::string& id, const std::string& user_id, std::vector<RunId> with_runs = {},
                      const std::string& project = {}) {
    Session session;
    session.id = id;
    session.user = user_id;
    session.project = project;
    session.surface = surface_;
    session.conversation = "conversation-of-" + id;
    session.persona = "default";
    session.created = clock.wall();
    session.expires = clock.wall() + std::chrono::minutes(10);
    session.runs = std::move(with_runs);
    session_store.create_session(session, [](Result<> done) { EXPECT_TRUE(done); });
    return session;
  }
  RunId new_id() {
    clock.advance(Milliseconds(1000));
    return RunId::make(clock, log_.random);
  }

  // Ends the access of a user, as an operator does. Returns how many streams ended.
  std::size_t revoke(const std::string& user_id) {
    const RevocationKey key{RevocationKey::Kind::user, user_id};
    revocations.add({key, clock.wall(), clock.wall() + std::chrono::hours(1), {}, {}});
    std::size_t ended = 0;
    streams.end_revoked(key, [&ended](std::size_t count) { ended = count; });
    turns();
    return ended;
  }

  // The user's address.
  std::string peer = "203.0.113.7";

  // ---- Uploads, and bodies that are read as a stream
  std::size_t body_piece = 16'384;  // bytes in each piece
  std::optional<Error> body_end;    // the body does not end well: this comes after the last piece
  bool waits_for_threads = false;   // requests wait for the pool

 private:
  static std::shared_ptr<const ModelCatalogue> models() {
    auto catalogue = std::make_shared<ModelCatalogue>();
    Model small;
    small.alias = "small";
    small.provider = "scripted";
    small.window = {100'000};
    small.max_output = {1'000};
    small.price = {2, 8, {}};
    Model large;
    large.alias = "large";
    large.provider = "scripted";
    large.tier = "pro";
    EXPECT_TRUE(catalogue->add(ModelTarget{std::move(small)}));
    EXPECT_TRUE(catalogue->add(ModelTarget{std::move(large)}));
    return catalogue;
  }
  static auth::Config development() {
    auth::Config config;
    config.dev_mode = true;
    return config;
  }
  // The fake run service and the fake store have the same sessions.
  void share_sessions() {
    for (const auto& [id, session] : runs.sessions) {
      if (!session_store.find(id)) {
        session_store.create_session(session, [](Result<> done) { EXPECT_TRUE(done); });
        continue;
      }
      for (std::size_t i = session_store.uses(id); i < session.runs.size(); ++i)
        session_store.use_session(
            {{id, session.user, session.surface}, session.runs[i], session.created, 10'000},
            [](const Result<Session>& done) { EXPECT_TRUE(done); });
    }
    for (const auto& [id, session] : session_store.all())
      if (session.surface == surface_) runs.sessions.try_emplace(id, session);
  }

  std::string surface_;
  belay::testing::LogFixture log_;
  SeededRandom random_{1};
  SeededRandom session_random_{2};
  SeededRandom ticket_random_{3};

 public:
  ManualClock& clock = log_.clock;
  services::testing::FakeRunService runs{log_};
  services::testing::FakeChannels channels{log_};
  belay::testing::FakeStore store;
  belay::testing::FakeSessionStore session_store{store};
  belay::testing::FakeConversationStore conversation_store{store};
  belay::testing::FakeErasureStore erasure_store{store, session_store};
  services::testing::FakeErasures erasures{erasure_store, clock};
  belay::testing::FakeAuditLog audit;
  belay::testing::FakeUserStore user_store{store, audit};
  belay::testing::FakeLedgerStore ledger{store};
  belay::testing::FakeCounters counters{clock};
  belay::testing::RecordingObserver observer;
  std::shared_ptr<services::RuntimeConfig> settings = std::make_shared<services::RuntimeConfig>();
  belay::testing::FakeContextStore context_store{store};
  belay::testing::FakeGoalData goal_data{user_store};
  belay::testing::FakeGoalStore goal_store{store, goal_data};
  belay::testing::FakeMeetingStore meeting_store{store, goal_data};
  belay::testing::FakeProfileStore profile_store{store, goal_data};
  Result<> accepts_runs;  // whether a session or an export may start now
  exports::Config exports_config;

 private:
  Snapshot<services::RuntimeConfig> runtime_;
  const services::Parts parts_{counters,        store,         conversation_store,
                               session_store,   erasure_store, user_store,
                               ledger,          observer,      clock,
                               session_random_, runtime_,      [this] { return accepts_runs; }};
  const std::shared_ptr<services::AdmissionDesk> desk_ =
      std::make_shared<services::AdmissionDesk>(services::AdmissionDesk{&counters, &session_store});
  services::Limiter limiter_{parts_, desk_};
  services::Sessions sessions_{parts_, limiter_};
  services::Conversations conversations_{parts_, limiter_};
  services::Users users_{parts_};

  const auth::Config sign_in_ = development();
  ThreadPool workers_{1, 8};
  std::unique_ptr<auth::KeySet> keys_ =
      std::move(auth::KeySet::open(sign_in_, loop(), nullptr, [](const auto&) {})).value();
  auth::TokenVerifier verifier_{sign_in_, *keys_, workers_, clock};
  auth::MemoryTicketUses ticket_uses_{{100, std::chrono::hours(1), 10}};
  auth::Tickets tickets_;
  auth::OriginPolicy origins_{sign_in_};

 public:
  auth::Revocations revocations{1'000, clock};

 private:
  auth::Authenticator authenticator_{sign_in_, verifier_, tickets_, origins_, clock, revocations};

 public:
  services::Contexts contexts{{context_store, nullptr, clock, workers_}, {}};
  auth::OpenStreams streams{sign_in_, {&loop()}, revocations, clock, random_};
  services::GoalServices goals{
      {goal_store, meeting_store, profile_store}, {&loop()}, clock, random_, pool_, services::GoalsConfig()};
  belay::testing::FakeUploadStore upload_store;
  belay::uploads::Config upload_config;
  services::UploadStorageConfig upload_storage;
  std::vector<std::string> upload_reports;  // reports for operators

 private:
  services::ErasureGate gate_;
  FairThreadPool pool_{{1, Milliseconds(20), 8}};

 public:
  services::Uploads uploads{
      {upload_store, limiter_, gate_, pool_, clock, random_, upload_config, upload_storage,
       [this](const Error& error) { upload_reports.push_back(error.advice); }},
      services::testing::sealing_keys({"k1"})};

 private:
  std::unique_ptr<SurfaceContext> context_;
  transport::Router router_;
  Surface served_;
};

}  // namespace belay::surfaces::testing

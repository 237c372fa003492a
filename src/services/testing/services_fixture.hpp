// All services over an engine on fakes. A catalogue with a model for everybody and one for the tier "pro", and two
// made-up surfaces:
//
//   talk    sessions; callers choose the model; equal prompts share an answer; slash commands
//   plain   no sessions; the model "free" answers
//
// A test changes a rule with change_rules(). `faults` puts a fault into any call of a port that the services make;
// `writer()` has those of the log.
#pragma once

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include "core/ports/testing/fake_conversation_store.hpp"
#include "core/ports/testing/fake_erasure_store.hpp"
#include "core/ports/testing/fake_ledger_store.hpp"
#include "core/ports/testing/fake_operator_stores.hpp"
#include "core/ports/testing/fake_session_store.hpp"
#include "core/run/testing/engine_fixture.hpp"
#include "services/services.hpp"
#include "services/testing/faulty_ports.hpp"

namespace belay::services::testing {

// Says the user's words to the model, after the older ones. Can fail, and says when it is destroyed.
class TestRecipe final : public prompts::Recipe {
 public:
  struct Options {
    bool older_messages = true;
    bool fails = false;
    bool throws = false;
    std::shared_ptr<int> alive{};  // how many of these recipes exist
  };
  TestRecipe(std::string message, Options options)
      : message_(std::move(message)), options_(std::move(options)) {
    if (options_.alive) ++*options_.alive;
  }
  ~TestRecipe() override {
    if (options_.alive) --*options_.alive;
  }
  Needs needs() const override { return {options_.older_messages}; }
  Result<prompts::BuiltPrompt> build(prompts::RecipeFacts facts) const override {
    if (options_.throws) throw std::runtime_error("the test wants the recipe to throw");
    if (options_.fails) return make_error(ErrorCode::unprocessable, "The message is too long.", "message");
    prompts::BuiltPrompt prompt;
    prompt.system = "You are " + facts.persona.name + " on " + facts.model.alias + ".";
    for (const StoredMessage& message : facts.older)
      prompt.messages.push_back({message.role, message.content});
    if (!facts.continues)
      prompt.messages.push_back({Role::user, facts.instruction.empty() ? message_ : facts.instruction});
    return prompt;
  }

 private:
  const std::string message_;
  const Options options_;
};

class RefusalObserver final : public EngineObserver {
 public:
  std::vector<std::string> refused;  // names of limits

  void limit_refused(std::string_view name) override { refused.emplace_back(name); }
  void run_started(const RunRequest&) override {}
  void first_delta(const RunRequest&, Milliseconds) override {}
  void events_published(std::uint64_t) override {}
  void run_ended(const RunRequest&, RunState, const Terminal&, Milliseconds) override {}
  void provider_failed(std::string_view, std::string_view, const Error&) override {}
  void run_recovered(const RunRequest&, Recovery) override {}
  void answer_from(AnswerSource) override {}
  void subscribed(const RunId&, const Position&) override {}
  void storage_error(std::string_view, const Error&) override {}
};

class ServicesFixture : public belay::testing::EngineFixture {
 public:
  ServicesFixture() {
    models.replace(catalogue());
    RuntimeConfig made;
    made.models = models.take();
    made.tiers = policy::Tiers::make({}).value();
    made.personas = prompts::Personas::make({}).value();
    for (policy::SurfaceRules rules : {talk_rules(), plain_rules()})
      made.rules[rules.surface] = std::move(rules);
    erasure_store = &erasures;
    start_process();
    policy::Config policy;
    made.rules["exports"] = policy::export_rules(policy);
    made.rules["uploads"] = policy::upload_rules(policy);
    configure(std::move(made));
    start_services();
  }
  ~ServicesFixture() {
    faults.lose_waiting();
    store.lose_waiting();
    counters.restart();
    services.reset();
  }

  // ---- Configuration
  void configure(RuntimeConfig made) {
    config_ = made;
    runtime.replace(std::make_shared<RuntimeConfig>(std::move(made)));
  }
  template <class Change>
  void change_rules(const std::string& surface, Change change) {
    RuntimeConfig made = config_;
    change(made.rules.at(surface));
    configure(std::move(made));
  }
  // Makes the limit with this name so small.
  void limit(const std::string& surface, const std::string& action, const std::string& name,
             std::uint64_t max) {
    change_rules(surface, [&](policy::SurfaceRules& rules) {
      for (policy::LimitSpec& spec : rules.limits.at(action)) {
        if (spec.limit.name == name) spec.limit.max = max;
        if (spec.address_name == name) spec.address_max = max;
      }
    });
  }
  void start_services() {
    services.emplace(Parts{faulty_counters, faulty_store, faulty_conversations, faulty_sessions,
                           faulty_erasures, faulty_users, faulty_ledger, refusals, clock, random, runtime,
                           [this]() -> Result<> {
                             faults.calls.emplace_back("accepts_runs");
                             return closed ? Result<>(*closed) : engine->accepts_runs();
                           },
                           answers_shared},
                     *engine);
  }
  // kill -9, and a new process on the same data.
  void crash_all() {
    faults.lose_waiting();
    services.reset();
    crash();
    start_services();
  }

  // ---- Requests
  static Caller caller(std::string user = "ada", std::string tier = "basic") {
    Caller made;
    made.user = std::move(user);
    made.tier = std::move(tier);
    return made;
  }
  static Caller stranger(std::string address = "192.0.2.1") {
    Caller made;
    made.how = Caller::How::none;
    made.address = std::move(address);
    return made;
  }
  StartRun plain(std::string prompt = "Hello?", Caller from = caller()) {
    StartRun made;
    made.caller = std::move(from);
    made.surface = "plain";
    made.mode = "ask";
    made.prompt = prompt;
    made.recipe = std::make_unique<TestRecipe>(std::move(prompt), recipe);
    return made;
  }
  // In a new session without an id.
  StartRun talk(std::string prompt = "Hello?", std::string session = {}, Caller from = caller()) {
    StartRun made = plain(prompt, std::move(from));
    made.surface = "talk";
    made.mode = "talk";
    made.session = StartRun::InSession{std::move(session), {}};
    if (made.session->id.empty()) made.model = "free";
    if (auto line = parse_command(prompt)) made.command = StartRun::Command{std::move(*line), "/talks/"};
    return made;
  }
  static StartRun with_key(StartRun made, std::string key = "key", std::string digest = "digest") {
    made.key = std::move(key);
    made.digest = std::move(digest);
    return made;
  }
  StartRun within(Milliseconds time, StartRun made) {
    made.deadline = Deadline::in(time, clock);
    return made;
  }

  // ---- Starts
  // A start in progress, and how it came out.
  struct Asked {
    std::optional<StartOutcome> outcome;
    bool has_thrown = false;

    bool is_over() const { return outcome || has_thrown; }
    bool is_started() const { return outcome && outcome->run; }
    RunId run() const { return outcome->run->run; }
    const Session& session() const { return outcome->run->session; }
    Error error() const { return outcome->run.error(); }
    ErrorCode code() const { return error().code; }
  };
  std::shared_ptr<Asked> ask(StartRun made, std::size_t loop_index = 0) {
    auto asked = std::make_shared<Asked>();
    boost::asio::co_spawn(loops[loop_index]->executor(),
                          services->runs.start(*loops[loop_index], std::move(made)),
                          [asked](std::exception_ptr thrown, StartOutcome outcome) {
                            asked->has_thrown = thrown != nullptr;
                            if (!thrown) asked->outcome = std::move(outcome);
                          });
    turn();
    return asked;
  }
  // Must succeed.
  StartedRun start_run(StartRun made) {
    const auto asked = ask(std::move(made));
    EXPECT_TRUE(asked->is_started()) << (asked->outcome ? asked->error().detail : "it never came back");
    return asked->is_started() ? *asked->outcome->run : StartedRun{};
  }
  // The newest run says this and ends.
  void answer(std::string_view text) {
    call().accept();
    call().text(text);
    call().end();
    turn();
  }
  // A session that has had one request, which was answered.
  Session used_session(Caller from = caller()) {
    const StartedRun started = start_run(talk("Hi!", {}, std::move(from)));
    answer("Hello!");
    return started.session;
  }
  // What the engine was asked to run.
  RunRequest request_of(const RunId& run) const {
    const auto logged = belay::testing::logged_events(events, run);
    EXPECT_FALSE(logged.empty());
    if (logged.empty()) return {};
    auto decoded = decode_request(logged.front().payload);
    EXPECT_TRUE(decoded);
    return decoded ? *decoded : RunRequest{};
  }
  // The runs in the log.
  std::size_t runs() const {
    std::vector<RunId> ids;
    for (const auto& entry : events.committed)
      if (!entry.mark && std::find(ids.begin(), ids.end(), entry.events.run) == ids.end())
        ids.push_back(entry.events.run);
    return ids.size();
  }
  // All uses of all sessions.
  std::size_t uses() const {
    std::size_t count = 0;
    for (const auto& [id, session] : sessions.all()) count += session.requests();
    return count;
  }
  std::uint64_t held(const std::string& slot) { return counters.slots[slot]; }

  belay::testing::FakeConversationStore conversations{store};
  belay::testing::FakeSessionStore sessions{store};
  belay::testing::FakeErasureStore erasures{store, sessions};
  belay::testing::FakeAuditLog audit;
  belay::testing::FakeUserStore users{store, audit};
  belay::testing::FakeLedgerStore ledger{store};
  Faults faults;
  FaultyCounters faulty_counters{faults, counters};
  FaultyStore faulty_store{faults, store};
  FaultyConversations faulty_conversations{faults, conversations};
  FaultySessions faulty_sessions{faults, sessions};
  FaultyErasures faulty_erasures{faults, erasures};
  FaultyUsers faulty_users{faults, users};
  FaultyLedger faulty_ledger{faults, ledger};
  RefusalObserver refusals;
  Snapshot<RuntimeConfig> runtime;
  std::optional<Error> closed;                                  // no new runs, because of this
  CacheConfig::Scope answers_shared = CacheConfig::Scope::off;  // from the next start_services() on
  TestRecipe::Options recipe;                                   // of the next requests
  std::optional<Services> services;

 private:
  std::shared_ptr<ModelCatalogue> catalogue() {
    auto made = std::make_shared<ModelCatalogue>();
    Model model;
    model.alias = "free";
    model.provider = "house";
    EXPECT_TRUE(made->add(model, provider));
    model.alias = "pro";
    model.tier = "pro";
    EXPECT_TRUE(made->add(model, provider));
    return made;
  }
  static policy::SurfaceRules talk_rules() {
    policy::SurfaceRules rules;
    rules.surface = "talk";
    const policy::Active active{"talk", "answers", 3, 1000, 2, Milliseconds(5000)};
    const policy::Rate rate{"talk.rate", "messages", 1000, 1000, Milliseconds(60'000)};
    const policy::Rate sessions{"talk.new_sessions", "new sessions", 1000, 1000, Milliseconds(60'000)};
    rules.run_modes = {"talk", "command"};
    rules.limits["talk"] = {active_of_caller(active), rate_of_caller(rate), active_of_server(active)};
    rules.limits["command"] = {rate_of_caller(rate), active_of_server(active)};
    rules.limits["session"] = {rate_of_caller(sessions)};
    policy::SessionRules session;
    session.limit = "talk.session_requests";
    session.max_requests = 4;
    session.time = Milliseconds(600'000);
    session.advice = "Start a new session.";
    session.new_id = [](Random& random) { return "s_" + std::to_string(random.below(1ull << 60)); };
    session.new_conversation = [](Random& random) { return "c_" + std::to_string(random.below(1ull << 60)); };
    rules.sessions = std::move(session);
    rules.caller_chooses_model = true;
    rules.shares_answers = true;
    return rules;
  }
  static policy::SurfaceRules plain_rules() {
    policy::SurfaceRules rules;
    rules.surface = "plain";
    const policy::Active active{"plain", "requests", 1000, 1000, 0, Milliseconds(5000)};
    rules.run_modes = {"ask"};
    rules.limits["ask"] = {active_of_caller(active), active_of_server(active)};
    rules.default_model = "free";
    return rules;
  }

  RuntimeConfig config_;
};

}  // namespace belay::services::testing

#include "services/runs/testing/run_service_contract.hpp"

#include "services/runs/testing/fake_run_service.hpp"
#include "services/testing/services_fixture.hpp"

namespace belay::services::testing {
namespace {

class EngineHarness final : public RunServiceHarness, private ServicesFixture {
 public:
  RunService& service() override { return services->runs; }
  Loop& loop() override { return *loops[0]; }
  void turn() override { ServicesFixture::turn(); }
  void pass(Milliseconds time) override { ServicesFixture::pass(time); }
  StartRun request(const std::string& user) override { return plain("Hello?", caller(user)); }
  StartRun request_in_session(const std::string& user) override { return talk("Hello?", {}, caller(user)); }
  void text(const std::string& piece) override {
    call().accept();
    call().text(piece);
  }
  void complete() override {
    call().end();
    turn();
  }
  void fail(ErrorCode code) override {
    call().error(code);
    turn();
  }
};

class FakeHarness final : public RunServiceHarness {
 public:
  RunService& service() override { return service_; }
  Loop& loop() override { return fixture_.loop; }
  void turn() override { fixture_.turns(8); }
  void pass(Milliseconds time) override {
    fixture_.clock.advance(time);
    turn();
  }
  StartRun request(const std::string& user) override {
    StartRun made;
    made.caller.user = user;
    made.surface = "plain";
    return made;
  }
  StartRun request_in_session(const std::string& user) override {
    StartRun made = request(user);
    made.surface = "talk";
    made.session.emplace();
    return made;
  }
  void text(const std::string& piece) override { service_.text(piece); }
  void complete() override {
    Terminal terminal;
    terminal.text_from = 2;
    service_.end(EventType::completed, terminal);
  }
  void fail(ErrorCode code) override {
    Terminal terminal;
    terminal.code = code;
    terminal.message = "It broke.";
    service_.end(EventType::failed, terminal);
  }

 private:
  LogFixture fixture_;
  FakeRunService service_{fixture_};
};

template <class Harness>
RunServiceFactory factory() {
  return [] { return std::make_unique<Harness>(); };
}

INSTANTIATE_TEST_SUITE_P(Engine, RunServiceContract, ::testing::Values(factory<EngineHarness>()));
INSTANTIATE_TEST_SUITE_P(Fake, RunServiceContract, ::testing::Values(factory<FakeHarness>()));

}  // namespace
}  // namespace belay::services::testing

// The fixture of run_service_contract.hpp: a service to test, and what the tests say of it.
//
// Included only by tests.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include "base/framing.hpp"
#include "core/log/testing/test_reader.hpp"
#include "services/runs/message_position.hpp"
#include "services/runs/run_service.hpp"

namespace belay::services::testing {

// A run service, and the test's hand on what it stands on.
class RunServiceHarness {
 public:
  virtual ~RunServiceHarness() = default;
  virtual RunService& service() = 0;
  virtual Loop& loop() = 0;
  // Runs everything that is ready.
  virtual void turn() = 0;
  virtual void pass(Milliseconds time) = 0;
  // A request that the service accepts: without a session, or with session->id empty, in a new one.
  virtual StartRun request(const std::string& user) = 0;
  virtual StartRun request_in_session(const std::string& user) = 0;
  // What the newest run does.
  virtual void text(const std::string& piece) = 0;
  virtual void complete() = 0;
  virtual void fail(ErrorCode code) = 0;
};
using RunServiceFactory = std::function<std::unique_ptr<RunServiceHarness>()>;

// "1-3 Hello.\n1-4 .completed\n": the text and the end, each with its position.
class ContractDialect final : public Dialect {
 public:
  bool numbers_messages() const override { return true; }
  std::uint64_t messages_in(const EventCounts& counts) const override {
    return counts.deltas + counts.ends();
  }
  void render(const LogHead&, const Event& event, const EventCounts&, const Position& position,
              MessageWriter& writer) const override {
    if (event.type != EventType::delta && !is_terminal(event.type)) return;
    std::string& out = writer.begin({});
    out.append(position.text()).append(1, ' ');
    if (event.type == EventType::delta)
      out.append(event.payload);
    else
      out.append(1, '.').append(to_string(event.type));
    out.append(1, '\n');
    writer.end();
  }
};

class ContractClient final : public Presence {
 public:
  bool is_gone() const override { return is_gone_; }
  void when_gone(UniqueFunction<void()> callback) override { gone_ = std::move(callback); }
  void go() {
    is_gone_ = true;
    if (auto gone = std::exchange(gone_, nullptr)) gone();
  }

 private:
  bool is_gone_ = false;
  UniqueFunction<void()> gone_;
};

class RunServiceContract : public ::testing::TestWithParam<RunServiceFactory> {
 protected:
  RunService& service() { return harness_->service(); }
  Loop& loop() { return harness_->loop(); }

  // Begins the work on the loop. The result comes later.
  template <class T>
  std::shared_ptr<std::optional<T>> begin(Awaitable<T> work) {
    auto result = std::make_shared<std::optional<T>>();
    boost::asio::co_spawn(loop().executor(), std::move(work), [result](std::exception_ptr thrown, T value) {
      EXPECT_FALSE(thrown);
      if (!thrown) *result = std::move(value);
    });
    harness_->turn();
    return result;
  }
  template <class T>
  T now(Awaitable<T> work) {
    const auto result = begin(std::move(work));
    EXPECT_TRUE(*result) << "it never came back";
    return *result ? std::move(**result) : T();
  }
  template <class T>
  static std::optional<ErrorCode> code_of(const Result<T>& result) {
    return result ? std::nullopt : std::optional(result.error().code);
  }

  Result<StartedRun> start(StartRun request) { return now(service().start(loop(), std::move(request))).run; }
  StartedRun started(StartRun request) {
    const auto run = start(std::move(request));
    EXPECT_TRUE(run) << run.error().detail;
    return run ? *run : StartedRun{};
  }
  StartedRun started() { return started(harness_->request("ada")); }
  StartRun with_key(StartRun request, std::string digest = "digest") {
    request.key = "key";
    request.digest = std::move(digest);
    return request;
  }
  Result<OpenLog> open(const std::string& user, const RunId& run, std::optional<Position> after = {}) {
    return now(service().open(loop(), user, run, after));
  }
  std::unique_ptr<belay::testing::TestReader> reader(OpenLog log) {
    std::unique_ptr<belay::testing::TestReader> made;
    loop().post([&] {
      made = std::make_unique<belay::testing::TestReader>(service().read(loop(), std::move(log), format_));
    });
    harness_->turn();
    return made;
  }
  // What a new reader gets now.
  std::string read(const RunId& run, std::optional<Position> after = {}) {
    auto opened = open("ada", run, after);
    EXPECT_TRUE(opened) << opened.error().detail;
    if (!opened) return {};
    const auto reading = reader(std::move(*opened));
    for (int i = 0; i < 20 && reading->read() != ByteSource::State::ended; ++i) harness_->turn();
    return reading->got;
  }
  static std::string without_positions(const std::string& read) {
    std::string text;
    for (std::size_t at = 0; at < read.size();) {
      const std::size_t end = read.find('\n', at), space = read.find(' ', at);
      text.append(read, space + 1, end - space);
      at = end + 1;
    }
    return text;
  }
  static Position first_position(const std::string& read) {
    const auto parsed = Position::parse(read.substr(0, read.find(' ')));
    EXPECT_TRUE(parsed) << read;
    return parsed ? *parsed : Position{};
  }
  static Position last_position(const std::string& read) {
    const std::size_t line = read.rfind('\n', read.size() - 2);
    return first_position(line == read.npos ? read : read.substr(line + 1));
  }
  using Waited = std::shared_ptr<std::optional<Result<WholeAnswer>>>;
  Waited wait(const RunId& run, WaitFor how = {}) { return begin(service().wait(loop(), "ada", run, how)); }
  WaitFor patience(Milliseconds time, bool cancel_if_unread = false) {
    return {Deadline::in(time, loop().clock()), nullptr, cancel_if_unread};
  }
  void answer(const std::string& text) {
    harness_->text(text);
    harness_->complete();
  }

  const std::unique_ptr<RunServiceHarness> harness_ = GetParam()();
  const ContractDialect dialect_;
  const Format format_{dialect_, plain_framing()};
};

}  // namespace belay::services::testing

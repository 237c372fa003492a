// With `disk` durability, everything that was sent to a client survives a loss of power at any moment. This
// also holds with store.synchronous = normal, where a commit of the store is not synced by itself.
//
// A server (engine, journal, store) runs on a simulated disk that tracks which data was not synced
// (power_loss_disk.hpp). At every write, sync, rename and removal, the test records what a loss of power
// would leave, and what had been sent to clients by then. Afterwards it starts a new server on each of these
// states. That server must have every event that was sent, and settle each run once.
#include <atomic>
#include <stdlib.h>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/log/testing/test_dialect.hpp"
#include "core/log/testing/test_reader.hpp"
#include "core/ports/contracts/store_contract_fixture.hpp"
#include "core/ports/testing/fake_provider.hpp"
#include "core/ports/testing/fakes.hpp"
#include "core/run/engine.hpp"
#include "storage/journal/journal.hpp"
#include "storage/power_loss_disk.hpp"
#include "storage/sqlite/store.hpp"

namespace belay::storage {
namespace {

using testing::FakeCall;
using testing::FakeCounters;
using testing::FakeProvider;
using testing::RecordingObserver;
using testing::TestDialect;
using testing::TestReader;

namespace fs = std::filesystem;

// In memory if possible: the tests do not need the real disk to be durable.
class Directory {
 public:
  Directory() {
    const fs::path shared = "/dev/shm";
    std::error_code ignored;
    const fs::path base = fs::is_directory(shared, ignored) ? shared : fs::temp_directory_path();
    std::string name = (base / "belay-power-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = name;
  }
  ~Directory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// What was sent to clients.
struct Sent {
  std::map<RunId, std::string> read;  // the stream so far, of each run whose POST was answered
  std::set<std::string> sessions;
  // The run of the conversation "cleared".
  std::optional<RunId> clearing;  // from here on it may be gone
  bool cleared = false;           // from here on it must be gone
};

const TestDialect kPlain{{.splices = false, .hidden = std::nullopt, .text_from = 1, .padding = 0}};

// Engine, journal and store of one process in a directory.
class Server {
 public:
  enum class SyncsStore { yes, no };

  Server(const fs::path& data, FileSystem& files, std::uint64_t seed, SyncsStore syncs) : random(seed) {
    SqliteConfig store_config;
    store_config.synchronous = SqliteConfig::Synchronous::normal;
    store_config.sync_before_answering = syncs == SyncsStore::yes;
    if (syncs == SyncsStore::yes) store_config.checkpoint_after = 64_KiB;
    store = std::move(SqliteStore::open(data, store_config).value());
    JournalConfig journal_config;
    journal_config.durability = Durability::disk;
    journal_config.segment_size = 2_KiB;
    SegmentRemover::SyncStore sync_store;
    if (syncs == SyncsStore::yes)
      sync_store = [this](UniqueFunction<void(Result<>)> done) { store->sync(std::move(done)); };
    // Every start counts as a boot of the machine.
    BootId boot{};
    boot[0] = static_cast<unsigned char>(seed);
    journal = std::move(Journal::open(journal_config, data, files, clock, boot, sync_store).value());

    Model model;
    model.alias = "m";
    auto catalogue = std::make_shared<ModelCatalogue>();
    EXPECT_TRUE(catalogue->add(model, provider));
    models.replace(std::move(catalogue));
    provider.continues = true;
    EngineConfig config;
    config.log_window = 2_KiB;
    config.recoveries_per_second = 100'000;
    for (std::size_t i = 0; i < 2; ++i) loops.push_back(std::make_unique<Loop>(i, clock));
    engine.emplace(Engine::Parts{clock, random, *journal, *store, counters, models, observer,
                                 [](const Tool&, const ToolCall&) { return std::string(); }, config},
                   std::vector<Loop*>{loops[0].get(), loops[1].get()});
  }
  ~Server() {
    engine.reset();
    journal.reset();
    store.reset();
    loops.clear();
  }

  // Turns the loops until the condition is true; false: it did not become true in time.
  bool until(const std::function<bool()>& so) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!so()) {
      bool ran = false;
      for (const auto& loop : loops) ran = loop->turn() || ran;
      if (!ran) std::this_thread::yield();
      if (std::chrono::steady_clock::now() > give_up) return false;
    }
    return true;
  }
  template <class T>
  T await(Awaitable<T> work, std::size_t loop_index = 0) {
    std::optional<T> result;
    boost::asio::co_spawn(loops[loop_index]->executor(), std::move(work),
                          [&](std::exception_ptr, T value) { result = std::move(value); });
    EXPECT_TRUE(until([&] { return result.has_value(); }));
    return std::move(*result);
  }
  RunId start(std::size_t loop_index, std::string conversation) {
    RunRequest request;
    request.id = engine->make_id();
    request.user = "ada";
    request.surface = "chat";
    request.mode = "chat";
    request.model = "m";
    request.prompt = "Hello?";
    request.messages = {{Role::user, "Hello?"}};
    request.conversation = std::move(conversation);
    request.created = clock.wall();
    const RunId id = request.id;
    EXPECT_TRUE(await(engine->start(*loops[loop_index], std::move(request)), loop_index).started);
    return id;
  }
  std::unique_ptr<TestReader> read(const RunId& id) {
    const auto log = await(engine->find(*loops[0], id, "ada"));
    EXPECT_TRUE(log);
    std::unique_ptr<TestReader> reader;
    loops[0]->post(
        [&] { reader = std::make_unique<TestReader>(engine->subscribe(*loops[0], *log, kPlain, {})); });
    EXPECT_TRUE(until([&] { return reader != nullptr; }));
    return reader;
  }
  // Lets every provider call in progress send some words and end.
  bool finish_all() {
    clock.advance(Milliseconds(1'000));
    return until([&] {
      for (const auto& call : std::vector(provider.calls)) {
        if (call->closed) continue;
        loops[0]->post([call] {
          call->text("rest");
          call->end();
        });
      }
      for (int i = 0; i < 10; ++i)
        for (const auto& loop : loops) loop->turn();
      clock.advance(Milliseconds(1'000));
      return engine->live_runs() == 0;
    });
  }

  ManualClock clock;
  SeededRandom random;
  std::vector<std::unique_ptr<Loop>> loops;
  std::unique_ptr<SqliteStore> store;
  std::unique_ptr<Journal> journal;
  FakeCounters counters;
  FakeProvider provider;
  Snapshot<ModelCatalogue> models;
  RecordingObserver observer;
  std::optional<Engine> engine;
};

// All of a run's events in the store, rendered as its stream.
std::string stored_stream(Server& server, const RunId& run) {
  std::string stream;
  const auto ranges = wait_for<std::vector<ArchivedRange>>(
      [&](auto done) { server.store->read_events(run, 1, 1 << 30, std::move(done)); });
  for (const ArchivedRange& range : ranges.value()) {
    EventReader reader({range.first, range.base_time, *range.bytes});
    for (Event event; reader.next(event);) {
      MessageWriter writer(plain_framing(), stream);
      kPlain.render({run}, event, {}, {range.epoch, event.offset}, writer);
    }
  }
  return stream;
}

class PowerLoss : public ::testing::Test {
 protected:
  struct Cut {
    PowerLossDisk::State left;
    std::shared_ptr<const Sent> sent;
    bool is_only_synced = true;
  };

  void tell(const std::function<void(Sent&)>& change) {
    auto next = std::make_shared<Sent>(*sent());
    change(*next);
    std::lock_guard lock(delivered_mutex_);
    sent_ = std::move(next);
  }
  // Called on any thread: a step of the disk happens on one of the threads that write and sync.
  std::shared_ptr<const Sent> sent() const {
    std::lock_guard lock(delivered_mutex_);
    return sent_;
  }
  void tell_reading(const RunId& run, TestReader& reader) {
    reader.read();
    if (sent()->read.at(run).size() == reader.got.size()) return;
    tell([&](Sent& sent) { sent.read[run] = reader.got; });
  }
  // Records what a loss of power would leave, now and after each step. If two steps would leave the same,
  // only the later one is recorded, because more may have been sent by then.
  void note_cuts(PowerLossDisk& disk) {
    disk.on_step = [this, &disk] {
      const auto sent = this->sent();  // before the state of the disk is read
      auto left = disk.synced();
      if (!cuts_.empty() && cuts_.back().left == left)
        cuts_.back().sent = sent;
      else
        cuts_.push_back({std::move(left), sent});
      if (luck_.below(4) == 0) unsynced_cuts_.push_back({disk.synced_and_some(luck_), sent, false});
    };
  }

  // The life of a server: short answers in waves, one long answer at the same time, a session, a chat that is
  // cleared.
  void live(Server& server) {
    ASSERT_TRUE(server.engine->recover());
    Session session;
    session.id = "session";
    session.user = "ada";
    session.surface = "chat";
    session.conversation = "c0";
    session.expires = server.clock.wall() + Milliseconds(600'000);
    ASSERT_TRUE(wait_for<void>([&](auto done) { server.store->create_session(session, std::move(done)); }));
    tell([](Sent& sent) { sent.sessions.insert("session"); });

    const auto begin = [&](std::size_t loop, std::string conversation) {
      const RunId run = server.start(loop, std::move(conversation));
      tell([&](Sent& sent) { sent.read[run]; });
      return run;
    };
    const RunId slow = begin(1, "slow");
    const auto slow_reader = server.read(slow);
    const auto slow_call = server.provider.calls.back();
    RunId cleared_run;
    for (int wave = 0; wave < 4; ++wave) {
      std::vector<std::pair<RunId, std::unique_ptr<TestReader>>> runs;
      std::vector<std::shared_ptr<FakeCall>> calls;
      for (std::size_t i = 0; i < 3; ++i) {
        const RunId run = begin(i % 2, wave == 0 && i == 0 ? "cleared" : fmt::format("c{}", i));
        if (wave == 0 && i == 0) cleared_run = run;
        calls.push_back(server.provider.calls.back());
        runs.emplace_back(run, server.read(run));
      }
      for (int piece = 0; piece < 6; ++piece) {
        server.clock.advance(Milliseconds(20));
        for (std::size_t i = 0; i < calls.size(); ++i) {
          const std::string text(100 + 40 * i, static_cast<char>('a' + piece));
          server.loops[i % 2]->post([call = calls[i], text, last = piece == 5] {
            call->text(text);
            if (last) call->end();
          });
        }
        server.loops[1]->post(
            [slow_call, wave] { slow_call->text(std::string(90, static_cast<char>('A' + wave))); });
        const std::size_t had = runs[0].second->got.size();
        ASSERT_TRUE(server.until([&] {
          for (auto& [run, reader] : runs) tell_reading(run, *reader);
          tell_reading(slow, *slow_reader);
          return runs[0].second->got.size() > had;
        }));
      }
      ASSERT_TRUE(server.until([&] {
        for (auto& [run, reader] : runs) tell_reading(run, *reader);
        return server.engine->live_runs() == 1;
      }));
      server.journal->wait_for_removals();
      if (wave != 0) continue;
      tell([&](Sent& sent) { sent.clearing = cleared_run; });
      Erasure erasure{Erasure::What::messages, "ada", "chat", "cleared", server.clock.wall()};
      const auto id = wait_for<ErasureStore::Id>(
          [&](auto done) { server.store->request_erasure(std::move(erasure), std::move(done)); });
      const auto report =
          wait_for<ErasureReport>([&](auto done) { server.store->erase(id.value(), std::move(done)); });
      ASSERT_EQ(report->messages, 2u);
      tell([](Sent& sent) { sent.cleared = true; });
    }
    // A clean stop while an answer is in progress.
    std::atomic<bool> left{false};
    server.engine->hand_over_runs([&] { left = true; });
    ASSERT_TRUE(server.until([&] { return left.load(); }));
  }

  // Lists what is wrong with a state after a loss of power; empty: nothing is missing.
  static std::vector<std::string> check(const Cut& cut) {
    Directory directory;
    write_state(cut.left, directory.path());
    PosixFileSystem files;
    std::vector<std::string> problems;
    const auto wrong = [&](std::string what) { problems.push_back(std::move(what)); };
    {
      Server server(directory.path(), files, 2, Server::SyncsStore::yes);
      const auto recovered = server.engine->recover();
      if (!recovered) return {"it does not start: " + recovered.error().detail};
      // A file name without a header could be any segment. That costs a new epoch, but no event.
      if (recovered->journal.tail_may_be_lost && cut.is_only_synced) wrong("it believes that a tail is lost");
      if (recovered->unreadable != 0) wrong("a log has no beginning");
      for (const auto& [run, read] : cut.sent->read) {
        const std::string stored = stored_stream(server, run);
        if (run == cut.sent->clearing) {
          if (cut.sent->cleared && !stored.empty()) wrong("events of a chat that was cleared have come back");
          continue;
        }
        if (!stored.starts_with(read))
          wrong(fmt::format("of {} bytes that were told of a run, {} are there", read.size(), stored.size()));
        if (stored.empty()) wrong("a run that was accepted is gone");
      }
      for (const std::string& session : cut.sent->sessions)
        if (!wait_for<std::optional<Session>>([&](auto done) {
               server.store->find_session({session, "ada", "chat"}, std::move(done));
             }).value())
          wrong("a session is gone");
      if (!server.finish_all()) wrong("a run does not end");
      if (!settled_once(server, *cut.sent, wrong)) return problems;
    }
    // Start once more, without a loss of power.
    Server server(directory.path(), files, 3, Server::SyncsStore::yes);
    const auto recovered = server.engine->recover();
    if (!recovered) return {"it does not start again: " + recovered.error().detail};
    if (recovered->taken_over != 0) wrong("a run that had ended is taken up again");
    settled_once(server, *cut.sent, wrong);
    return problems;
  }

  static bool settled_once(Server& server, const Sent& sent, const std::function<void(std::string)>& wrong) {
    const auto ledger = wait_for<std::vector<LedgerRow>>(
        [&](auto done) { server.store->ledger_since({0}, std::move(done)); });
    std::map<RunId, int> charged;
    for (const LedgerRow& row : ledger.value()) ++charged[row.run];
    for (const auto& [run, read] : sent.read) {
      if (charged[run] != 1) wrong(fmt::format("a run is charged {} times", charged[run]));
      if (run == sent.clearing) continue;
      const auto record = wait_for<std::optional<RunRecord>>(
          [&, id = run](auto done) { server.store->find_run(id, std::move(done)); });
      if (!record.value() || (*record)->state != RunState::completed) wrong("a run is not settled");
      const std::string stream = stored_stream(server, run);
      std::size_t ends = 0;
      for (std::size_t at = stream.find(" completed]"); at != stream.npos;
           at = stream.find(" completed]", at + 1))
        ++ends;
      if (ends != 1) wrong(fmt::format("a run has {} ends", ends));
    }
    const auto page = wait_for<MessagePage>([&](auto done) {
      server.store->page({"ada", "chat", "cleared", {}, {}}, {}, {100}, std::move(done));
    });
    if (sent.cleared && !page.value().messages.empty()) wrong("a chat that was cleared has come back");
    return true;
  }

  static std::size_t count_broken(const std::vector<Cut>& cuts, std::string& first) {
    std::size_t broken = 0;
    for (const Cut& cut : cuts) {
      const auto problems = check(cut);
      broken += !problems.empty();
      if (first.empty() && !problems.empty()) first = fmt::format("{}", fmt::join(problems, "; "));
    }
    return broken;
  }
  void expect_nothing_lost(const std::vector<Cut>& cuts, const char* when) {
    std::string first;
    EXPECT_EQ(count_broken(cuts, first), 0u) << when << ", of " << cuts.size() << ": " << first;
  }

  // Runs live() on a disk that records every cut.
  void live_and_note(Server::SyncsStore syncs) {
    Directory directory;
    PowerLossDisk disk(directory.path());
    note_cuts(disk);
    const PowerLossVfs vfs(disk);
    PowerLossFiles files(disk);
    Server server(directory.path(), files, 1, syncs);
    live(server);
  }

  // Records the cuts during a recovery that starts from an earlier cut.
  std::vector<Cut> recover_and_note(const Cut& before) {
    Directory directory;
    write_state(before.left, directory.path());
    PowerLossDisk disk(directory.path());
    disk.adopt_directory();
    std::vector<Cut> cuts;
    disk.on_step = [&] {
      auto left = disk.synced();
      if (cuts.empty() || cuts.back().left != left) cuts.push_back({std::move(left), before.sent});
      if (luck_.below(4) == 0) cuts.push_back({disk.synced_and_some(luck_), before.sent, false});
    };
    const PowerLossVfs vfs(disk);
    PowerLossFiles files(disk);
    Server server(directory.path(), files, 4, Server::SyncsStore::yes);
    EXPECT_TRUE(server.engine->recover());
    EXPECT_TRUE(server.finish_all());
    server.journal->wait_for_removals();
    return cuts;
  }

  mutable std::mutex delivered_mutex_;
  std::shared_ptr<const Sent> sent_ = std::make_shared<const Sent>();
  SeededRandom luck_{5};
  std::vector<Cut> cuts_;           // states with only the synced data
  std::vector<Cut> unsynced_cuts_;  // states with some unsynced data as well
};

TEST_F(PowerLoss, X2_disk_durability_keeps_all_that_was_told_whenever_the_power_fails) {
  live_and_note(Server::SyncsStore::yes);
  ASSERT_FALSE(HasFatalFailure());
  ASSERT_GE(sent()->read.size(), 13u);
  EXPECT_GT(cuts_.size(), 100u);
  EXPECT_GT(unsynced_cuts_.size(), 50u);
  RecordProperty("cuts", static_cast<int>(cuts_.size() + unsynced_cuts_.size()));
  expect_nothing_lost(cuts_, "with nothing that was not synced");
  expect_nothing_lost(unsynced_cuts_, "with some of what was not synced");
}

TEST_F(PowerLoss, X2_a_recovery_may_be_cut_off_by_a_loss_of_power_too) {
  live_and_note(Server::SyncsStore::yes);
  ASSERT_FALSE(HasFatalFailure());
  for (std::size_t i = cuts_.size() / 6; i < cuts_.size(); i += cuts_.size() / 6)
    expect_nothing_lost(recover_and_note(cuts_[i]), "while it recovers");
}

// The disk of these tests is strict enough: it detects the lost data if a journal removes segments as soon as
// the store has committed their contents.
TEST_F(PowerLoss, the_test_finds_what_is_lost_when_segments_go_before_the_store_is_synced) {
  live_and_note(Server::SyncsStore::no);
  ASSERT_FALSE(HasFatalFailure());
  std::string first;
  EXPECT_GT(count_broken(cuts_, first), 0u);
}

}  // namespace
}  // namespace belay::storage

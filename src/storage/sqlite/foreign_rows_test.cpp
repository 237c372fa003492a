// A read for one user visits no row of other users. So other users' rows neither make it slower, nor can its
// duration reveal that they exist.
//
// SQLite counts the steps of its virtual machine for each statement. Every call that surfaces make is
// measured twice: in a store with one user's rows only, and again among thousands of other users' rows with
// the same names. The number of steps must be the same.
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "core/ports/contracts/store_contract_fixture.hpp"
#include "storage/sqlite/store.hpp"

namespace belay::storage {
namespace {

std::atomic<std::uint64_t> steps{0};

int count_steps(unsigned, void*, void* statement, void*) {
  steps += static_cast<std::uint64_t>(
      sqlite3_stmt_status(static_cast<sqlite3_stmt*>(statement), SQLITE_STMTSTATUS_VM_STEP, 1));
  return 0;
}

// SQLite calls this for every connection that is opened.
int watch_connection(sqlite3* db, const char**, const sqlite3_api_routines*) {
  return sqlite3_trace_v2(db, SQLITE_TRACE_PROFILE, count_steps, nullptr);
}

class ForeignRows : public ::testing::Test {
 protected:
  static constexpr int kForeign = 3'000;

  ForeignRows() {
    std::string name = (std::filesystem::temp_directory_path() / "belay-rows-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    directory_ = name;
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(watch_connection));
    store_ = std::move(SqliteStore::open(directory_, {}).value());
  }
  ~ForeignRows() override {
    store_.reset();
    sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(watch_connection));
    std::filesystem::remove_all(directory_);
  }

  // Ten turns of Ada in one conversation, with a project and a task; a session; an idempotency key.
  void make_own_rows() {
    for (int i = 0; i < 10; ++i) {
      clock_.advance(Milliseconds(1'000));
      runs_.push_back(RunId::make(clock_, random_));
      SampleEvents events(runs_.back(), clock_.wall(), 4);
      events.add(EventType::started, "r").add(EventType::delta, "yes").add(EventType::completed, "e");
      RunRecord record;
      record.id = runs_.back();
      record.user = "ada";
      record.surface = "chat";
      record.mode = "chat";
      record.conversation = "talk";
      record.last = events.last();
      record.idempotency_key = "key";
      record.project = "p";
      record.task = "t";
      record.created = record.finished = clock_.wall();
      UserMessage prompt{{"ada", "chat", "talk"}, record.id, "why?", clock_.wall(), {2}};
      prompt.project = "p";
      prompt.task = "t";
      ASSERT_TRUE(wait_for<bool>([&](auto done) {
                    store_->settle(record, events.ranges(), prompt, std::move(done));
                  }).value());
    }
    Session session;
    session.id = "session";
    session.user = "ada";
    session.surface = "chat";
    session.conversation = "talk";
    session.expires = clock_.wall() + Milliseconds(3'600'000);
    session.runs = {runs_.back()};
    ASSERT_TRUE(wait_for<void>([&](auto done) { store_->create_session(session, std::move(done)); }));
  }

  // Rows of Bob with the same names on the same surface, and rows of Ada on another surface; older and newer
  // ones.
  void make_foreign_rows() {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open((directory_ / "belay.db").c_str(), &db), SQLITE_OK);
    const std::int64_t first = runs_.front().time.ms - 500;
    for (const auto& [user, surface] : {std::pair("bob", "chat"), std::pair("ada", "persona")}) {
      const std::string sql = fmt::format(
          "BEGIN;"
          "INSERT INTO conversations (user, surface, name, created, updated, title, project, task) "
          "  VALUES ('{0}', '{1}', 'talk', 1, {2} + 100000, 'T', 'p', 't');"
          "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < {3}) "
          "INSERT INTO messages (conversation, run_id, run_time, turn, role, kind, state, model, "
          "  input_tokens, output_tokens, cached_tokens, reasoning_tokens, tokens_estimated, tokens, cost, "
          "  source, reaction, project, task, created, content) "
          "SELECT (SELECT id FROM conversations WHERE user = '{0}' AND surface = '{1}'), "
          "  '{0}{1}' || i, {2} + i * 7, 0, 1, 1, 'complete', '', 0, 0, 0, 0, 0, 2, 0, 1, 0, "
          "  CASE i % 2 WHEN 0 THEN 'p' ELSE 'theirs' END, CASE i % 2 WHEN 0 THEN 't' ELSE 'theirs' END, 1, "
          "  CAST('hers' AS BLOB) FROM n;"
          "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < {3}) "
          "INSERT INTO conversations (user, surface, name, created, updated) "
          "  SELECT '{0}', '{1}', 'c' || i, 1, {2} + i * 7 FROM n;"
          "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < {3}) "
          "INSERT INTO sessions (name, user, surface, conversation, model, persona, project, task, created, "
          "  expires) SELECT '{0}{1}' || i, '{0}', '{1}', 'talk', '', '', '', '', 1, {2} + 9999999 FROM n;"
          "INSERT INTO session_runs (session, turn, run_id) "
          "  SELECT id, 0, '{4}' || id FROM sessions WHERE user = '{0}' AND surface = '{1}';"
          "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < {3}) "
          "INSERT INTO ledger (run_id, user, surface, mode, created, conversation) "
          "  SELECT '{0}{1}' || i, '{0}', '{1}', 'chat', {2} + i * 7, 'talk' FROM n;"
          "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < {3}) "
          "INSERT INTO runs (run_id, user, surface, mode, conversation, model, state, code, epochs, last, "
          "  input_tokens, output_tokens, cached_tokens, reasoning_tokens, tokens_estimated, text_from, "
          "  text_bytes, idempotency_key, body_digest, created, finished, opened, expired, event_bytes) "
          "SELECT '{0}{1}' || i, '{0}', '{1}', 'chat', 'talk', '', 3, 'internal', '1:1', 1, 0, 0, 0, 0, 0, "
          "  1, 0, 'key', '', 1, 1, 1, 0, 0 FROM n;"
          "INSERT INTO users (name, tier, changed) VALUES ('{0}{1}', 'pro', 1);"
          "INSERT INTO search_collections (user, surface, kind) VALUES ('{0}', '{1}', 1), ('{0}', '{1}', 2);"
          "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < {3}) "
          "INSERT INTO search_terms (collection, block, term, documents) "
          "  SELECT c.id, n.i / 100, 'why' || n.i, x'0201' FROM n, search_collections c "
          "  WHERE c.user = '{0}' AND c.surface = '{1}';"
          "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < {3}) "
          "INSERT INTO search_blocks (collection, block, documents) "
          "  SELECT c.id, n.i, 1 FROM n, search_collections c WHERE c.user = '{0}' AND c.surface = '{1}';"
          "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < {3}) "
          "INSERT INTO search_documents (document, collection, block, terms) "
          "  SELECT 1000000 + c.id * 100000 + n.i, c.id, 0, x'010003776879' FROM n, search_collections c "
          "  WHERE c.user = '{0}' AND c.surface = '{1}';"
          "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < {3}) "
          "INSERT INTO uploads (user, name, created, size, sealing_key, label, derived) "
          "  SELECT '{0}{1}', 'u' || (i % 3000), {2} + i * 7, 1, 'k', x'00', x'00' FROM n WHERE i < 3000;"
          "INSERT INTO upload_pieces (upload, piece, bytes) SELECT id, 0, x'00' FROM uploads "
          "  WHERE user = '{0}{1}';"
          "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < {3}) "
          "INSERT INTO goals (user, name, title, description, status, target_date, created, changed) "
          "  SELECT '{0}{1}', 'g' || i, 't', '', 1, '', {2} + i * 7, 1 FROM n;"
          "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < {3}) "
          "INSERT INTO meetings (user, name, title, start, duration, status, origin, created, changed) "
          "  SELECT '{0}{1}', 'm' || i, 't', {2} + i * 7, 1, 1, 'o' || i, 1, 1 FROM n;"
          "INSERT INTO profiles VALUES ('{0}{1}', 'n', '', 1);"
          "INSERT INTO calendar_feeds VALUES ('{0}{1}', 'd{0}{1}', 1);"
          "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < 90) "
          "INSERT INTO phase_changes (user, time, who, before, after) SELECT '{0}{1}', 1, '', '', 'p' FROM n;"
          "COMMIT",
          user, surface, first, kForeign, runs_.back().text());
      ASSERT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    }
    sqlite3_close(db);
  }

  // Ada's uploads.
  void make_own_uploads() {
    for (int i = 0; i < 10; ++i) {
      StoredUpload upload{"ada", "u" + std::to_string(i), clock_.wall() + Milliseconds(i), {}, "k", "l", "d"};
      EXPECT_TRUE(wait_for<void>([&](auto done) {
        store_->put_upload(std::move(upload), {"1", "2"}, {100, 1_MiB}, std::move(done));
      }));
    }
  }

  template <class T, class Call>
  void measure(const std::string& name, Call call) {
    const std::uint64_t before = steps;
    const auto done = wait_for<T>(std::move(call));
    ASSERT_TRUE(done) << name << ": " << done.error().detail;
    measured_[name] = steps - before;
  }

  std::map<std::string, std::uint64_t> measure_all() {
    measured_.clear();
    const ConversationKey talk{"ada", "chat", "talk"};
    const MessageFilter by_chat{"ada", "chat", "talk", {}, {}}, by_project{"ada", "chat", {}, "p", {}},
        by_task{"ada", "chat", {}, {}, "t"};
    const MessagePlace middle{runs_[5].time, 0, Role::user};
    for (const auto& [name, filter] :
         {std::pair("chat", by_chat), std::pair("project", by_project), std::pair("task", by_task)}) {
      const MessageFilter asked = filter;
      measure<MessagePage>(fmt::format("history by {}", name),
                           [&](auto done) { store_->page(asked, std::nullopt, {100}, std::move(done)); });
      measure<MessagePage>(fmt::format("history by {}, a middle page", name),
                           [&](auto done) { store_->page(asked, middle, {3}, std::move(done)); });
    }
    for (const auto& [name, filter] : {std::pair("project", MessageFilter{"ada", "chat", {}, "theirs", {}}),
                                       std::pair("task", MessageFilter{"ada", "chat", {}, {}, "theirs"})}) {
      const MessageFilter asked = filter;
      measure<MessagePage>(fmt::format("history of a {} that others have", name),
                           [&](auto done) { store_->page(asked, std::nullopt, {100}, std::move(done)); });
    }
    measure<NextPage>("export", [&](auto done) {
      store_->read_forward(talk, Branches::chosen, std::nullopt, {100}, std::move(done));
    });
    measure<PromptHistory>(
        "for a prompt", [&](auto done) { store_->newest_for_prompt(talk, {}, {{1'000}}, std::move(done)); });
    measure<ConversationPage>("list of chats", [&](auto done) {
      store_->conversations({"ada", "chat"}, std::nullopt, 50, std::move(done));
    });
    for (const char* text : {"why", "w", "yes why", "nothing"}) {
      const SearchQuery asked{"ada", "chat", search::parse_query(text).value()};
      measure<std::vector<SearchHit>>(fmt::format("search for {}", text),
                                      [&](auto done) { store_->search(asked, std::move(done)); });
    }
    measure<std::optional<Conversation>>(
        "a chat", [&](auto done) { store_->find_conversation(talk, std::move(done)); });
    measure<void>("change a chat", [&](auto done) {
      store_->change_conversation(talk, {.model = "m"}, clock_.wall(), std::move(done));
    });
    measure<void>("react", [&](auto done) {
      store_->react("ada", "chat", {runs_[3], Role::assistant}, Reaction::like, std::move(done));
    });
    measure<UsageTotals>("usage", [&](auto done) {
      store_->usage_since({"ada", "chat", {}}, {0}, std::move(done));
    });
    measure<UsageTotals>("usage of a chat",
                         [&](auto done) { store_->usage_since(talk, {0}, std::move(done)); });
    const SessionKey session{"session", "ada", "chat"};
    measure<std::optional<Session>>("a session",
                                    [&](auto done) { store_->find_session(session, std::move(done)); });
    measure<std::optional<Session>>("the session of a run", [&](auto done) {
      store_->session_of_run("ada", "chat", runs_.back(), std::move(done));
    });
    const RunId next = RunId::make(clock_, random_);
    measure<Session>("use a session", [&](auto done) {
      store_->use_session({session, next, clock_.wall(), 100, "limit"}, std::move(done));
    });
    measure<void>("give a use back", [&](auto done) { store_->release_use(session, next, std::move(done)); });
    measure<void>("change a session",
                  [&](auto done) { store_->change_session(session, {.model = "m"}, std::move(done)); });
    measure<std::string>("tier", [&](auto done) { store_->tier_of("ada", std::move(done)); });
    measure<UserRecord>("set a tier", [&](auto done) {
      store_->change_user({"ada", "pro", {}}, clock_.wall(), {}, std::move(done));
    });
    measure<std::optional<RunRecord>>("a run",
                                      [&](auto done) { store_->find_run(runs_[4], std::move(done)); });
    measure<std::optional<RunRecord>>(
        "a run by its key", [&](auto done) { store_->find_by_key("ada", "chat", "key", std::move(done)); });
    measure<std::vector<ArchivedRange>>(
        "events", [&](auto done) { store_->read_events(runs_[4], 1, 1'000, std::move(done)); });
    // A prompt that is already stored, so that the second time is no different from the first.
    measure<void>("a prompt", [&](auto done) {
      store_->store_prompt({talk, runs_[4], "why?", clock_.wall()}, std::move(done));
    });
    measure_uploads();
    measure_goals();
    return measured_;
  }

  void make_own_goals() {
    for (int i = 0; i < 5; ++i) {
      const WallTime now = clock_.wall() + Milliseconds(i);
      const std::string n = std::to_string(i);
      EXPECT_TRUE(wait_for<void>([&](auto done) {
        store_->create_goal("ada", {"g" + n, "t", "", GoalStatus::active, "", now, now}, 100,
                            std::move(done));
      }));
      EXPECT_TRUE(wait_for<void>([&](auto done) {
        store_->create_meeting(
            "ada", {"m" + n, "t", now, Milliseconds(1), MeetingStatus::scheduled, "o" + n, now, now}, 100,
            std::move(done));
      }));
    }
  }

  void measure_goals() {
    measure<GoalPage>("goals",
                      [&](auto done) { store_->list_goals("ada", GoalQuery{.max = 3}, std::move(done)); });
    measure<GoalPage>("active goals", [&](auto done) {
      store_->list_goals("ada", GoalQuery{.status = GoalStatus::active, .max = 3}, std::move(done));
    });
    measure<std::optional<Goal>>("a goal",
                                 [&](auto done) { store_->find_goal("ada", "g2000", std::move(done)); });
    measure<MeetingPage>("meetings", [&](auto done) {
      store_->list_meetings("ada", MeetingQuery{.from = WallTime{0}, .scheduled_only = true, .max = 3},
                            std::move(done));
    });
    measure<std::optional<Meeting>>(
        "a meeting", [&](auto done) { store_->find_meeting("ada", "m2000", std::move(done)); });
    measure<Profile>("a profile", [&](auto done) { store_->find_profile("ada", std::move(done)); });
    measure<std::vector<PhaseChange>>("changes of a phase",
                                      [&](auto done) { store_->phase_changes("ada", std::move(done)); });
    measure<std::optional<Meeting>>("change a meeting", [&](auto done) {
      store_->change_meeting("ada", "m1", MeetingChange{.title = "u"}, clock_.wall(), std::move(done));
    });
    measure<std::uint64_t>("count messages", [&](auto done) {
      store_->count_messages({"ada", "chat", "talk"}, std::move(done));
    });
  }

  void measure_uploads() {
    measure<UploadUsage>("use of uploads", [&](auto done) { store_->upload_usage("ada", std::move(done)); });
    measure<UploadList>("list of uploads",
                        [&](auto done) { store_->list_uploads("ada", std::nullopt, 3, std::move(done)); });
    measure<std::vector<StoredUpload>>("uploads for a prompt",
                                       [&](auto done) { store_->newest_uploads("ada", 3, std::move(done)); });
    for (const char* id : {"u7", "none"}) {
      measure<std::optional<StoredUpload>>(fmt::format("the upload {}", id), [&](auto done) {
        store_->find_upload("ada", id, std::move(done));
      });
      measure<std::optional<UploadWithContent>>(fmt::format("the content of {}", id), [&](auto done) {
        store_->read_upload("ada", id, std::move(done));
      });
    }
    measure<bool>("remove no upload",
                  [&](auto done) { store_->remove_upload("ada", "u2000", std::move(done)); });
  }

  std::filesystem::path directory_;
  ManualClock clock_;
  SeededRandom random_{11};
  std::unique_ptr<SqliteStore> store_;
  std::vector<RunId> runs_;
  std::map<std::string, std::uint64_t> measured_;
};

TEST_F(ForeignRows, X21_what_is_asked_for_in_a_users_name_takes_as_long_whoever_else_has_rows) {
  make_own_rows();
  make_own_uploads();
  make_own_goals();
  (void)measure_all();  // the effects of the first execution
  const auto alone = measure_all();
  make_foreign_rows();
  const auto among_others = measure_all();
  EXPECT_GE(alone.size(), 37u);
  for (const auto& [name, count] : alone) {
    EXPECT_GT(count, 0u) << name;
    EXPECT_LE(among_others.at(name), count + 10) << name;
  }
}

}  // namespace
}  // namespace belay::storage

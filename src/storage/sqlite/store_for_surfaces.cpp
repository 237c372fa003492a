// The store's functions for surfaces: conversations, sessions, cached answers.

#include "storage/sqlite/answer_cache.hpp"
#include "storage/sqlite/conversations.hpp"
#include "storage/sqlite/erasure.hpp"
#include "storage/sqlite/history.hpp"
#include "storage/sqlite/search.hpp"
#include "storage/sqlite/search_index.hpp"
#include "storage/sqlite/sessions.hpp"
#include "storage/sqlite/store_calls.hpp"
#include "storage/sqlite/turns.hpp"

namespace belay::storage {
namespace {

class AnswerSweep final : public Operation {
 public:
  AnswerSweep(WallTime now, ByteCount max_bytes, std::size_t rows, AnswerCache::Done<std::uint64_t> done)
      : Operation(Operation::Kind::background, kSmallOperation),
        now_(now),
        max_bytes_(max_bytes),
        rows_(rows),
        done_(std::move(done)) {}

  bool attempt(Database& database) override {
    const auto step = sweep_answers_step(database, now_, max_bytes_, rows_);
    if (!step) {
      result_ = step.error();
      return false;
    }
    *result_ += step->answers;
    more_ = step->more;
    return true;
  }
  bool wants_more() const override { return more_; }
  void fail(Error error) override { result_ = std::move(error); }
  bool failed() const override { return result_.has_error(); }
  void finish() override {
    if (done_) done_(std::move(result_));
  }

 private:
  const WallTime now_;
  const ByteCount max_bytes_;
  const std::size_t rows_;
  AnswerCache::Done<std::uint64_t> done_;
  Result<std::uint64_t> result_{std::uint64_t{0}};
  bool more_ = false;
};

}  // namespace

void SqliteStore::page(MessageFilter filter, std::optional<MessagePlace> before, PageSize size,
                       Done<MessagePage> done) {
  auto work = [filter = std::move(filter), before, size](Database& database) {
    return read_page(database, filter, before, size);
  };
  read(std::move(done), std::move(work));
}

void SqliteStore::count_messages(ConversationKey conversation, Done<std::uint64_t> done) {
  auto work = [conversation = std::move(conversation)](Database& database) {
    return count_shown(database, conversation);
  };
  read(std::move(done), std::move(work));
}

void SqliteStore::read_forward(ConversationKey conversation, Branches branches,
                               std::optional<MessagePlace> after, PageSize size, Done<NextPage> done) {
  auto work = [conversation = std::move(conversation), branches, after, size](Database& database) {
    return read_next_page(database, conversation, branches, after, size);
  };
  read(std::move(done), std::move(work));
}

void SqliteStore::newest_for_prompt(ConversationKey conversation, Branch branch, PromptBudget budget,
                                    Done<PromptHistory> done) {
  auto work = [conversation = std::move(conversation), branch, budget](Database& database) {
    return read_for_prompt(database, conversation, branch, budget);
  };
  read(std::move(done), std::move(work));
}

void SqliteStore::find_message(std::string user, std::string surface, MessageId message,
                               Done<std::optional<StoredMessage>> done) {
  auto work = [user = std::move(user), surface = std::move(surface), message](Database& database) {
    return read_message(database, user, surface, message, Content::left_out);
  };
  read(std::move(done), std::move(work));
}

void SqliteStore::newest_runs(ConversationKey conversation, std::size_t max, Done<std::vector<RunId>> done) {
  auto work = [conversation = std::move(conversation), max](Database& database) {
    return storage::newest_runs(database, conversation, max);
  };
  read(std::move(done), std::move(work));
}

void SqliteStore::choose_branch(ConversationKey conversation, MessageId message, Done<> done) {
  auto work = [conversation = std::move(conversation), message](Database& database) {
    return storage::choose_branch(database, conversation, message);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::find_conversation(ConversationKey conversation, Done<std::optional<Conversation>> done) {
  auto work = [conversation = std::move(conversation)](Database& database) {
    return read_conversation(database, conversation);
  };
  read(std::move(done), std::move(work));
}

void SqliteStore::conversations(ConversationFilter filter, std::optional<ConversationPlace> after,
                                std::size_t max, Done<ConversationPage> done) {
  auto work = [filter = std::move(filter), after, max](Database& database) {
    return read_conversations(database, filter, after, max);
  };
  read(std::move(done), std::move(work));
}

void SqliteStore::search(SearchQuery query, Done<std::vector<SearchHit>> done) {
  auto work = [query = std::move(query)](Database& database) {
    return search_conversations(database, query);
  };
  read_aside_in_order(std::move(done), std::move(work));
}

// One step. Other background work that waits comes before the next one.
void SqliteStore::index_older_messages() {
  Done<bool> next = [this](Result<bool> more) {
    if (more && *more) index_older_messages();
  };
  auto work = [](Database& database) { return index_older(database); };
  using Step = Task<bool, decltype(work)>;
  writer_->submit(std::make_unique<Step>(Operation::Kind::background, kSmallOperation, Step::For::engine,
                                         std::move(work), std::move(next)));
}

void SqliteStore::change_conversation(ConversationKey conversation, ConversationChange change, WallTime now,
                                      Done<> done) {
  auto work = [conversation = std::move(conversation), change = std::move(change), now](Database& database) {
    return storage::change_conversation(database, conversation, change, now);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::request_erasure(Erasure erasure, Done<Id> done) {
  auto work = [erasure = std::move(erasure)](Database& database) {
    return insert_erasure(database, erasure);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::pending_erasures(Done<std::vector<Pending>> done) {
  read(std::move(done), [](Database& database) { return read_erasures(database); });
}

void SqliteStore::erase_runs(std::vector<RunId> runs, Done<> done) {
  auto work = [runs = std::move(runs)](Database& database) -> Result<> {
    ErasureReport report;
    for (const RunId& run : runs)
      if (auto erased = erase_run(database, run, report); !erased) return erased;
    return {};
  };
  write(0, std::move(done), std::move(work));
}

void SqliteStore::react(std::string user, std::string surface, MessageId message, Reaction reaction,
                        Done<> done) {
  auto work = [user = std::move(user), surface = std::move(surface), message, reaction](Database& database) {
    return set_reaction(database, user, surface, message, reaction);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::create_session(Session session, Done<> done) {
  auto work = [session = std::move(session)](Database& database) {
    return insert_session(database, session);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::find_session(SessionKey session, Done<std::optional<Session>> done) {
  auto work = [session = std::move(session)](Database& database) { return read_session(database, session); };
  read(std::move(done), std::move(work));
}

void SqliteStore::session_of_run(std::string user, std::string surface, RunId run,
                                 Done<std::optional<Session>> done) {
  auto work = [user = std::move(user), surface = std::move(surface), run](Database& database) {
    return read_session_of_run(database, user, surface, run);
  };
  read(std::move(done), std::move(work));
}

void SqliteStore::use_session(SessionUse use, Done<Session> done) {
  auto work = [use = std::move(use)](Database& database) { return storage::use_session(database, use); };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::release_use(SessionKey session, RunId run, Done<> done) {
  auto work = [session = std::move(session), run](Database& database) {
    return storage::release_use(database, session, run);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::change_session(SessionKey session, SessionChange change, Done<> done) {
  auto work = [session = std::move(session), change = std::move(change)](Database& database) {
    return storage::change_session(database, session, change);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::sweep_sessions(WallTime now, Done<std::uint64_t> done) {
  write(0, std::move(done), [now, max = config_.sweep_rows](Database& database) {
    return storage::sweep_sessions(database, now, max);
  });
}

void SqliteStore::find_answer(std::string key, WallTime now, Done<std::optional<CachedAnswer>> done) {
  auto work = [key = std::move(key), now](Database& database) { return read_answer(database, key, now); };
  read(std::move(done), std::move(work));
}

void SqliteStore::put_answer(std::string key, CachedAnswer answer, Done<> done) {
  const std::size_t bytes = answer.text.size();
  auto work = [key = std::move(key), answer = std::move(answer)](Database& database) {
    return write_answer(database, key, answer);
  };
  write(bytes, std::move(done), std::move(work));
}

void SqliteStore::sweep_answers(WallTime now, ByteCount max_bytes, Done<std::uint64_t> done) {
  writer_->submit(std::make_unique<AnswerSweep>(now, max_bytes, config_.sweep_rows, std::move(done)));
}

}  // namespace belay::storage

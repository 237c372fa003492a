// What is kept, embedded: the ports of core/store.hpp, core/conversation_store.hpp, core/session_store.hpp
// and core/response_cache.hpp over one SQLite file in WAL mode, DATA/belay.db.
//
// Made for one process, which has locked its data directory. Calls are turned into operations for two threads
// of its own (sqlite/worker.hpp); results come on those threads. Destroying it carries out what has been
// asked for and folds the write-ahead log back into the file; nothing may be asked for from then on except
// out of callbacks, and that is refused.
//
// A full disk fails operations with `storage_full` and harms nothing else: the caller may try them again. A
// sweep runs in short transactions with other operations in between; flush() waits for it; the end leaves it
// where it stands.
#pragma once

#include <filesystem>
#include <memory>

#include "core/conversation_store.hpp"
#include "core/response_cache.hpp"
#include "core/session_store.hpp"
#include "core/store.hpp"
#include "storage/sqlite/config.hpp"
#include "storage/sqlite/stats.hpp"

namespace belay::storage {

class Reader;
class Writer;

class SqliteStore final : public Store, public ConversationStore, public SessionStore, public ResponseCache {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  // The directory must exist. Makes belay.db there, readable by its owner alone, or brings an older one up to
  // date. Fails with `conflict` for a file of a newer Belay.
  // `estimate` counts the tokens of answers; null: a cautious guess by their bytes.
  static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& directory,
                                                   const SqliteConfig& config,
                                                   TokenEstimate estimate = nullptr);
  ~SqliteStore() override;

  void store_prompt(UserMessage message, Done<> done) override;
  void history(ConversationKey conversation, std::size_t most,
               Done<std::vector<StoredMessage>> done) override;
  void put_events(std::vector<ArchivedRange> ranges, Done<> done) override;
  void settle(RunRecord record, std::vector<ArchivedRange> rest, std::optional<UserMessage> prompt,
              Done<bool> done) override;
  void mark_opened(RunId run, Done<> done) override;
  void unsettled_runs(Done<std::vector<RunId>> done) override;
  void find_run(RunId run, Done<std::optional<RunRecord>> done) override;
  void find_by_key(std::string user, std::string surface, std::string idempotency_key,
                   Done<std::optional<RunRecord>> done) override;
  void read_events(RunId run, Offset from, std::size_t most_bytes,
                   Done<std::vector<ArchivedRange>> done) override;
  void archived_through(RunId run, Done<Offset> done) override;
  void ledger_since(WallTime since, Done<std::vector<LedgerRow>> done) override;
  void sweep(WallTime now, Retention retention, Done<std::uint64_t> done) override;
  void flush(Done<> done) override;
  // Calls `done` when what earlier calls wrote survives the loss of power, whatever `synchronous` is.
  void sync(Done<> done);

  void page(MessageFilter filter, std::optional<MessagePlace> before, PageSize size,
            Done<MessagePage> done) override;
  void read_on(ConversationKey conversation, std::optional<MessagePlace> after, PageSize size,
               Done<NextPage> done) override;
  void newest_for_prompt(ConversationKey conversation, PromptBudget budget,
                         Done<std::vector<StoredMessage>> done) override;
  void find_conversation(ConversationKey conversation, Done<std::optional<Conversation>> done) override;
  void conversations(std::string user, std::string surface, std::optional<ConversationPlace> after,
                     std::size_t most, Done<ConversationPage> done) override;
  void change_conversation(ConversationKey conversation, ConversationChange change, WallTime now,
                           Done<> done) override;
  void clear_conversation(ConversationKey conversation, Done<std::uint64_t> done) override;
  void react(std::string user, std::string surface, MessageId message, Reaction reaction,
             Done<> done) override;
  void usage_since(ConversationKey conversation, WallTime since, Done<UsageTotals> done) override;

  void create_session(Session session, Done<> done) override;
  void find_session(SessionKey session, Done<std::optional<Session>> done) override;
  void session_of_run(std::string user, std::string surface, RunId run,
                      Done<std::optional<Session>> done) override;
  void use_session(SessionUse use, Done<Session> done) override;
  void give_back_use(SessionKey session, RunId run, Done<> done) override;
  void change_session(SessionKey session, SessionChange change, Done<> done) override;
  void sweep_sessions(WallTime now, Done<std::uint64_t> done) override;
  void tier_of(std::string user, Done<std::string> done) override;
  void set_tier(std::string user, std::string tier, WallTime now, Done<> done) override;

  void find_answer(std::string key, WallTime now, Done<std::optional<CachedAnswer>> done) override;
  void put_answer(std::string key, CachedAnswer answer, Done<> done) override;
  void sweep_answers(WallTime now, ByteCount most_bytes, Done<std::uint64_t> done) override;

  const SqliteStats& stats() const { return stats_; }

  // Any thread, as the rest.
  struct Condition {
    std::optional<Error> failing;  // why the last transaction that wrote could not be carried out
    Milliseconds busy{0};          // how long the operation under way has taken by now
  };
  Condition condition() const;
  // Requests that wait for a thread that has been busy with one thing for store.max_stall are told
  // `unavailable`; what they asked for and was not begun does not happen. To be called now and then.
  void give_up_stalled();
  // Writes a little, for condition() to show whether that works.
  void probe();

 private:
  SqliteStore(const SqliteConfig& config, TokenEstimate estimate);
  template <class T, class Work>
  void write(std::size_t bytes, Done<T> done, Work work);
  template <class T, class Work>
  void write_for_client(Done<T> done, Work work);
  template <class T, class Work>
  void read(Done<T> done, Work work);

  const SqliteConfig config_;
  const TokenEstimate estimate_;
  SqliteStats stats_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Reader> reader_;
};

}  // namespace belay::storage

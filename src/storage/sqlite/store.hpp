// The embedded store: Store (core/ports/store.hpp) and the ports that it names, implemented with one SQLite file in
// WAL mode, DATA/belay.db.
//
// For one process, which has locked its data directory. Calls become operations for two threads of the store
// (sqlite/worker.hpp); results are delivered on those threads. Any thread may call the store. Its destructor
// completes all pending operations and copies the write-ahead log back into the file. Once destruction has
// begun, only callbacks may still call the store, and those calls are refused.
//
// A full disk makes operations fail with `storage_full` and has no other effect: the caller may retry them. A
// sweep runs in short transactions with other operations in between. flush() waits for a running sweep; the
// destructor stops it where it is. Messages from before the search index are indexed in the same way, from the opening
// on; the next opening continues where the last one stopped.
#pragma once

#include <filesystem>
#include <memory>

#include "core/ports/answer_cache.hpp"
#include "core/ports/audit_log.hpp"
#include "core/ports/channel_store.hpp"
#include "core/ports/context_store.hpp"
#include "core/ports/conversation_store.hpp"
#include "core/ports/erasure_store.hpp"
#include "core/ports/goal_store.hpp"
#include "core/ports/ledger_store.hpp"
#include "core/ports/meeting_store.hpp"
#include "core/ports/profile_store.hpp"
#include "core/ports/revocation_store.hpp"
#include "core/ports/session_store.hpp"
#include "core/ports/store.hpp"
#include "core/ports/upload_store.hpp"
#include "core/ports/user_store.hpp"
#include "storage/sqlite/config.hpp"
#include "storage/sqlite/stats.hpp"
#include "storage/sqlite/tier_cache.hpp"

namespace belay::storage {

class Reader;
class Writer;

class SqliteStore final : public Store,
                          public ChannelStore,
                          public ConversationStore,
                          public SessionStore,
                          public AnswerCache,
                          public ErasureStore,
                          public UserStore,
                          public LedgerStore,
                          public AuditLog,
                          public RevocationStore,
                          public UploadStore,
                          public ContextStore,
                          public GoalStore,
                          public MeetingStore,
                          public ProfileStore {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;
  using Id = ErasureStore::Id;

  // The directory must exist. Creates belay.db in it, readable by its owner only, or migrates an older file.
  // Fails with `conflict` for a file of a newer Belay. `estimate` counts the tokens of answers; null: a
  // cautious estimate from their size in bytes.
  static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& directory,
                                                   const SqliteConfig& config,
                                                   TokenEstimate estimate = nullptr);
  ~SqliteStore() override;

  void store_prompt(UserMessage message, Done<> done) override;
  void put_events(std::vector<ArchivedRange> ranges, Done<> done) override;
  void settle(RunRecord record, std::vector<ArchivedRange> rest, std::optional<UserMessage> prompt,
              Done<bool> done) override;
  void mark_opened(RunId run, Done<> done) override;
  void unsettled_runs(Done<std::vector<RunId>> done) override;
  void find_run(RunId run, Done<std::optional<RunRecord>> done) override;
  void find_by_key(std::string user, std::string surface, std::string idempotency_key,
                   Done<std::optional<RunRecord>> done) override;
  // Of a run or a channel.
  void read_events(RunId log, Offset from, std::size_t max_bytes,
                   Done<std::vector<ArchivedRange>> done) override;
  void archived_through(RunId run, Done<Offset> done) override;
  void sweep(WallTime now, Retention retention, Done<std::uint64_t> done) override;
  void flush(Done<> done) override;
  // Calls `done` when everything written by earlier calls survives a loss of power, whatever `synchronous`
  // is.
  void sync(Done<> done);

  void put_channel(ChannelRecord record, std::vector<ArchivedRange> ranges, ChannelRetention retention,
                   Done<Offset> done) override;
  void find_channel(RunId log, Done<std::optional<ChannelRecord>> done) override;
  void begin_channel_epoch(Epoch epoch, Done<> done) override;
  void erase_from_channel(Erasure erasure, Done<> done) override;
  void sweep_channels(WallTime before, Done<std::uint64_t> done) override;

  void page(MessageFilter filter, std::optional<MessagePlace> before, PageSize size,
            Done<MessagePage> done) override;
  void count_messages(ConversationKey conversation, Done<std::uint64_t> done) override;
  void read_forward(ConversationKey conversation, Branches branches, std::optional<MessagePlace> after,
                    PageSize size, Done<NextPage> done) override;
  void newest_for_prompt(ConversationKey conversation, Branch branch, PromptBudget budget,
                         Done<PromptHistory> done) override;
  void find_message(std::string user, std::string surface, MessageId message,
                    Done<std::optional<StoredMessage>> done) override;
  void newest_runs(ConversationKey conversation, std::size_t max, Done<std::vector<RunId>> done) override;
  void choose_branch(ConversationKey conversation, MessageId message, Done<> done) override;
  void find_conversation(ConversationKey conversation, Done<std::optional<Conversation>> done) override;
  void conversations(ConversationFilter filter, std::optional<ConversationPlace> after, std::size_t max,
                     Done<ConversationPage> done) override;
  void search(SearchQuery query, Done<std::vector<SearchHit>> done) override;
  void change_conversation(ConversationKey conversation, ConversationChange change, WallTime now,
                           Done<> done) override;
  void react(std::string user, std::string surface, MessageId message, Reaction reaction,
             Done<> done) override;

  void request_erasure(Erasure erasure, Done<Id> done) override;
  void pending_erasures(Done<std::vector<Pending>> done) override;
  void erase(Id id, Done<ErasureReport> done) override;
  void erase_runs(std::vector<RunId> runs, Done<> done) override;

  void create_session(Session session, Done<> done) override;
  void find_session(SessionKey session, Done<std::optional<Session>> done) override;
  void session_of_run(std::string user, std::string surface, RunId run,
                      Done<std::optional<Session>> done) override;
  void use_session(SessionUse use, Done<Session> done) override;
  void release_use(SessionKey session, RunId run, Done<> done) override;
  void change_session(SessionKey session, SessionChange change, Done<> done) override;
  void sweep_sessions(WallTime now, Done<std::uint64_t> done) override;

  void tier_of(std::string user, Done<std::string> done) override;
  void find_user(std::string name, Done<std::optional<UserRecord>> done) override;
  void list_users(UserQuery query, Done<UserPage> done) override;
  void change_user(UserChange change, WallTime now, std::optional<AuditEntry> entry,
                   Done<UserRecord> done) override;
  void erase_user(std::string name, Done<bool> done) override;

  void ledger_since(WallTime since, Done<std::vector<LedgerRow>> done) override;
  void usage_since(ConversationKey conversation, WallTime since, Done<UsageTotals> done) override;
  void usage_sums(UsageQuery query, Done<UsagePage> done) override;

  void append(AuditEntry entry, Done<> done) override;
  void read_audit(AuditQuery query, Done<AuditPage> done) override;

  void put_revocation(Revocation revocation, AuditEntry entry, Done<> done) override;
  void remove_revocation(RevocationKey key, AuditEntry entry, Done<bool> done) override;
  void list_revocations(std::optional<RevocationKey> after, WallTime now, std::size_t max,
                        Done<RevocationPage> done) override;

  void put_upload(StoredUpload upload, std::vector<std::string> content, UploadLimits limits,
                  Done<> done) override;
  void upload_usage(std::string user, Done<UploadUsage> done) override;
  void list_uploads(std::string user, std::optional<UploadPlace> before, std::size_t max,
                    Done<UploadList> done) override;
  void newest_uploads(std::string user, std::size_t max, Done<std::vector<StoredUpload>> done) override;
  void find_upload(std::string user, std::string id, Done<std::optional<StoredUpload>> done) override;
  void read_upload(std::string user, std::string id, Done<std::optional<UploadWithContent>> done) override;
  void remove_upload(std::string user, std::string id, Done<bool> done) override;
  void sweep_uploads(WallTime before, Done<std::uint64_t> done) override;
  void count_upload_keys(Done<std::vector<KeyCount>> done) override;
  void next_not_sealed_with(std::string key, std::uint64_t after,
                            Done<std::optional<ToReseal>> done) override;
  void reseal_upload(UploadWithContent sealed, std::string old_key, Done<bool> done) override;
  void set_upload_rotation(std::optional<std::string> key, Done<> done) override;
  void upload_rotation(Done<std::optional<std::string>> done) override;
  void find_context(std::string user, Done<std::optional<StoredContext>> done) override;
  void put_context(std::string user, std::string document, WallTime now, ContextCondition condition,
                   Done<std::uint64_t> done) override;
  void erase_context(std::string user, Done<bool> done) override;

  void create_goal(std::string user, Goal goal, std::size_t max, Done<> done) override;
  void change_goal(std::string user, std::string id, GoalChange change, WallTime now,
                   Done<std::optional<Goal>> done) override;
  void remove_goal(std::string user, std::string id, Done<bool> done) override;
  void find_goal(std::string user, std::string id, Done<std::optional<Goal>> done) override;
  void list_goals(std::string user, GoalQuery query, Done<GoalPage> done) override;
  void create_meeting(std::string user, Meeting meeting, std::size_t max, Done<> done) override;
  void import_meetings(std::string user, std::vector<Meeting> meetings, std::size_t max, WallTime now,
                       Done<MeetingImport> done) override;
  void change_meeting(std::string user, std::string id, MeetingChange change, WallTime now,
                      Done<std::optional<Meeting>> done) override;
  void remove_meeting(std::string user, std::string id, Done<bool> done) override;
  void find_meeting(std::string user, std::string id, Done<std::optional<Meeting>> done) override;
  void list_meetings(std::string user, MeetingQuery query, Done<MeetingPage> done) override;
  void put_feed(std::string user, std::string digest, WallTime now, Done<> done) override;
  void remove_feed(std::string user, Done<bool> done) override;
  void find_feed(std::string user, Done<std::optional<WallTime>> done) override;
  void user_of_feed(std::string digest, Done<std::optional<std::string>> done) override;
  void find_profile(std::string user, Done<Profile> done) override;
  void change_profile(std::string user, ProfileChange change, WallTime now, Done<Profile> done) override;
  void phase_changes(std::string user, Done<std::vector<PhaseChange>> done) override;

  void find_answer(std::string key, WallTime now, Done<std::optional<CachedAnswer>> done) override;
  void put_answer(std::string key, CachedAnswer answer, Done<> done) override;
  void sweep_answers(WallTime now, ByteCount max_bytes, Done<std::uint64_t> done) override;

  const SqliteStats& stats() const { return stats_; }

  // Any thread, like the other functions.
  struct Condition {
    std::optional<Error> failing;  // why the last writing transaction failed; nothing: it succeeded
    Milliseconds busy{0};          // how long the current operation has taken so far
  };
  Condition condition() const;
  // When a thread has been busy with the same work for store.max_stall, all requests that wait for it get
  // `unavailable`. Their operations that have not begun are not carried out. Call this regularly.
  void give_up_stalled();
  // Makes a small write, so that condition() shows whether writing works.
  void probe();

 private:
  SqliteStore(const SqliteConfig& config, TokenEstimate estimate);
  template <class T, class Work>
  void write(std::size_t bytes, Done<T> done, Work work);
  template <class T, class Work>
  void write_for_client(Done<T> done, Work work, std::size_t bytes = 0);
  template <class T, class Work>
  void write_large_for_client(std::size_t bytes, Done<T> done, Work work);
  template <class T, class Work>
  void read(Done<T> done, Work work);
  template <class T, class Work>
  void read_aside(Done<T> done, Work work);
  template <class T, class Work>
  void read_aside_in_order(Done<T> done, Work work);
  void index_older_messages();

  const SqliteConfig config_;
  const TokenEstimate estimate_;
  SqliteStats stats_;
  TierCache tiers_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Reader> reader_;
};

}  // namespace belay::storage

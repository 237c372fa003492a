// What the store does for surfaces: conversations, sessions, users, cached answers.

#include "storage/sqlite/answer_cache.hpp"
#include "storage/sqlite/conversations.hpp"
#include "storage/sqlite/history.hpp"
#include "storage/sqlite/sessions.hpp"
#include "storage/sqlite/settlement.hpp"
#include "storage/sqlite/store_calls.hpp"

namespace belay::storage {

void SqliteStore::page(MessageFilter filter, std::optional<MessagePlace> before, PageSize size,
                       Done<MessagePage> done) {
  auto work = [filter = std::move(filter), before, size](Connection& connection) {
    return read_page(connection, filter, before, size);
  };
  read(std::move(done), std::move(work));
}

void SqliteStore::read_on(ConversationKey conversation, std::optional<MessagePlace> after, PageSize size,
                          Done<NextPage> done) {
  auto work = [conversation = std::move(conversation), after, size](Connection& connection) {
    return read_next_page(connection, conversation, after, size);
  };
  read(std::move(done), std::move(work));
}

void SqliteStore::newest_for_prompt(ConversationKey conversation, PromptBudget budget,
                                    Done<std::vector<StoredMessage>> done) {
  auto work = [conversation = std::move(conversation), budget](Connection& connection) {
    return read_for_prompt(connection, conversation, budget);
  };
  read(std::move(done), std::move(work));
}

void SqliteStore::find_conversation(ConversationKey conversation, Done<std::optional<Conversation>> done) {
  auto work = [conversation = std::move(conversation)](Connection& connection) {
    return read_conversation(connection, conversation);
  };
  read(std::move(done), std::move(work));
}

void SqliteStore::conversations(std::string user, std::string surface, std::optional<ConversationPlace> after,
                                std::size_t most, Done<ConversationPage> done) {
  auto work = [user = std::move(user), surface = std::move(surface), after, most](Connection& connection) {
    return read_conversations(connection, user, surface, after, most);
  };
  read(std::move(done), std::move(work));
}

void SqliteStore::change_conversation(ConversationKey conversation, ConversationChange change, WallTime now,
                                      Done<> done) {
  auto work = [conversation = std::move(conversation), change = std::move(change),
               now](Connection& connection) {
    return storage::change_conversation(connection, conversation, change, now);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::clear_conversation(ConversationKey conversation, Done<std::uint64_t> done) {
  auto work = [conversation = std::move(conversation)](Connection& connection) {
    return storage::clear_conversation(connection, conversation);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::react(std::string user, std::string surface, MessageId message, Reaction reaction,
                        Done<> done) {
  auto work = [user = std::move(user), surface = std::move(surface), message,
               reaction](Connection& connection) {
    return set_reaction(connection, user, surface, message, reaction);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::usage_since(ConversationKey conversation, WallTime since, Done<UsageTotals> done) {
  auto work = [conversation = std::move(conversation), since](Connection& connection) {
    return add_up_usage(connection, conversation, since);
  };
  read(std::move(done), std::move(work));
}

void SqliteStore::create_session(Session session, Done<> done) {
  auto work = [session = std::move(session)](Connection& connection) {
    return insert_session(connection, session);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::find_session(SessionKey session, Done<std::optional<Session>> done) {
  auto work = [session = std::move(session)](Connection& connection) {
    return read_session(connection, session);
  };
  read(std::move(done), std::move(work));
}

void SqliteStore::session_of_run(std::string user, std::string surface, RunId run,
                                 Done<std::optional<Session>> done) {
  auto work = [user = std::move(user), surface = std::move(surface), run](Connection& connection) {
    return read_session_of_run(connection, user, surface, run);
  };
  read(std::move(done), std::move(work));
}

void SqliteStore::use_session(SessionUse use, Done<Session> done) {
  auto work = [use = std::move(use)](Connection& connection) {
    return storage::use_session(connection, use);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::give_back_use(SessionKey session, RunId run, Done<> done) {
  auto work = [session = std::move(session), run](Connection& connection) {
    return storage::give_back_use(connection, session, run);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::change_session(SessionKey session, SessionChange change, Done<> done) {
  auto work = [session = std::move(session), change = std::move(change)](Connection& connection) {
    return storage::change_session(connection, session, change);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::sweep_sessions(WallTime now, Done<std::uint64_t> done) {
  write(0, std::move(done), [now, most = config_.sweep_rows](Connection& connection) {
    return storage::sweep_sessions(connection, now, most);
  });
}

void SqliteStore::tier_of(std::string user, Done<std::string> done) {
  auto work = [user = std::move(user)](Connection& connection) { return read_tier(connection, user); };
  read(std::move(done), std::move(work));
}

void SqliteStore::set_tier(std::string user, std::string tier, WallTime now, Done<> done) {
  auto work = [user = std::move(user), tier = std::move(tier), now](Connection& connection) {
    return write_tier(connection, user, tier, now);
  };
  write_for_client(std::move(done), std::move(work));
}

void SqliteStore::find_answer(std::string key, WallTime now, Done<std::optional<CachedAnswer>> done) {
  auto work = [key = std::move(key), now](Connection& connection) {
    return read_answer(connection, key, now);
  };
  read(std::move(done), std::move(work));
}

void SqliteStore::put_answer(std::string key, CachedAnswer answer, Done<> done) {
  const std::size_t bytes = answer.text.size();
  auto work = [key = std::move(key), answer = std::move(answer)](Connection& connection) {
    return write_answer(connection, key, answer);
  };
  write(bytes, std::move(done), std::move(work));
}

void SqliteStore::sweep_answers(WallTime now, ByteCount most_bytes, Done<std::uint64_t> done) {
  auto work = [now, most_bytes, most = config_.sweep_rows](Connection& connection) {
    return storage::sweep_answers(connection, now, most_bytes, most);
  };
  write(0, std::move(done), std::move(work));
}

}  // namespace belay::storage

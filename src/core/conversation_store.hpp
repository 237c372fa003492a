// The port to what users read and change of their conversations: history, lists, reactions, what they spent.
// Implemented beside Store (core/store.hpp), whose rules on threads, order and bounds hold here too: what is
// asked for after a settlement shows it.
//
// Everything is asked for in a user's name. What belongs to somebody else, or to another surface, is as if it
// did not exist: an empty page, `not_found`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/store.hpp"

namespace belay {

// A message's name: its run, and which of the two it is. "RUN-u", "RUN-a".
struct MessageId {
  RunId run;
  Role role = Role::user;

  static std::optional<MessageId> parse(std::string_view text);
  std::string text() const;
};

// A message's place in the order of a history: by its run's time, runs of one millisecond as they came, the
// user's message before the answer. Messages that arrive later never move it.
struct MessagePlace {
  WallTime run_time;
  std::uint64_t sequence = 0;
  Role role = Role::user;

  // For clients, who are to see no meaning in it.
  static std::optional<MessagePlace> parse(std::string_view text);
  std::string text() const;
};

// Whose messages, of what. Exactly one of the last three is given.
struct MessageFilter {
  std::string user;
  std::string surface;
  std::string conversation;
  std::string project;
  std::string task;
};

struct MessagePage {
  std::vector<StoredMessage> messages;  // the oldest first
  std::optional<MessagePlace> older;    // where the page before this one ends; nothing: there is none
};

// The same forwards.
struct NextPage {
  std::vector<StoredMessage> messages;  // the oldest first
  std::optional<MessagePlace> last;     // where the next one begins; nothing: that was all
};

struct PageSize {
  std::size_t messages = 100;
  ByteCount bytes{4ull << 20};  // of content; one message is always given
};

// How much of a conversation a prompt can use.
struct PromptBudget {
  TokenCount tokens;                // of all messages together
  TokenCount overhead_a_message{};  // what each takes beside its content
  std::size_t messages = 1000;
};

struct Conversation {
  std::string id;
  std::string title;    // the beginning of its first message
  std::string model;    // chosen for it; empty: none
  std::string persona;  // likewise
  std::string project;  // of its first message
  std::string task;
  WallTime created;
  WallTime updated;
};

// Where a list of conversations goes on: behind the one that was changed then.
struct ConversationPlace {
  WallTime updated;
  std::uint64_t row = 0;

  static std::optional<ConversationPlace> parse(std::string_view text);
  std::string text() const;
};

struct ConversationPage {
  std::vector<Conversation> conversations;  // what was changed last comes first
  std::optional<ConversationPlace> next;
};

// What is to be changed; nothing stays nothing.
struct ConversationChange {
  std::optional<std::string> model;
  std::optional<std::string> persona;
};

struct UsageTotals {
  std::uint64_t answers = 0;
  std::uint64_t cached = 0;  // of these, from the cache or shared with another run
  TokenCount input;
  TokenCount output;
  NanoDollars cost;
};

class ConversationStore {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~ConversationStore() = default;

  // The newest messages before `before` (nothing: of all).
  virtual void page(MessageFilter filter, std::optional<MessagePlace> before, PageSize size,
                    Done<MessagePage> done) = 0;
  // A whole conversation, page by page from its beginning. Messages that arrive meanwhile are in it or not,
  // each once.
  virtual void read_on(ConversationKey conversation, std::optional<MessagePlace> after, PageSize size,
                       Done<NextPage> done) = 0;
  // The newest turns of a conversation for a prompt, the oldest first: as many messages as fit the budget,
  // and no more are read. Without commands, and without answers that said nothing.
  virtual void newest_for_prompt(ConversationKey conversation, PromptBudget budget,
                                 Done<std::vector<StoredMessage>> done) = 0;

  virtual void find_conversation(ConversationKey conversation, Done<std::optional<Conversation>> done) = 0;
  virtual void conversations(std::string user, std::string surface, std::optional<ConversationPlace> after,
                             std::size_t most, Done<ConversationPage> done) = 0;
  // Makes the conversation where it does not exist yet.
  virtual void change_conversation(ConversationKey conversation, ConversationChange change, WallTime now,
                                   Done<> done) = 0;
  // Forgets its messages; what it is called and what was chosen for it stay. How many there were.
  virtual void clear_conversation(ConversationKey conversation, Done<std::uint64_t> done) = 0;

  // `not_found`, or `unprocessable` for a message that is no answer.
  virtual void react(std::string user, std::string surface, MessageId message, Reaction reaction,
                     Done<> done) = 0;

  // By the ledger, which goes back as far as store.ledger_kept. Empty conversation: all of the user's.
  virtual void usage_since(ConversationKey conversation, WallTime since, Done<UsageTotals> done) = 0;
};

}  // namespace belay

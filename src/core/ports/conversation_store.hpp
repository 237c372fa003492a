// The port to what users read and change in their conversations: history, lists, reactions, spending. It is
// implemented together with Store (core/ports/store.hpp), whose rules on threads, order and bounds also apply
// here. In particular, a query made after a settlement shows that settlement.
//
// Every call names the user on whose behalf it is made. Data of another user, or of another surface, is
// treated as if it did not exist: the result is an empty page or `not_found`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/ports/store.hpp"

namespace belay {

// The id of a message: its run, and which of the run's two messages it is. As text: "RUN-u" or "RUN-a".
struct MessageId {
  RunId run;
  Role role = Role::user;

  static std::optional<MessageId> parse(std::string_view text);
  std::string text() const;
};

// The place of a message in the order of a history. Messages are ordered by the time of their run. Runs of
// the same millisecond are ordered by arrival. The user's message comes before the answer. Messages that
// arrive later never change a place.
struct MessagePlace {
  WallTime run_time;
  std::uint64_t sequence = 0;
  Role role = Role::user;

  // The text form is for clients. To them it is opaque.
  static std::optional<MessagePlace> parse(std::string_view text);
  std::string text() const;
};

// Selects messages. Exactly one of the last three fields is set.
struct MessageFilter {
  std::string user;
  std::string surface;
  std::string conversation;
  std::string project;
  std::string task;
};

struct MessagePage {
  std::vector<StoredMessage> messages;  // oldest first
  std::optional<MessagePlace> older;    // where the previous page ends; empty: there is none
};

// A page when reading forwards.
struct NextPage {
  std::vector<StoredMessage> messages;  // oldest first
  std::optional<MessagePlace> last;     // where the next page begins; empty: this was the last page
};

struct PageSize {
  std::size_t messages = 100;
  ByteCount bytes{4ull << 20};  // of content; at least one message is always returned
};

// How much of a conversation a prompt can hold.
struct PromptBudget {
  TokenCount tokens;                  // of all messages together
  TokenCount overhead_per_message{};  // what each message takes in addition to its content
  std::size_t messages = 1000;
};

struct Conversation {
  std::string id;
  std::string title;    // the beginning of its first message
  std::string model;    // selected for the conversation; empty: none
  std::string persona;  // same as model
  std::string project;  // of its first message
  std::string task;
  WallTime created;
  WallTime updated;
};

// Where the next page of a list of conversations begins: after the conversation with this change time.
struct ConversationPlace {
  WallTime updated;
  std::uint64_t row = 0;

  static std::optional<ConversationPlace> parse(std::string_view text);
  std::string text() const;
};

struct ConversationPage {
  std::vector<Conversation> conversations;  // most recently changed first
  std::optional<ConversationPlace> next;
};

// The values to change. An empty field is not changed.
struct ConversationChange {
  std::optional<std::string> model;
  std::optional<std::string> persona;
};

struct UsageTotals {
  std::uint64_t answers = 0;
  std::uint64_t cached = 0;  // answers from the cache or shared with another run
  TokenCount input;
  TokenCount output;
  NanoDollars cost;
};

class ConversationStore {
 public:
  template <class T = void>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~ConversationStore() = default;

  // The newest messages before `before`, or the newest of all if `before` is empty.
  virtual void page(MessageFilter filter, std::optional<MessagePlace> before, PageSize size,
                    Done<MessagePage> done) = 0;
  // Reads a whole conversation page by page from its beginning. A message that arrives during the reading may
  // be included or not, but never twice.
  virtual void read_forward(ConversationKey conversation, std::optional<MessagePlace> after, PageSize size,
                            Done<NextPage> done) = 0;
  // The newest turns of a conversation for a prompt, oldest first. Returns as many messages as fit the
  // budget, and reads no more than that. Commands and empty answers are left out.
  virtual void newest_for_prompt(ConversationKey conversation, PromptBudget budget,
                                 Done<std::vector<StoredMessage>> done) = 0;

  virtual void find_conversation(ConversationKey conversation, Done<std::optional<Conversation>> done) = 0;
  virtual void conversations(std::string user, std::string surface, std::optional<ConversationPlace> after,
                             std::size_t max, Done<ConversationPage> done) = 0;
  // Creates the conversation if it does not exist yet.
  virtual void change_conversation(ConversationKey conversation, ConversationChange change, WallTime now,
                                   Done<> done) = 0;
  // Deletes the messages, but keeps the conversation's title, model and persona. The result is the number of
  // deleted messages.
  virtual void clear_conversation(ConversationKey conversation, Done<std::uint64_t> done) = 0;

  // Fails with `not_found`, or with `unprocessable` if the message is not an answer.
  virtual void react(std::string user, std::string surface, MessageId message, Reaction reaction,
                     Done<> done) = 0;

  // From the ledger, which goes back as far as store.ledger_kept. Empty conversation id: all conversations of
  // the user.
  virtual void usage_since(ConversationKey conversation, WallTime since, Done<UsageTotals> done) = 0;
};

}  // namespace belay

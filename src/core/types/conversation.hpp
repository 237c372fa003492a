// Conversations and their messages as users see them: pages, places in a history, what a prompt may hold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/run_id.hpp"
#include "base/units.hpp"
#include "core/types/records.hpp"

namespace belay {

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

// Who made a conversation's title.
enum class TitleSource : std::uint8_t { first_question = 0, user = 1, model = 2 };

struct Conversation {
  std::string id;
  std::string title;    // of its first question, unless `titled_by` says otherwise
  std::string model;    // selected for the conversation; empty: none
  std::string persona;  // same as model
  std::string project;  // of its first message
  std::string task;
  WallTime created;
  WallTime updated;
  TitleSource titled_by = TitleSource::first_question;
  bool archived = false;
  bool pinned = false;
};

// Selects the conversations of a list.
struct ConversationFilter {
  std::string user;
  std::string surface;
  bool archived = false;  // the archived ones, or the others
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
  std::optional<std::string> model{};
  std::optional<std::string> persona{};
  std::optional<std::string> title{};
  TitleSource titled_by = TitleSource::user;  // a title by a model never replaces one by the user
  std::optional<bool> archived{};
  std::optional<bool> pinned{};
};

// What a prompt is made of.
struct PromptHistory {
  std::vector<StoredMessage> older;       // oldest first
  std::optional<StoredMessage> question;  // of a regenerated answer: the question to be answered again
};

// Which messages of a conversation.
enum class Branches { chosen, all };

struct UsageTotals {
  std::uint64_t answers = 0;
  std::uint64_t cached = 0;  // answers from the cache or shared with another run
  TokenCount input;
  TokenCount output;
  NanoDollars cost;
};

}  // namespace belay

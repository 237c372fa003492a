// What a search in a user's conversations asks for, and what it finds (requirement C16).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/search/query.hpp"
#include "core/types/conversation.hpp"

namespace belay {

struct SearchQuery {
  std::string user;
  std::string surface;
  std::vector<search::Word> words;  // at least one
  std::optional<bool> archived{};   // only archived conversations, or only others; empty: both
  std::size_t limit = 20;           // of hits
};

// A conversation, with what fits best in it.
struct SearchHit {
  Conversation conversation;
  std::optional<MessageId> message;  // empty: it is the title
  std::vector<search::SnippetPart> snippet;
};

}  // namespace belay

// Titles of chats, made by a model from the first question (requirement C12). A call is charged to nobody, and whatever
// happens to it, the chat keeps the title that its first question gives. Without the setting `chat.title_model` no
// model is asked.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "core/types/records.hpp"
#include "services/parts.hpp"

namespace belay::services {

class Titles {
 public:
  explicit Titles(const Parts& parts);
  // Ends the calls in progress. The loops must have stopped.
  ~Titles();
  Titles(const Titles&) = delete;
  Titles& operator=(const Titles&) = delete;

  // Asks for a title, in the background, on this loop. `model`: an alias; if there is no such model, or many titles are
  // being made, nothing happens. The loop: the caller's.
  void make(Loop& loop, ConversationKey conversation, std::string_view question, const std::string& model);

 private:
  class Call;
  // Shared with what the calls post to their loops.
  struct Calls {
    std::mutex mutex;
    std::unordered_map<const Call*, std::unique_ptr<Call>> all;
  };

  const Parts parts_;
  const std::shared_ptr<Calls> calls_;
};

}  // namespace belay::services

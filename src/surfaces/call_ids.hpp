// The ids of the tool calls in a request that brings all of its messages, for every API of that kind. A result belongs to
// the newest call with its id, wherever it comes behind that call (prompts/client_messages.hpp).
//
// Each question takes constant time: a body may hold as many calls as fit in it, and is read on an event loop.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

namespace belay::surfaces {

class CallIds {
 public:
  // The calls that follow are another answer's.
  void begin_answer() { ++answer_; }
  // False: another call of the same answer has this id.
  bool add(const std::string& id) {
    const auto [known, is_new] = answers_.try_emplace(id, answer_);
    if (!is_new && known->second == answer_) return false;
    known->second = answer_;
    return true;
  }
  // Whether a call so far has this id.
  bool has(const std::string& id) const { return answers_.contains(id); }

 private:
  std::unordered_map<std::string, std::size_t> answers_;  // the newest answer with a call of this id
  std::size_t answer_ = 0;
};

}  // namespace belay::surfaces

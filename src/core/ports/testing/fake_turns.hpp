// The trees of conversations in memory, for FakeStore. The rules are those of core/ports/conversation_store.hpp. Its owner
// holds a mutex.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "core/types/records.hpp"

namespace belay::testing {

class FakeTurns {
 public:
  using Key = std::tuple<std::string, std::string, std::string>;  // user, surface, id
  using Message = std::pair<RunId, Role>;
  using Path = std::set<Message>;
  struct Start {
    std::optional<RunId> after;
    std::optional<RunId> question;
  };

  void add(const Key& key, const RunId& run, const Branch& branch) {
    if (find(key, run)) return;
    auto start = start_of(key, branch);
    const bool is_lost = !start;
    if (is_lost) start = start_of(key, {});
    Turn turn{run, start->after, start->question};
    if (is_lost || branch.has_question()) turn.question = run;
    turns_[key].push_back(turn);
    tips_[key] = run;
  }
  Result<Start> start_of(const Key& key, const Branch& branch) const {
    if (branch.kind == Branch::Kind::none) {
      const auto tip = tips_.find(key);
      return Start{tip == tips_.end() ? std::nullopt : std::optional(tip->second), {}};
    }
    const Turn* const turn = find(key, branch.of);
    if (!turn) return no_such_message();
    if (branch.kind == Branch::Kind::continuation) return Start{branch.of, {}};
    if (branch.kind == Branch::Kind::regenerate) return Start{turn->parent, turn->question};
    if (turn->question != branch.of) return no_such_message();
    return Start{turn->parent, {}};
  }
  Result<> choose(const Key& key, const MessageId& message) {
    std::optional<RunId> run;
    for (const Turn& turn : of(key))
      if (message.role == Role::user ? turn.question == message.run : turn.run == message.run) run = turn.run;
    if (!run) return no_such_message();
    for (std::optional<RunId> next = run; next; next = newest_child(key, *run)) run = next;
    tips_[key] = *run;
    return {};
  }
  Path path_to(const Key& key, std::optional<RunId> run) const {
    Path path;
    while (run) {
      const Turn* const turn = find(key, *run);
      if (!turn) break;
      path.insert({*run, Role::assistant});
      if (turn->question) path.insert({*turn->question, Role::user});
      run = turn->parent;
    }
    return path;
  }
  Path chosen(const Key& key) const {
    const auto tip = tips_.find(key);
    return tip == tips_.end() ? Path() : path_to(key, tip->second);
  }
  void relate(const Key& key, StoredMessage& message, bool with_siblings) const {
    const Turn* const turn = find(key, message.run);
    if (!turn) return;
    if (message.role == Role::assistant && turn->question)
      message.parent = MessageId{*turn->question, Role::user};
    else if (turn->parent)
      message.parent = MessageId{*turn->parent, Role::assistant};
    if (!with_siblings) return;
    std::vector<MessageId> siblings;
    for (const Turn& other : of(key)) {
      const bool same_question =
          message.role == Role::assistant && turn->question && other.question == turn->question;
      const bool same_parent =
          other.parent == turn->parent &&
          (message.role == Role::user ? other.question == other.run : !turn->question && !other.question);
      if (same_question || same_parent) siblings.push_back({other.run, message.role});
    }
    if (siblings.size() > 1) message.siblings = std::move(siblings);
  }
  std::vector<RunId> newest(const Key& key, std::size_t max) const {
    std::vector<RunId> runs;
    const auto& all = of(key);
    for (auto turn = all.rbegin(); turn != all.rend() && runs.size() < max; ++turn) runs.push_back(turn->run);
    return runs;
  }
  void erase(const Key& key, const RunId& run) {
    const auto found = turns_.find(key);
    if (found == turns_.end()) return;
    std::erase_if(found->second, [&](const Turn& turn) { return turn.run == run; });
    for (Turn& turn : found->second)
      if (turn.parent == run) turn.parent.reset();
    if (found->second.empty())
      tips_.erase(key);
    else
      tips_[key] = found->second.back().run;
  }

 private:
  struct Turn {
    RunId run;
    std::optional<RunId> parent;
    std::optional<RunId> question;
  };

  static Error no_such_message() {
    return make_error(ErrorCode::not_found, "There is no such message. Check its id.", "message");
  }
  const std::vector<Turn>& of(const Key& key) const {
    static const std::vector<Turn> kNone;
    const auto found = turns_.find(key);
    return found == turns_.end() ? kNone : found->second;
  }
  const Turn* find(const Key& key, const RunId& run) const {
    for (const Turn& turn : of(key))
      if (turn.run == run) return &turn;
    return nullptr;
  }

  std::optional<RunId> newest_child(const Key& key, const RunId& run) const {
    std::optional<RunId> newest;
    for (const Turn& turn : of(key))
      if (turn.parent == run) newest = turn.run;
    return newest;
  }

  std::map<Key, std::vector<Turn>> turns_;  // as they came
  std::map<Key, RunId> tips_;
};

}  // namespace belay::testing

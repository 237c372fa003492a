#include "storage/sqlite/turns.hpp"

#include <algorithm>

namespace belay::storage {
namespace {

// More of them are not listed.
constexpr std::uint64_t kMaxSiblings = 100;

Error broken_turn() {
  return make_error(ErrorCode::internal, "A stored turn can not be read: its run's id is broken.");
}

Error no_such_message() {
  return make_error(ErrorCode::not_found, "There is no such message. Check its id.", "message");
}

std::string text_of(const std::optional<RunId>& run) {
  return run ? run->text() : std::string();
}

bool parse_run(std::string_view text, std::optional<RunId>& out) {
  out.reset();
  if (text.empty()) return true;
  out = RunId::parse(text);
  return out.has_value();
}

// The run in the first column of the next row; empty: there is no row.
Result<std::optional<RunId>> next_run(Query& query) {
  const auto more = query.row();
  if (!more) return more.error();
  if (!*more) return std::optional<RunId>();
  const auto run = RunId::parse(query.bytes_at(0));
  if (!run) return broken_turn();
  return run;
}

Result<std::optional<RunId>> tip_of(Database& database, std::int64_t conversation) {
  Query query(database, "SELECT tip FROM conversations WHERE id = ?");
  const auto found = query.number(conversation).row();
  if (!found) return found.error();
  std::optional<RunId> tip;
  if (*found && !parse_run(query.bytes_at(0), tip)) return broken_turn();
  return tip;
}

// From this run on, always along the newest turn.
Result<RunId> newest_end(Database& database, std::int64_t conversation, RunId run) {
  for (;;) {
    const std::string parent = run.text();
    Query query(database,
                "SELECT run_id FROM turns WHERE conversation = ? AND parent = ? ORDER BY id DESC LIMIT 1");
    const auto next = next_run(query.number(conversation).text(parent));
    if (!next) return next.error();
    if (!*next) return run;
    run = **next;
  }
}

struct Shown {
  RunId run;
  bool question = false;
  bool answer = false;
};

Result<std::vector<Shown>> shown_turns(Database& database, std::int64_t conversation) {
  std::vector<Shown> shown;
  Query query(database,
              "SELECT run_id, shows_question, shows_answer FROM turns WHERE conversation = ? ORDER BY id");
  query.number(conversation);
  for (;;) {
    const auto run = next_run(query);
    if (!run) return run.error();
    if (!*run) return shown;
    shown.push_back({**run, query.number_at(1) != 0, query.number_at(2) != 0});
  }
}

Result<> set_tip(Database& database, std::int64_t conversation, const RunId& tip) {
  return Query(database, "UPDATE conversations SET tip = ? WHERE id = ?")
      .run(tip)
      .number(conversation)
      .execute();
}

Result<> show_path_to(Database& database, std::int64_t conversation, const RunId& tip) {
  const auto path = path_to(database, conversation, tip);
  if (!path) return path.error();
  const auto shown = shown_turns(database, conversation);
  if (!shown) return shown.error();
  for (const Shown& turn : *shown) {
    const bool question = path->contains({turn.run, Role::user});
    const bool answer = path->contains({turn.run, Role::assistant});
    if (question == turn.question && answer == turn.answer) continue;
    if (auto done = Query(database, "UPDATE turns SET shows_question = ?, shows_answer = ? WHERE run_id = ?")
                        .number(question ? 1 : 0)
                        .number(answer ? 1 : 0)
                        .run(turn.run)
                        .execute();
        !done)
      return done;
  }
  return set_tip(database, conversation, tip);
}

Result<std::vector<MessageId>> siblings_of(Database& database, std::int64_t conversation, const Turn& turn,
                                           Role role) {
  const std::string parent = text_of(turn.parent);
  const std::string question = text_of(turn.question);
  const bool by_question = role == Role::assistant && turn.question;
  Query query(database,
              by_question
                  ? "SELECT run_id FROM turns WHERE conversation = ?1 AND question = ?2 ORDER BY id LIMIT ?3"
              : role == Role::user
                  ? "SELECT run_id FROM turns WHERE conversation = ?1 AND parent = ?2 AND question = run_id "
                    "ORDER BY id LIMIT ?3"
                  : "SELECT run_id FROM turns WHERE conversation = ?1 AND parent = ?2 AND question = '' "
                    "ORDER BY id LIMIT ?3");
  query.number(conversation).text(by_question ? question : parent).number(kMaxSiblings);
  std::vector<MessageId> siblings;
  for (;;) {
    const auto run = next_run(query);
    if (!run) return run.error();
    if (!*run) return siblings;
    siblings.push_back({**run, role});
  }
}

std::optional<MessageId> parent_of(const Turn& turn, Role role) {
  if (role == Role::assistant && turn.question) return MessageId{*turn.question, Role::user};
  if (turn.parent) return MessageId{*turn.parent, Role::assistant};
  return std::nullopt;
}

Result<> relate(Database& database, std::int64_t conversation, std::vector<StoredMessage>& messages,
                bool siblings) {
  for (StoredMessage& message : messages) {
    const auto turn = read_turn(database, conversation, message.run);
    if (!turn) return turn.error();
    if (!*turn) continue;
    message.parent = parent_of(**turn, message.role);
    if (!siblings) continue;
    auto found = siblings_of(database, conversation, **turn, message.role);
    if (!found) return found.error();
    if (found->size() > 1) message.siblings = std::move(*found);
  }
  return {};
}

}  // namespace

Result<std::int64_t> conversation_row(Database& database, const ConversationKey& key) {
  Query query(database, "SELECT id FROM conversations WHERE user = ? AND surface = ? AND name = ?");
  const auto found = query.text(key.user).text(key.surface).text(key.id).row();
  if (!found) return found.error();
  return *found ? query.number_at(0) : 0;
}

Result<std::optional<Turn>> read_turn(Database& database, std::int64_t conversation, const RunId& run) {
  Query query(database, "SELECT parent, question FROM turns WHERE run_id = ? AND conversation = ?");
  const auto found = query.run(run).number(conversation).row();
  if (!found) return found.error();
  if (!*found) return std::optional<Turn>();
  Turn turn{run, {}, {}};
  if (!parse_run(query.bytes_at(0), turn.parent) || !parse_run(query.bytes_at(1), turn.question))
    return broken_turn();
  return std::optional(turn);
}

Result<BranchStart> start_of(Database& database, std::int64_t conversation, const Branch& branch) {
  if (branch.kind == Branch::Kind::none) {
    const auto tip = tip_of(database, conversation);
    if (!tip) return tip.error();
    return BranchStart{*tip, {}};
  }
  const auto turn = read_turn(database, conversation, branch.of);
  if (!turn) return turn.error();
  if (!*turn) return no_such_message();
  if (branch.kind == Branch::Kind::continuation) return BranchStart{branch.of, {}};
  if (branch.kind == Branch::Kind::regenerate) return BranchStart{(*turn)->parent, (*turn)->question};
  // Only a question of its own can be edited.
  if ((*turn)->question != branch.of) return no_such_message();
  return BranchStart{(*turn)->parent, {}};
}

Result<> add_turn(Database& database, std::int64_t conversation, const RunId& run, const Branch& branch,
                  std::string_view share_key) {
  const auto known = read_turn(database, conversation, run);
  if (!known) return known.error();
  if (*known) return {};
  auto start = start_of(database, conversation, branch);
  const bool is_lost = !start && start.error().code == ErrorCode::not_found;
  if (is_lost) start = start_of(database, conversation, {});
  if (!start) return start.error();
  const bool has_question = is_lost || branch.has_question();
  const std::string parent = text_of(start->after);
  const std::string question = has_question ? run.text() : text_of(start->question);
  if (auto done = Query(database,
                        "INSERT INTO turns (run_id, conversation, parent, question, share_key, "
                        "shows_question, shows_answer) "
                        "VALUES (?, ?, ?, ?, ?, 1, 1) ON CONFLICT (run_id) DO NOTHING")
                      .run(run)
                      .number(conversation)
                      .text(parent)
                      .text(question)
                      .text(share_key)
                      .execute();
      !done)
    return done;
  if (branch.kind == Branch::Kind::none) return set_tip(database, conversation, run);
  return show_path_to(database, conversation, run);
}

Result<> choose_branch(Database& database, const ConversationKey& key, const MessageId& message) {
  const auto conversation = conversation_row(database, key);
  if (!conversation) return conversation.error();
  RunId run = message.run;
  if (message.role == Role::user) {
    // The newest answer of the question.
    Query query(database,
                "SELECT run_id FROM turns WHERE conversation = ? AND question = ? ORDER BY id DESC LIMIT 1");
    const auto newest = next_run(query.number(*conversation).run(message.run));
    if (!newest) return newest.error();
    if (!*newest) return no_such_message();
    run = **newest;
  } else {
    const auto turn = read_turn(database, *conversation, run);
    if (!turn) return turn.error();
    if (!*turn) return no_such_message();
  }
  const auto end = newest_end(database, *conversation, run);
  if (!end) return end.error();
  return show_path_to(database, *conversation, *end);
}

Result<MessageSet> path_to(Database& database, std::int64_t conversation, const RunId& run) {
  MessageSet path;
  std::optional<RunId> next = run;
  while (next) {
    const auto turn = read_turn(database, conversation, *next);
    if (!turn) return turn.error();
    // A turn that is in the path already: the tree is broken, and has a circle.
    if (!*turn || !path.insert({*next, Role::assistant}).second) break;
    if ((*turn)->question) path.insert({*(*turn)->question, Role::user});
    next = (*turn)->parent;
  }
  return path;
}

Result<> add_relations(Database& database, std::int64_t conversation, std::vector<StoredMessage>& messages) {
  return relate(database, conversation, messages, true);
}

Result<> add_parents(Database& database, std::int64_t conversation, std::vector<StoredMessage>& messages) {
  return relate(database, conversation, messages, false);
}

Result<std::vector<RunId>> newest_runs(Database& database, const ConversationKey& key, std::size_t max) {
  const auto conversation = conversation_row(database, key);
  if (!conversation) return conversation.error();
  std::vector<RunId> runs;
  Query query(database, "SELECT run_id FROM turns WHERE conversation = ? ORDER BY id DESC LIMIT ?");
  query.number(*conversation).number(static_cast<std::uint64_t>(max));
  for (;;) {
    const auto run = next_run(query);
    if (!run) return run.error();
    if (!*run) return runs;
    runs.push_back(**run);
  }
}

}  // namespace belay::storage

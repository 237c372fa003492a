#include "services/commands/commands.hpp"

#include <algorithm>
#include <chrono>
#include <span>

#include <fmt/format.h>

#include "base/await.hpp"
#include "services/models.hpp"

namespace belay::services {
namespace {

using Answer = Awaitable<Result<CommandAnswer>>;

// The words that a command takes after its name.
enum class Words { none, one };

struct Command {
  const char* name;
  Words words;
  bool asks_model;
  const char* usage;
  const char* about;
  Answer (*run)(CommandFacts facts);
};

std::span<const Command> commands();

std::string list_of_commands() {
  std::string text;
  for (const Command& command : commands())
    fmt::format_to(std::back_inserter(text), "- `{}` {}\n", command.usage, command.about);
  return text;
}

CommandAnswer said(std::string text) {
  return {std::move(text), {}};
}

Answer help(CommandFacts) {
  co_return said("These commands are answered here, before the model:\n\n" + list_of_commands() +
                 "\nA command stands alone. With other words behind it, your text goes to the model, and so "
                 "does any other text that begins with a slash. To send a command itself to the model, write "
                 "a second slash: `//help`.");
}

// Stores the choice for this session, and in the conversation for its later sessions.
Awaitable<Result<>> choose(CommandFacts facts, SessionChange change) {
  const Session& session = facts.session;
  const SessionKey key{session.id, session.user, session.surface};
  ConversationChange remembered{change.model, change.persona};
  const Result<> chosen =
      co_await call<&SessionStore::change_session>(facts.loop, facts.deadline, facts.sessions, key, change);
  if (!chosen) co_return chosen;
  const ConversationKey conversation{facts.user, session.surface, session.conversation};
  const Result<> kept = co_await call<&ConversationStore::change_conversation>(
      facts.loop, facts.deadline, facts.conversations, conversation, remembered, facts.now);
  co_return kept;
}

Answer model(CommandFacts facts) {
  if (facts.argument.empty()) {
    std::string text =
        facts.model.empty() ? "No model is chosen yet." : "The model is `" + facts.model + "`.";
    if (const ModelTarget* now = facts.runtime.models->find(facts.model)) {
      const auto allowed = policy::may_use_model(facts.runtime.tiers, facts.tier, now->model.tier);
      if (!allowed) text += ' ' + allowed.error().detail;
    }
    text += " You can choose, with `/model NAME`:\n\n";
    for (const Model* model : models_for(facts.runtime, facts.tier))
      fmt::format_to(std::back_inserter(text), "- `{}`\n", model->alias);
    co_return said(std::move(text));
  }
  const ModelTarget* target = facts.runtime.models->find(facts.argument);
  if (!target) co_return said("There is no such model. `/model` lists those that you can choose.");
  if (const auto fine = policy::may_use_model(facts.runtime.tiers, facts.tier, target->model.tier); !fine)
    co_return said(fine.error().detail);
  SessionChange change{target->model.alias, {}};
  const auto chosen = co_await choose(facts, std::move(change));
  if (!chosen) co_return chosen.error();
  co_return said("From now on `" + target->model.alias + "` answers where a request names no model.");
}

Answer persona(CommandFacts facts) {
  if (facts.argument.empty()) {
    const prompts::Persona& now = *facts.runtime.personas.choose(facts.persona).persona;
    std::string text = "The persona is `" + now.name + "`. You can choose, with `/persona NAME`:\n\n";
    for (const prompts::Persona& each : facts.runtime.personas.all())
      fmt::format_to(std::back_inserter(text), "- `{}` {}\n", each.name, each.display_name);
    co_return said(std::move(text));
  }
  const prompts::Persona* wanted = facts.runtime.personas.find(facts.argument);
  if (!wanted) co_return said("There is no such persona. `/persona` lists those that you can choose.");
  SessionChange change{{}, wanted->name};
  const auto chosen = co_await choose(facts, std::move(change));
  if (!chosen) co_return chosen.error();
  co_return said("From now on `" + wanted->name + "` answers.");
}

Answer clear(CommandFacts facts) {
  // Whoever answers the command has closed the gate.
  Erasure erasure{Erasure::What::messages,    facts.user, facts.session.surface,
                  facts.session.conversation, {},         facts.run};
  const auto cleared =
      co_await facts.erasures.erase_behind_gate(facts.loop, facts.deadline, std::move(erasure));
  if (!cleared) co_return cleared.error();
  co_return said(cleared->messages == 0
                     ? std::string("There was nothing to forget.")
                     : fmt::format("The {} messages of this conversation are forgotten.", cleared->messages));
}

Answer summary(CommandFacts facts) {
  const ConversationKey key{facts.user, facts.session.surface, facts.session.conversation};
  PromptBudget budget;
  budget.tokens = {std::numeric_limits<std::int64_t>::max()};
  budget.messages = 1;
  const Branch end;
  const auto found = co_await call<&ConversationStore::newest_for_prompt>(
      facts.loop, facts.deadline, facts.conversations, key, end, budget);
  if (!found) co_return found.error();
  if (found->older.empty()) co_return said("There is nothing to sum up yet.");
  CommandAnswer answer;
  answer.instruction =
      "Sum up our conversation so far: what was asked, what was found, what is decided, what is open. Be "
      "brief, use "
      "a list where it helps, and write in the language that we have been using.";
  co_return answer;
}

Answer export_links(CommandFacts facts) {
  std::string text = "This conversation as a file:\n\n";
  for (const char* format : {"json", "md", "pdf"})
    fmt::format_to(std::back_inserter(text), "- [{}]({}{}/export?format={})\n", format, facts.export_prefix,
                   facts.session.conversation, format);
  co_return said(std::move(text));
}

WallTime start_of_month(WallTime now) {
  using namespace std::chrono;
  const year_month_day today(floor<days>(sys_time<milliseconds>(milliseconds(now.ms))));
  const sys_days first = today.year() / today.month() / day(1);
  return {duration_cast<milliseconds>(first.time_since_epoch()).count()};
}

std::string in_words(const UsageTotals& usage) {
  return fmt::format("{} answers ({} of them given again or shared), {} tokens in, {} out, ${:.6f}",
                     usage.answers, usage.cached, usage.input.value, usage.output.value,
                     static_cast<double>(usage.cost.value) / 1e9);
}

Answer usage(CommandFacts facts) {
  const Session& session = facts.session;
  const WallTime since = start_of_month(facts.now);
  std::string text = "This month (UTC):\n\n";
  for (const bool all : {false, true}) {
    const ConversationKey key{facts.user, session.surface, all ? std::string() : session.conversation};
    const auto totals =
        co_await call<&LedgerStore::usage_since>(facts.loop, facts.deadline, facts.ledger, key, since);
    if (!totals) co_return totals.error();
    fmt::format_to(std::back_inserter(text), "- {}: {}\n", all ? "all conversations" : "this conversation",
                   in_words(*totals));
  }
  co_return said(std::move(text));
}

std::span<const Command> commands() {
  static constexpr Command kCommands[] = {
      {"help", Words::none, false, "/help", "lists the commands", help},
      {"model", Words::one, false, "/model [NAME]", "says which model answers, or chooses another", model},
      {"persona", Words::one, false, "/persona [NAME]", "says who answers, or chooses somebody else",
       persona},
      {"clear", Words::none, false, "/clear", "forgets this conversation", clear},
      {"summary", Words::none, true, "/summary", "sums up this conversation", summary},
      {"export", Words::none, false, "/export", "gives this conversation as a file", export_links},
      {"usage", Words::none, false, "/usage", "says what was used and what it cost", usage},
  };
  return kCommands;
}

const Command* find_command(std::string_view name) {
  const auto found = std::find_if(commands().begin(), commands().end(),
                                  [&](const Command& each) { return each.name == name; });
  return found == commands().end() ? nullptr : &*found;
}

constexpr std::string_view kSpaces = " \t\r\n\f\v";
// A longer word after a slash is not treated as a mistyped command.
constexpr std::size_t kLongestName = 32;

bool is_space(char c) {
  return kSpaces.find(c) != kSpaces.npos;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpaces);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

}  // namespace

std::optional<CommandLine> parse_command(std::string_view prompt) {
  prompt = trimmed(prompt);
  if (!prompt.starts_with('/')) return std::nullopt;
  prompt.remove_prefix(1);
  const auto end = std::find_if(prompt.begin(), prompt.end(), is_space);
  const std::string_view word(prompt.begin(), end);
  const std::string_view rest = trimmed({end, prompt.end()});
  if (word.empty() || word.size() > kLongestName) return std::nullopt;
  CommandLine line{{}, std::string(rest), false};
  for (const char letter : word) {
    const char c = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
    // "/usr/bin" and "/*" are text of a prompt.
    if (!((c >= 'a' && c <= 'z') || c == '-' || c == '_')) return std::nullopt;
    line.name.push_back(c);
  }
  const Command* command = find_command(line.name);
  line.asks_model = command && command->asks_model;
  line.erases = command && command->run == clear;
  const bool takes_a_word = command && command->words == Words::one;
  const bool is_one_word = std::none_of(rest.begin(), rest.end(), is_space);
  if (!rest.empty() && !(takes_a_word && is_one_word)) return std::nullopt;
  return line;
}

std::string without_escape(std::string prompt) {
  const std::size_t slash = prompt.find_first_not_of(kSpaces);
  if (slash == prompt.npos || prompt[slash] != '/') return prompt;
  if (parse_command(std::string_view(prompt).substr(slash + 1))) prompt.erase(slash, 1);
  return prompt;
}

Awaitable<Result<CommandAnswer>> run_command(CommandLine command, CommandFacts facts) {
  facts.argument = std::move(command.argument);
  if (const Command* known = find_command(command.name)) {
    auto answer = co_await known->run(std::move(facts));
    co_return answer;
  }
  co_return said("There is no command `/" + command.name + "`. There are:\n\n" + list_of_commands() +
                 "\nTo send this text to the model, write a second slash: `//" + command.name + "`.");
}

}  // namespace belay::services

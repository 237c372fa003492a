#include "surfaces/chat/commands.hpp"

#include <algorithm>
#include <chrono>
#include <span>

#include <fmt/format.h>

#include "policy/admission.hpp"

namespace belay::surfaces::chat {
namespace {

using Answer = Awaitable<Result<CommandAnswer>>;

struct Command {
  const char* name;
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
  co_return said("These commands are answered here, before the model:\n\n" + list_of_commands());
}

// Chosen for this session, and for the conversation when it goes on later.
Awaitable<Result<>> choose(CommandFacts facts, SessionChange change) {
  const Session& session = facts.session;
  const SessionKey key{session.id, session.user, session.surface};
  ConversationChange remembered{change.model, change.persona};
  auto in_session = [&facts, key, change](UniqueFunction<void(Result<>)> done) {
    facts.sessions.change_session(key, change, std::move(done));
  };
  const Result<> chosen = co_await await_callback<Result<>>(facts.loop, std::move(in_session));
  if (!chosen) co_return chosen;
  const ConversationKey conversation{session.user, session.surface, session.conversation};
  auto in_conversation = [&facts, conversation, remembered](UniqueFunction<void(Result<>)> done) {
    facts.conversations.change_conversation(conversation, remembered, facts.now, std::move(done));
  };
  const Result<> kept = co_await await_callback<Result<>>(facts.loop, std::move(in_conversation));
  co_return kept;
}

Answer model(CommandFacts facts) {
  if (facts.argument.empty()) {
    std::string text =
        facts.model.empty() ? "No model is chosen yet." : "The model is `" + facts.model + "`.";
    text += " You can choose, with `/model NAME`:\n\n";
    for (const std::string& alias : facts.live.models->aliases())
      if (policy::may_use_model(facts.live.tiers, facts.tier, facts.live.models->find(alias)->model.tier))
        fmt::format_to(std::back_inserter(text), "- `{}`\n", alias);
    co_return said(std::move(text));
  }
  const ModelTarget* target = facts.live.models->find(facts.argument);
  if (!target) co_return said("There is no such model. `/model` lists those that you can choose.");
  if (const auto fine = policy::may_use_model(facts.live.tiers, facts.tier, target->model.tier); !fine)
    co_return said(fine.error().detail);
  SessionChange change{target->model.alias, {}};
  const auto chosen = co_await choose(facts, std::move(change));
  if (!chosen) co_return chosen.error();
  co_return said("From now on `" + target->model.alias + "` answers where a request names no model.");
}

Answer persona(CommandFacts facts) {
  if (facts.argument.empty()) {
    const prompts::Persona& now = *facts.live.personas.choose(facts.persona).persona;
    std::string text = "The persona is `" + now.name + "`. You can choose, with `/persona NAME`:\n\n";
    for (const prompts::Persona& each : facts.live.personas.all())
      fmt::format_to(std::back_inserter(text), "- `{}` {}\n", each.name, each.display_name);
    co_return said(std::move(text));
  }
  const prompts::Persona* wanted = facts.live.personas.find(facts.argument);
  if (!wanted) co_return said("There is no such persona. `/persona` lists those that you can choose.");
  SessionChange change{{}, wanted->name};
  const auto chosen = co_await choose(facts, std::move(change));
  if (!chosen) co_return chosen.error();
  co_return said("From now on `" + wanted->name + "` answers.");
}

Answer clear(CommandFacts facts) {
  const ConversationKey key{facts.session.user, facts.session.surface, facts.session.conversation};
  auto forget = [&facts, key](UniqueFunction<void(Result<std::uint64_t>)> done) {
    facts.conversations.clear_conversation(key, std::move(done));
  };
  const auto cleared = co_await await_callback<Result<std::uint64_t>>(facts.loop, std::move(forget));
  if (!cleared) co_return cleared.error();
  co_return said(*cleared == 0
                     ? std::string("There was nothing to forget.")
                     : fmt::format("The {} messages of this conversation are forgotten.", *cleared));
}

Answer summary(CommandFacts facts) {
  const ConversationKey key{facts.session.user, facts.session.surface, facts.session.conversation};
  auto newest = [&facts, key](UniqueFunction<void(Result<std::vector<StoredMessage>>)> done) {
    PromptBudget budget;
    budget.tokens = {std::numeric_limits<std::int64_t>::max()};
    budget.messages = 1;
    facts.conversations.newest_for_prompt(key, budget, std::move(done));
  };
  const auto found =
      co_await await_callback<Result<std::vector<StoredMessage>>>(facts.loop, std::move(newest));
  if (!found) co_return found.error();
  if (found->empty()) co_return said("There is nothing to sum up yet.");
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
    const ConversationKey key{session.user, session.surface, all ? std::string() : session.conversation};
    auto add_up = [&facts, key, since](UniqueFunction<void(Result<UsageTotals>)> done) {
      facts.conversations.usage_since(key, since, std::move(done));
    };
    const auto totals = co_await await_callback<Result<UsageTotals>>(facts.loop, std::move(add_up));
    if (!totals) co_return totals.error();
    fmt::format_to(std::back_inserter(text), "- {}: {}\n", all ? "all conversations" : "this conversation",
                   in_words(*totals));
  }
  co_return said(std::move(text));
}

std::span<const Command> commands() {
  static constexpr Command kCommands[] = {
      {"help", "/help", "lists the commands", help},
      {"model", "/model [NAME]", "says which model answers, or chooses another", model},
      {"persona", "/persona [NAME]", "says who answers, or chooses somebody else", persona},
      {"clear", "/clear", "forgets this conversation", clear},
      {"summary", "/summary", "sums up this conversation", summary},
      {"export", "/export", "gives this conversation as a file", export_links},
      {"usage", "/usage", "says what was used and what it cost", usage},
  };
  return kCommands;
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

std::optional<CommandLine> parse_command(std::string_view prompt) {
  while (!prompt.empty() && is_space(prompt.front())) prompt.remove_prefix(1);
  while (!prompt.empty() && is_space(prompt.back())) prompt.remove_suffix(1);
  if (!prompt.starts_with('/')) return std::nullopt;
  const auto end = std::find_if(prompt.begin() + 1, prompt.end(), is_space);
  CommandLine line;
  for (auto at = prompt.begin() + 1; at != end; ++at) {
    const char c = *at >= 'A' && *at <= 'Z' ? static_cast<char>(*at + 32) : *at;
    // "/usr/bin" and "/*" are words of a prompt, not commands.
    if (!((c >= 'a' && c <= 'z') || c == '-' || c == '_')) return std::nullopt;
    line.name.push_back(c);
  }
  if (line.name.empty()) return std::nullopt;
  line.argument.assign(std::find_if_not(end, prompt.end(), is_space), prompt.end());
  return line;
}

Awaitable<Result<CommandAnswer>> run_command(CommandLine command, CommandFacts facts) {
  facts.argument = std::move(command.argument);
  for (const Command& each : commands()) {
    if (each.name != command.name) continue;
    auto answer = co_await each.run(std::move(facts));
    co_return answer;
  }
  co_return said("There is no command `/" + command.name + "`. There are:\n\n" + list_of_commands());
}

}  // namespace belay::surfaces::chat

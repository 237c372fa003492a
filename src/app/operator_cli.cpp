#include "app/operator_cli.hpp"

#include <memory>

#include "app/commands/import_command.hpp"
#include "app/commands/operator_commands.hpp"

namespace belay::app {
namespace {

using Command = std::function<int()>;

constexpr const char* kHowItSignsIn =
    R"(It asks the running server, through its operations listener, and signs in with BELAY_TOKEN, or else with a token that it
makes with the key of the configuration (as `belay token --role operator` does). Every change is in the audit log, under
your login name.)";

void add_common(CLI::App& app, OperatorOptions& options) {
  app.add_option("--server", options.server,
                 "The server. Default: the operations listener of the configuration, else "
                 "http://127.0.0.1:9464.")
      ->type_name("URL");
  app.add_option(
         "--config", options.config_file,
         "The server's configuration: its address, and the key to sign in with. Default: BELAY_CONFIG.")
      ->type_name("FILE");
  app.add_flag("--json", options.json, "Print the server's answer as JSON.");
}

void add_limit(CLI::App& app, ListOptions& options) {
  app.add_option("--limit", options.limit, "How many to print.")
      ->check(CLI::Range(1, 1'000'000))
      ->type_name("NUMBER")
      ->capture_default_str();
}

// A subcommand with options of its own, and what it runs.
template <class Options>
std::shared_ptr<Options> add(CLI::App& parent, Command& command, const char* name, const char* description,
                             int (*run)(const Options&), CLI::App*& made) {
  auto options = std::make_shared<Options>();
  made = parent.add_subcommand(name, description);
  add_common(*made, *options);
  made->callback([&command, options, run] { command = [options, run] { return run(*options); }; });
  return options;
}

void add_user_change(CLI::App& user, Command& command, const char* what, const char* description,
                     const char* footer) {
  CLI::App* app = nullptr;
  const auto options = add<UserChangeOptions>(user, command, what, description, change_user, app);
  options->what = what;
  app->add_option("USER", options->user, "The user.")->required();
  auto* value = app->add_option("VALUE", options->value, std::string("The new ") + what + ".");
  const std::string removal = std::string("Remove the ") + what + " instead.";
  app->add_flag("--remove", removal)->excludes(value);
  app->callback([&command, options, app] {
    if (options->value.empty() && app->count("--remove") == 0)
      throw CLI::RequiredError("Give the new value, or --remove");
    command = [options] { return change_user(*options); };
  });
  app->footer(footer);
}

// USER or --token-id, and the function to run.
void add_revocation_target(CLI::App& app, Command& command, const std::shared_ptr<RevokeOptions>& options,
                           int (*run)(const RevokeOptions&)) {
  auto* name = app.add_option("USER", options->user, "The user: all tokens that were issued until now.");
  app.add_option("--token-id", options->token_id, "Instead: the token with this `jti`.")
      ->type_name("ID")
      ->excludes(name);
  app.callback([&command, options, run] {
    if (options->user.empty() == options->token_id.empty()) throw CLI::RequiredError("USER or --token-id");
    command = [options, run] { return run(*options); };
  });
}

void add_revocations(CLI::App& user, Command& command) {
  CLI::App* app = nullptr;
  const auto options = add<RevokeOptions>(user, command, "revoke",
                                          "End the access of a user or of one token, at once.", revoke, app);
  add_revocation_target(*app, command, options, revoke);
  app->add_option("--reason", options->reason, "For the audit log.")->type_name("TEXT");
  app->add_option("--for", options->lasts, "How long: \"12h\", \"30d\". Default: auth.revocation_lifetime.")
      ->type_name("TIME");
  app->footer(
      R"(Open streams end with `revoked`; answers in progress go on. A token that is issued later signs the user in again.

Examples:
  belay user revoke ann --reason "laptop lost"
  belay user revoke --token-id 4711 --for 24h)");

  const auto lifted =
      add<RevokeOptions>(user, command, "unrevoke", "Lift a revocation before it ends.", unrevoke, app);
  add_revocation_target(*app, command, lifted, unrevoke);
  app->footer("Example:\n  belay user unrevoke ann");

  const auto listed = add<ListOptions>(user, command, "revocations", "List the revocations in effect.",
                                       list_revocations, app);
  add_limit(*app, *listed);
}

void add_user(CLI::App& app, Command& command) {
  CLI::App& user = *app.add_subcommand("user", "See users; change their tier, phase and access.");
  user.require_subcommand(1);
  user.footer(kHowItSignsIn);
  CLI::App* made = nullptr;
  const auto listed = add<UserListOptions>(user, command, "list", "List users by name.", list_users, made);
  made->add_option("PREFIX", listed->prefix, "Only names that begin with this.");
  add_limit(*made, *listed);
  made->footer(
      "A user is there from the first answer on.\n\nExamples:\n  belay user list\n  belay user list an "
      "--json");
  const auto shown = add<UserOptions>(user, command, "show", "Show one user.", show_user, made);
  made->add_option("USER", shown->user, "The user.")->required();
  add_user_change(
      user, command, "tier", "Set a user's tier.",
      "It counts for tokens without a tier of their own.\n\nExamples:\n  belay user tier ann pro\n  belay "
      "user tier ann --remove");
  add_user_change(user, command, "phase", "Set a user's phase.", "Example:\n  belay user phase ann tracking");
  add_revocations(user, command);
  const auto erased = add<UserOptions>(
      user, command, "erase", "Remove everything that is kept of a user, for good.", erase_user, made);
  made->add_option("USER", erased->user, "The user.")->required();
  made->footer(
      "Running answers stop. Chats, messages, sessions and events go; what was used stays in the totals, "
      "without a "
      "name. The name may be used again and finds nothing. Revoke the user first, if they must not come "
      "back.\n\n"
      "Example:\n  belay user erase ann");
}

void add_runs(CLI::App& app, Command& command) {
  CLI::App& runs = *app.add_subcommand("runs", "See and cancel answers in progress.");
  runs.require_subcommand(1);
  runs.footer(kHowItSignsIn);
  CLI::App* made = nullptr;
  const auto listed = add<RunListOptions>(runs, command, "list",
                                          "List the answers in progress, newest first.", list_runs, made);
  made->add_option("--user", listed->user, "Only those of this user.")->type_name("USER");
  add_limit(*made, *listed);
  const auto cancelled = add<RunCancelOptions>(
      runs, command, "cancel", "Cancel answers: their streams end with `cancelled`.", cancel_runs, made);
  made->add_option("ID", cancelled->runs, "From `belay runs list`.")->required();
}

void add_uploads(CLI::App& app, Command& command) {
  CLI::App& uploads = *app.add_subcommand("uploads", "Change the key that uploads are encrypted with.");
  uploads.require_subcommand(1);
  uploads.footer(kHowItSignsIn);
  CLI::App* made = nullptr;
  const auto options = add<RotateOptions>(uploads, command, "rotate",
                                          "Encrypt all uploads with the current key, while the server runs.",
                                          rotate_uploads, made);
  made->add_flag("--no-wait", options->no_wait, "Only start it, and print how many uploads are left.");
  made->footer(
      R"(To replace a key:
  1. Add the new one to [[uploads.keys]] and name it in uploads.current_key. Keep the old one. Send the server SIGHUP.
  2. Run this command. It ends with 0 when nothing is left that another key has encrypted.
  3. Remove the old key from the configuration and send SIGHUP again.
A rotation that is interrupted goes on when the server starts again. Backups that were made before need the old key.)");
}

void add_notice(CLI::App& app, Command& command) {
  CLI::App* made = nullptr;
  const auto options =
      add<NoticeOptions>(app, command, "notice",
                         "Show a notice to everybody who is connected to the goal coach.", send_notice, made);
  made->add_option("MESSAGE", options->message, "What everybody is to know.")->required();
  made->footer(std::string("Example:\n  belay notice \"Maintenance begins at 22:00 UTC.\"\n\n") +
               kHowItSignsIn);
}

void add_usage(CLI::App& app, Command& command) {
  CLI::App* made = nullptr;
  const auto options =
      add<UsageOptions>(app, command, "usage", "Sum up answers, tokens and cost.", show_usage, made);
  made->add_option("--by", options->by, "user, model, day or surface.")
      ->check(CLI::IsMember({"user", "model", "day", "surface"}))
      ->type_name("WHAT")
      ->capture_default_str();
  made->add_option("--from", options->from,
                   "A day, or a time like 2026-11-30T12:00:00Z. Default: 30 days before --to.")
      ->type_name("DAY");
  made->add_option("--to", options->to, "Up to the beginning of this day (UTC). Default: now.")
      ->type_name("DAY");
  made->add_option("--user", options->user, "Only of this user.")->type_name("USER");
  add_limit(*made, *options);
  made->footer(
      std::string(
          "Examples:\n  belay usage --by model\n  belay usage --by day --user ann --from 2026-11-01\n\n") +
      kHowItSignsIn);
}

void add_import(CLI::App& app, Command& command) {
  CLI::App* made = nullptr;
  int (*const run)(const ImportOptions&) = import_logbook;
  const auto options = add<ImportOptions>(
      app, command, "import", "Add the climbs of a logbook to what is known about a user.", run, made);
  made->add_option("FILE", options->file, "A CSV with a column \"grade\", a climb a row.")
      ->required()
      ->check(CLI::ExistingFile);
  made->add_option("--user", options->user, "The user.")->required()->type_name("USER");
  made->footer(
      std::string(
          "The climbing coach sees them. Climbs that are there already, in the same words, are not added "
          "again.\n\nExample:\n  belay import logbook.csv --user ann\n\n") +
      kHowItSignsIn);
}

void add_audit(CLI::App& app, Command& command) {
  CLI::App* made = nullptr;
  const auto options =
      add<AuditOptions>(app, command, "audit", "Who changed what, and when; newest first.", show_audit, made);
  made->add_option("--target", options->target, "Only changes of this user, answer or token.")
      ->type_name("NAME");
  made->add_option(
          "--action", options->action,
          "Only these: user.change, user.erase, context.import, run.cancel, revocation.add, revocation.lift, "
          "notice.send.")
      ->type_name("ACTION");
  add_limit(*made, *options);
  made->footer(std::string("Example:\n  belay audit --target ann\n\n") + kHowItSignsIn);
}

}  // namespace

void add_operator_commands(CLI::App& app, Command& command) {
  add_user(app, command);
  add_runs(app, command);
  add_uploads(app, command);
  add_notice(app, command);
  add_usage(app, command);
  add_audit(app, command);
  add_import(app, command);
}

}  // namespace belay::app

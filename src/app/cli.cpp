#include "app/cli.hpp"

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/commands/backup_command.hpp"
#include "app/commands/chat_command.hpp"
#include "app/commands/config_command.hpp"
#include "app/commands/journal_command.hpp"
#include "app/commands/token_command.hpp"
#include "app/exit_code.hpp"
#include "app/operator_cli.hpp"
#include "app/serve.hpp"
#include "ops/embedded.hpp"

namespace belay::app {
namespace {

// A command's options are stored in its callback. The callback returns the function to run.
using Command = std::function<int()>;

void add_serve(CLI::App& app, Command& command) {
  CLI::App& serve_app = *app.add_subcommand("serve", "Run the server.");
  auto options = std::make_shared<ServeOptions>();
  serve_app
      .add_option(
          "--config", options->config_file,
          "The configuration file. Without one, settings come from the environment or have their defaults.")
      ->type_name("FILE");
  serve_app.add_flag("--dev", options->dev,
                     "Development mode: loopback only, scripted answers, no keys; `Bearer dev:USER`, "
                     "`dev:USER:TIER` and `dev:USER:TIER:ROLE` sign in.");
  serve_app.add_option("--host", options->host, "The address to listen on; overrides server.address.")
      ->type_name("ADDRESS");
  serve_app
      .add_option("--port", options->port, "The port to listen on, 0 for a free one; overrides server.port.")
      ->check(CLI::Range(0, 65535))
      ->type_name("PORT");
  serve_app
      .add_option(
          "--tls-cert", options->tls_certificate,
          "PEM file with the certificate and its chain: serve TLS too; overrides server.tls.certificate.")
      ->type_name("FILE");
  serve_app
      .add_option("--tls-key", options->tls_key,
                  "PEM file with the certificate's private key; overrides server.tls.key.")
      ->type_name("FILE");
  serve_app
      .add_option("--tls-port", options->tls_port,
                  "The port for TLS, 0 for a free one; overrides server.tls.port.")
      ->check(CLI::Range(0, 65535))
      ->type_name("PORT");
  serve_app.add_option("--data", options->data_dir, "The data directory; overrides process.data_directory.")
      ->type_name("DIR");
  serve_app
      .add_option(
          "--drain", options->drain_time,
          "How long running answers may continue after SIGTERM, as \"30s\"; overrides process.drain_time.")
      ->type_name("TIME");
  serve_app.footer(R"(When it is ready it prints one line on standard output: listening on http://HOST:PORT
With TLS there is another one: listening on https://HOST:PORT
Its log is JSON lines on standard error. SIGTERM and Ctrl-C drain it: no new runs, running ones continue.

Examples:
  belay serve --dev                              try it: no key, no file
  belay serve --config belay.toml                the server as configured
  belay serve --dev --port 0 --data /tmp/try     for scripts and tests
  belay serve --config belay.toml --tls-cert fullchain.pem --tls-key privkey.pem
  BELAY_SERVER_PORT=9000 belay serve --dev       every setting can come from the environment

See also: belay config example, belay config check FILE)");
  serve_app.callback([&command, options] { command = [options] { return serve(*options); }; });
}

void add_chat(CLI::App& app, Command& command) {
  CLI::App& chat_app = *app.add_subcommand("chat", "Talk to a running server from the terminal.");
  auto options = std::make_shared<ChatOptions>();
  chat_app.add_option("--url", options->url, "The server. Default: BELAY_URL, else http://127.0.0.1:8080.")
      ->type_name("URL");
  chat_app
      .add_option("--token", options->token,
                  "Signs you in. Default: BELAY_TOKEN, else dev:USER for a server on this machine. Other "
                  "people on this machine can see the command line, so prefer BELAY_TOKEN.")
      ->type_name("TOKEN");
  chat_app.add_option("--mode", options->mode, "chat, generate or edit.")
      ->check(CLI::IsMember({"chat", "generate", "edit"}))
      ->type_name("MODE")
      ->capture_default_str();
  chat_app
      .add_option(
          "--conversation", options->conversation,
          "Continues this conversation. Default: a new one at the terminal, none for a single prompt.")
      ->type_name("ID");
  chat_app.add_option("PROMPT", options->prompt,
                      "What to ask. Without it: standard input, or a conversation at a terminal.");
  chat_app.footer(
      R"(The answer appears on standard output as it arrives, everything else on standard error. A lost connection is
opened again, and the answer continues where it was, also when the server was restarted. Ctrl-C cancels the answer.

Examples:
  belay chat                                     a conversation
  belay chat "Why do sails work against the wind?"
  belay chat < question.txt > answer.txt
  belay chat "echo:200 words @50/s"              a server in development mode: 200 words, 50 a second

Exit codes: 0 answered, 1 the answer ended in an error or was refused, 2 wrong command line, 3 the server could not be
reached, 130 cancelled.)");
  chat_app.callback([&command, options] { command = [options] { return chat(*options); }; });
}

void add_token(CLI::App& app, Command& command) {
  CLI::App& token_app = *app.add_subcommand("token", "Make a token that signs a user in.");
  auto options = std::make_shared<TokenOptions>();
  auto* file =
      token_app
          .add_option("--key-file", options->key_file,
                      "The key to sign with: PEM private key, JWK, or an HS256 secret (with --alg HS256).")
          ->type_name("FILE");
  token_app.add_option("--key-env", options->key_env, "An environment variable with the same content.")
      ->type_name("NAME")
      ->excludes(file);
  token_app
      .add_option("--alg", options->alg, "HS256, RS256, PS256, ES256 or EdDSA. Default: chosen by the key.")
      ->check(CLI::IsMember({"HS256", "RS256", "PS256", "ES256", "EdDSA"}))
      ->type_name("ALG");
  token_app.add_option("--kid", options->kid, "The key's id in the token.")->type_name("ID");
  token_app
      .add_option("--config", options->config_file,
                  "Take issuer, audience, the claims' names and, without --key-file, the key from this file.")
      ->type_name("FILE");
  token_app.add_option("--issuer", options->issuer, "The `iss` claim.")->type_name("TEXT");
  token_app.add_option("--audience", options->audience, "The `aud` claim.")->type_name("TEXT");
  token_app.add_option("--user", options->user, "The user who is signed in (`sub`).")
      ->required()
      ->type_name("USER");
  token_app.add_option("--tier", options->tier, "The user's tier. Default: the lowest tier.")
      ->type_name("TIER");
  token_app.add_option("--role", options->roles, "A role; may be given several times.")->type_name("ROLE");
  token_app
      .add_option("--expires", options->expires, "How long the token is valid: \"15m\", \"8h\", \"30d\".")
      ->type_name("TIME")
      ->capture_default_str();
  token_app.footer(R"help(Prints the token. Whoever has it is that user until it expires.

Examples:
  head -c 32 /dev/urandom | base64 > secret      a secret; in belay.toml: [[auth.keys]] file = "secret", alg = "HS256"
  belay token --key-file secret --alg HS256 --user ann --tier pro --expires 8h
  belay token --config belay.toml --user ann
  curl -H "Authorization: Bearer $(belay token --config belay.toml --user ann)" ...)help");
  token_app.callback([&command, options] { command = [options] { return make_token(*options); }; });
}

void add_config(CLI::App& app, Command& command) {
  CLI::App& config_app = *app.add_subcommand("config", "Check a configuration, or print a documented one.");
  config_app.require_subcommand(1);

  CLI::App& check = *config_app.add_subcommand(
      "check", "Report everything that `belay serve` would refuse, with line and column.");
  auto options = std::make_shared<ConfigCheckOptions>();
  check.add_option("FILE", options->file, "The configuration file.")->required();
  check.add_flag("--dev", options->dev, "Check it as for `belay serve --dev`.");
  auto* file_only =
      check.add_flag("--file-only", options->file_only,
                     "Check only the file's own text: neither the environment nor the keys, files and "
                     "addresses that it names. For a machine on which the server does not run.");
  // Accepted for compatibility: it is the default now.
  check.add_flag("--env")->group("")->excludes(file_only);
  check.footer(
      R"(Prints "FILE: ok" and exits with 0, or prints every problem and exits with 1. It checks what the server would find:
the environment (BELAY_... and the variables that hold keys), key files, the data directory. Run it as the server's user,
with the server's environment. It changes nothing, and may run beside the server. A secret is never printed.

Examples:
  belay config check /etc/belay.toml
  BELAY_SERVER_PORT=9000 belay config check belay.toml
  belay config check --file-only belay.toml      on a machine without the server's keys)");
  check.callback([&command, options] { command = [options] { return check_configuration(*options); }; });

  CLI::App& example =
      *config_app.add_subcommand("example", "Print every setting with its meaning, bounds and default.");
  example.footer("Example:\n  belay config example > belay.toml");
  example.callback([&command] { command = print_example_configuration; });
}

void add_journal(CLI::App& app, Command& command) {
  CLI::App& journal_app = *app.add_subcommand("journal", "Inspect the embedded log.");
  journal_app.require_subcommand(1);
  CLI::App& show = *journal_app.add_subcommand("show", "Print it: segments, batches, events.");
  auto options = std::make_shared<JournalShowOptions>();
  show.add_option("DATA", options->path, "A data directory, a journal's directory, or one segment file.")
      ->required();
  show.add_option("--run", options->run, "Only this run: its request id.")->type_name("ID");
  show.add_flag("--text", options->show_text,
                "Show prompts and answers too. They are private: be careful who sees them.");
  show.footer(R"(Works beside a running server and changes nothing.

Examples:
  belay journal show belay-data
  belay journal show belay-data --run 20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427 --text)");
  show.callback([&command, options] { command = [options] { return show_journal(*options); }; });
}

void add_data_options(CLI::App& app, DataOptions& data) {
  app.add_option("--data", data.data_dir, "The data directory; overrides process.data_directory.")
      ->type_name("DIR");
  app.add_option("--config", data.config_file,
                 "The server's configuration file, which names the data directory.")
      ->type_name("FILE");
}

void add_backup(CLI::App& app, Command& command) {
  CLI::App& backup_app =
      *app.add_subcommand("backup", "Copy all data of a server, running or stopped, into a new directory.");
  auto options = std::make_shared<BackupOptions>();
  backup_app
      .add_option(
          "DIR", options->destination,
          "Where to. It must not exist yet; the directory above it must. Until the backup is complete it "
          "is called DIR.incomplete.")
      ->required();
  add_data_options(backup_app, options->data);
  backup_app.footer(
      R"help(The server continues as usual and does not wait. The backup has the state of one moment:
conversations, usage, sessions, tickets, and the answers that are running. It has neither the configuration nor the keys
and certificates that it names. It contains every conversation, so keep it as safe as the data directory: its files are
readable by their owner only. Run this as the server's user, or as root.

Examples:
  belay backup /backups/belay-monday --config /etc/belay.toml
  belay backup "/backups/belay-$(date +%F)" --data /var/lib/belay      daily, for cron
  belay restore --check /backups/belay-monday                          is it still complete and undamaged?

Exit codes: 0 the backup is on the disk, 1 there is none, 2 wrong command line or configuration.
See also: belay restore --help)help");
  backup_app.callback([&command, options] { command = [options] { return make_backup(*options); }; });
}

void add_restore(CLI::App& app, Command& command) {
  CLI::App& restore_app =
      *app.add_subcommand("restore", "Put a backup into an empty data directory, or check it.");
  auto options = std::make_shared<RestoreOptions>();
  restore_app.add_option("BACKUP", options->backup, "A directory that `belay backup` made.")->required();
  add_data_options(restore_app, options->data);
  restore_app.add_flag("--check", options->check_only,
                       "Only compare the backup's files with their checksums. Writes nothing.");
  restore_app.footer(
      R"(Stop the server and move its data directory away first: nothing is overwritten. Then start the server as usual.
What happened after the backup is lost. Answers that were running continue; a client that has seen more of them than the
backup contains gets 410 position_lost. If a restore is interrupted, servers refuse the directory until it is emptied.

Examples:
  belay restore /backups/belay-monday --data /var/lib/belay
  belay restore --check /backups/belay-monday
  belay restore /backups/belay-monday --data /tmp/try && belay serve --dev --port 0 --data /tmp/try

Exit codes: 0 done, 1 refused or failed, 2 wrong command line or configuration.)");
  restore_app.callback([&command, options] { command = [options] { return restore_backup(*options); }; });
}

// Sets `command`, or returns the exit code. What the parser allocated is gone afterwards: a server runs for long.
std::optional<int> parse_command_line(int argc, char** argv, Command& command) {
  CLI::App app(
      "Belay answers prompts with language models and streams the answer to every client that watches it.\n"
      "Nothing is lost when a connection, a process or a machine dies.",
      "belay");
  app.require_subcommand(1);
  app.set_version_flag("--version", "belay " + std::string(ops::version()));
  add_serve(app, command);
  add_chat(app, command);
  add_token(app, command);
  add_config(app, command);
  add_journal(app, command);
  add_operator_commands(app, command);
  add_backup(app, command);
  add_restore(app, command);
  app.footer(R"(Start here:
  belay serve --dev            a server that needs nothing
  belay chat "Hello"           in another terminal: ask it a question
Each command explains itself: belay COMMAND --help

Exit codes: 0 done, 1 failed, 2 wrong command line or configuration, 3 server not reachable, 130 cancelled.)");

  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitDone : kExitUsage;
  }
}

}  // namespace

int run_command_line(int argc, char** argv) {
  Command command;
  if (const auto ended = parse_command_line(argc, argv, command)) return *ended;
  try {
    return command();
  } catch (const std::exception& error) {
    fmt::print(stderr, "belay: {}\n", error.what());
    return kExitFailed;
  }
}

}  // namespace belay::app

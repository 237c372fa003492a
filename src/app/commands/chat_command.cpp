#include "app/commands/chat_command.hpp"

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <optional>
#include <poll.h>
#include <unistd.h>

#include <fmt/format.h>

#include "app/commands/assistant_client.hpp"
#include "app/commands/curl_exchange.hpp"
#include "app/commands/interrupts.hpp"
#include "app/commands/terminal_text.hpp"
#include "app/exit_code.hpp"

namespace belay::app {
namespace {

constexpr std::size_t kMaxPromptBytes = 4u << 20;
constexpr std::string_view kDefaultUrl = "http://127.0.0.1:8080";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

bool is_this_machine(std::string_view url) {
  for (const std::string_view host : {"http://127.0.0.1", "http://localhost", "http://[::1]"})
    if (url.starts_with(host) && (url.size() == host.size() || url[host.size()] == ':')) return true;
  return false;
}

ServerAddress server_of(const ChatOptions& options) {
  ServerAddress server{options.url, options.token};
  if (server.url.empty()) server.url = environment("BELAY_URL");
  if (server.url.empty()) server.url = kDefaultUrl;
  while (server.url.ends_with('/')) server.url.pop_back();
  if (server.url.find("://") == std::string::npos) server.url = "http://" + server.url;
  if (server.token.empty()) server.token = environment("BELAY_TOKEN");
  if (server.token.empty() && is_this_machine(server.url)) {
    const std::string user = environment("USER");
    server.token = "dev:" + (user.empty() ? "me" : user);
  }
  return server;
}

// Writes answers to standard output and everything else to standard error. On a terminal, text from the
// server is written as plain text: it must not move the cursor or send commands to the terminal. An answer
// that goes to a file or a pipe is written unchanged.
class Terminal final : public AnswerOutput {
 public:
  void text(std::string_view piece) override {
    write(is_terminal_ ? answer_.take(piece) : std::string(piece));
  }
  void note(std::string_view line) override {
    finish_line();
    fmt::print(stderr, "[{}]\n", terminal_text(line));
  }
  void error(std::string_view message) {
    finish_line();
    fmt::print(stderr, "belay chat: {}\n", terminal_text(message));
  }
  void finish_line() {
    if (is_terminal_) write(answer_.finish());
    if (!ends_line_) std::fputc('\n', stdout);
    std::fflush(stdout);
    ends_line_ = true;
  }

 private:
  void write(const std::string& text) {
    if (text.empty()) return;
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
    ends_line_ = text.ends_with('\n');
  }

  const bool is_terminal_ = isatty(STDOUT_FILENO) == 1;
  TerminalText answer_;
  bool ends_line_ = true;
};

// Reads lines from a person, who may press Ctrl-C between them.
class LineReader {
 public:
  explicit LineReader(Interrupts& interrupts) : interrupts_(interrupts) {}

  // Nothing: the input has ended, or the person interrupted.
  std::optional<std::string> next() {
    for (;;) {
      if (const std::size_t end = held_.find('\n'); end != std::string::npos) {
        std::string line = held_.substr(0, end);
        held_.erase(0, end + 1);
        return line;
      }
      pollfd waiting[2] = {{STDIN_FILENO, POLLIN, 0}, {interrupts_.descriptor(), POLLIN, 0}};
      if (poll(waiting, 2, -1) < 0 || interrupts_.take()) return std::nullopt;
      char bytes[4096];
      const ssize_t size = read(STDIN_FILENO, bytes, sizeof bytes);
      if (size <= 0 || held_.size() > kMaxPromptBytes) return std::nullopt;
      held_.append(bytes, static_cast<std::size_t>(size));
    }
  }

 private:
  Interrupts& interrupts_;
  std::string held_;
};

int exit_code_of(AssistantClient::Result result) {
  switch (result) {
    case AssistantClient::Result::completed:
      return kExitDone;
    case AssistantClient::Result::failed:
      return kExitFailed;
    case AssistantClient::Result::unreachable:
      return kExitUnreachable;
    case AssistantClient::Result::cancelled:
      return kExitCancelled;
  }
  return kExitFailed;
}

class Chat {
 public:
  Chat(const ChatOptions& options, Interrupts& interrupts)
      : options_(options),
        interrupts_(interrupts),
        http_(interrupts),
        server_(server_of(options)),
        client_({http_, interrupts, random_, terminal_}, server_) {}

  int ask_once(std::string prompt) {
    return exit_code_of(ask({std::move(prompt), options_.mode, options_.conversation}));
  }

  int converse() {
    fmt::print(
        stderr,
        "Ask something. /new forgets what was said, /quit or Ctrl-D ends; Ctrl-C cancels an answer.\n");
    std::string conversation = options_.conversation.empty() ? new_conversation() : options_.conversation;
    LineReader lines(interrupts_);
    for (;;) {
      fmt::print(stderr, "> ");
      const std::optional<std::string> line = lines.next();
      if (!line || *line == "/quit") break;
      if (*line == "/new") conversation = new_conversation();
      if (line->find_first_not_of(" \t\r") == std::string::npos || line->starts_with('/')) {
        if (line->starts_with('/') && *line != "/new") fmt::print(stderr, "[there are /new and /quit]\n");
        continue;
      }
      ask({*line, options_.mode, conversation});
    }
    fmt::print(stderr, "\n");
    return kExitDone;
  }

 private:
  std::string new_conversation() { return fmt::format("terminal-{:016x}", random_.next()); }

  AssistantClient::Result ask(const Question& question) {
    const AssistantClient::Outcome outcome = client_.ask(question);
    terminal_.finish_line();
    if (outcome.result == AssistantClient::Result::cancelled) fmt::print(stderr, "[cancelled]\n");
    if (!outcome.message.empty()) terminal_.error(outcome.message);
    if (outcome.result == AssistantClient::Result::unreachable && is_this_machine(server_.url))
      fmt::print(
          stderr,
          "Is it running? `belay serve --dev` starts one; --url or BELAY_URL says where another one is.\n");
    return outcome.result;
  }

  const ChatOptions& options_;
  Interrupts& interrupts_;
  SecureRandom random_;
  Terminal terminal_;
  CurlExchange http_;
  const ServerAddress server_;
  AssistantClient client_;
};

}  // namespace

int chat(const ChatOptions& options) {
  Interrupts interrupts;
  Chat chat(options, interrupts);
  if (!options.prompt.empty()) return chat.ask_once(options.prompt);
  if (isatty(STDIN_FILENO) == 1) return chat.converse();
  std::string prompt{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
  while (prompt.ends_with('\n') || prompt.ends_with('\r')) prompt.pop_back();
  if (prompt.empty()) {
    fmt::print(
        stderr,
        "belay chat: standard input is empty; give a prompt on the command line or on standard input\n");
    return kExitUsage;
  }
  return chat.ask_once(std::move(prompt));
}

}  // namespace belay::app

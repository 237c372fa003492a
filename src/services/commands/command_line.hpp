// Slash commands (requirement C5): a small table of commands that are answered without the model, or that
// give the model an instruction. Their answers are streamed and stored like any other. To add one: a function
// and a line of the
// table in commands.cpp.
//
// A prompt is a command if it contains the command and nothing else, in any letter case, with any white space
// around it:
//
//   /clear            a command
//   /model grok-3     a command: /model and /persona take one word
//   /clear the cache  a question for the model: /clear takes no words
//   /etc is a folder  a question for the model: there is no such command
//   /hlep             one word that is no command: answered with the list of commands
//   //help            an escaped command, for the model: it reads "/help"
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace belay::services {

// "/model grok-3": the word after the slash in lower case, and the word after it.
struct CommandLine {
  std::string name;
  std::string argument;
  bool asks_model = false;  // the model answers it
  bool erases = false;      // it removes the conversation's messages
};
// Nothing when the prompt is for the model.
std::optional<CommandLine> parse_command(std::string_view prompt);
// The prompt as the model must read it: an escaped command loses one of its two slashes.
std::string without_escape(std::string prompt);

}  // namespace belay::services

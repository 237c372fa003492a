#include "app/commands/config_command.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "app/configuration.hpp"
#include "app/exit_code.hpp"
#include "app/preparation.hpp"
#include "app/serve.hpp"
#include "storage/durability.hpp"

namespace belay::app {

int check_configuration(const ConfigCheckOptions& options) {
  const std::string& file = options.file;
  ConfigurationOutcome outcome;
  std::vector<std::string> notes;
  if (options.file_only) {
    outcome = load_configuration(file, {}, {});
  } else {
    ServeOptions served;
    served.config_file = file;
    served.dev = options.dev;
    outcome = read_configuration(served);
    notes = check(outcome);
  }
  if (outcome.ok()) {
    const Configuration& configuration = outcome.configuration;
    for (std::string& found : storage::durability_contradictions(configuration.journal, configuration.store))
      notes.push_back(std::move(found));
    for (const std::string& note : notes) fmt::print("{}: note: {}\n", file, note);
    fmt::print("{}: {}\n", file, storage::durability_in_words(configuration.journal, configuration.store));
    fmt::print("{}: ok\n", file);
    return kExitDone;
  }
  for (const ConfigProblem& problem : outcome.problems) fmt::print(stderr, "{}\n", problem.text());
  fmt::print(stderr, "{}: {} {}\n", file, outcome.problems.size(),
             outcome.problems.size() == 1 ? "problem" : "problems");
  return kExitFailed;
}

int print_example_configuration() {
  fmt::print("{}", example_configuration());
  return kExitDone;
}

}  // namespace belay::app

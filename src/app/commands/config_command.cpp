#include "app/commands/config_command.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "app/exit_code.hpp"
#include "ops/configuration.hpp"

namespace belay::app {

int check_configuration(const std::string& file, CheckedSettings what) {
  ops::Environment environment;
  if (what == CheckedSettings::file_and_environment) environment = ops::process_environment();
  const ops::ConfigurationOutcome outcome = ops::load_configuration(file, std::move(environment), {});
  if (outcome.ok()) {
    fmt::print("{}: ok\n", file);
    return kExitDone;
  }
  for (const ops::ConfigProblem& problem : outcome.problems) fmt::print(stderr, "{}\n", problem.text());
  fmt::print(stderr, "{}: {} {}\n", file, outcome.problems.size(),
             outcome.problems.size() == 1 ? "problem" : "problems");
  return kExitFailed;
}

int print_example_configuration() {
  fmt::print("{}", ops::example_configuration());
  return kExitDone;
}

}  // namespace belay::app

// Reads arbitrary bytes as a configuration file. The file is accepted or refused with printable problems;
// nothing else may happen.
#include <cstdlib>
#include <string>

#include "app/configuration.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  belay::app::ConfigurationSource source;
  source.file_name = "belay.toml";
  source.file_text.assign(reinterpret_cast<const char*>(data), size);
  const belay::app::ConfigurationOutcome outcome = belay::app::read_configuration(source);
  for (const belay::ConfigProblem& problem : outcome.problems)
    if (!problem.text().starts_with("belay.toml") || problem.message.empty()) std::abort();
  return 0;
}

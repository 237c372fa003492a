// `belay import FILE --user USER`: adds the climbs of a logbook in CSV to what is known about a user (requirement S8). The
// file is read here, with the checks of an upload (services/context/logbook.hpp); the running server adds the climbs.
#pragma once

#include <string>

#include "app/commands/operator_client.hpp"

namespace belay::app {

struct ImportOptions : OperatorOptions {
  std::string file;
  std::string user;
};

// Returns an exit code (app/exit_code.hpp).
int import_logbook(const ImportOptions& options);
// The same with a client, for tests.
int import_logbook(const ImportOptions& options, OperatorClient& client);

}  // namespace belay::app
